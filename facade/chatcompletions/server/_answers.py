"""Make canned completions: they have the shape of a model's answer, and say that no model was asked.

A tool is called when the request insists (``tool_choice``), or when the last user message mentions the tool's name. A
conversation that ends with a tool's result gets a text: an agent's loop must end.
"""

from __future__ import annotations

import base64
import struct
from typing import TYPE_CHECKING, Any

from ._errors import invalid
from ._samples import sample, sampled
from ._text import content_text, count, dump, echo, last_text, tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Request = Mapping[str, Any]
    Tool = dict[str, Any]

CANNED = "This is a canned answer from the local server; no model was asked."

_REASONING = {"none": 0, "minimal": 8, "low": 16, "medium": 32, "high": 64, "xhigh": 128, "max": 256}
_AUDIO_LIFETIME = 3_600  # seconds
_SILENCE = bytes(2 * 160)  # 10 ms of one channel at 16 kHz
_WAV = b"RIFF" + struct.pack("<I8sIHHIIHH4sI", 356, b"WAVEfmt ", 16, 1, 1, 16_000, 32_000, 2, 16, b"data", 320)
_STEP = 0.125  # between log probabilities: exact in binary, so that sums and comparisons in a test are


def complete(request: Request, *, created: int, new_id: Callable[[], str]) -> dict[str, Any]:
    """Answer a create request that passed its checks; equal requests get equal answers, ids and times aside."""
    completion_id = f"chatcmpl-{new_id()}"
    choices = [_choice(request, index, created, new_id) for index in range(request.get("n") or 1)]
    return sampled(
        "CreateChatCompletionResponse",
        id=completion_id,
        created=created,
        model=request["model"],
        choices=choices,
        usage=usage(request, [choice["message"] for choice in choices]),
        service_tier="default",
        system_fingerprint="fp_local_canned",
    )


def _choice(request: Request, index: int, created: int, new_id: Callable[[], str]) -> dict[str, Any]:
    message: dict[str, Any] = {"content": None, "refusal": None, "annotations": []}
    if calls := _tool_calls(request):
        message["tool_calls"] = [{"id": f"call_{new_id()}", **call} for call in calls]
    elif call := _function_call(request):
        message["function_call"] = call
    elif "audio" in (request.get("modalities") or ()):
        message["audio"] = _audio(request, _text(request, index), created, new_id)
    else:
        message["content"] = _text(request, index)
    reason = next((name for name in ("tool_calls", "function_call") if name in message), "stop")
    for holder, key in _written(message):
        holder[key], reason = _cut(request, holder[key], reason)
    scores = None
    if request.get("logprobs") and message["content"] is not None:
        scores = logprobs(message["content"], request.get("top_logprobs") or 0)
    message = sampled("ChatCompletionResponseMessage", **message)
    return sampled("Choice", index=index, message=message, logprobs=scores, finish_reason=reason)


def _tool_calls(request: Request) -> list[Tool]:
    tools: list[Tool] = request.get("tools") or []
    choice = request.get("tool_choice", "auto")
    if isinstance(choice, dict):  # a named tool is a list of one, of which one must be called
        allowed = choice.get("allowed_tools", {"mode": "required", "tools": [choice]})
        tools, choice = _picked(tools, allowed["tools"]), allowed["mode"]
    chosen = _chosen(tools, choice, request)
    if request.get("parallel_tool_calls") is False:
        chosen = chosen[:1]
    return [_call(tool, request) for tool in chosen]


def _function_call(request: Request) -> dict[str, Any] | None:
    tools = [{"type": "function", "function": function} for function in request.get("functions") or ()]
    choice = request.get("function_call", "auto")
    if isinstance(choice, dict):
        tools = [tool for tool in tools if _name(tool) == choice["name"]]
        if not tools:
            raise invalid("function_call", f"'functions' holds no '{choice['name']}'")
        choice = "required"
    chosen = _chosen(tools, choice, request)
    return _call(chosen[0], request)["function"] if chosen else None


def _name(tool: Tool) -> str:
    kind = tool.get("type")
    named = tool.get(kind) if isinstance(kind, str) else None
    if not isinstance(named, dict) or not isinstance(name := named.get("name"), str):
        raise invalid("tool_choice", "a tool needs a type and, in the member that its type names, a name")
    return name


def _picked(tools: list[Tool], references: list[Tool]) -> list[Tool]:
    by_name = {(tool["type"], _name(tool)): tool for tool in tools}
    wanted = [(reference.get("type"), _name(reference)) for reference in references]
    for kind, name in wanted:
        if (kind, name) not in by_name:
            raise invalid("tool_choice", f"'tools' holds no {kind} tool '{name}'")
    return [by_name[one] for one in wanted]


def _chosen(tools: list[Tool], mode: str, request: Request) -> list[Tool]:
    said = last_text(request, "user").casefold()
    mentioned = [tool for tool in tools if _name(tool) and _name(tool).casefold() in said]
    if mode == "required":
        return mentioned or tools[:1]
    is_answered = request["messages"][-1]["role"] in ("tool", "function")
    return [] if mode == "none" or is_answered else mentioned


def _call(tool: Tool, request: Request) -> dict[str, Any]:
    if tool["type"] == "custom":
        said = echo(last_text(request, "user"))
        return {"type": "custom", "custom": {"name": _name(tool), "input": f"canned input for: {said}"}}
    arguments = sample({"type": "object", **(tool["function"].get("parameters") or {})})
    return {"type": "function", "function": {"name": _name(tool), "arguments": dump(arguments)}}


def _text(request: Request, index: int) -> str:
    said = echo(last_text(request, "user"))
    layout: dict[str, Any] = request.get("response_format") or {"type": "text"}
    if layout["type"] == "json_schema" and "schema" in layout["json_schema"]:
        return dump(sample(layout["json_schema"]["schema"]))
    if layout["type"] != "text":
        return dump({"note": CANNED, "you_wrote": said})
    which = f" (Choice {index + 1} of {request['n']}.)" if (request.get("n") or 1) > 1 else ""
    last = request["messages"][-1]["role"]
    if last in ("tool", "function"):
        return f'{CANNED}{which} The tool returned: "{echo(last_text(request, last))}"'
    return f'{CANNED}{which} You wrote: "{said}"'


def _audio(request: Request, text: str, created: int, new_id: Callable[[], str]) -> dict[str, Any]:
    # Silence whatever the text: bare samples for pcm16, a WAV file for every other format.
    sound = _SILENCE if request["audio"]["format"] == "pcm16" else _WAV + _SILENCE
    data = base64.b64encode(sound).decode("ascii")
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


def _cut(request: Request, text: str, reason: str) -> tuple[str, str]:
    """Cut a text at the limit of tokens, and any but a call's before its first stop sequence."""
    limit, pieces = _limit(request), tokens(text)
    stop = (request.get("stop") or ()) if reason == "stop" else ()
    if limit is not None and len(pieces) > limit:
        text, reason = "".join(pieces[:limit]), "length"
    marks = [stop] if isinstance(stop, str) else stop
    places = [text.find(mark) for mark in marks if mark and mark in text]
    return (text[: min(places)], "stop") if places else (text, reason)


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
    if limit is not None:
        reasoning = max(0, min(reasoning, limit * (request.get("n") or 1) - written))
    details = {"audio_tokens": written if "audio" in messages[0] else 0, "reasoning_tokens": reasoning}
    predicted = {"accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0}
    return sampled(
        "CompletionUsage",
        prompt_tokens=prompt,
        completion_tokens=written + reasoning,
        total_tokens=prompt + written + reasoning,
        prompt_tokens_details={"audio_tokens": 0, "cached_tokens": 0},
        completion_tokens_details={**details, **predicted},
    )
