"""Assembly of streamed tool calls from their pieces.

It copes with all that servers send: the pieces of a call under one index; one index or none for several calls, which
differ by their id, by their name, or only because each comes whole; an id and a name repeated in every piece; another
id in each piece.
"""

from __future__ import annotations

from typing import Any

from chatcompletions._json import loads

from .deltas import Pieces, joined, merge_member

#: The members of a tool call that hold the name of its function or tool, each with the text that comes in pieces.
_TEXTS = (("function", "arguments"), ("custom", "input"))


class ToolCalls:
    """The tool calls of one choice so far: `add` each piece, then call `completed`."""

    def __init__(self) -> None:
        self._calls: list[tuple[int | None, dict[str, Any]]] = []
        self._latest: dict[int | None, dict[str, Any]] = {}
        self._by_id: dict[tuple[int | None, str], dict[str, Any]] = {}
        self._arguments: dict[int | None, Pieces] = {}

    def add(self, piece: dict[str, Any]) -> None:
        """Add one piece of a call."""
        index, function = piece.get("index"), piece.get("function")
        if not isinstance(index, int):
            index = None
        elif len(piece) == 2 and isinstance(function, dict) and len(function) == 1 and index in self._arguments:
            text = function.get("arguments")
            if isinstance(text, str):  # as in nearly every piece
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
        """Add a piece that has nothing but this text for the arguments of a call."""
        if index not in self._arguments:  # not any more, because another piece had arguments that were no text
            self.add({"index": index, "function": {"arguments": text}})
        elif text:
            self._arguments[index].append(text)

    def _call_of(self, index: int | None, piece: dict[str, Any]) -> dict[str, Any]:
        call_id = str(piece["id"]) if piece.get("id") else None
        call = self._latest.get(index)
        # With servers that number every parallel call 0, or none, the calls differ by id, or else by name.
        if call is not None:
            if call_id is not None and call.get("id"):
                # Some servers give each piece another id; but a new call has a name.
                call = self._by_id.get((index, call_id)) or (call if _only_adds_text(piece) else None)
            elif _begins_another(call, piece):
                call = None
        if call is None:
            call = {}
            self._calls.append((index, call))
        self._latest[index] = call
        if call_id is not None:
            self._by_id[index, call_id] = call
        return call

    def completed(self) -> list[dict[str, Any]]:
        """Return the calls, sorted by their index."""
        return [_with_type(joined(call)) for _, call in sorted(self._calls, key=_by_index)]


def _with_type(call: dict[str, Any]) -> dict[str, Any]:
    # The type is optional in a stream, but in a completion it decides the class of the call.
    kinds = [kind for kind, _ in _TEXTS if kind in call]
    return {**call, "type": kinds[0]} if kinds and not call.get("type") else call


def _by_index(call: tuple[int | None, dict[str, Any]]) -> float:
    return call[0] if isinstance(call[0], int) else float("inf")


def _only_adds_text(piece: dict[str, Any]) -> bool:
    """Tell whether a piece adds to the text of a call, and has no name."""
    new = [(piece[kind], text) for kind, text in _TEXTS if isinstance(piece.get(kind), dict)]
    return any(member.get(text) and not member.get("name") for member, text in new)


def _begins_another(call: dict[str, Any], piece: dict[str, Any]) -> bool:
    """Tell whether a piece begins another call, after one that has its name and some text already.

    It has another name, or the same one with new arguments after complete ones: servers that number no calls
    send each in one piece.
    """
    for kind, text in _TEXTS:
        known, new = call.get(kind), piece.get(kind)
        if isinstance(known, dict) and isinstance(new, dict) and (name := new.get("name")):
            name_so_far = joined(known.get("name"))
            if not name_so_far or not known.get(text):
                return False
            return bool(name != name_so_far or (_begins_object(new.get(text)) and _is_complete_object(known[text])))
    return False


def _begins_object(arguments: Any) -> bool:
    return isinstance(arguments, dict) or (isinstance(arguments, str) and arguments.lstrip().startswith("{"))


def _is_complete_object(arguments: Any) -> bool:
    """Tell whether arguments that came in one piece are a JSON object."""
    if not isinstance(arguments, Pieces):
        return isinstance(arguments, dict)
    if len(arguments) != 1 or not arguments[0].rstrip().endswith("}"):
        return False
    try:
        return isinstance(loads(arguments[0].encode("utf-8", "surrogatepass")), dict)
    except ValueError:
        return False
