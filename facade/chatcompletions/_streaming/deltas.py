"""Merging of the pieces of a stream into a message or a tool call."""

from __future__ import annotations

from typing import Any

#: Members whose text comes whole, if repeatedly, rather than in pieces.
_UNSPLIT = frozenset({"id", "type", "role", "object", "format"})
_CONTAINERS = frozenset({dict, list})


class Pieces(list[str]):
    """The pieces of a text, each of which is joined to those before it once, when the text is asked for."""

    _text = ""
    _joined = 0

    def text(self) -> str:
        """Return the text so far: two halves of a character become one, and half a character becomes U+FFFD."""
        if self._joined < len(self):
            added = "".join(self[self._joined :])
            if not _has_no_halves(added):
                if "\ud800" <= added[-1] <= "\udbff":  # its other half may come
                    return joined_text([self._text, added])
                added = joined_text([added])
            # Nothing else refers to the text in this moment, so that Python adds to it in place.
            text, self._text = self._text, ""
            text += added
            self._text, self._joined = text, len(self)
        return self._text


class Items(list[Any]):
    """The items of a list. Those that have an index come in pieces, which are merged; the others come whole."""

    def __init__(self, items: list[Any]) -> None:
        super().__init__()
        # The latest item with an index, and the latest of each type.
        self._latest: dict[tuple[int, str | None], dict[str, Any]] = {}
        self.add(items)

    def add(self, items: list[Any]) -> None:
        """Add items, or pieces of them."""
        for item in items:
            index = item.get("index") if isinstance(item, dict) else None
            if type(index) is int:
                merge(self._item(index, item), item)
            else:
                self.append(copied(item))

    def _item(self, index: int, piece: dict[str, Any]) -> dict[str, Any]:
        kind = piece.get("type") if isinstance(piece.get("type"), str) else None
        item = self._latest.get((index, kind)) or self._latest.get((index, None))
        # Some servers count the items of each type from 0, and give an index to several that have ids.
        if item is None or _differ(item, piece, "type") or _differ(item, piece, "id"):
            item = {}
            self.append(item)
        self._latest[index, kind] = self._latest[index, None] = item
        return item


def _differ(item: dict[str, Any], piece: dict[str, Any], name: str) -> bool:
    return bool(item.get(name) and piece.get(name)) and item[name] != piece[name]


def merge(target: dict[str, Any], piece: dict[str, Any]) -> None:
    """Add the members of a piece to an object; see `merge_member`."""
    for name, value in piece.items():
        merge_member(target, name, value)


def merge_member(target: dict[str, Any], name: str, value: Any) -> None:
    """Add a value to a member of an object: text, lists and objects grow; anything else is replaced."""
    known = target.get(name)
    if isinstance(value, str) and name not in _UNSPLIT:
        if not isinstance(known, Pieces):
            target[name] = Pieces([value] if value else ())
        elif name != "name":
            if value:
                known.append(value)
        elif value != (so_far := "".join(known)):  # a name comes whole, and from some servers again in every piece
            target[name] = Pieces([so_far + value])
    elif isinstance(value, dict):
        if not isinstance(known, dict):
            target[name] = known = {}
        merge(known, value)
    elif isinstance(value, list) and isinstance(known, Items):
        known.add(value)
    elif known is None or (value is not None and (name not in _UNSPLIT or known == "")):
        target[name] = Items(value) if isinstance(value, list) else copied(value)


def joined(value: Any) -> Any:
    """Return a copy of a value in which the pieces of each text are joined."""
    if isinstance(value, Pieces):
        return value.text()
    if isinstance(value, dict):
        return {name: joined(item) for name, item in value.items()}
    if isinstance(value, Items):
        return [joined(item) for item in value]
    return value.copy() if isinstance(value, list) else value


def joined_text(pieces: list[str]) -> str:
    """Join the pieces of a text: two halves of a character become one, and half a character becomes U+FFFD."""
    text = "".join(pieces)
    return text if _has_no_halves(text) else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _has_no_halves(text: str) -> bool:
    # JSON can escape the two halves of a character that UTF-16 has one by one, and some servers cut between them.
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class WholeCharacters:
    """The pieces of a text as they come, but never half a character: it is held back until its other half comes."""

    def __init__(self) -> None:
        self._half = ""

    def add(self, piece: str) -> str:
        """Return the text that a piece adds."""
        if not self._half and _has_no_halves(piece):
            return piece
        text = self._half + piece
        self._half = text[-1] if "\ud800" <= text[-1] <= "\udbff" else ""
        return joined_text([text.removesuffix(self._half)])

    def rest(self) -> str:
        """Return the text at the end: U+FFFD if half a character is left."""
        return joined_text([self._half])


def copied(value: Any) -> Any:
    """Copy a value of a chunk, because the model that is read from the chunk takes the chunk's own."""
    if isinstance(value, dict):
        return {name: copied(item) if item.__class__ in _CONTAINERS else item for name, item in value.items()}
    if isinstance(value, list):
        return [copied(item) if item.__class__ in _CONTAINERS else item for item in value]
    return value
