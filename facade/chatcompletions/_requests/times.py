"""Times as people give them: datetimes, dates, seconds, or text such as ``2026-01-31 14:00`` and ``2 days ago``."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, time
from typing import Any

from chatcompletions._answers.dates import zone_offset

_AGO = re.compile(
    r"(?P<count>\d{1,6})\s*"
    r"(?P<unit>s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?|months?|y|yrs?|years?)\s+ago",
    re.IGNORECASE,
)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks", "mo": "months", "y": "years"}
_EXAMPLES = "'2026-01-31', '2026-01-31 14:00', '10:30', 'yesterday' or '2 days ago'"


def timestamp(name: str, given: Any, *, now: datetime) -> float | None:
    """Return a time as seconds since the Unix epoch.

    Args:
        name: The name of the argument, for messages.
        given: A datetime or date, in the zone of this machine unless it has one; seconds since the Unix epoch; or text:
            a date and a time, each in any usual form, what is missing being today's or midnight, or ``now``, ``today``,
            ``yesterday``, ``2 days ago``. `None` for no time.
        now: The time now, in the zone of this machine.

    Raises:
        TypeError: It is of another type.
        ValueError: The text is no time, or the time is out of range.
    """
    if given is None:
        return None
    try:
        match given:
            case bool():
                pass
            case int() | float() if math.isfinite(given):
                return datetime.fromtimestamp(given, UTC).timestamp()  # milliseconds, say, are no time
            case datetime():
                return given.timestamp()
            case date():
                return datetime.combine(given, time()).timestamp()
            case str():
                return _read(given, now).timestamp()
    except (ValueError, OverflowError, OSError) as exc:
        problem = f"{name}={given!r} is not understood as a time ({exc})"
        raise ValueError(f"{problem}: give a datetime, or text such as {_EXAMPLES}") from None
    raise TypeError(f"{name} must be a datetime, a date, seconds since 1970 or text such as {_EXAMPLES}, not {given!r}")


def time_bounds(since: Any = None, until: Any = None) -> tuple[float | None, float | None]:
    """Return both bounds of a list in seconds; see `timestamp`.

    Raises:
        ValueError: Nothing lies between them.
    """
    now = datetime.now()  # noqa: DTZ005 - the caller's zone
    bounds = timestamp("since", since, now=now), timestamp("until", until, now=now)
    if bounds[0] is not None and bounds[1] is not None and bounds[0] >= bounds[1]:
        raise ValueError(f"since={since!r} must be before until={until!r}: nothing lies between them")
    return bounds


def _read(text: str, now: datetime) -> datetime:
    from dateutil.parser import parse
    from dateutil.relativedelta import relativedelta

    word = " ".join(text.lower().split())
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if word == "now":
        return now
    if word in ("today", "yesterday"):
        return midnight - relativedelta(days=int(word == "yesterday"))
    if ago := _AGO.fullmatch(word):
        unit = ago["unit"]
        key = unit[:2] if unit.startswith("mo") else unit[0]
        return now - relativedelta(**{_UNITS[key]: int(ago["count"])})  # type: ignore[arg-type] # one of its names
    return parse(text, default=midnight, tzinfos=zone_offset)
