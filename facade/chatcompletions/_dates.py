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
        text: A date with its year; one without a zone is in UTC.

    Returns:
        A time in UTC, or `None` if the text is no date.
    """
    if not _YEAR.search(text):
        return None
    from dateutil.parser import parse  # slow to load, and few servers make it necessary

    try:
        parsed = parse(text)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
