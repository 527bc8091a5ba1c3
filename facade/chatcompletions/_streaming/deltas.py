"""Merging of the pieces of a stream into a message or a tool call."""

from __future__ import annotations

from typing import Any

#: Members whose text comes whole, if repeatedly, rather than in pieces.
_UNSPLIT = frozenset({"id", "type", "role", "object"})
_CONTAINERS = frozenset({dict, list})


class Pieces(list[str]):
    """The pieces of a text, which are joined once, because adding to a string copies it every time."""


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
            known[:] = [so_far + value]
    elif isinstance(value, dict):
        if not isinstance(known, dict):
            target[name] = known = {}
        merge(known, value)
    elif isinstance(value, list) and isinstance(known, list) and not isinstance(known, Pieces):
        known.extend(copied(value))
    elif known is None or (value is not None and (name not in _UNSPLIT or known == "")):
        target[name] = copied(value)


def joined(value: Any) -> Any:
    """Return a copy of a value in which the pieces of each text are joined."""
    if isinstance(value, Pieces):
        return "".join(value)
    if isinstance(value, dict):
        return {name: joined(item) for name, item in value.items()}
    return value.copy() if isinstance(value, list) else value


def copied(value: Any) -> Any:
    """Copy a value of a chunk, because the model that is read from the chunk takes the chunk's own."""
    if isinstance(value, dict):
        return {name: copied(item) if item.__class__ in _CONTAINERS else item for name, item in value.items()}
    if isinstance(value, list):
        return [copied(item) if item.__class__ in _CONTAINERS else item for item in value]
    return value
