"""What the bench's server answers: bodies as the service sends them, and what reading one must add up to."""

import json
from typing import Any, Final

#: What the server answers goes by the name of the model; a size may follow, behind a colon.
MODEL: Final = "gpt-5.4-mini"
STREAM: Final = "stream"
STREAM_SINGLY: Final = "stream-singly"
STREAM_VARIED: Final = "stream-varied"
TOOLS: Final = "tools"
STORED: Final = "stored"

_ID: Final = "chatcmpl-BenchRun"
_FINGERPRINT: Final = "fp_4f1c2a9be7"
_TEXT: Final = (
    "The Danube rises in the Black Forest and ends in the Black Sea, the Rhine rises in the Swiss Alps and ends in "
    "the North Sea, and the Rhône leaves its glacier for Lake Geneva, turns south at Lyon, and reaches the "
    "Mediterranean by a delta of two arms, with the Camargue between them."
)
_USAGE: Final = {
    "prompt_tokens": 31,
    "completion_tokens": 47,
    "total_tokens": 78,
    "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
    "completion_tokens_details": {
        "reasoning_tokens": 0,
        "audio_tokens": 0,
        "accepted_prediction_tokens": 0,
        "rejected_prediction_tokens": 0,
    },
}
_WORDS: Final = (" the", " river", " rises", " in", " a", " glacier", ",", " and", " Rhône", " ends")
_ARGUMENTS: Final = ('{"', "river", '":', ' "', "Dan", "ube", '",', ' "', "unit", '":')


def completion(index: int) -> dict[str, Any]:
    """Return a completion of about 1 kB; the index is in its id."""
    return {
        "id": completion_id(index),
        "object": "chat.completion",
        "created": 1_770_000_000 + index,
        "model": MODEL,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": _TEXT, "refusal": None, "annotations": []},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": _USAGE,
        "metadata": {"topic": "rivers", "session": "0198-geography-lesson", "customer": "cus_8842", "tier": "gold"},
        "service_tier": "default",
        "system_fingerprint": _FINGERPRINT,
    }


def completion_id(index: int) -> str:
    """Return the id of the completion with an index; all have the same length."""
    return f"{_ID}{index:012d}"


def index_of(id_: str) -> int:
    """Return the index that is in the id of a completion."""
    return int(id_.removeprefix(_ID))


def page(start: int, limit: int, total: int) -> bytes:
    """Return a page of stored completions, of which there are a total."""
    # Each is of the model that the list was asked for, by which the bench says how many there are.
    model = f"{STORED}:{total}"
    data = [{**completion(index), "model": model} for index in range(start, min(start + limit, total))]
    body = {
        "object": "list",
        "data": data,
        "first_id": data[0]["id"] if data else None,
        "last_id": data[-1]["id"] if data else None,
        "has_more": start + limit < total,
    }
    return encode(body)


def encode(value: Any) -> bytes:
    """Write JSON as the service does, compact and in UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def text_chunks(count: int) -> list[dict[str, Any]]:
    """Return the chunks of a streamed text: a role, then words, a finish reason, and the usage."""
    deltas = [{"content": _WORDS[index % len(_WORDS)]} for index in range(count)]
    return _chunks(count, {"role": "assistant", "content": "", "refusal": None}, deltas, "stop")


def varied_chunks(count: int) -> list[dict[str, Any]]:
    """Return the chunks of a streamed text from a server that gives each an id of its own."""
    return [{**chunk, "id": completion_id(index)} for index, chunk in enumerate(text_chunks(count))]


def tool_chunks(count: int) -> list[dict[str, Any]]:
    """Return the chunks of a stream that calls two tools, their arguments in small pieces."""
    deltas = [{"tool_calls": [_tool_delta(index, count)]} for index in range(count)]
    return _chunks(count, {"role": "assistant", "content": None}, deltas, "tool_calls")


def _tool_delta(index: int, count: int) -> dict[str, Any]:
    second = index > count // 2
    if index in (1, count // 2 + 1):
        function = {"name": "look_up_river", "arguments": ""}
        return {"index": int(second), "id": f"call_{index:024d}", "type": "function", "function": function}
    return {"index": int(second), "function": {"arguments": _ARGUMENTS[index % len(_ARGUMENTS)]}}


def _chunks(count: int, first: dict[str, Any], deltas: list[Any], finish: str) -> list[dict[str, Any]]:
    chunks = []
    for index in range(count):
        is_finish = index == max(count - 2, 0)
        is_usage = index == count - 1
        delta = first if index == 0 else {} if is_finish else deltas[index]
        choice = {
            "index": 0,
            "delta": delta,
            "logprobs": None,
            "finish_reason": finish if is_finish else None,
        }
        chunks.append(
            {
                "id": completion_id(0),
                "object": "chat.completion.chunk",
                "created": 1_770_000_000,
                "model": MODEL,
                "service_tier": "default",
                "system_fingerprint": _FINGERPRINT,
                "choices": [] if is_usage and count > 1 else [choice],
                "usage": _USAGE if is_usage else None,
                "obfuscation": "k3Xq9Zt"[: 1 + index % 7],
            }
        )
    return chunks


def weight_of_completions(count: int) -> int:
    """Return what reading so many completions adds up to: ids and texts in characters, and the tokens."""
    return count * (len(completion_id(0)) + len(_TEXT) + 78)


def weight_of_text(count: int) -> int:
    """Return what reading a streamed text adds up to: its characters, and the tokens."""
    return 78 + sum(
        len(choice["delta"].get("content") or "") for chunk in text_chunks(count) for choice in chunk["choices"]
    )


def weight_of_tools(count: int) -> int:
    """Return what reading a stream of tool calls adds up to: arguments in characters, and the tokens."""
    return 78 + sum(
        len(call["function"]["arguments"])
        for chunk in tool_chunks(count)
        for choice in chunk["choices"]
        for call in choice["delta"].get("tool_calls") or ()
    )
