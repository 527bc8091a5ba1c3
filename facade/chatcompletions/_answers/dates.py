"""Read the dates that servers send: Unix time, as the spec has it, or whatever form somebody typed."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

#: Without a year it is no date, though a lenient parser would fill in today's: "5s", "soon at 10".
_YEAR = re.compile(r"\b\d{4}\b")


def moment(value: Any) -> datetime | None:
    """Return the moment that a value names.

    Args:
        value: Seconds since the Unix epoch, as a number or as text, or a date as `typed_date` reads it.

    Returns:
        A time in UTC, or `None` if the value names none.
    """
    try:
        return datetime.fromtimestamp(float(value), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return typed_date(value) if isinstance(value, str) else None


def typed_date(text: str) -> datetime | None:
    """Return the moment that a date names, in any usual form: an HTTP date, ISO 8601, ...

    Args:
        text: A date with its year; one without a zone is in UTC, one with a zone that has only a name is none.

    Returns:
        A time in UTC, or `None` if the text is no date.
    """
    if not _YEAR.search(text):
        return None
    from dateutil.parser import parse  # slow to load, and few servers make it necessary

    try:
        parsed = parse(text, tzinfos=_zone)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _zone(name: str | None, offset: int | None) -> int | None:
    # Left to itself, the parser takes the zone of this machine for it, or warns and leaves it out.
    if name and offset is None:
        raise ValueError(f"the zone {name} has no one offset")
    return offset
