"""Read the events of a stream that repeat the one before them but for their text.

So does nearly every event of a streamed text: its bytes differ in the text that it adds, in the padding called
``obfuscation`` where a server sends that, and with some servers in the id. Such an event is not parsed. What parsing
it would give is made from what the last one gave, with the new text in its place. That the text stands where it seems
to is proved beforehand, by parsing the event once with probes there; everything else about it is the same, byte for
byte.
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


class Repetition:
    """What the events of one stream have in common, learned from those that were parsed."""

    def __init__(self) -> None:
        self._pattern: _Pattern | None = None
        self._patience = _PATIENCE
        self._ids: set[Any] = set()

    def read(self, data: bytes) -> tuple[int, str, ChatCompletionChunk] | None:
        """Read an event that repeats the last one but for its text.

        Args:
            data: The event's data.

        Returns:
            The index of the choice, the text that it adds, and the chunk; `None` if the event must be parsed.
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
        return self._patience > 0 and _adds_text(chunk) and not (pattern and pattern.frames(data))

    def learn(self, data: bytes, chunk: dict[str, Any], model: ChatCompletionChunk) -> None:
        """Take an event as the one that those behind it may repeat.

        Args:
            data: The event's data.
            chunk: What parsing it gave.
            model: What reading that gave.
        """
        self._patience -= 1
        self._ids.add(chunk.get("id"))
        names = ["content", "obfuscation", "id"] if len(self._ids) > 1 else ["content", "obfuscation"]
        frame = _frame(data, chunk, [name for name in names if name == "content" or isinstance(chunk.get(name), str)])
        self._pattern = _Pattern(*frame, model) if frame else None


class _Pattern:
    """The bytes around the texts of an event, and the models that hold them."""

    def __init__(self, names: list[str], pieces: list[bytes], model: ChatCompletionChunk) -> None:
        self._head, self._tail = pieces[0], pieces[-1]
        self._shortest = sum(map(len, pieces))
        # Reading takes away each text with the quote behind it.
        self._before = [pieces[0], *(piece[1:] for piece in pieces[1:-1])]
        self._last = pieces[-1][1:]
        self._content = names.index("content")
        others = [(at, name) for at, name in enumerate(names) if name != "content"]
        self._fields = [(at, name) for at, name in others if hasattr(model, name)]
        # A member that the pinned spec does not have is among what came beyond the fields.
        self._beyond = [(at, name) for at, name in others if not hasattr(model, name)]
        # Copied, because the model goes to the caller.
        self._chunk: Any = model._copy()
        self._choice: Any = model.choices[0]._copy()
        self._delta: Any = model.choices[0].delta._copy()
        self._index: int = self._choice.index or 0
        self.recurred = False

    def frames(self, data: bytes) -> bool:
        """Tell whether these bytes stand around whatever texts an event has."""
        return len(data) >= self._shortest and data.startswith(self._head) and data.endswith(self._tail)

    def read(self, data: bytes) -> tuple[int, str, ChatCompletionChunk] | None:
        """Return the index, the text and the chunk of an event; `None` if it must be parsed."""
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
        delta.content = content = texts[self._content]
        choice.delta = delta
        chunk.choices = [choice]
        for at, name in self._fields:
            setattr(chunk, name, texts[at])
        for at, name in self._beyond:
            chunk.additional_properties[name] = texts[at]
        return self._index, content, chunk


def _plain(data: bytes) -> str | None:
    """Return what stands between two quotes in JSON, if it stands there as it is."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    # What is printable does, but for this one.
    return text if text.isprintable() and "\\" not in text else None


def _adds_text(chunk: dict[str, Any]) -> bool:
    """Tell whether a chunk adds text to one choice, and says nothing else of it."""
    choices = chunk.get("choices")
    if not isinstance(choices, list) or len(choices) != 1 or not isinstance(choices[0], dict):
        return False
    choice, delta = choices[0], choices[0].get("delta")
    if not isinstance(delta, dict) or not isinstance(delta.get("content"), str):
        return False
    return (
        type(choice.get("index")) is int
        and all(value is None for name, value in choice.items() if name not in ("delta", "index"))
        and all(value is None for name, value in delta.items() if name not in ("content", "role"))
        and isinstance(delta.get("role"), (str, type(None)))
        and all(isinstance(value, _SCALARS) for name, value in chunk.items() if name != "choices")
    )


def _frame(data: bytes, chunk: dict[str, Any], names: Iterable[str]) -> tuple[list[str], list[bytes]] | None:
    """Return the names of an event's texts, in the order in which they stand there, and the bytes around them.

    Returns:
        `None` unless it is proved that the texts stand where they seem to.
    """
    choice = chunk["choices"][0]
    texts = {**chunk, "content": choice["delta"]["content"]}
    spans = []
    for name in names:
        text = texts[name].encode("utf-8", "surrogatepass")
        found = re.search(rb'"%s": ?"(%s)"' % (name.encode(), re.escape(text)), data)
        if found is None or _plain(text) is None:
            return None
        spans.append((*found.span(1), name))
    spans.sort()
    starts, ends, ordered = zip(*spans, strict=True)
    pieces = [data[start:end] for start, end in zip((0, *ends), (*starts, len(data)), strict=True)]
    probes = {name: f"probe-{name}" for name in ordered}
    filled = [probe.encode() + piece for probe, piece in zip(probes.values(), pieces[1:], strict=True)]
    content = probes.pop("content")
    expected = {**chunk, **probes, "choices": [{**choice, "delta": {**choice["delta"], "content": content}}]}
    return (list(ordered), pieces) if loads(b"".join([pieces[0], *filled])) == expected else None
