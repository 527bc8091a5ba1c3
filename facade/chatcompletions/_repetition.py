"""Read the events of a stream that repeat the one before them but for their text.

So does nearly every event of a streamed text: its bytes differ in the text that it adds, and in the padding called
``obfuscation`` where a server sends that. Such an event is not parsed. What parsing it would give is made from what
the last one gave, with the new text in its place. That the text stands where it seems to is proved beforehand, by
parsing the event once with probes there; everything else about it is the same, byte for byte.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ._json import loads

if TYPE_CHECKING:
    from ._models import ChatCompletionChunk

#: How many patterns in a row may fail to recur before a stream is left alone.
_PATIENCE = 8
_SCALARS = (str, int, float, bool, type(None))


class Repetition:
    """What the events of one stream have in common, learned from those that were parsed."""

    def __init__(self) -> None:
        self._pattern: _Pattern | None = None
        self._patience = _PATIENCE

    def read(self, data: bytes) -> tuple[int, str, ChatCompletionChunk] | None:
        """Read an event that repeats the last one but for its text.

        Args:
            data: The event's data.

        Returns:
            The index of the choice, the text that it adds, and the chunk; `None` if the event must be parsed.
        """
        found = self._pattern.read(data) if self._pattern else None
        if found:
            self._patience = _PATIENCE
        return found

    def learn(self, data: bytes, chunk: dict[str, Any], model: ChatCompletionChunk) -> None:
        """Take an event that was parsed as the one that those behind it may repeat.

        Args:
            data: The event's data.
            chunk: What parsing it gave.
            model: What reading that gave.
        """
        if not self._patience or (self._pattern and self._pattern.frames(data)):
            return
        if texts := _texts(chunk):
            self._patience -= 1
            frame = _frame(data, chunk, texts)
            self._pattern = _Pattern(frame, model) if frame else None


class _Pattern:
    """The bytes around the texts of an event, and the models that hold them."""

    def __init__(self, frame: list[bytes], model: ChatCompletionChunk) -> None:
        self._head, self._tail = frame[0], frame[-1]
        self._middle = frame[1] if len(frame) > 2 else None
        self._size = len(self._head) + len(self._tail)
        choice: Any = model.choices[0]
        self._chunk = _Copies(model, "choices", "obfuscation")
        self._choice = _Copies(choice, "delta")
        self._delta = _Copies(choice.delta, "content")
        self._index: int = choice.index or 0

    def frames(self, data: bytes) -> bool:
        """Tell whether these bytes stand around whatever texts an event has."""
        return data.startswith(self._head) and data.endswith(self._tail) and len(data) >= self._size

    def read(self, data: bytes) -> tuple[int, str, ChatCompletionChunk] | None:
        """Return the index, the text and the chunk of an event; `None` if it must be parsed."""
        if not self.frames(data):
            return None
        inner = data[len(self._head) : len(data) - len(self._tail)]
        padding = None
        if self._middle is not None:
            inner, between, rest = inner.partition(self._middle)
            padding = _plain(rest)
            if not between or padding is None:
                return None
        text = _plain(inner)
        if text is None:
            return None
        choice = self._choice.with_(self._delta.with_(text))
        return self._index, text, self._chunk.with_([choice], padding)


class _Copies:
    """Copies of a model that differ in one or two fields."""

    def __init__(self, model: Any, first: str, second: str = "") -> None:
        names = [field.name for field in type(model).__attrs_attrs__ if field.init]
        self._class = type(model)
        self._values = [getattr(model, name) for name in names]
        self._first = names.index(first)
        # A member that the pinned spec does not have is among what came beyond the fields.
        self._second = names.index(second) if second in names else None
        self._beyond = second
        # Copied, because the model goes to the caller.
        self._extra: dict[str, Any] = model.additional_properties.copy()

    def with_(self, first: Any, second: Any = None) -> Any:
        """Return a copy with a value for the first field and, unless it is `None`, for the second."""
        values = self._values.copy()
        values[self._first] = first
        if second is not None and self._second is not None:
            values[self._second] = second
        model = self._class(*values)
        if self._extra:
            model.additional_properties = self._extra.copy()
            if second is not None and self._second is None:
                model.additional_properties[self._beyond] = second
        return model


def _plain(data: bytes) -> str | None:
    """Return what stands between two quotes in JSON, if it stands there as it is."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return text if _is_plain(text) else None


def _is_plain(text: str) -> bool:
    # What is printable stands for itself in JSON, but for these two.
    return text.isprintable() and '"' not in text and "\\" not in text


def _texts(chunk: dict[str, Any]) -> list[tuple[str, str]] | None:
    """Return name and value of the texts of a chunk that adds text to one choice, and says nothing else of it."""
    choices = chunk.get("choices")
    if not isinstance(choices, list) or len(choices) != 1 or not isinstance(choices[0], dict):
        return None
    choice, delta = choices[0], choices[0].get("delta")
    if not isinstance(delta, dict) or not isinstance(delta.get("content"), str):
        return None
    says_nothing_else = (
        type(choice.get("index")) is int
        and all(value is None for name, value in choice.items() if name not in ("delta", "index"))
        and all(value is None for name, value in delta.items() if name not in ("content", "role"))
        and isinstance(delta.get("role"), (str, type(None)))
        and all(isinstance(value, _SCALARS) for name, value in chunk.items() if name != "choices")
    )
    if not says_nothing_else:
        return None
    texts = [("content", delta["content"])]
    if isinstance(chunk.get("obfuscation"), str):
        texts.append(("obfuscation", chunk["obfuscation"]))
    return texts if all(_is_plain(text) for _, text in texts) else None


def _frame(data: bytes, chunk: dict[str, Any], texts: list[tuple[str, str]]) -> list[bytes] | None:
    """Return the bytes around the texts of an event, if these are proved to stand where they seem to."""
    frame, rest = [], data
    for name, text in texts:
        found = re.search(rb'"%s": ?"(%s)"' % (name.encode(), re.escape(text.encode())), rest)
        if found is None:
            return None
        frame.append(rest[: found.start(1)])
        rest = rest[found.end(1) :]
    frame.append(rest)
    probes = [b"probe-%d" % number for number in range(len(texts))]
    probed = frame[0] + b"".join(probe + piece for probe, piece in zip(probes, frame[1:], strict=True))
    choice = chunk["choices"][0]
    values = [probe.decode() for probe in probes]
    expected = {**chunk, "choices": [{**choice, "delta": {**choice["delta"], "content": values[0]}}]}
    expected.update(zip(["obfuscation"], values[1:], strict=False))
    return frame if loads(probed) == expected else None
