"""Put streamed tool calls together.

It reads what servers really send: pieces of one call under one index, one index or none for calls that differ in their
id, in their name, or only in coming whole, an id and a name repeated in every piece, or each piece with another id.
"""

from __future__ import annotations

from typing import Any

from chatcompletions._json import loads

from .deltas import Pieces, joined, merge_member

#: The members of a tool call that name what it calls, and the text of each that comes in pieces.
_TEXTS = (("function", "arguments"), ("custom", "input"))


class ToolCalls:
    """The tool calls of one choice so far: `add` each piece, then take them with `completed`."""

    def __init__(self) -> None:
        self._calls: list[tuple[int | None, dict[str, Any]]] = []
        self._latest: dict[int | None, dict[str, Any]] = {}
        self._by_id: dict[tuple[int | None, str], dict[str, Any]] = {}
        self._arguments: dict[int | None, Pieces] = {}

    def add(self, piece: dict[str, Any]) -> None:
        """Take one more piece of a call."""
        index, function = piece.get("index"), piece.get("function")
        if not isinstance(index, int):
            index = None
        elif len(piece) == 2 and isinstance(function, dict) and len(function) == 1 and index in self._arguments:
            text = function.get("arguments")
            if isinstance(text, str):  # what nearly every piece is
                self.add_arguments(index, text)
                return
        call = self._call_of(index, piece)
        for name, value in piece.items():
            if name != "index":
                merge_member(call, name, value)
        function = call.get("function")
        arguments = function.get("arguments") if isinstance(function, dict) else None
        if isinstance(arguments, Pieces):
            self._arguments[index] = arguments
        else:
            self._arguments.pop(index, None)

    def add_arguments(self, index: int, text: str) -> None:
        """Take a piece that adds this text to the arguments of a call, and says nothing else."""
        if index not in self._arguments:  # any more, as those of another piece were no text
            self.add({"index": index, "function": {"arguments": text}})
        elif text:
            self._arguments[index].append(text)

    def _call_of(self, index: int | None, piece: dict[str, Any]) -> dict[str, Any]:
        call_id = str(piece["id"]) if piece.get("id") else None
        call = self._latest.get(index)
        # Servers that count every parallel call as 0, or not at all, still tell them apart by id, or else by name.
        if call is not None:
            if call_id is not None and call.get("id"):
                # Some servers give each piece another id; a call of its own names what it calls.
                call = self._by_id.get((index, call_id)) or (call if _only_adds_text(piece) else None)
            elif _names_another(call, piece):
                call = None
        if call is None:
            call = {}
            self._calls.append((index, call))
        self._latest[index] = call
        if call_id is not None:
            self._by_id[index, call_id] = call
        return call

    def completed(self) -> list[dict[str, Any]]:
        """Return the calls, by their index."""
        return [_typed(joined(call)) for _, call in sorted(self._calls, key=_by_index)]


def _typed(call: dict[str, Any]) -> dict[str, Any]:
    # The type is optional in a stream, and tells in a completion which class the call has.
    kinds = [kind for kind, _ in _TEXTS if kind in call]
    return {**call, "type": kinds[0]} if kinds and not call.get("type") else call


def _by_index(call: tuple[int | None, dict[str, Any]]) -> float:
    return call[0] if isinstance(call[0], int) else float("inf")


def _only_adds_text(piece: dict[str, Any]) -> bool:
    """Tell whether a piece adds to the text of a call, and does not say whose."""
    new = [(piece[kind], text) for kind, text in _TEXTS if isinstance(piece.get(kind), dict)]
    return any(member.get(text) and not member.get("name") for member, text in new)


def _names_another(call: dict[str, Any], piece: dict[str, Any]) -> bool:
    """Tell whether a piece is of another call than the one so far, which has its name and some text already.

    It names another function, or the same one with arguments of its own behind whole ones: servers that number no calls
    send each in one piece.
    """
    for kind, text in _TEXTS:
        known, new = call.get(kind), piece.get(kind)
        if isinstance(known, dict) and isinstance(new, dict) and (name := new.get("name")):
            name_so_far = joined(known.get("name"))
            if not name_so_far or not known.get(text):
                return False
            return bool(name != name_so_far or (_begins_object(new.get(text)) and _is_whole(known[text])))
    return False


def _begins_object(arguments: Any) -> bool:
    return isinstance(arguments, dict) or (isinstance(arguments, str) and arguments.lstrip().startswith("{"))


def _is_whole(arguments: Any) -> bool:
    """Tell whether arguments that came in one piece are a JSON object."""
    if not isinstance(arguments, Pieces):
        return isinstance(arguments, dict)
    if len(arguments) != 1 or not arguments[0].rstrip().endswith("}"):
        return False
    try:
        return isinstance(loads(arguments[0].encode("utf-8", "surrogatepass")), dict)
    except ValueError:
        return False
