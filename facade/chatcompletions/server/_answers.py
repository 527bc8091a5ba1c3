"""Canned completions: what a model would have answered in shape, and a plain word that none was asked."""

from __future__ import annotations

import base64
import struct
from typing import TYPE_CHECKING, Any

from ._calls import function_call, tool_calls
from ._json import dump
from ._samples import sample, sampled
from ._text import content_text, count, echo, last_text, tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Request = Mapping[str, Any]

CANNED = "This is a canned answer from the local server; no model was asked."

_REASONING = {"none": 0, "minimal": 8, "low": 16, "medium": 32, "high": 64, "xhigh": 128, "max": 256}
_AUDIO_LIFETIME = 3_600  # seconds
_SILENCE = bytes(2 * 160)  # 10 ms of one channel at 16 kHz
_WAV = b"RIFF" + struct.pack("<I8sIHHIIHH4sI", 356, b"WAVEfmt ", 16, 1, 1, 16_000, 32_000, 2, 16, b"data", 320)
_STEP = 0.125  # between log probabilities: exact in binary, so that sums and comparisons in a test are


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
    return sampled(
        "CreateChatCompletionResponse",
        id=completion_id,
        object="chat.completion",
        created=created,
        model=request["model"],
        choices=choices,
        usage=_usage(request, choices),
        service_tier="default",
        system_fingerprint="fp_local_canned",
    )


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
        text, reason = _stopped(request, *_limited(request, _text(request, index), "stop"))
        if "audio" in (request.get("modalities") or ()):
            message["audio"] = _audio(request, text, created=created, new_id=new_id)
        else:
            message["content"] = text
            if request.get("logprobs"):
                scores = _logprobs(text, request.get("top_logprobs") or 0)
    message = sampled("ChatCompletionResponseMessage", **message)
    return sampled("Choice", index=index, message=message, logprobs=scores, finish_reason=reason)


def _text(request: Request, index: int) -> str:
    said = echo(last_text(request["messages"], "user"))
    layout: dict[str, Any] = request.get("response_format") or {"type": "text"}
    if layout["type"] == "json_schema" and "schema" in layout["json_schema"]:
        return dump(sample(layout["json_schema"]["schema"]))
    if layout["type"] != "text":
        return dump({"note": CANNED, "you_wrote": said})
    which = f" (Choice {index + 1} of {request['n']}.)" if (request.get("n") or 1) > 1 else ""
    last = request["messages"][-1]["role"]
    if last in ("tool", "function"):
        return f'{CANNED}{which} The tool returned: "{echo(last_text(request["messages"], last))}"'
    return f'{CANNED}{which} You wrote: "{said}"'


def _limit(request: Request) -> int | None:
    return request.get("max_completion_tokens") or request.get("max_tokens")


def _limited(request: Request, text: str, reason: str) -> tuple[str, str]:
    limit, pieces = _limit(request), tokens(text)
    return (text, reason) if limit is None or len(pieces) <= limit else ("".join(pieces[:limit]), "length")


def _stopped(request: Request, text: str, reason: str) -> tuple[str, str]:
    stop = request.get("stop") or ()
    marks = [stop] if isinstance(stop, str) else stop
    places = [place for mark in marks if mark and (place := text.find(mark)) >= 0]
    return (text[: min(places)], "stop") if places else (text, reason)


def _payload(call: dict[str, Any]) -> tuple[dict[str, Any], str]:
    return (call["custom"], "input") if call["type"] == "custom" else (call["function"], "arguments")


def _audio(request: Request, text: str, *, created: int, new_id: Callable[[], str]) -> dict[str, Any]:
    """Speak a text: 10 ms of silence, as bare samples for pcm16 and as a WAV file for every other format."""
    sound = _SILENCE if request["audio"]["format"] == "pcm16" else _WAV + _SILENCE
    return {
        "id": f"audio_{new_id()}",
        "expires_at": created + _AUDIO_LIFETIME,
        "data": base64.b64encode(sound).decode("ascii"),
        "transcript": text,
    }


def _logprobs(text: str, alternatives: int) -> dict[str, Any]:
    """Give each token a probability, made up from nothing but the token itself."""
    return {"content": [_scored(token, alternatives) for token in tokens(text)], "refusal": None}


def _scored(token: str, alternatives: int) -> dict[str, Any]:
    first = -_STEP * (1 + len(token) % 4)
    others = [_entry(f"alternative {n}", first - _STEP * n) for n in range(1, alternatives)]
    return {**_entry(token, first), "top_logprobs": [_entry(token, first), *others] if alternatives else []}


def _entry(token: str, logprob: float) -> dict[str, Any]:
    return {"token": token, "logprob": logprob, "bytes": list(token.encode("utf-8"))}


def _usage(request: Request, choices: list[dict[str, Any]]) -> dict[str, Any]:
    messages = [choice["message"] for choice in choices]
    spoken = sum(count(message["audio"]["transcript"]) for message in messages if "audio" in message)
    written = sum(count(text) for message in messages for text in _written(message))
    reasoning = _reasoning(request, spoken + written)
    prompt = sum(count(content_text(message.get("content"))) for message in request["messages"])
    completion = spoken + written + reasoning
    details = {"audio_tokens": spoken, "reasoning_tokens": reasoning}
    predicted = {"accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0}
    return sampled(
        "CompletionUsage",
        prompt_tokens=prompt,
        completion_tokens=completion,
        total_tokens=prompt + completion,
        prompt_tokens_details={"audio_tokens": 0, "cached_tokens": 0},
        completion_tokens_details={**details, **predicted},
    )


def _reasoning(request: Request, used: int) -> int:
    effort = request.get("reasoning_effort")
    wanted = 0 if effort is None else _REASONING.get(effort, _REASONING["medium"])
    limit = _limit(request)
    return wanted if limit is None else max(0, min(wanted, limit * (request.get("n") or 1) - used))


def _written(message: Mapping[str, Any]) -> list[str]:
    calls = [payload[key] for call in message.get("tool_calls", ()) for payload, key in [_payload(call)]]
    legacy = [message["function_call"]["arguments"]] if "function_call" in message else []
    return [message["content"] or "", *calls, *legacy]
