"""What a request must look like: one table per object, and the few rules that span parameters.

Enumerations are closed only where the server acts on the value: a value new to the API is not refused here.
"""

from collections.abc import Mapping
from typing import Any

from chatcompletions.server._errors import ApiError
from chatcompletions.server._rules import (
    Rule,
    anything,
    array,
    boolean,
    kind,
    members,
    nullable,
    number,
    one_of,
    record,
    refuse,
    short_text,
    tagged,
    text,
    text_or,
)

_PAIRS, _KEY, _VALUE = 16, 64, 512  # the API's bounds for metadata, the last two in characters


def metadata(value: object, param: str) -> None:
    """Accept at most 16 pairs of text."""
    if not isinstance(value, dict):
        refuse(param, f"expected an object, got {kind(value)}", "invalid_type")
    if len(value) > _PAIRS:
        refuse(param, f"{len(value)} pairs are too many, the most is {_PAIRS}", "object_above_max_properties")
    for key, item in value.items():
        short_text(_KEY)(key, f"{param} key")
        short_text(_VALUE)(item, f"{param}.{key}")


def _object(value: object, param: str) -> None:
    record({})(value, param)


_named = record({"name": text})
_function = record({"name": text}, {"description": text, "parameters": _object, "strict": nullable(boolean)})
_part = tagged(
    "type",
    {
        "text": record({"text": text}),
        "refusal": record({"refusal": text}),
        "image_url": record({"image_url": record({"url": text})}),
        "input_audio": record({"input_audio": record({"data": text, "format": text})}),
        "file": record({"file": _object}),
    },
)
_content = text_or(array(_part, least=1))
_tool_call = tagged(
    "type",
    {
        "function": record({"id": text, "function": record({"name": text, "arguments": text})}),
        "custom": record({"id": text, "custom": record({"name": text, "input": text})}),
    },
)
_assistant = record(
    {},
    {
        "content": nullable(_content),
        "refusal": nullable(text),
        "tool_calls": array(_tool_call),
        "function_call": nullable(record({"name": text, "arguments": text})),
        "audio": nullable(record({"id": text})),
    },
)
_message = tagged(
    "role",
    {
        "developer": record({"content": _content}),
        "system": record({"content": _content}),
        "user": record({"content": _content}),
        "assistant": _assistant,
        "tool": record({"content": _content, "tool_call_id": text}),
        "function": record({"content": nullable(text), "name": text}),
    },
)
_tool = tagged("type", {"function": record({"function": _function}), "custom": record({"custom": _named})})
_tool_reference = tagged("type", {"function": record({"function": _named}), "custom": record({"custom": _named})})
_allowed_tools = record({"mode": one_of("auto", "required"), "tools": array(_tool_reference)})


def _tool_choice(value: object, param: str) -> None:
    if isinstance(value, str):
        one_of("none", "auto", "required")(value, param)
    else:
        tagged(
            "type",
            {
                "function": record({"function": _named}),
                "custom": record({"custom": _named}),
                "allowed_tools": record({"allowed_tools": _allowed_tools}),
            },
        )(value, param)


def _function_call(value: object, param: str) -> None:
    (one_of("none", "auto") if isinstance(value, str) else _named)(value, param)


_response_format = tagged(
    "type",
    {
        "text": anything,
        "json_object": anything,
        "json_schema": record({"json_schema": record({"name": text}, {"schema": _object})}),
    },
)

REQUIRED: Mapping[str, Rule] = {"model": text, "messages": array(_message, least=1)}
OPTIONAL: Mapping[str, Rule] = {
    "audio": nullable(record({"voice": text_or(record({"id": text})), "format": text})),
    "frequency_penalty": nullable(number(-2, 2)),
    "function_call": _function_call,
    "functions": array(_function, least=1, most=128),
    "logit_bias": nullable(_object),
    "logprobs": nullable(boolean),
    "max_completion_tokens": nullable(number(1, whole=True)),
    "max_tokens": nullable(number(1, whole=True)),
    "metadata": nullable(metadata),
    "modalities": nullable(array(one_of("text", "audio"))),
    "moderation": nullable(_object),
    "n": nullable(number(1, 128, whole=True)),
    "parallel_tool_calls": boolean,
    "prediction": nullable(_object),
    "presence_penalty": nullable(number(-2, 2)),
    "prompt_cache_key": nullable(text),
    "prompt_cache_options": _object,
    "prompt_cache_retention": nullable(text),
    "reasoning_effort": nullable(text),
    "response_format": _response_format,
    "safety_identifier": nullable(short_text(64)),
    "seed": nullable(number(whole=True)),
    "service_tier": nullable(text),
    "stop": nullable(text_or(array(text, least=1, most=4))),
    "store": nullable(boolean),
    "stream": nullable(boolean),
    "stream_options": nullable(record({}, {"include_usage": boolean, "include_obfuscation": boolean})),
    "temperature": nullable(number(0, 2)),
    "tool_choice": _tool_choice,
    "tools": array(_tool, most=128),
    "top_logprobs": nullable(number(0, 20, whole=True)),
    "top_p": nullable(number(0, 1)),
    "user": text,
    "verbosity": nullable(text),
    "web_search_options": _object,
}


def check_create(body: Mapping[str, Any]) -> None:
    """Check the body of a create request.

    Raises:
        ApiError: Naming the first parameter at fault.
    """
    _check(body, REQUIRED, OPTIONAL)
    if body.get("stream_options") is not None and not body.get("stream"):
        refuse("stream_options", "allowed only together with 'stream': true", "invalid_value")
    if body.get("top_logprobs") is not None and not body.get("logprobs"):
        refuse("top_logprobs", "allowed only together with 'logprobs': true", "invalid_value")
    if "audio" in (body.get("modalities") or ()) and not body.get("audio"):
        refuse("audio", "needed when 'modalities' asks for audio", "missing_required_parameter")
    for choice, offer in (("tool_choice", "tools"), ("function_call", "functions")):
        if choice in body and not body.get(offer):
            refuse(choice, f"allowed only together with '{offer}'", "invalid_value")


def check_update(body: Mapping[str, Any]) -> None:
    """Check the body of an update request, which holds metadata and nothing else.

    Raises:
        ApiError: Naming the first parameter at fault.
    """
    _check(body, {"metadata": nullable(metadata)}, {})


def _check(body: Mapping[str, Any], required: Mapping[str, Rule], optional: Mapping[str, Rule]) -> None:
    for name in body:
        if name not in required and name not in optional:
            raise ApiError(f"Unknown parameter: '{name}'.", param=name, code="unknown_parameter")
    members(body, required, optional)
