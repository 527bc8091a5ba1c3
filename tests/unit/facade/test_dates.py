"""Dates as servers send them."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from chatcompletions._answers.dates import parse_date, parse_time

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        1767225600,
        1767225600.0,
        "1767225600",
        "2026-01-01",
        "2026-01-01T00:00:00Z",
        "2026-01-01T01:00:00+01:00",
        "Thu, 01 Jan 2026 00:00:00 GMT",
        "Jan 1st, 2026",
    ],
)
def test_moments(value: Any) -> None:
    """Unix time, as a number or as text, and a date in any usual form give the same time."""
    assert parse_time(value) == NEW_YEAR


@pytest.mark.parametrize(
    "value", [None, "", "soon", "5s", "10:30", float("nan"), float("inf"), 1e30, [], {}, "2026-13-45", "9999999-2026"]
)
def test_no_moments(value: Any) -> None:
    """A value that is no date gives `None`, and raises nothing."""
    assert parse_time(value) is None


@pytest.mark.parametrize("text", ["-5", "nan", "120", "1m30s", "x" * 1000])
def test_numbers_are_no_dates(text: str) -> None:
    """Text without a year is not a date."""
    assert parse_date(text) is None


@pytest.mark.parametrize("zone", ["CET", "EST", "XYZ", "AEST"])
def test_zones_that_have_only_a_name(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A date whose zone has a name and no offset is not a date, in any local zone, and causes no warning."""
    for here in ("UTC", "CET-1", "EST5"):
        monkeypatch.setenv("TZ", here)
        time.tzset()
        assert parse_date(f"Thu, 01 Jan 2026 00:00:00 {zone}") is None
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("text", ["1 Jan 2026 01:00 +0100", "1 Jan 2026 00:00 UTC", "1 Jan 2026 00:00 Z", "1 Jan 2026"])
def test_zones_with_an_offset(text: str) -> None:
    """The offset of a zone counts, and a date without a zone is in UTC."""
    assert parse_date(text) == NEW_YEAR
