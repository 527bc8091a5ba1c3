"""A completion as a stream: the chunks that add up to it, one token at a time, the choices in turn."""

from __future__ import annotations

from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any

from ._json import dump
from ._text import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DONE = b"data: [DONE]\n\n"
_PADDING = 32  # bytes: with obfuscation each chunk's length is a multiple of it


def event(value: object) -> bytes:
    """Write one server-sent event."""
    return f"data: {dump(value)}\n\n".encode()


def chunks(
    completion: Mapping[str, Any], *, include_usage: bool = False, obfuscate: bool = False
) -> Iterator[dict[str, Any]]:
    """Take a completion apart.

    Args:
        completion: A whole chat completion.
        include_usage: Whether each chunk says ``usage: null`` and a last one, without choices, tells it.
        obfuscate: Whether each chunk carries padding that hides the length of its text.
    """
    head = {key: completion[key] for key in ("id", "created", "model", "service_tier", "system_fingerprint")}
    head["object"] = "chat.completion.chunk"
    if include_usage:
        head["usage"] = None
    turns = zip_longest(*map(_turns, completion["choices"]))
    for choice in chain.from_iterable(turns):
        if choice is not None:
            yield _padded({**head, "choices": [choice]}, obfuscate)
    if include_usage:
        yield _padded({**head, "choices": [], "usage": completion["usage"]}, obfuscate)


def _padded(chunk: dict[str, Any], obfuscate: bool) -> dict[str, Any]:
    if not obfuscate:
        return chunk
    missing = -len(dump({**chunk, "obfuscation": ""}).encode()) % _PADDING
    return {**chunk, "obfuscation": "x" * missing}


def _turns(choice: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    message, scores = choice["message"], choice["logprobs"]
    yield _turn(choice, {"role": "assistant", "content": message["content"] and "", "refusal": None})
    if message["content"]:
        for place, token in enumerate(tokens(message["content"])):
            score = scores and {**scores, "content": [scores["content"][place]]}
            yield _turn(choice, {"content": token}, logprobs=score)
    for delta in chain(_call_deltas(message), _audio_deltas(message)):
        yield _turn(choice, delta)
    yield _turn(choice, {}, finish_reason=choice["finish_reason"])


def _turn(
    choice: Mapping[str, Any], delta: dict[str, Any], *, logprobs: object = None, finish_reason: object = None
) -> dict[str, Any]:
    return {"index": choice["index"], "delta": delta, "logprobs": logprobs, "finish_reason": finish_reason}


def _call_deltas(message: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for index, call in enumerate(message.get("tool_calls", ())):
        kind = call["type"]
        key = "arguments" if kind == "function" else "input"
        yield {"tool_calls": [{"index": index, **call, kind: {**call[kind], key: ""}}]}
        for piece in tokens(call[kind][key]):
            yield {"tool_calls": [{"index": index, kind: {key: piece}}]}
    if "function_call" in message:
        legacy = message["function_call"]
        yield {"function_call": {"name": legacy["name"], "arguments": ""}}
        for piece in tokens(legacy["arguments"]):
            yield {"function_call": {"arguments": piece}}


def _audio_deltas(message: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if "audio" in message:
        audio = message["audio"]
        for piece in tokens(audio["transcript"]):
            yield {"audio": {"id": audio["id"], "transcript": piece}}
        yield {"audio": {"id": audio["id"], "data": audio["data"]}}
        yield {"audio": {"id": audio["id"], "expires_at": audio["expires_at"]}}
