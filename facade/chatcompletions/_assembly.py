"""Put a streamed completion together again, chunk by chunk.

It works on the JSON of the chunks, and reads what servers really send: pieces of one tool call under one index, an
index twice in a chunk or missing, an id and a name repeated in every piece, fields that the spec does not have.
"""

from __future__ import annotations

import base64
from typing import Any

#: Members of a chunk that say nothing of the completion.
_CHUNK_ONLY = frozenset({"object", "choices", "obfuscation"})
#: Text that comes whole, if repeatedly, rather than in pieces.
_WHOLE = frozenset({"id", "type", "role", "object"})
_NESTS = frozenset({dict, list})


class Assembly:
    """The completion so far: `add` each chunk, then take it with `completion`."""

    def __init__(self) -> None:
        self._head: dict[str, Any] = {}
        self._names: set[str] = set()
        self._open: dict[str, Any] = {}
        self._choices: dict[int, _Choice] = {}

    def add(self, chunk: dict[str, Any]) -> None:
        """Take one more chunk, the JSON object of an event."""
        # Most chunks say nothing new but their choices.
        if not chunk.keys() <= self._names:
            self._add_head(chunk)
        else:
            for name, value in self._open.items():
                if chunk.get(name) != value:
                    self._add_head(chunk)
                    break
        choices = chunk.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            if isinstance(choice, dict):
                index = choice.get("index")
                key = index if isinstance(index, int) else 0
                if key not in self._choices:
                    self._choices[key] = _Choice()
                self._choices[key].add(choice)

    def add_text(self, index: int, name: str, text: str) -> None:
        """Take a chunk that repeats one taken before, but adds this text to a member of a choice's message."""
        self._choices[index].add_text(name, text)

    def _add_head(self, chunk: dict[str, Any]) -> None:
        head = self._head
        self._names.update(chunk)
        for name, value in chunk.items():
            if name in _CHUNK_ONLY:
                continue
            # Some servers give each chunk another id, so the first word on a member stands; others count up the usage
            # in every chunk, where the last word is the one that counts.
            if name not in head or (value is not None and (name == "usage" or _is_unsaid(name, head[name]))):
                head[name] = _copied(value)
        self._open = {name: value for name, value in head.items() if name == "usage" or _is_unsaid(name, value)}

    @property
    def finished(self) -> bool:
        """Whether every choice that was seen has its finish reason."""
        return bool(self._choices) and all(choice.finish_reason for choice in self._choices.values())

    @property
    def empty(self) -> bool:
        """Whether no chunk was added."""
        return not self._names

    def completion(self) -> dict[str, Any]:
        """Return the JSON object that an unstreamed call would have returned."""
        choices = [choice.completed(index) for index, choice in sorted(self._choices.items())]
        head = self._head.copy()
        if head.get("usage", 0) is None:
            del head["usage"]  # null there says that it comes with a later chunk
        return {**head, "object": "chat.completion", "choices": choices}


def _is_unsaid(name: str, value: Any) -> bool:
    # Azure begins a stream with a chunk that is empty but for its findings about the prompt.
    return value is None or value == "" or (name == "created" and value == 0)


class _Choice:
    def __init__(self) -> None:
        self.finish_reason: str | None = None
        self._content: list[str] = []
        self._audio: list[str] = []
        self._tool_calls: list[tuple[int | None, dict[str, Any]]] = []
        self._last_calls: dict[int | None, dict[str, Any]] = {}
        self._calls_by_id: dict[tuple[int | None, str], dict[str, Any]] = {}
        self._arguments: dict[int | None, _Pieces] = {}
        self._message: dict[str, Any] = {}
        self._given: dict[str, Any] = {}
        self._logprobs: dict[str, Any] = {}
        self._latest: dict[str, Any] = {}

    def add_text(self, name: str, text: str) -> None:
        if name == "content":
            self._content.append(text)
        else:
            _merge_member(self._message, name, text)

    def add(self, choice: dict[str, Any]) -> None:
        for name, value in choice.items():
            if value is None or name == "index":
                continue
            if name == "delta":
                if isinstance(value, dict):
                    self._add_delta(value)
            elif name == "finish_reason":
                self.finish_reason = value or self.finish_reason
            elif name == "logprobs" and isinstance(value, dict):
                _merge(self._logprobs, value)
            elif name == "message" and isinstance(value, dict):
                self._given.update((k, _copied(v)) for k, v in value.items() if v or k not in self._given)
            else:
                self._latest[name] = _copied(value)

    def _add_delta(self, delta: dict[str, Any]) -> None:
        for name, value in delta.items():
            if value is None:
                continue
            if name == "content" and isinstance(value, str):
                self._content.append(value)
            elif name == "tool_calls" and isinstance(value, list):
                for piece in value:
                    if isinstance(piece, dict):
                        self._add_tool_call(piece)
            elif name == "audio" and isinstance(value, dict):
                data = value.get("data")
                if isinstance(data, str):
                    self._audio.append(data)
                _merge_member(self._message, name, {k: v for k, v in value.items() if k != "data"})
            else:
                _merge_member(self._message, name, value)

    def _add_tool_call(self, piece: dict[str, Any]) -> None:
        index, function = piece.get("index"), piece.get("function")
        if not isinstance(index, int):
            index = None
        elif len(piece) == 2 and isinstance(function, dict) and len(function) == 1 and index in self._arguments:
            text = function.get("arguments")
            if isinstance(text, str):  # what nearly every piece is
                self._arguments[index].append(text)
                return
        call = self._call_of(index, piece)
        for name, value in piece.items():
            if name != "index":
                _merge_member(call, name, value)
        function = call.get("function")
        arguments = function.get("arguments") if isinstance(function, dict) else None
        if isinstance(arguments, _Pieces):
            self._arguments[index] = arguments
        else:
            self._arguments.pop(index, None)

    def _call_of(self, index: int | None, piece: dict[str, Any]) -> dict[str, Any]:
        call_id = str(piece["id"]) if piece.get("id") else None
        call = self._last_calls.get(index)
        # Servers that count every parallel call as 0, or not at all, still tell them apart by id, or else by name.
        if call is not None:
            if call_id is not None and call.get("id"):
                call = self._calls_by_id.get((index, call_id))
            elif _names_another(call, piece):
                call = None
        if call is None:
            call = {}
            self._tool_calls.append((index, call))
        self._last_calls[index] = call
        if call_id is not None:
            self._calls_by_id[index, call_id] = call
        return call

    def completed(self, index: int) -> dict[str, Any]:
        message: dict[str, Any] = {
            "role": "assistant",
            "content": None,
            "refusal": None,
            **_joined(self._message),
        }
        if self._content:
            text = "".join(self._content)
            parts = message["content"]
            # Some servers send parts (thoughts, say) before they go over to plain text.
            message["content"] = [*parts, {"type": "text", "text": text}] if isinstance(parts, list) else text
        if self._tool_calls:
            message["tool_calls"] = [_typed(_joined(call)) for _, call in sorted(self._tool_calls, key=_by_index)]
        for name, value in self._given.items():
            # Some servers add the whole message to the last chunk; it counts where the deltas left something out.
            if not message.get(name):
                message[name] = value
        if self._audio:
            known = message["audio"] if isinstance(message["audio"], dict) else {}
            message["audio"] = {**known, "data": _join_base64(self._audio)}
        return {
            "index": index,
            "finish_reason": self.finish_reason,
            "message": message,
            "logprobs": None,
            **self._latest,
            **({"logprobs": _joined(self._logprobs)} if self._logprobs else {}),
        }


class _Pieces(list[str]):
    """Text that is still growing; joined once, because adding to a string copies it every time."""


def _typed(call: dict[str, Any]) -> dict[str, Any]:
    # The type is optional in a stream, and tells in a completion which class the call has.
    kinds = [kind for kind in ("function", "custom") if kind in call]
    return {**call, "type": kinds[0]} if kinds and not call.get("type") else call


def _by_index(call: tuple[int | None, dict[str, Any]]) -> float:
    return call[0] if isinstance(call[0], int) else float("inf")


def _names_another(call: dict[str, Any], piece: dict[str, Any]) -> bool:
    """Tell whether a piece names another function than the call, which has its name and some text already."""
    for kind, text in (("function", "arguments"), ("custom", "input")):
        known, new = call.get(kind), piece.get(kind)
        if isinstance(known, dict) and isinstance(new, dict) and (name := new.get("name")):
            name_so_far = _joined(known.get("name"))
            return bool(name_so_far and _joined(known.get(text)) and name != name_so_far)
    return False


def _merge(target: dict[str, Any], piece: dict[str, Any]) -> None:
    for name, value in piece.items():
        _merge_member(target, name, value)


def _merge_member(target: dict[str, Any], name: str, value: Any) -> None:
    known = target.get(name)
    if isinstance(value, str) and name not in _WHOLE:
        if not isinstance(known, _Pieces):
            target[name] = _Pieces([value])
        # A function's name comes whole, and with some servers again in every piece.
        elif name != "name" or value != "".join(known):
            known.append(value)
    elif isinstance(value, dict):
        if not isinstance(known, dict):
            target[name] = known = {}
        _merge(known, value)
    elif isinstance(value, list) and isinstance(known, list) and not isinstance(known, _Pieces):
        known.extend(_copied(value))
    elif known is None or (value is not None and (name not in _WHOLE or known == "")):
        target[name] = _copied(value)


def _joined(value: Any) -> Any:
    if isinstance(value, _Pieces):
        return "".join(value)
    if isinstance(value, dict):
        return {name: _joined(item) for name, item in value.items()}
    return value.copy() if isinstance(value, list) else value


def _copied(value: Any) -> Any:
    # Whoever reads the chunk next takes it apart.
    if isinstance(value, dict):
        return {name: _copied(item) if item.__class__ in _NESTS else item for name, item in value.items()}
    if isinstance(value, list):
        return [_copied(item) if item.__class__ in _NESTS else item for item in value]
    return value


def _join_base64(pieces: list[str]) -> str:
    try:
        return base64.b64encode(b"".join(base64.b64decode(p, validate=True) for p in pieces)).decode()
    except ValueError:  # one text, cut anywhere
        return "".join(pieces)
