"""A fast reader of events that repeat the event before them but for their text.

Nearly every event of a streamed text does: its bytes differ in the text that it adds (the answer's, a member's such as
``reasoning_content``, or that of a tool call's arguments), in the padding called ``obfuscation`` if the server sends
that, and from some servers in the id. Such an event is not parsed: its chunk is a copy of the last one, with the new
text in its place. The position of the text is proved beforehand, by parsing the event once with probes in the place of
its texts; everything else in it is the same, byte for byte.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from chatcompletions._json import loads

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chatcompletions._answers.chunk import ChatCompletionChunk

#: How many patterns in a row may fail to match an event before all further ones are parsed.
_MAX_MISSES = 8
_SCALARS = (str, int, float, bool, type(None))
#: Members of a delta that are not taken for growing text, because the chunk around it may have them, too.
_NOT_TEXT = frozenset({"id", "obfuscation"})
#: The rest of a JSON string after its first quote, up to its last one.
_REST_OF_STRING = re.compile(rb'((?:[^"\\]++|\\.)*+)"', re.DOTALL)


class TextTarget(NamedTuple):
    """The member of a message to which an event adds text.

    Attributes:
        choice: The index of the choice.
        member: The name of the member of its message.
        call: The index of the tool call, if the text belongs to its arguments.
    """

    choice: int
    member: str
    call: int | None = None


class Repetition:
    """A reader of repeated events, which learns from the events that were parsed."""

    def __init__(self) -> None:
        self._pattern: _Pattern | None = None
        self._misses_left = _MAX_MISSES
        self._ids: set[Any] = set()

    def read(self, data: bytes) -> tuple[TextTarget, str, ChatCompletionChunk] | None:
        """Read an event that repeats the last one but for its text.

        Args:
            data: The event's data.

        Returns:
            The target of the text that the event adds, the text, and the chunk; `None` if the event must be parsed.
        """
        return self._pattern.read(data) if self._pattern else None

    def is_new(self, data: bytes, chunk: dict[str, Any]) -> bool:
        """Tell whether a parsed event is one to `learn`.

        Args:
            data: The event's data.
            chunk: The JSON object that it holds.
        """
        pattern = self._pattern
        if pattern and pattern.has_matched:
            self._misses_left = _MAX_MISSES
        return self._misses_left > 0 and _text_target(chunk) is not None and not (pattern and pattern.matches(data))

    def learn(self, data: bytes, chunk: dict[str, Any], model: ChatCompletionChunk) -> None:
        """Learn an event, which the events after it may repeat.

        Args:
            data: The event's data.
            chunk: The JSON object that it holds.
            model: The chunk that was read from the object.
        """
        self._misses_left -= 1
        self._ids.add(chunk.get("id"))
        target, others = _text_target(chunk), ["obfuscation", "id"] if len(self._ids) > 1 else ["obfuscation"]
        others = [name for name in others if isinstance(chunk.get(name), str)]
        frame = _find_frame(data, chunk, target, others) if target and _has_members(model, target, others) else None
        self._pattern = _Pattern(*frame, target, model) if frame and target else None


class _Pattern:
    """The bytes around the texts of an event, and the models to copy for an event that matches."""

    def __init__(self, names: list[str], pieces: list[bytes], target: TextTarget, model: ChatCompletionChunk) -> None:
        self._head, self._tail = pieces[0], pieces[-1]
        self._shortest = sum(map(len, pieces))
        # `read` removes each text with the quote after it.
        self._before = [pieces[0], *(piece[1:] for piece in pieces[1:-1])]
        self._last = pieces[-1][1:]
        self._target, self._at = target, names.index(target.member)
        others = [(at, other) for at, other in enumerate(names) if other != target.member]
        # A member that the pinned spec does not have is no field.
        self._fields = [(at, other) for at, other in others if other not in model.additional_properties]
        self._extra = [(at, other) for at, other in others if other in model.additional_properties]
        # Copied, because the model goes to the caller.
        self._chunk: Any = model._copy()
        self._choice: Any = model.choices[0]._copy()
        delta: Any = model.choices[0].delta
        self._delta: Any = delta._copy()
        self._member = target.member
        self._call: Any = None if target.call is None else delta.tool_calls[0]._copy()
        self._function: Any = None if target.call is None else delta.tool_calls[0].function._copy()
        self._is_extra = target.member in self._delta.additional_properties
        self.has_matched = False

    def matches(self, data: bytes) -> bool:
        """Tell whether an event has these bytes around its texts."""
        return len(data) >= self._shortest and data.startswith(self._head) and data.endswith(self._tail)

    def read(self, data: bytes) -> tuple[TextTarget, str, ChatCompletionChunk] | None:
        """Read an event; see `Repetition.read`."""
        texts = []
        rest = data
        for piece in self._before:
            after = rest.removeprefix(piece)
            if len(after) == len(rest):
                return None
            inside, _, rest = after.partition(b'"')
            text = _literal_text(inside)
            if text is None:
                escaped = _read_string(after)
                if escaped is None:
                    return None
                text, rest = escaped
            texts.append(text)
        if rest != self._last:
            return None
        self.has_matched = True
        delta, choice, chunk = self._delta._copy(), self._choice._copy(), self._chunk._copy()
        added_text = texts[self._at]
        if self._member == "content":  # as nearly always
            delta.content = added_text
        elif self._call:
            function, call = self._function._copy(), self._call._copy()
            function.arguments, call.function, delta.tool_calls = added_text, function, [call]
        elif self._is_extra:
            delta.additional_properties[self._member] = added_text
        else:
            setattr(delta, self._member, added_text)
        choice.delta = delta
        chunk.choices = [choice]
        for at, name in self._fields:
            setattr(chunk, name, texts[at])
        for at, name in self._extra:
            chunk.additional_properties[name] = texts[at]
        return self._target, added_text, chunk


def _literal_text(inside: bytes) -> str | None:
    """Decode the inside of a JSON string, `None` if it may need unescaping."""
    try:
        text = inside.decode()
    except UnicodeDecodeError:
        return None
    # No printable character but the backslash is escaped.
    return text if text.isprintable() and "\\" not in text else None


def _read_string(data: bytes) -> tuple[str, bytes] | None:
    """Read a JSON string, and return it with the bytes after it.

    Args:
        data: The bytes after its first quote.

    Returns:
        `None` if there is no such string.
    """
    match = _REST_OF_STRING.match(data)
    if match is None:
        return None
    try:
        return loads(b'"%b"' % match[1]), data[match.end() :]
    except ValueError:
        return None


def _text_target(chunk: dict[str, Any]) -> TextTarget | None:
    """Return the target of a chunk's text, `None` unless the chunk has one choice that adds text and nothing else."""
    choices = chunk.get("choices")
    if not isinstance(choices, list) or len(choices) != 1 or not isinstance(choices[0], dict):
        return None
    choice, delta = choices[0], choices[0].get("delta")
    if not isinstance(delta, dict):
        return None
    texts = {name: value for name, value in delta.items() if value is not None and name != "role"}
    # Some servers send an empty content with every piece of a thought.
    added = [name for name, value in texts.items() if value != ""] or [name for name in texts if name == "content"]
    if len(added) != 1 or added[0] in _NOT_TEXT:
        return None
    call = _arguments_index(texts[added[0]]) if added[0] == "tool_calls" else None
    is_all = (
        (call is not None or isinstance(texts[added[0]], str))
        and type(choice.get("index")) is int
        and all(value is None for name, value in choice.items() if name not in ("delta", "index"))
        and isinstance(delta.get("role"), (str, type(None)))
        and all(isinstance(value, _SCALARS) for name, value in chunk.items() if name != "choices")
    )
    return TextTarget(choice["index"], added[0], call) if is_all else None


def _arguments_index(calls: Any) -> int | None:
    """Return the index of the one tool call to whose arguments a chunk adds text; `None` if it adds anything else."""
    match calls:
        case [{"index": int(index), "function": {"arguments": str()} as function, **rest}]:
            return index if len(function) == 1 and not rest and type(index) is int else None
    return None


def _has_members(model: ChatCompletionChunk, target: TextTarget, others: Iterable[str]) -> bool:
    """Tell whether a chunk and its delta have these members under the same names, as fields or beyond them."""
    delta = getattr(model.choices[0], "delta", None)
    if target.call is None:
        return _has(model, others) and _has(delta, [target.member])
    calls: Any = getattr(delta, target.member, None)
    return _has(model, others) and bool(calls) and _has(getattr(calls[0], "function", None), ["arguments"])


def _has(model: Any, names: Iterable[str]) -> bool:
    extra = getattr(model, "additional_properties", None)  # an object without a class of its own has none
    return extra is not None and all(name in extra or hasattr(model, name) for name in names)


def _find_frame(
    data: bytes, chunk: dict[str, Any], target: TextTarget, others: Iterable[str]
) -> tuple[list[str], list[bytes]] | None:
    """Find the texts of an event: their names in the order of the texts, and the bytes around them.

    Returns:
        `None` if the position of a text cannot be proved.
    """
    members = {target.member: target.member if target.call is None else "arguments", **{name: name for name in others}}
    spans = []
    for name, member in members.items():
        quoted = re.escape(member.encode("utf-8", "surrogatepass"))
        match = re.search(rb'"%b": ?"%b' % (quoted, _REST_OF_STRING.pattern), data, _REST_OF_STRING.flags)
        if match is None:
            return None
        spans.append((*match.span(1), name))
    spans.sort()
    starts, ends, ordered = zip(*spans, strict=True)
    pieces = [data[start:end] for start, end in zip((0, *ends), (*starts, len(data)), strict=True)]
    probes = {name: f"probe-{number}" for number, name in enumerate(ordered)}
    filled = [probe.encode() + piece for probe, piece in zip(probes.values(), pieces[1:], strict=True)]
    proof = loads(b"".join([pieces[0], *filled]))
    return (list(ordered), pieces) if proof == _with_texts(chunk, target, probes) else None


def _with_texts(chunk: dict[str, Any], target: TextTarget, texts: dict[str, str]) -> dict[str, Any]:
    """Return a copy of a chunk with these texts in the place of its own."""
    text: Any = texts.pop(target.member)
    if target.call is not None:
        text = [{"index": target.call, "function": {"arguments": text}}]
    choice = chunk["choices"][0]
    return {**chunk, **texts, "choices": [{**choice, "delta": {**choice["delta"], target.member: text}}]}
