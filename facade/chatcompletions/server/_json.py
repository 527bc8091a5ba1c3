"""Read and write JSON."""

from __future__ import annotations

import json
from typing import Any

from ._errors import ApiError


def dump(value: object) -> str:
    """Write compact JSON, non-ASCII characters as they are."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def parse_object(raw: bytes) -> dict[str, Any]:
    """Read the body of a request.

    Raises:
        ApiError: It is not strict JSON in UTF-8, nested too deeply, or not an object.
    """
    try:
        value = json.loads(raw.decode())
        dump(value).encode()  # what could not be sent again is refused: NaN, infinity, a lone surrogate
    except RecursionError:
        raise ApiError("The JSON body is nested too deeply.", code="invalid_json") from None
    except ValueError as error:
        raise ApiError(f"The body could not be read as JSON: {error}.", code="invalid_json") from None
    if not isinstance(value, dict):
        raise ApiError("The body must be a JSON object.", code="invalid_type")
    return value
