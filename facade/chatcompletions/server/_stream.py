"""A completion as a stream: the chunks that add up to it, one token at a time, the choices in turn."""

from __future__ import annotations

from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any

from ._text import dump, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DONE = "data: [DONE]\n\n"
_PADDING = 32  # bytes: with obfuscation each chunk's length is a multiple of it


def event(value: object) -> str:
    """Write one server-sent event."""
    return f"data: {dump(value)}\n\n"


def chunks(completion: Mapping[str, Any], options: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Take a completion apart, with the usage and the padding that a request's stream options ask for."""
    head = {key: completion[key] for key in ("id", "created", "model", "service_tier", "system_fingerprint")}
    head["object"] = "chat.completion.chunk"
    turns = chain.from_iterable(zip_longest(*map(_turns, completion["choices"])))
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


def _turns(choice: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    scores = iter(choice["logprobs"]["content"] if choice["logprobs"] else ())
    for delta in _deltas(choice["message"]):
        score = next(scores, None) if delta.get("content") else None
        logprobs = score and {"content": [score], "refusal": None}
        yield {"index": choice["index"], "delta": delta, "logprobs": logprobs, "finish_reason": None}
    yield {"index": choice["index"], "delta": {}, "logprobs": None, "finish_reason": choice["finish_reason"]}


def _deltas(message: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    yield {"role": "assistant", "content": message["content"] and "", "refusal": None}
    for piece in tokens(message["content"] or ""):
        yield {"content": piece}
    for index, call in enumerate(message.get("tool_calls", ())):
        kind = call["type"]
        key = "arguments" if kind == "function" else "input"
        yield {"tool_calls": [{"index": index, **call, kind: {**call[kind], key: ""}}]}
        for piece in tokens(call[kind][key]):
            yield {"tool_calls": [{"index": index, kind: {key: piece}}]}
    if legacy := message.get("function_call"):
        yield {"function_call": {**legacy, "arguments": ""}}
        for piece in tokens(legacy["arguments"]):
            yield {"function_call": {"arguments": piece}}
    if audio := message.get("audio"):
        for piece in tokens(audio["transcript"]):
            yield {"audio": {"id": audio["id"], "transcript": piece}}
        for key in ("data", "expires_at"):
            yield {"audio": {"id": audio["id"], key: audio[key]}}
