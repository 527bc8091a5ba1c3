"""Conversion of a whole completion, with which servers that cannot stream answer, into a chunk."""

from __future__ import annotations

from typing import Any


def as_chunk(completion: dict[str, Any]) -> dict[str, Any]:
    """Convert a completion into one chunk with the same contents."""
    choices = completion.get("choices")
    chunk = {**completion, "object": "chat.completion.chunk"}
    if isinstance(choices, list):
        chunk["choices"] = [_as_chunk_choice(choice) for choice in choices]
    return chunk


def _as_chunk_choice(choice: Any) -> Any:
    if not isinstance(choice, dict):
        return choice
    message = choice.get("message")
    if isinstance(message, dict) and isinstance(calls := message.get("tool_calls"), list):
        indexed = [{"index": index, **call} if isinstance(call, dict) else call for index, call in enumerate(calls)]
        choice = {**choice, "message": {**message, "tool_calls": indexed}}
    return {"delta" if name == "message" else name: value for name, value in choice.items()}
