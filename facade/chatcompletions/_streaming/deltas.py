"""Grow the members of a message, or of a tool call, by what each piece of a stream brings."""

from __future__ import annotations

from typing import Any

#: Text that comes whole, if repeatedly, rather than in pieces.
_WHOLE = frozenset({"id", "type", "role", "object"})
_NESTS = frozenset({dict, list})


class Pieces(list[str]):
    """Text that is still growing; joined once, because adding to a string copies it every time."""


def merge(target: dict[str, Any], piece: dict[str, Any]) -> None:
    """Grow an object by what a piece has under each name."""
    for name, value in piece.items():
        merge_member(target, name, value)


def merge_member(target: dict[str, Any], name: str, value: Any) -> None:
    """Grow one member of an object: text, lists and objects by what is added; of anything else the newest counts."""
    known = target.get(name)
    if isinstance(value, str) and name not in _WHOLE:
        if not isinstance(known, Pieces):
            target[name] = Pieces([value] if value else ())
        elif name != "name":
            if value:
                known.append(value)
        elif value != (so_far := "".join(known)):  # a name comes whole, and with some servers again in every piece
            known[:] = [so_far + value]
    elif isinstance(value, dict):
        if not isinstance(known, dict):
            target[name] = known = {}
        merge(known, value)
    elif isinstance(value, list) and isinstance(known, list) and not isinstance(known, Pieces):
        known.extend(copied(value))
    elif known is None or (value is not None and (name not in _WHOLE or known == "")):
        target[name] = copied(value)


def joined(value: Any) -> Any:
    """Return a value with each text in one piece."""
    if isinstance(value, Pieces):
        return "".join(value)
    if isinstance(value, dict):
        return {name: joined(item) for name, item in value.items()}
    return value.copy() if isinstance(value, list) else value


def copied(value: Any) -> Any:
    """Copy a value of a chunk, because whoever reads the chunk next takes it apart."""
    if isinstance(value, dict):
        return {name: copied(item) if item.__class__ in _NESTS else item for name, item in value.items()}
    if isinstance(value, list):
        return [copied(item) if item.__class__ in _NESTS else item for item in value]
    return value
