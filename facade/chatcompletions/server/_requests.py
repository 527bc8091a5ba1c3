"""Read requests and check them: by the pinned spec, and by hand for what no JSON Schema says."""

from __future__ import annotations

import json
import re
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from chatcompletions._spec.judge import UNKNOWN, described, errors, shown
from chatcompletions._spec.schema import at, followed

from ._errors import ApiError, invalid
from ._strictness import check_strictly
from ._text import dump

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Bounds that the API has and the spec does not.
_BOUNDS = {
    "limit": {"minimum": 1, "maximum": 100},
    "max_completion_tokens": {"minimum": 1},
    "max_tokens": {"minimum": 1},
    "metadata": {"maxProperties": 16, "propertyNames": {"maxLength": 64}, "additionalProperties": {"maxLength": 512}},
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
#: Parameters that say nothing without another one.
_COMPANIONS = {
    "stream_options": ("stream", "'stream': true"),
    "top_logprobs": ("logprobs", "'logprobs': true"),
    "tool_choice": ("tools", "'tools'"),
    "function_call": ("functions", "'functions'"),
}
_within_bounds = Draft202012Validator({"properties": _BOUNDS})
_FILTER = re.compile(r"metadata\[(.*)\]", re.DOTALL)
_WHOLE = re.compile(r"-?[0-9]+")


class Query(NamedTuple):
    """The page of a list that is wanted: the API's parameters."""

    after: str | None = None
    limit: int = 20
    order: str = "asc"
    model: str | None = None
    metadata: Mapping[str, str] | None = None


def read_query(request: Request, operation: str) -> Query:
    """Read and check the query of an operation; a parameter that it does not have is ignored."""
    place = f"operations/{operation}/query"
    known = at(place)["properties"]
    given: dict[str, Any] = {}
    for name, text in request.query_params.multi_items():
        if "metadata" in known and (match := _FILTER.fullmatch(name)):
            given.setdefault("metadata", {})[match[1]] = text
        elif name in known and name != "metadata":
            is_number = followed(known[name]).get("type") == "integer" and _WHOLE.fullmatch(text)
            given[name] = int(text[:20]) if is_number else text  # 20 digits: more than any bound has
    _check(given, place)
    return Query(**given)


async def read_body(request: Request, operation: str, *, most: int, lenient: bool = False) -> dict[str, Any]:
    """Read and check the body of an operation; one of more than ``most`` bytes is refused as soon as that is clear."""
    problem = f"The request body is larger than {most} bytes."
    too_large = ApiError(problem, status=413, code="request_too_large", headers={"connection": "close"})
    if int(request.headers.get("content-length", 0)) > most:
        raise too_large
    raw = bytearray()
    try:
        async for piece in request.stream():
            raw += piece
            if len(raw) > most:
                raise too_large
    except ClientDisconnect:
        raise ApiError("The client hung up in the middle of its request.", status=499) from None
    return await run_in_threadpool(_checked, raw, f"operations/{operation}/body", lenient=lenient)


def _checked(raw: bytearray, place: str, *, lenient: bool) -> dict[str, Any]:
    try:
        # 1.0 is an integer in JSON Schema.
        body = json.loads(raw.decode(), parse_float=lambda text: int(n) if (n := float(text)).is_integer() else n)
        dump(body).encode()  # what could not be sent again is refused: NaN, infinity, a lone surrogate
    except ValueError as error:
        raise ApiError(f"The body could not be read as JSON: {error}.", code="invalid_json") from None
    if not isinstance(body, dict):
        raise ApiError("The body must be a JSON object.", code="invalid_type")
    _check(body, place, lenient=lenient)
    for name, (other, wanted) in _COMPANIONS.items():
        if body.get(name) is not None and not body.get(other):
            raise invalid(name, f"allowed only together with {wanted}")
    if "audio" in (body.get("modalities") or ()) and not body.get("audio"):
        raise invalid("audio", "needed when 'modalities' asks for audio", "missing_required_parameter")
    if not lenient:
        check_strictly(body)
    return body


def _check(value: Mapping[str, Any], place: str, *, lenient: bool = False) -> None:
    for error in chain(errors(value, place), _within_bounds.iter_errors(value)):
        # Members of members that the spec does not list are let through, as by the service, unless it forbids them.
        is_let_through = error.validator == UNKNOWN and (
            lenient or (len(error.absolute_path) > 1 and error.schema.get(UNKNOWN) is not False)
        )
        if not is_let_through:
            raise _refusal(error)


def _refusal(error: Any) -> ApiError:
    param = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path)[1:]
    match error.validator:
        case "required":
            return ApiError(f"Missing required parameter: '{param}'.", param=param, code="missing_required_parameter")
        case "additionalProperties":
            return ApiError(f"Unknown parameter: '{param}'.", param=param, code="unknown_parameter")
        case bound if bound in _BEYOND:
            problem, code = _BEYOND[bound]
            number = "decimal" if error.schema.get("type") == "number" else "integer"
            return invalid(param, problem.format(shown(error.instance), error.validator_value), code.format(number))
        case keyword:
            code = "invalid_type" if keyword == "type" else "invalid_value"
            return invalid(param, f"expected {described(error.schema)}, got {shown(error.instance)}", code)
