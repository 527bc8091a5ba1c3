"""Canned completions: what a model would have answered in shape, and a plain word that none was asked."""

import base64
import io
import wave
from collections.abc import Callable, Mapping
from typing import Any

from chatcompletions.server._calls import function_call, tool_calls
from chatcompletions.server._json import dump
from chatcompletions.server._logprobs import logprobs
from chatcompletions.server._samples import sample
from chatcompletions.server._text import count, echo, last_text, prompt_tokens, tokens

CANNED = "This is a canned answer from the local server; no model was asked."

_REASONING = {"none": 0, "minimal": 8, "low": 16, "medium": 32, "high": 64, "xhigh": 128, "max": 256}
_AUDIO_LIFETIME = 3_600  # seconds
_AUDIO_FRAMES = 160  # 10 ms at 16 kHz

Request = Mapping[str, Any]


def complete(request: Request, *, created: int, new_id: Callable[[], str]) -> dict[str, Any]:
    """Answer a create request.

    Args:
        request: The request's body, checked.
        created: The time of creation, in seconds since 1970.
        new_id: Gives a fresh word for each id.

    Returns:
        A chat completion. Equal requests get equal ones, ids and times aside.

    Raises:
        ApiError: If the request names a tool that it does not offer.
    """
    completion_id = f"chatcmpl-{new_id()}"
    choices = [_choice(request, index, created=created, new_id=new_id) for index in range(request.get("n") or 1)]
    return {
        "id": completion_id,
        "object": "chat.completion",
        "created": created,
        "model": request["model"],
        "choices": choices,
        "usage": _usage(request, choices),
        "service_tier": "default",
        "system_fingerprint": "fp_local_canned",
    }


def _choice(request: Request, index: int, *, created: int, new_id: Callable[[], str]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": None, "refusal": None, "annotations": []}
    scores = None
    if calls := tool_calls(request):
        reason = "tool_calls"
        for planned in calls:
            payload, key = _payload(planned)
            payload[key], reason = _limited(request, payload[key], reason)
        message["tool_calls"] = [{"id": f"call_{new_id()}", **call} for call in calls]
    elif (call := function_call(request)) is not None:
        call["arguments"], reason = _limited(request, call["arguments"], "function_call")
        message["function_call"] = call
    else:
        text, reason = _limited(request, _text(request, index), "stop")
        text, reason = _stopped(request, text, reason)
        if "audio" in (request.get("modalities") or ()):
            message["audio"] = _audio(request, text, created=created, new_id=new_id)
        else:
            message["content"] = text
            if request.get("logprobs"):
                scores = logprobs(text, request.get("top_logprobs") or 0)
    return {"index": index, "message": message, "logprobs": scores, "finish_reason": reason}


def _text(request: Request, index: int) -> str:
    said = echo(last_text(request["messages"], "user"))
    layout: dict[str, Any] = request.get("response_format") or {"type": "text"}
    if layout["type"] == "json_schema" and "schema" in layout["json_schema"]:
        return dump(sample(layout["json_schema"]["schema"]))
    if layout["type"] != "text":
        return dump({"note": CANNED, "you_wrote": said})
    which = f" (Choice {index + 1} of {request['n']}.)" if (request.get("n") or 1) > 1 else ""
    last = request["messages"][-1]
    if last["role"] in ("tool", "function"):
        result = echo(last_text(request["messages"], last["role"]))
        return f'{CANNED}{which} The tool returned: "{result}"'
    return f'{CANNED}{which} You wrote: "{said}"'


def _limit(request: Request) -> int | None:
    return request.get("max_completion_tokens") or request.get("max_tokens")


def _limited(request: Request, text: str, reason: str) -> tuple[str, str]:
    limit, pieces = _limit(request), tokens(text)
    if limit is None or len(pieces) <= limit:
        return text, reason
    return "".join(pieces[:limit]), "length"


def _stopped(request: Request, text: str, reason: str) -> tuple[str, str]:
    stop = request.get("stop") or ()
    marks = [stop] if isinstance(stop, str) else stop
    places = [place for mark in marks if mark and (place := text.find(mark)) >= 0]
    return (text[: min(places)], "stop") if places else (text, reason)


def _payload(call: dict[str, Any]) -> tuple[dict[str, Any], str]:
    return (call["custom"], "input") if call["type"] == "custom" else (call["function"], "arguments")


def _audio(request: Request, text: str, *, created: int, new_id: Callable[[], str]) -> dict[str, Any]:
    """Speak a text: 10 ms of silence, as bare samples for pcm16 and as a WAV file for every other format."""
    samples = bytes(2 * _AUDIO_FRAMES)
    if request["audio"]["format"] != "pcm16":
        file = io.BytesIO()
        with wave.open(file, "wb") as writer:
            writer.setnchannels(1)
            writer.setsampwidth(2)
            writer.setframerate(16_000)
            writer.writeframes(samples)
        samples = file.getvalue()
    return {
        "id": f"audio_{new_id()}",
        "expires_at": created + _AUDIO_LIFETIME,
        "data": base64.b64encode(samples).decode("ascii"),
        "transcript": text,
    }


def _usage(request: Request, choices: list[dict[str, Any]]) -> dict[str, Any]:
    messages = [choice["message"] for choice in choices]
    spoken = sum(count(message["audio"]["transcript"]) for message in messages if "audio" in message)
    written = sum(count(text) for message in messages for text in _written(message))
    reasoning = _reasoning(request, spoken + written)
    prompt = prompt_tokens(request["messages"])
    completion = spoken + written + reasoning
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"audio_tokens": 0, "cached_tokens": 0},
        "completion_tokens_details": {
            "accepted_prediction_tokens": 0,
            "audio_tokens": spoken,
            "reasoning_tokens": reasoning,
            "rejected_prediction_tokens": 0,
        },
    }


def _reasoning(request: Request, used: int) -> int:
    effort = request.get("reasoning_effort")
    wanted = 0 if effort is None else _REASONING.get(effort, _REASONING["medium"])
    limit = _limit(request)
    return wanted if limit is None else max(0, min(wanted, limit * (request.get("n") or 1) - used))


def _written(message: Mapping[str, Any]) -> list[str]:
    calls = [payload[key] for call in message.get("tool_calls", ()) for payload, key in [_payload(call)]]
    legacy = [message["function_call"]["arguments"]] if "function_call" in message else []
    return [message["content"] or "", *calls, *legacy]
