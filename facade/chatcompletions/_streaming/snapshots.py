"""What all events of a stream share: texts and tokens that grow, of which each event shows its own part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, overload

from chatcompletions._generated import models
from chatcompletions._json import loads

from .deltas import Pieces, WholeCharacters, copied
from .partial_json import MISSING, PartialJSON

if TYPE_CHECKING:
    from chatcompletions_api.models import ChatCompletionTokenLogprob


class Text:
    """A text that grows, by whole characters.

    Args:
        adapter: The type of its JSON value, if it has one.
    """

    def __init__(self, adapter: Any = None) -> None:
        self.length = 0
        self.has_begun = False
        self.is_done = False
        self._pieces = Pieces()
        self._characters = WholeCharacters()
        self._adapter = adapter
        self._json = PartialJSON()
        self._json_length = 0
        self._value: Any = MISSING

    def add(self, piece: str) -> str:
        """Add a piece, and return it, but for half a character, which comes with its other half."""
        self.has_begun = True
        added = self._characters.add(piece)
        if added:
            self._pieces.append(added)
            self.length += len(added)
            self.is_done = False
        return added

    def rest(self) -> str:
        """Return the piece that is to be added at the end: U+FFFD if half a character is left."""
        rest, self._characters = self._characters.rest(), WholeCharacters()
        return rest

    def until(self, length: int) -> str:
        """Return the text as it was when it had a length."""
        return self._pieces.text()[:length]

    def parsed(self, length: int) -> Any:
        """Return the JSON value of the text as it was when it had a length; `None` if there is none.

        Of a long text the last few characters are left out, so that the copies of what is still open do not grow with
        the square of the length.
        """
        length -= length % (1 << max(0, length.bit_length() - 16))
        value = self._read_json(length) if length >= self._json_length else _read(PartialJSON(), self.until(length))
        if value is MISSING or self._adapter is None:
            return None if value is MISSING else value
        return self._adapter.unwrap(value)

    def _read_json(self, length: int) -> Any:
        if length > self._json_length:
            self._value = _read(self._json, self.until(length)[self._json_length :])
            self._json_length = length
        return self._value

    @property
    def is_whole_json(self) -> bool:
        """Whether the text is a whole JSON value already."""
        self._read_json(self.length)
        return self._json.is_whole


def _read(reader: PartialJSON, added: str) -> Any:
    try:
        return reader.read(added)
    except ValueError:
        return MISSING


def json_value(text: str) -> Any:
    """Return the JSON value of a text, `None` if it is none."""
    try:
        return loads(text.encode())
    except ValueError:
        return None


class Tokens:
    """The tokens of a text, with their log probabilities; they are read when they are asked for, each once."""

    def __init__(self) -> None:
        self.count = 0
        self.is_done = False
        self._raw: list[Any] = []
        self._read: list[Any] = []

    def add(self, raw: list[Any]) -> None:
        """Take the list to which the assembly adds the tokens, as long as it is now."""
        self._raw, self.count = raw, len(raw)
        self.is_done = False

    def between(self, start: int, end: int) -> list[ChatCompletionTokenLogprob]:
        """Return the tokens from one count to another."""
        for raw in self._raw[len(self._read) : end]:
            token = copied(raw)
            is_object = isinstance(token, dict)
            self._read.append(models.ChatCompletionTokenLogprob.from_dict(token) if is_object else token)
        return self._read[start:end]

    def until(self, count: int) -> Sequence[ChatCompletionTokenLogprob]:
        """Return a view of the first tokens."""
        self.between(count, count)
        return _Beginning(self._read, count)


class _Beginning(Sequence[Any]):
    """A view of the beginning of a list that only grows."""

    def __init__(self, items: list[Any], length: int) -> None:
        self._items, self._length = items, length

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return [self._items[at] for at in range(*index.indices(self._length))]
        return self._items[range(self._length)[index]]

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, list | _Beginning) else NotImplemented

    __hash__ = None  # type: ignore[assignment] # like a list's

    def __repr__(self) -> str:
        return repr(list(self))
