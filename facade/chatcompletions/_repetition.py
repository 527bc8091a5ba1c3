"""Read the events of a stream that repeat the one before them but for their text.

So does nearly every event of a streamed text: its bytes differ in the text that it adds, the answer's or that of a
member such as ``reasoning_content``, in the padding called ``obfuscation`` where a server sends that, and with some
servers in the id. Such an event is not parsed. What parsing it would give is made from what the last one gave, with
the new text in its place. That the text stands where it seems to is proved beforehand, by parsing the event once with
probes there; everything else about it is the same, byte for byte.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ._json import loads

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ._chunk import ChatCompletionChunk

#: How many patterns in a row may fail to recur before a stream is left alone.
_PATIENCE = 8
_SCALARS = (str, int, float, bool, type(None))
#: What the chunk around a delta may have too, where it is no text that grows.
_NOT_GROWING = frozenset({"id", "obfuscation"})


class Repetition:
    """What the events of one stream have in common, learned from those that were parsed."""

    def __init__(self) -> None:
        self._pattern: _Pattern | None = None
        self._patience = _PATIENCE
        self._ids: set[Any] = set()

    def read(self, data: bytes) -> tuple[int, str, str, ChatCompletionChunk] | None:
        """Read an event that repeats the last one but for its text.

        Args:
            data: The event's data.

        Returns:
            The index of the choice, the member of its message that the event adds to, the text that it adds, and the
            chunk; `None` if the event must be parsed.
        """
        return self._pattern.read(data) if self._pattern else None

    def is_new(self, data: bytes, chunk: dict[str, Any]) -> bool:
        """Tell whether an event that was parsed is one to `learn`.

        Args:
            data: The event's data.
            chunk: What parsing it gave.
        """
        pattern = self._pattern
        if pattern and pattern.recurred:
            self._patience = _PATIENCE
        return self._patience > 0 and _growing(chunk) is not None and not (pattern and pattern.frames(data))

    def learn(self, data: bytes, chunk: dict[str, Any], model: ChatCompletionChunk) -> None:
        """Take an event as the one that those behind it may repeat.

        Args:
            data: The event's data.
            chunk: What parsing it gave.
            model: What reading that gave.
        """
        self._patience -= 1
        self._ids.add(chunk.get("id"))
        name, beside = _growing(chunk), ["obfuscation", "id"] if len(self._ids) > 1 else ["obfuscation"]
        beside = [name for name in beside if isinstance(chunk.get(name), str)]
        frame = _frame(data, chunk, name, beside) if name and _holds(model, name, beside) else None
        self._pattern = _Pattern(*frame, name, model) if frame and name else None


class _Pattern:
    """The bytes around the texts of an event, and the models that hold them."""

    def __init__(self, names: list[str], pieces: list[bytes], name: str, model: ChatCompletionChunk) -> None:
        self._head, self._tail = pieces[0], pieces[-1]
        self._shortest = sum(map(len, pieces))
        # Reading takes away each text with the quote behind it.
        self._before = [pieces[0], *(piece[1:] for piece in pieces[1:-1])]
        self._last = pieces[-1][1:]
        self._name, self._at = name, names.index(name)
        others = [(at, other) for at, other in enumerate(names) if other != name]
        # A member that the pinned spec does not have is among what came beyond the fields.
        self._fields = [(at, other) for at, other in others if other not in model.additional_properties]
        self._beyond = [(at, other) for at, other in others if other in model.additional_properties]
        # Copied, because the model goes to the caller.
        self._chunk: Any = model._copy()
        self._choice: Any = model.choices[0]._copy()
        self._delta: Any = model.choices[0].delta._copy()
        self._is_beyond = name in self._delta.additional_properties
        self._index: int = self._choice.index or 0
        self.recurred = False

    def frames(self, data: bytes) -> bool:
        """Tell whether these bytes stand around whatever texts an event has."""
        return len(data) >= self._shortest and data.startswith(self._head) and data.endswith(self._tail)

    def read(self, data: bytes) -> tuple[int, str, str, ChatCompletionChunk] | None:
        """Return the index, the member, the text and the chunk of an event; `None` if it must be parsed."""
        texts = []
        rest = data
        for piece in self._before:
            behind = rest.removeprefix(piece)
            if len(behind) == len(rest):
                return None
            inner, _, rest = behind.partition(b'"')
            text = _plain(inner)
            if text is None:
                return None
            texts.append(text)
        if rest != self._last:
            return None
        self.recurred = True
        delta, choice, chunk = self._delta._copy(), self._choice._copy(), self._chunk._copy()
        grown = texts[self._at]
        if self._name == "content":  # as nearly always
            delta.content = grown
        elif self._is_beyond:
            delta.additional_properties[self._name] = grown
        else:
            setattr(delta, self._name, grown)
        choice.delta = delta
        chunk.choices = [choice]
        for at, name in self._fields:
            setattr(chunk, name, texts[at])
        for at, name in self._beyond:
            chunk.additional_properties[name] = texts[at]
        return self._index, self._name, grown, chunk


def _plain(data: bytes) -> str | None:
    """Return what stands between two quotes in JSON, if it stands there as it is."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    # What is printable does, but for this one.
    return text if text.isprintable() and "\\" not in text else None


def _growing(chunk: dict[str, Any]) -> str | None:
    """Return the member of a message that a chunk adds text to, if that is all that it says of its one choice."""
    choices = chunk.get("choices")
    if not isinstance(choices, list) or len(choices) != 1 or not isinstance(choices[0], dict):
        return None
    choice, delta = choices[0], choices[0].get("delta")
    if not isinstance(delta, dict):
        return None
    texts = {name: value for name, value in delta.items() if value is not None and name != "role"}
    # Some servers say with every thought that the answer is still empty.
    spoken = [name for name, value in texts.items() if value != ""] or [name for name in texts if name == "content"]
    if len(spoken) != 1 or spoken[0] in _NOT_GROWING or not isinstance(texts[spoken[0]], str):
        return None
    says_nothing_else = (
        type(choice.get("index")) is int
        and all(value is None for name, value in choice.items() if name not in ("delta", "index"))
        and isinstance(delta.get("role"), (str, type(None)))
        and all(isinstance(value, _SCALARS) for name, value in chunk.items() if name != "choices")
    )
    return spoken[0] if says_nothing_else else None


def _holds(model: ChatCompletionChunk, name: str, beside: Iterable[str]) -> bool:
    """Tell whether a chunk and its delta have these members by their own names, as fields or beyond them."""
    delta: Any = model.choices[0].delta
    members = [(delta, name), *((model, other) for other in beside)]
    return all(member in one.additional_properties or hasattr(one, member) for one, member in members)


def _frame(
    data: bytes, chunk: dict[str, Any], name: str, beside: Iterable[str]
) -> tuple[list[str], list[bytes]] | None:
    """Return the names of an event's texts, in the order in which they stand there, and the bytes around them.

    Returns:
        `None` unless it is proved that the texts stand where they seem to.
    """
    choice = chunk["choices"][0]
    texts = {**{other: chunk[other] for other in beside}, name: choice["delta"][name]}
    spans = []
    for member, text in texts.items():
        encoded = text.encode("utf-8", "surrogatepass")
        found = re.search(
            rb'"%s": ?"(%s)"' % (re.escape(member.encode("utf-8", "surrogatepass")), re.escape(encoded)), data
        )
        if found is None or _plain(encoded) is None:
            return None
        spans.append((*found.span(1), member))
    spans.sort()
    starts, ends, ordered = zip(*spans, strict=True)
    pieces = [data[start:end] for start, end in zip((0, *ends), (*starts, len(data)), strict=True)]
    probes = {member: f"probe-{number}" for number, member in enumerate(ordered)}
    filled = [probe.encode() + piece for probe, piece in zip(probes.values(), pieces[1:], strict=True)]
    delta = {**choice["delta"], name: probes.pop(name)}
    expected = {**chunk, **probes, "choices": [{**choice, "delta": delta}]}
    return (list(ordered), pieces) if loads(b"".join([pieces[0], *filled])) == expected else None
