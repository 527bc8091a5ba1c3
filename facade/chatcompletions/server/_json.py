"""JSON in and out: only what survives a round trip is let in, so that nothing fails on its way out."""

import json
import math
from typing import Any

from chatcompletions.server._errors import ApiError

_DIGITS = 1_000  # far more than any parameter needs, and quick to read


def dump(value: object) -> str:
    """Write compact JSON, non-ASCII characters as they are."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def loads(text: str) -> Any:
    """Read JSON that this server wrote."""
    return json.loads(text)


def parse_object(raw: bytes) -> dict[str, Any]:
    """Read a request body.

    Args:
        raw: The body, UTF-8.

    Returns:
        The JSON object.

    Raises:
        ApiError: If it is not strict JSON, not valid Unicode, nested too deeply, or not an object.
    """
    try:
        value = json.loads(raw.decode("utf-8"), parse_constant=_refuse, parse_float=_finite, parse_int=_whole)
        if b"\\ud" in raw or b"\\uD" in raw:
            dump(value).encode("utf-8")  # an escaped lone surrogate is JSON, but no text that UTF-8 can hold
    except RecursionError:
        raise ApiError("The JSON body is nested too deeply.", code="invalid_json") from None
    except ValueError as error:
        raise ApiError(f"The body could not be read as JSON: {_reason(error)}.", code="invalid_json") from None
    if not isinstance(value, dict):
        raise ApiError("The body must be a JSON object.", code="invalid_type")
    return value


def _refuse(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number


def _whole(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise ValueError("a number is too long")
    return int(digits)


def _reason(error: ValueError) -> str:
    match error:
        case UnicodeDecodeError():
            return f"byte {error.start} is not UTF-8"
        case UnicodeEncodeError():
            return "a string holds a lone surrogate"
        case json.JSONDecodeError():
            return f"{error.msg.lower()} at line {error.lineno}, column {error.colno}"
        case _:
            return str(error)
