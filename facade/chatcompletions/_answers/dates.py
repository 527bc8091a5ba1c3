"""Parsing of the dates that servers send: Unix time, as the spec has it, or any usual form."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

_UNITS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9, "": 1.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|us|µs|ns|[dhms]|$)", re.ASCII)
#: A year, without which a text is not a date; a lenient parser would fill in this year's: "5s", "soon at 10".
_YEAR = re.compile(r"\b\d{4}\b")


def parse_time(value: Any) -> datetime | None:
    """Parse a time.

    Args:
        value: Seconds since the Unix epoch, as a number or as text, or a date as `parse_date` reads it.

    Returns:
        The time in UTC, or `None` if the value is not a time.
    """
    try:
        return datetime.fromtimestamp(float(value), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return parse_date(value) if isinstance(value, str) else None


def parse_date(text: str) -> datetime | None:
    """Parse a date in any usual form: an HTTP date, ISO 8601, ...

    Args:
        text: The date, with its year. Without a zone it is in UTC; with a zone that has a name and no offset it is not
            a date.

    Returns:
        The time in UTC, or `None` if the text is not a date.
    """
    if not _YEAR.search(text):
        return None
    from dateutil.parser import parse  # slow to load, and few servers make it necessary

    try:
        parsed = parse(text, tzinfos=zone_offset)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def zone_offset(name: str | None, offset: int | None) -> int | None:
    """Return the offset of a zone in seconds, for dateutil's ``tzinfos``.

    Raises:
        ValueError: It has a name alone. Otherwise the parser takes the zone of this machine for it, or warns and leaves
            it out.
    """
    if name and offset is None:
        raise ValueError(f"the zone {name} has no single offset: write one, such as +02:00")
    return offset


def seconds_of(text: str | None) -> float | None:
    """Read a span such as ``1s``, ``6m0s``, ``20ms`` or ``1.5``, in seconds; `None` if it is none."""
    parts = _PART.findall(text[:40]) if text else []
    if not parts or "".join(map("".join, parts)) != text:
        return None
    return sum(float(number) * _UNITS[unit] for number, unit in parts)
