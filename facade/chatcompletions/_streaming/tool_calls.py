"""Assembly of streamed tool calls from their pieces.

It copes with all that servers send: the pieces of a call under one index; one index or none for several calls, which
differ by their id, by their name, or only because the arguments before are whole; an id and a name repeated in every
piece; another id in each piece.

Without ids, one function called twice is two calls if its name comes again after arguments that are a whole JSON
object, and new arguments follow. Without the name, more text is more text of the same call.
"""

from __future__ import annotations

from typing import Any

from chatcompletions._json import loads

from .deltas import Pieces, joined, merge_member

#: The members of a tool call that hold the name of its function or tool, each with the text that comes in pieces.
TEXTS = (("function", "arguments"), ("custom", "input"))
#: How often arguments may be looked at that turn out not to be whole, so that the work does not grow with their square.
_MAX_TRIES = 100


class ToolCalls:
    """The tool calls of one choice so far: `add` each piece, then call `completed`."""

    def __init__(self) -> None:
        self._calls: list[tuple[int | None, dict[str, Any]]] = []
        self._latest: dict[int | None, dict[str, Any]] = {}
        self._by_id: dict[tuple[int | None, str], dict[str, Any]] = {}
        self._arguments: dict[int | None, Pieces] = {}
        self._named_again: set[int | None] = set()
        self._tries_left = _MAX_TRIES

    def add(self, piece: dict[str, Any]) -> None:
        """Add one piece of a call."""
        index, function = piece.get("index"), piece.get("function")
        if not isinstance(index, int):
            index = None
        elif len(piece) == 2 and isinstance(function, dict) and len(function) == 1 and index in self._arguments:
            text = function.get("arguments")
            if isinstance(text, str):  # as in nearly every piece
                if text:
                    self._arguments[index].append(text)
                return
        call = self._call_of(index, piece)
        for name, value in piece.items():
            if name != "index":
                merge_member(call, name, value)
        function = call.get("function")
        arguments = function.get("arguments") if isinstance(function, dict) else None
        if isinstance(arguments, Pieces) and index not in self._named_again:
            self._arguments[index] = arguments
        else:
            self._arguments.pop(index, None)

    def add_arguments(self, index: int, text: str) -> None:
        """Add a piece that has nothing but this text for the arguments of a call."""
        if index not in self._arguments:  # not any more, because an earlier piece said more, or something else
            self.add({"index": index, "function": {"arguments": text}})
        elif text:
            self._arguments[index].append(text)

    def _call_of(self, index: int | None, piece: dict[str, Any]) -> dict[str, Any]:
        call_id = str(piece["id"]) if piece.get("id") else None
        known = self._latest.get(index)
        # With servers that number every parallel call 0, or none, the calls differ by id, or else by name.
        if known is None:
            call = self._begin(index)
        elif call_id is not None and known.get("id"):
            # Some servers give each piece another id; but a new call has a name.
            same = self._by_id.get((index, call_id)) or (known if _only_adds_text(piece) else None)
            call = same or self._begin(index)
        else:
            call = self._call_without_id(index, known, piece)
        self._latest[index] = call
        if call_id is not None:
            self._by_id[index, call_id] = call
        return call

    def _begin(self, index: int | None, **members: Any) -> dict[str, Any]:
        self._calls.append((index, members))
        return members

    def _call_without_id(self, index: int | None, call: dict[str, Any], piece: dict[str, Any]) -> dict[str, Any]:
        """Return the call that a piece belongs to: the one before it, or a new one.

        It begins another call after one that has its name and some text already: by another name, or by the same one
        and new arguments after whole ones, which may follow the name in a later piece.
        """
        for kind, text in TEXTS:
            known, new = call.get(kind), piece.get(kind)
            if not isinstance(known, dict) or not isinstance(new, dict) or not known.get(text):
                continue
            name_so_far, added = joined(known.get("name")), new.get(text)
            name = new.get("name") if name_so_far else None
            if name and name != name_so_far:
                self._named_again.discard(index)
                return self._begin(index)
            if isinstance(added, str) and not added.strip():
                added = None
            if added is None:
                if name and index not in self._named_again and self._is_whole(known[text]):
                    self._named_again.add(index)
                return call
            is_named_again = name or index in self._named_again
            self._named_again.discard(index)
            if is_named_again and _begins_object(added) and self._is_whole(known[text]):
                return self._begin(index, **{kind: {"name": name_so_far}})
            return call
        return call

    def _is_whole(self, arguments: Any) -> bool:
        """Tell whether arguments are a JSON object."""
        if not isinstance(arguments, Pieces):
            return isinstance(arguments, dict)
        last = arguments[-1].rstrip()
        if not self._tries_left or (last and not last.endswith("}")):
            return False
        try:
            if isinstance(loads("".join(arguments).encode("utf-8", "surrogatepass")), dict):
                return True
        except ValueError:
            pass
        self._tries_left -= 1
        return False

    def completed(self) -> list[dict[str, Any]]:
        """Return the calls, sorted by their index."""
        return [_with_type(joined(call)) for _, call in sorted(self._calls, key=_by_index)]


def _with_type(call: dict[str, Any]) -> dict[str, Any]:
    # The type is optional in a stream, but in a completion it decides the class of the call.
    kinds = [kind for kind, _ in TEXTS if kind in call]
    return {**call, "type": kinds[0]} if kinds and not call.get("type") else call


def _by_index(call: tuple[int | None, dict[str, Any]]) -> float:
    return call[0] if isinstance(call[0], int) else float("inf")


def _only_adds_text(piece: dict[str, Any]) -> bool:
    """Tell whether a piece adds to the text of a call, and has no name."""
    new = [(piece[kind], text) for kind, text in TEXTS if isinstance(piece.get(kind), dict)]
    return any(member.get(text) and not member.get("name") for member, text in new)


def _begins_object(arguments: Any) -> bool:
    return isinstance(arguments, dict) or (isinstance(arguments, str) and arguments.lstrip().startswith("{"))
