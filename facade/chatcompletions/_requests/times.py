"""Times as people give them: datetimes, dates, seconds, or text such as ``2026-01-31 14:00`` and ``2 days ago``."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, time
from typing import Any

from chatcompletions._answers.dates import zone_offset

#: A text is parsed with each as what it leaves open: the parts that differ in the results are not in the text.
_DEFAULTS = datetime(2000, 1, 1), datetime(2001, 2, 2)  # noqa: DTZ001 - the caller's zone
#: Seconds since 1970, of years that are no dates without separators.
_SECONDS_SINCE = re.compile(r"\d{9,10}(\.\d*)?")
_YEAR_FIRST = re.compile(r"\d{4}[-/.]")

_AGO = re.compile(
    r"(?P<count>\d{1,6}|an?\b)\s*"
    r"(?P<unit>s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?|months?|y|yrs?|years?)\s+ago",
    re.IGNORECASE,
)
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_UNITS = {"d": "days", "w": "weeks", "mo": "months", "y": "years"}
_DAY = re.compile(r"(?P<day>today|yesterday)(?: (?:at )?(?P<time>.+))?", re.IGNORECASE)
_EXAMPLES = "'2026-01-31', '2026-01-31 14:00', '10:30', 'yesterday' or '2 days ago'"


def timestamp(name: str, given: Any, *, now: datetime) -> float | None:
    """Return a time as seconds since the Unix epoch.

    Args:
        name: The name of the argument, for messages.
        given: A datetime or date, in the zone of this machine unless it has one; seconds since the Unix epoch; or text:
            a date with or without a time, in any usual form that can mean one date alone; a month or a year, for its
            beginning; a time, of today; or ``now``, ``today``, ``yesterday 14:00``, ``2 days ago``. `None` for no
            time.
        now: The time now, in the zone of this machine.

    Raises:
        TypeError: It is of another type.
        ValueError: The text is no time or might be several, or the time is out of range.
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
    from dateutil.relativedelta import relativedelta

    text = " ".join(text.split())
    if text.lower() == "now":
        return now
    if _SECONDS_SINCE.fullmatch(text):
        return datetime.fromtimestamp(float(text), UTC)
    if ago := _AGO.fullmatch(text):
        count = int(ago["count"]) if ago["count"].isdecimal() else 1
        word = ago["unit"].lower()
        unit = word[:2] if word.startswith("mo") else word[0]
        if unit in _SECONDS:  # of real time, also where the clock was put back meanwhile
            return datetime.fromtimestamp(now.timestamp() - count * _SECONDS[unit], UTC)
        return now - relativedelta(**{_UNITS[unit]: count})  # type: ignore[arg-type] # one of its names
    if _AGO.fullmatch(f"{text} ago"):  # which the parser would take for a time of day
        raise ValueError(f"did you mean '{text} ago'?")
    if day := _DAY.fullmatch(text):
        moment = _time_of_day(day["time"]) if day["time"] else time()
        if moment is None:
            raise ValueError("a day and then no time")
        today = now.astimezone(moment.tzinfo) if moment.tzinfo else now
        return datetime.combine(today.date() - relativedelta(days=int(day["day"].lower() == "yesterday")), moment)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    moment = _time_of_day(text)
    return _date_and_time(text) if moment is None else datetime.combine(now.date(), moment)


def _parse(text: str) -> tuple[datetime, datetime]:
    from dateutil.parser import parse

    one, other = (parse(text, default=default, tzinfos=zone_offset) for default in _DEFAULTS)
    return one, other


def _time_of_day(text: str) -> time | None:
    """Read a text that has a time and no date; `None` if it has one."""
    found = _parse(text)
    is_time = all(one.date() == default.date() for one, default in zip(found, _DEFAULTS, strict=True))
    return found[0].timetz() if is_time else None


def _date_and_time(text: str) -> datetime:
    """Read a text that has a year.

    Raises:
        ValueError: It has none, or no month but a day, or can be read as two dates.
    """
    from dateutil.parser import parse

    one, other = _parse(text)
    if one.year != other.year:
        raise ValueError("which year?")
    if one.month != other.month and one.day == other.day:
        raise ValueError("which month?")
    if one.day == other.day and not _YEAR_FIRST.search(text):
        for day_first in (True, False):
            turned = parse(text, default=_DEFAULTS[0], tzinfos=zone_offset, dayfirst=day_first, yearfirst=not day_first)
            if turned != one:
                raise ValueError(f"{one:%Y-%m-%d} or {turned:%Y-%m-%d}?")
    return one
