"""Dates as servers send them."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from chatcompletions._answers.dates import moment, typed_date

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
    """Unix time, as a number or as text, and a date in any usual form name the same moment."""
    assert moment(value) == NEW_YEAR


@pytest.mark.parametrize(
    "value", [None, "", "soon", "5s", "10:30", float("nan"), float("inf"), 1e30, [], {}, "2026-13-45", "9999999-2026"]
)
def test_no_moments(value: Any) -> None:
    """What names no moment gives none, and raises nothing."""
    assert moment(value) is None


@pytest.mark.parametrize("text", ["-5", "nan", "120", "1m30s", "x" * 1000])
def test_numbers_are_no_dates(text: str) -> None:
    """A date has a year."""
    assert typed_date(text) is None


@pytest.mark.parametrize("zone", ["CET", "EST", "XYZ", "AEST"])
def test_zones_that_have_only_a_name(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A date in a zone that only its name tells is no date, wherever it is read, and nothing is warned of."""
    for here in ("UTC", "CET-1", "EST5"):
        monkeypatch.setenv("TZ", here)
        time.tzset()
        assert typed_date(f"Thu, 01 Jan 2026 00:00:00 {zone}") is None
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("text", ["1 Jan 2026 01:00 +0100", "1 Jan 2026 00:00 UTC", "1 Jan 2026 00:00 Z", "1 Jan 2026"])
def test_zones_with_an_offset(text: str) -> None:
    """A zone that tells its offset is kept to, and no zone is UTC."""
    assert typed_date(text) == NEW_YEAR
