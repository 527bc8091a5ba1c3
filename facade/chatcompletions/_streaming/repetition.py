"""Read the events of a stream that repeat the one before them but for their text.

So does nearly every event of a streamed text: its bytes differ in the text that it adds, the answer's, that of a
member such as ``reasoning_content`` or of a tool call's arguments, in the padding called ``obfuscation`` where a server
sends that, and with some servers in the id. Such an event is not parsed. What parsing it would give is made from what
the last one gave, with the new text in its place. That the text stands where it seems to is proved beforehand, by
parsing the event once with probes there; everything else about it is the same, byte for byte.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from chatcompletions._json import loads

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chatcompletions._answers.chunk import ChatCompletionChunk

#: How many patterns in a row may fail to recur before a stream is left alone.
_PATIENCE = 8
_SCALARS = (str, int, float, bool, type(None))
#: What the chunk around a delta may have too, where it is no text that grows.
_NOT_GROWING = frozenset({"id", "obfuscation"})
#: The inside of a JSON string, up to the quote that ends it.
_INSIDE = re.compile(rb'((?:[^"\\]++|\\.)*+)"', re.DOTALL)


class Place(NamedTuple):
    """Where in a message the text of an event goes."""

    choice: int
    """The index of the choice."""
    member: str
    """The member of its message."""
    call: int | None = None
    """The index of the tool call whose arguments grow, where they do."""


class Repetition:
    """What the events of one stream have in common, learned from those that were parsed."""

    def __init__(self) -> None:
        self._pattern: _Pattern | None = None
        self._patience = _PATIENCE
        self._ids: set[Any] = set()

    def read(self, data: bytes) -> tuple[Place, str, ChatCompletionChunk] | None:
        """Read an event that repeats the last one but for its text.

        Args:
            data: The event's data.

        Returns:
            Where the text goes that the event adds, that text, and the chunk; `None` if the event must be parsed.
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
        place, beside = _growing(chunk), ["obfuscation", "id"] if len(self._ids) > 1 else ["obfuscation"]
        beside = [name for name in beside if isinstance(chunk.get(name), str)]
        frame = _frame(data, chunk, place, beside) if place and _holds(model, place, beside) else None
        self._pattern = _Pattern(*frame, place, model) if frame and place else None


class _Pattern:
    """The bytes around the texts of an event, and the models that hold them."""

    def __init__(self, names: list[str], pieces: list[bytes], place: Place, model: ChatCompletionChunk) -> None:
        self._head, self._tail = pieces[0], pieces[-1]
        self._shortest = sum(map(len, pieces))
        # Reading takes away each text with the quote behind it.
        self._before = [pieces[0], *(piece[1:] for piece in pieces[1:-1])]
        self._last = pieces[-1][1:]
        self._place, self._at = place, names.index(place.member)
        others = [(at, other) for at, other in enumerate(names) if other != place.member]
        # A member that the pinned spec does not have is among what came beyond the fields.
        self._fields = [(at, other) for at, other in others if other not in model.additional_properties]
        self._beyond = [(at, other) for at, other in others if other in model.additional_properties]
        # Copied, because the model goes to the caller.
        self._chunk: Any = model._copy()
        self._choice: Any = model.choices[0]._copy()
        delta: Any = model.choices[0].delta
        self._delta: Any = delta._copy()
        self._member = place.member
        self._call: Any = None if place.call is None else delta.tool_calls[0]._copy()
        self._function: Any = None if place.call is None else delta.tool_calls[0].function._copy()
        self._is_beyond = place.member in self._delta.additional_properties
        self.recurred = False

    def frames(self, data: bytes) -> bool:
        """Tell whether these bytes stand around whatever texts an event has."""
        return len(data) >= self._shortest and data.startswith(self._head) and data.endswith(self._tail)

    def read(self, data: bytes) -> tuple[Place, str, ChatCompletionChunk] | None:
        """Return the place, the text and the chunk of an event; `None` if it must be parsed."""
        texts = []
        rest = data
        for piece in self._before:
            behind = rest.removeprefix(piece)
            if len(behind) == len(rest):
                return None
            inside, _, rest = behind.partition(b'"')
            text = _plain(inside)
            if text is None:
                escaped = _escaped(behind)
                if escaped is None:
                    return None
                text, rest = escaped
            texts.append(text)
        if rest != self._last:
            return None
        self.recurred = True
        delta, choice, chunk = self._delta._copy(), self._choice._copy(), self._chunk._copy()
        grown = texts[self._at]
        if self._member == "content":  # as nearly always
            delta.content = grown
        elif self._call:
            function, call = self._function._copy(), self._call._copy()
            function.arguments, call.function, delta.tool_calls = grown, function, [call]
        elif self._is_beyond:
            delta.additional_properties[self._member] = grown
        else:
            setattr(delta, self._member, grown)
        choice.delta = delta
        chunk.choices = [choice]
        for at, name in self._fields:
            setattr(chunk, name, texts[at])
        for at, name in self._beyond:
            chunk.additional_properties[name] = texts[at]
        return self._place, grown, chunk


def _plain(inside: bytes) -> str | None:
    """Return what stands between two quotes in JSON, if it stands there as it is."""
    try:
        text = inside.decode()
    except UnicodeDecodeError:
        return None
    # What is printable does, but for this one.
    return text if text.isprintable() and "\\" not in text else None


def _escaped(data: bytes) -> tuple[str, bytes] | None:
    """Return what the JSON string says whose first quote stands before these bytes, and what is behind its last."""
    found = _INSIDE.match(data)
    if found is None:
        return None
    try:
        return loads(b'"%b"' % found[1]), data[found.end() :]
    except ValueError:
        return None


def _growing(chunk: dict[str, Any]) -> Place | None:
    """Return where in a message a chunk adds text, if that is all that it says of its one choice."""
    choices = chunk.get("choices")
    if not isinstance(choices, list) or len(choices) != 1 or not isinstance(choices[0], dict):
        return None
    choice, delta = choices[0], choices[0].get("delta")
    if not isinstance(delta, dict):
        return None
    texts = {name: value for name, value in delta.items() if value is not None and name != "role"}
    # Some servers say with every thought that the answer is still empty.
    spoken = [name for name, value in texts.items() if value != ""] or [name for name in texts if name == "content"]
    if len(spoken) != 1 or spoken[0] in _NOT_GROWING:
        return None
    call = _growing_call(texts[spoken[0]]) if spoken[0] == "tool_calls" else None
    says_nothing_else = (
        (call is not None or isinstance(texts[spoken[0]], str))
        and type(choice.get("index")) is int
        and all(value is None for name, value in choice.items() if name not in ("delta", "index"))
        and isinstance(delta.get("role"), (str, type(None)))
        and all(isinstance(value, _SCALARS) for name, value in chunk.items() if name != "choices")
    )
    return Place(choice["index"], spoken[0], call) if says_nothing_else else None


def _growing_call(calls: Any) -> int | None:
    """Return the index of the one tool call of which a chunk has a piece of the arguments and nothing else."""
    match calls:
        case [{"index": int(index), "function": {"arguments": str()} as function, **rest}]:
            return index if len(function) == 1 and not rest and type(index) is int else None
    return None


def _holds(model: ChatCompletionChunk, place: Place, beside: Iterable[str]) -> bool:
    """Tell whether a chunk and its delta have these members by their own names, as fields or beyond them."""
    delta = getattr(model.choices[0], "delta", None)
    if place.call is None:
        return _has(model, beside) and _has(delta, [place.member])
    calls: Any = getattr(delta, place.member, None)
    return _has(model, beside) and bool(calls) and _has(getattr(calls[0], "function", None), ["arguments"])


def _has(model: Any, names: Iterable[str]) -> bool:
    beyond = getattr(model, "additional_properties", None)  # an object that no class was found for has none
    return beyond is not None and all(name in beyond or hasattr(model, name) for name in names)


def _frame(
    data: bytes, chunk: dict[str, Any], place: Place, beside: Iterable[str]
) -> tuple[list[str], list[bytes]] | None:
    """Return the names of an event's texts, in the order in which they stand there, and the bytes around them.

    Returns:
        `None` unless it is proved that the texts stand where they seem to.
    """
    members = {place.member: place.member if place.call is None else "arguments", **{name: name for name in beside}}
    spans = []
    for name, member in members.items():
        quoted = re.escape(member.encode("utf-8", "surrogatepass"))
        found = re.search(rb'"%b": ?"%b' % (quoted, _INSIDE.pattern), data, _INSIDE.flags)
        if found is None:
            return None
        spans.append((*found.span(1), name))
    spans.sort()
    starts, ends, ordered = zip(*spans, strict=True)
    pieces = [data[start:end] for start, end in zip((0, *ends), (*starts, len(data)), strict=True)]
    probes = {name: f"probe-{number}" for number, name in enumerate(ordered)}
    filled = [probe.encode() + piece for probe, piece in zip(probes.values(), pieces[1:], strict=True)]
    proof = loads(b"".join([pieces[0], *filled]))
    return (list(ordered), pieces) if proof == _with_texts(chunk, place, probes) else None


def _with_texts(chunk: dict[str, Any], place: Place, texts: dict[str, str]) -> dict[str, Any]:
    """Return a chunk with these texts in the place of its own."""
    text: Any = texts.pop(place.member)
    if place.call is not None:
        text = [{"index": place.call, "function": {"arguments": text}}]
    choice = chunk["choices"][0]
    return {**chunk, **texts, "choices": [{**choice, "delta": {**choice["delta"], place.member: text}}]}
