"""A completion as a stream: the chunks that add up to it, one token at a time, the choices in turn."""

from __future__ import annotations

from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any

from ._text import dump, tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

DONE = "data: [DONE]\n\n"
#: Members of a completion that no chunk has, or not each of them.
_ONCE = {"choices", "metadata", "moderation", "object", "usage"}
#: Members of a message that are streamed in a way of their own.
_OWN = {"audio", "content", "function_call", "refusal", "role", "tool_calls"}
_PADDING = 32  # bytes: with obfuscation each chunk's length is a multiple of it


def event(value: object) -> str:
    """Write one server-sent event, of text or of JSON."""
    return f"data: {value if isinstance(value, str) else dump(value)}\n\n"


def chunks(
    completion: Mapping[str, Any], options: Mapping[str, Any], cut: Callable[[str], list[str]] = tokens
) -> Iterator[dict[str, Any]]:
    """Take a completion apart, with the usage and the padding that a request's stream options ask for.

    The function ``cut`` parts each text into the pieces that come one by one.
    """
    head = {key: value for key, value in completion.items() if key not in _ONCE}
    head["object"] = "chat.completion.chunk"
    turns = chain.from_iterable(zip_longest(*(_turns(choice, cut) for choice in completion["choices"])))
    parts: Iterator[dict[str, Any]] = ({"choices": [choice]} for choice in turns if choice is not None)
    if completion.get("moderation"):
        parts = chain(parts, [{"choices": [], "moderation": completion["moderation"]}])
    if options.get("include_usage"):
        head["usage"] = None
        parts = chain(parts, [{"choices": [], "usage": completion["usage"]}])
    for part in parts:
        chunk = {**head, **part}
        if options.get("include_obfuscation"):
            chunk["obfuscation"] = ""
            chunk["obfuscation"] = "x" * (-len(dump(chunk).encode()) % _PADDING)
        yield chunk


def _turns(choice: Mapping[str, Any], cut: Callable[[str], list[str]]) -> Iterator[dict[str, Any]]:
    scores = {key: list((choice["logprobs"] or {}).get(key) or ()) for key in ("content", "refusal")}
    for delta in _deltas(choice["message"], cut):
        scored = {key: _taken(scores[key], delta.get(key)) for key in scores}
        logprobs = scored if any(scored.values()) else None
        yield {"index": choice["index"], "delta": delta, "logprobs": logprobs, "finish_reason": None}
    yield {"index": choice["index"], "delta": {}, "logprobs": None, "finish_reason": choice["finish_reason"]}


def _taken(scores: list[Any], text: str | None) -> list[Any] | None:
    """Take the scores of the tokens that make up a text, from the front."""
    taken, left = [], len(text or "")
    while scores and left > 0:
        taken.append(scores.pop(0))
        left -= len(taken[-1].get("token", ""))
    return taken or None


def _deltas(message: Mapping[str, Any], cut: Callable[[str], list[str]]) -> Iterator[dict[str, Any]]:
    yield {"role": message["role"], "content": message["content"] and "", "refusal": None}
    further = [key for key, value in message.items() if key not in _OWN and value not in (None, [])]
    for key in (*further, "content", "refusal"):
        value = message.get(key)
        for piece in cut(value or "") if isinstance(value, str | None) else [value]:
            yield {key: piece}
    for index, call in enumerate(message.get("tool_calls") or ()):
        kind = call["type"]
        key = "arguments" if kind == "function" else "input"
        yield {"tool_calls": [{"index": index, **call, kind: {**call[kind], key: ""}}]}
        for piece in cut(call[kind][key]):
            yield {"tool_calls": [{"index": index, kind: {key: piece}}]}
    if legacy := message.get("function_call"):
        yield {"function_call": {**legacy, "arguments": ""}}
        for piece in cut(legacy["arguments"]):
            yield {"function_call": {"arguments": piece}}
    if audio := message.get("audio"):
        for piece in cut(audio["transcript"]):
            yield {"audio": {"id": audio["id"], "transcript": piece}}
        for key in ("data", "expires_at"):
            yield {"audio": {"id": audio["id"], key: audio[key]}}
