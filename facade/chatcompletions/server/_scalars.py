"""A string or a number that keeps to the bounds of a JSON Schema."""

import math
from collections.abc import Mapping
from typing import Any

_TEXT = "canned"
_FORMATS = {
    "date": "2025-01-31",
    "date-time": "2025-01-31T12:00:00Z",
    "email": "canned@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "time": "12:00:00Z",
    "uri": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
_LENGTH = 1_000  # characters that minLength may ask for
_EXACT = 2**53  # beyond it a float skips integers


def bound(schema: Mapping[str, Any], key: str, default: float) -> float:
    """Read a numeric keyword; one that is missing, no number or out of reach counts as ``default``."""
    value = schema.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > _EXACT:
        return default
    return value


def string(schema: Mapping[str, Any]) -> str:
    """Make a string of the schema's format, no shorter and no longer than it says."""
    text = _FORMATS.get(str(schema.get("format")), _TEXT)
    text = text.ljust(int(min(bound(schema, "minLength", 0), _LENGTH)), ".")
    most = bound(schema, "maxLength", math.inf)
    return text if len(text) <= most else text[: int(max(most, 0))]


def number(schema: Mapping[str, Any], *, whole: bool) -> float:
    """Make a number within the schema's bounds and on its grid: zero if it fits, else one next to a bound."""
    low, high = bound(schema, "minimum", -math.inf), bound(schema, "maximum", math.inf)
    above, below = bound(schema, "exclusiveMinimum", -math.inf), bound(schema, "exclusiveMaximum", math.inf)
    ends = [end for end in (low, above, high, below) if math.isfinite(end)]
    step = bound(schema, "multipleOf", 1)
    if step < 1 / _EXACT:
        step = 1
    candidates = [(math.floor(end / step) + n) * step for end in (0, *ends) for n in (0, 1, -1)]
    if not whole and "multipleOf" not in schema:
        candidates += [*ends, (max(low, above) + min(high, below)) / 2]
    for candidate in candidates:
        if low <= candidate <= high and above < candidate < below and (not whole or candidate % 1 == 0):
            return int(candidate) if whole else candidate
    return 0
