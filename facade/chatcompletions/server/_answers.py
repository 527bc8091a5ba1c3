"""Make canned completions: they have the shape of a model's answer, and say that no model was asked.

Which tools are called, and when, is said in `_tool_calls`.
"""

from __future__ import annotations

import base64
from collections import Counter
from typing import TYPE_CHECKING, Any

from ._audio import SILENCE
from ._samples import NoSampleError, sample, sampled
from ._text import content_text, count, dump, echo, last_text, tokens
from ._tool_calls import function_call, is_forced, no_sample, tool_calls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Request = Mapping[str, Any]

CANNED = "This is a canned answer from the local server; no model was asked."

_REASONING = {"none": 0, "minimal": 8, "low": 16, "medium": 32, "high": 64, "xhigh": 128, "max": 256}
_AUDIO_LIFETIME = 3_600  # seconds
#: The tier that serves a request, where it is another than the one asked for.
_TIERS = {None: "default", "auto": "default", "fast": "priority"}
_CATEGORIES = (
    "harassment harassment/threatening hate hate/threatening illicit illicit/violent self-harm self-harm/instructions "
    "self-harm/intent sexual sexual/minors violence violence/graphic"
)
_STEP = 0.125  # between log probabilities: exact in binary, so that sums and comparisons in a test are


def complete(request: Request, *, created: int, new_id: Callable[[], str]) -> dict[str, Any]:
    """Answer a create request that passed its checks; equal requests get equal answers, ids and times aside."""
    completion_id = f"chatcmpl-{new_id()}"
    choices = [_choice(request, index, created, new_id) for index in range(request.get("n") or 1)]
    tier = request.get("service_tier")
    extra = {"moderation": _moderation(request, len(choices))} if request.get("moderation") else {}
    return sampled(
        "CreateChatCompletionResponse",
        id=completion_id,
        created=created,
        model=request["model"],
        choices=choices,
        usage=usage(request, [choice["message"] for choice in choices]),
        service_tier=_TIERS.get(tier, tier),
        system_fingerprint="fp_local_canned",
        **extra,
    )


def _choice(request: Request, index: int, created: int, new_id: Callable[[], str]) -> dict[str, Any]:
    message: dict[str, Any] = {"content": None, "refusal": None, "annotations": []}
    if calls := tool_calls(request):
        message["tool_calls"] = [{"id": f"call_{new_id()}", **call} for call in calls]
    elif call := function_call(request):
        message["function_call"] = call
    elif "audio" in (request.get("modalities") or ()):
        message["audio"] = _audio(request, _text(request, index), created, new_id)
    else:
        message["content"] = _text(request, index)
    called = [name for name in ("tool_calls", "function_call") if name in message and not is_forced(request)]
    reason: str = called[0] if called else "stop"
    for holder, key in _written(message):
        text = _stopped(request, holder[key]) if key in ("content", "transcript") else holder[key]
        holder[key], is_cut = _cut(request, text)
        reason = "length" if is_cut else reason
    scores = None
    if request.get("logprobs") and message["content"] is not None:
        scores = logprobs(message["content"], request.get("top_logprobs") or 0)
    message = sampled("ChatCompletionResponseMessage", **message)
    return sampled("Choice", index=index, message=message, logprobs=scores, finish_reason=reason)


def _text(request: Request, index: int) -> str:
    said = echo(last_text(request, "user"))
    layout: dict[str, Any] = request.get("response_format") or {"type": "text"}
    if layout["type"] == "json_schema" and "schema" in layout["json_schema"]:
        try:
            return dump(sample(layout["json_schema"]["schema"]))
        except NoSampleError as error:
            raise no_sample("response_format.json_schema.schema", error) from None
    if layout["type"] != "text":
        return dump({"note": CANNED, "you_wrote": said})
    which = f" (Choice {index + 1} of {request['n']}.)" if (request.get("n") or 1) > 1 else ""
    last = request["messages"][-1]["role"]
    if last in ("tool", "function"):
        return f'{CANNED}{which} The tool returned: "{echo(last_text(request, last))}"'
    return f'{CANNED}{which} You wrote: "{said}"'


def _audio(request: Request, text: str, created: int, new_id: Callable[[], str]) -> dict[str, Any]:
    data = base64.b64encode(SILENCE[request["audio"]["format"]]).decode("ascii")
    return {"id": f"audio_{new_id()}", "expires_at": created + _AUDIO_LIFETIME, "data": data, "transcript": text}


def _written(message: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield where a message holds text: an object, and the name of its member."""
    if message["content"] is not None:
        yield message, "content"
    for name, key in (("audio", "transcript"), ("function_call", "arguments")):
        if name in message:
            yield message[name], key
    for call in message.get("tool_calls", ()):
        yield call[call["type"]], "input" if call["type"] == "custom" else "arguments"


def _stopped(request: Request, text: str) -> str:
    """End a text before its first stop sequence."""
    stop = request.get("stop") or ()
    places = [text.find(mark) for mark in ([stop] if isinstance(stop, str) else stop) if mark and mark in text]
    return text[: min(places)] if places else text


def _cut(request: Request, text: str) -> tuple[str, bool]:
    """Cut a text at the limit of tokens, and tell whether it was longer."""
    limit, pieces = _limit(request), tokens(text)
    return (text, False) if limit is None or len(pieces) <= limit else ("".join(pieces[:limit]), True)


def _limit(request: Request) -> int | None:
    return request.get("max_completion_tokens") or request.get("max_tokens")


def logprobs(text: str, alternatives: int) -> dict[str, Any]:
    """Give each token a probability, made up from nothing but the token itself."""
    content = []
    for token in tokens(text):
        first = -_STEP * (1 + len(token) % 4)
        scored = _scored(token, first)
        others = [_scored(f"alternative {n}", first - _STEP * n) for n in range(1, alternatives)]
        content.append({**scored, "top_logprobs": [scored, *others][:alternatives]})
    return {"content": content, "refusal": None}


def _scored(token: str, logprob: float) -> dict[str, Any]:
    return {"token": token, "logprob": logprob, "bytes": list(token.encode("utf-8"))}


def usage(request: Request, messages: list[dict[str, Any]]) -> dict[str, Any]:
    """Count the tokens of a request and of the messages that answer it."""
    prompt = sum(count(content_text(message.get("content"))) for message in request["messages"])
    written = sum(count(holder[key]) for message in messages for holder, key in _written(message))
    effort, limit = request.get("reasoning_effort"), _limit(request)
    reasoning = 0 if effort is None else _REASONING.get(effort, _REASONING["medium"])
    accepted, rejected = _predicted(request, messages)
    if limit is not None:
        reasoning = max(0, min(reasoning, limit * len(messages) - written))
        rejected = max(0, min(rejected, limit * len(messages) - written - reasoning))
    completion = written + reasoning + rejected
    return sampled(
        "CompletionUsage",
        prompt_tokens=prompt,
        completion_tokens=completion,
        total_tokens=prompt + completion,
        prompt_tokens_details={"audio_tokens": 0, "cached_tokens": 0},
        completion_tokens_details={
            "audio_tokens": written if "audio" in messages[0] else 0,
            "reasoning_tokens": reasoning,
            "accepted_prediction_tokens": accepted,
            "rejected_prediction_tokens": rejected,
        },
    )


def _predicted(request: Request, messages: list[dict[str, Any]]) -> tuple[int, int]:
    """Count the tokens of the prediction that are in the answers, and those that are not."""
    prediction = request.get("prediction")
    expected = _counted(content_text(prediction["content"])) if prediction else Counter[str]()
    accepted = sum((expected & _counted(message["content"] or "")).total() for message in messages)
    return accepted, expected.total() * len(messages) - accepted


def _counted(text: str) -> Counter[str]:
    return Counter(token.strip() for token in tokens(text))


def _moderation(request: Request, choices: int) -> dict[str, Any]:
    """Find nothing to object to, in any message sent or in any choice."""
    model, categories = request["moderation"]["model"], _CATEGORIES.split()
    verdict = {
        "type": "moderation_result",
        "model": model,
        "flagged": False,
        "categories": dict.fromkeys(categories, False),
        "category_scores": dict.fromkeys(categories, 0.0),
        "category_applied_input_types": {category: ["text"] for category in categories},
    }
    found = {"type": "moderation_results", "model": model}
    sides = {"input": len(request["messages"]), "output": choices}
    return {side: {**found, "results": [verdict] * pieces} for side, pieces in sides.items()}
