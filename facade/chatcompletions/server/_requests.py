"""Check requests by the pinned spec, and by hand for what no JSON Schema says."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from chatcompletions._spec.judge import UNKNOWN, described, errors, shown
from chatcompletions._spec.schema import at, followed

from ._errors import ApiError, refuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

#: Bounds that the API has and the spec does not.
_BOUNDS = {
    "limit": {"minimum": 1, "maximum": 100},
    "max_completion_tokens": {"minimum": 1},
    "max_tokens": {"minimum": 1},
    "metadata": {
        "maxProperties": 16,
        "propertyNames": {"maxLength": 64},
        "additionalProperties": {"maxLength": 512},
    },
    "tools": {"maxItems": 128},
}
#: The problem and the code of a value beyond a bound.
_BEYOND = {
    "minimum": ("{} is too small, the least is {}", "{}_below_min_value"),
    "maximum": ("{} is too large, the most is {}", "{}_above_max_value"),
    "minItems": ("it has too few items, the least is {1}", "empty_array"),
    "maxItems": ("it has too many items, the most is {1}", "array_above_max_length"),
    "maxLength": ("{} has too many characters, the most is {}", "string_above_max_length"),
    "maxProperties": ("it has too many members, the most is {1}", "object_above_max_properties"),
}
_within_bounds = Draft202012Validator({"properties": _BOUNDS})
_FILTER = re.compile(r"metadata\[(.*)\]", re.DOTALL)
_WHOLE = re.compile(r"-?[0-9]+")
_DIGITS = 20  # more than any bound has, and quick to read


@dataclass(frozen=True)
class Query:
    """The page of a list that is wanted.

    Args:
        after: The id after which the page starts, if any.
        limit: The most items on the page.
        order: ``asc``, or ``desc`` for the newest first.
        model: List only completions of this model.
        metadata: List only completions that carry all of these pairs.
    """

    after: str | None = None
    limit: int = 20
    order: str = "asc"
    model: str | None = None
    metadata: Sequence[tuple[str, str]] = ()


def read_query(operation: str, pairs: Iterable[tuple[str, str]]) -> Query:
    """Read a query; a parameter that the operation does not have is ignored.

    Args:
        operation: The name of the operation in the spec's schema.
        pairs: Names and values; ``metadata[key]`` may come any number of times.

    Raises:
        ApiError: Naming the first parameter at fault.
    """
    place = f"operations/{operation}/query"
    known = at(place)["properties"]
    given: dict[str, Any] = {}
    filters = set()
    for name, text in pairs:
        if "metadata" in known and (match := _FILTER.fullmatch(name)):
            filters.add((match[1], text))
            given["metadata"] = dict(filters)
        elif name in known and name != "metadata":
            is_number = followed(known[name]).get("type") == "integer" and _WHOLE.fullmatch(text)
            given[name] = int(text[:_DIGITS]) if is_number else text
    _check(given, place)
    return replace(Query(), **{**given, "metadata": sorted(filters)})


def check_create(body: Mapping[str, Any]) -> None:
    """Check the body of a create request.

    Raises:
        ApiError: Naming the first parameter at fault.
    """
    _check(body, "operations/create_chat_completion/body")
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
    """Check the body of an update request.

    Raises:
        ApiError: Naming the first parameter at fault.
    """
    _check(body, "operations/update_chat_completion/body")


def _check(value: Mapping[str, Any], place: str) -> None:
    for error in chain(errors(value, place), _within_bounds.iter_errors(value)):
        # Members of members that the spec does not list are let through, as by the service, unless it forbids them.
        if error.validator != UNKNOWN or len(error.absolute_path) == 1 or error.schema.get(UNKNOWN) is False:
            raise _refusal(error)


def _refusal(error: Any) -> ApiError:
    param = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path)[1:]
    match error.validator:
        case "required":
            message, code = f"Missing required parameter: '{param}'.", "missing_required_parameter"
        case "additionalProperties":
            message, code = f"Unknown parameter: '{param}'.", "unknown_parameter"
        case "minimum" | "maximum" | "minItems" | "maxItems" | "maxLength" | "maxProperties" as bound:
            problem, code = _BEYOND[bound]
            number = "decimal" if error.schema.get("type") == "number" else "integer"
            problem = problem.format(shown(error.instance), error.validator_value)
            message, code = f"Invalid '{param}': {problem}.", code.format(number)
        case keyword:
            expected = described(error.schema)
            message = f"Invalid '{param}': expected {expected}, got {shown(error.instance)}."
            code = "invalid_type" if keyword == "type" else "invalid_value"
    return ApiError(message, param=param, code=code)
