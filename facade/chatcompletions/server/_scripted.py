"""Completions as a script words them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._answers import logprobs, usage
from ._samples import sampled
from ._text import dump, tokens
from ._words import CHOICE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Json = Mapping[str, Any]

#: What a canned answer is shaped by.
_SHAPES = {"tools", "tool_choice", "functions", "function_call", "response_format"}
_TEXT = {"function": "arguments", "custom": "input"}


def unshaped(request: Json, words: Json) -> Json:
    """Leave out what the canned answer would be shaped by, and may fail on, where an entry says another."""
    is_own = "choices" in words or words.keys() & CHOICE
    return {name: value for name, value in request.items() if name not in _SHAPES} if is_own else request


def worded(completion: dict[str, Any], words: Json, request: Json, new_id: Callable[[], str]) -> dict[str, Any]:
    """Turn the canned completion for a request into the one that an entry of a script says."""
    if "choices" in words or words.keys() & CHOICE:
        sources = words.get("choices") or [words] * (request.get("n") or 1)
        choices = [_choice(source, n, request, new_id) for n, source in enumerate(sources)]
        completion = {**completion, "choices": choices, "usage": usage(request, [one["message"] for one in choices])}
        for choice, source in zip(choices, sources, strict=True):
            choice["message"] |= source.get("message", {})
    own = {name: words[name] for name in ("id", "model", "moderation", "usage") if name in words}
    if own.get("usage"):
        own["usage"] = {**completion["usage"], **own["usage"]}
        if "total_tokens" not in words["usage"]:
            own["usage"]["total_tokens"] = sum(own["usage"][f"{kind}_tokens"] or 0 for kind in ("prompt", "completion"))
    return {**completion, **own, **words.get("completion", {})}


def cutter(words: Json) -> Callable[[str], list[str]]:
    """Return what cuts a text into the pieces that an entry gives for it, and any other text into tokens."""
    choices = [words, *words.get("choices", ())]
    given = [one["pieces"] for one in [*choices, *_calls(choices)] if "pieces" in one]
    known = {"".join(pieces): pieces for pieces in given}
    return lambda text: known.get(text) or tokens(text)


def rearranged(chunks: Iterable[dict[str, Any]], words: Json) -> Iterator[dict[str, Any]]:
    """Give calls the indexes that an entry has for them, and leave out an end that has no reason."""
    for chunk in chunks:
        for choice in chunk["choices"]:
            source = words["choices"][choice["index"]] if "choices" in words else words
            for call in choice["delta"].get("tool_calls", ()) if "tool_calls" in source else ():
                call["index"] = source["tool_calls"][call["index"]].get("index", call["index"])
        if not any(choice["delta"] == {} and choice["finish_reason"] is None for choice in chunk["choices"]):
            yield chunk


def _calls(choices: Iterable[Json]) -> list[Json]:
    return [call for choice in choices for call in choice.get("tool_calls", ())]


def _choice(words: Json, index: int, request: Json, new_id: Callable[[], str]) -> dict[str, Any]:
    content, refusal = words.get("text"), words.get("refusal")
    if "parsed" in words:
        content = dump(_wrapped(words["parsed"], request))
    elif "pieces" in words and content is None and refusal is None:
        content = "".join(words["pieces"])
    message = sampled("ChatCompletionResponseMessage", content=content, refusal=refusal, annotations=[])
    if "reasoning_content" in words:
        message["reasoning_content"] = words["reasoning_content"]
    if calls := words.get("tool_calls"):
        message["tool_calls"] = [_call(call, new_id) for call in calls]
    scores = words.get("logprobs")
    if "logprobs" not in words and request.get("logprobs") and content is not None:
        scores = logprobs(content, request.get("top_logprobs") or 0)
    reason = words.get("finish_reason", "tool_calls" if calls else "stop")
    return {"index": index, "message": message, "logprobs": scores, "finish_reason": reason}


def _wrapped(value: Any, request: Json) -> Any:
    """Put a value that is no object into the only member of the object that the request's schema asks for."""
    schema = ((request.get("response_format") or {}).get("json_schema") or {}).get("schema") or {}
    wraps = list(schema.get("properties") or ()) == ["value"] and not (isinstance(value, dict) and "value" in value)
    return {"value": value} if wraps else value


def _call(words: Json, new_id: Callable[[], str]) -> dict[str, Any]:
    is_custom = words.get("type") == "custom" or "custom" in words or "input" in words
    kind = "custom" if is_custom else "function"
    key = _TEXT[kind]
    own = {**words[kind]} if kind in words else {"name": words["name"], key: words.get(key, "" if is_custom else {})}
    if "pieces" in words:
        own[key] = "".join(words["pieces"])
    if not isinstance(own.get(key), str):
        own[key] = dump(own.get(key, {}))
    return {"id": words.get("id") or f"call_{new_id()}", "type": kind, kind: own}
