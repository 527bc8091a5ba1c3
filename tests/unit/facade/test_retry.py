"""The retry policy, a pure function: whether and when a failed request is sent again."""

from __future__ import annotations

from email.utils import formatdate
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatcompletions import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APITimeoutError,
    RateLimitError,
)
from chatcompletions._errors import status_error
from chatcompletions._transport.retry import retry_delay

NOW = 1_700_000_000.0


def answered(
    status: int = 503, *, code: str | None = None, kind: str | None = None, body: Any = None, **headers: str
) -> APIError:
    named = httpx.Headers({name.replace("_", "-"): value for name, value in headers.items()})
    return status_error(status)("It failed.", status_code=status, code=code, type=kind, headers=named, body=body)


def delay(error: APIError, attempt: int = 1, jitter: float = 0.0) -> float | None:
    return retry_delay(error, attempt, now=NOW, jitter=jitter)


@pytest.mark.parametrize("status", [408, 409, 429, 500, 501, 502, 503, 504, 520, 529, 599])
def test_statuses_that_may_pass(status: int) -> None:
    """A timeout, a conflict, a rate limit and any 5xx are retried."""
    assert delay(answered(status)) == 0.5


@pytest.mark.parametrize("status", [301, 302, 304, 307, 400, 401, 402, 403, 404, 405, 410, 413, 415, 418, 422, 425])
def test_statuses_that_stay(status: int) -> None:
    """A status that blames the request is not retried."""
    assert delay(answered(status)) is None


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (APIConnectionError("refused"), 0.5),
        (APITimeoutError("slow"), 0.5),
        (APIResponseValidationError("garbled"), None),
        (APIError("cannot be sent"), None),
    ],
    ids=lambda value: type(value).__name__,
)
def test_failures_without_a_status(error: APIError, expected: float | None) -> None:
    """Connection failures and timeouts are retried; a garbled answer and a request that cannot be sent are not."""
    assert delay(error) == expected


@pytest.mark.parametrize(
    ("status", "told", "expected"),
    [(400, "true", 0.5), (404, "true", 0.5), (503, "false", None), (429, "false", None), (503, "maybe", 0.5)],
)
def test_the_server_decides(status: int, told: str, expected: float | None) -> None:
    """The header x-should-retry overrules the status; a word that it does not know does nothing."""
    assert delay(answered(status, x_should_retry=told)) == expected


def test_a_proxy_goes_on_wanting_its_password() -> None:
    """A 407, which a proxy answers, is never retried, whatever its headers ask for."""
    assert delay(answered(407)) is None
    assert delay(answered(407, x_should_retry="true", retry_after="1")) is None


@pytest.mark.parametrize("named", [{"code": "insufficient_quota"}, {"kind": "insufficient_quota"}])
@pytest.mark.parametrize("status", [429, 403, 500])
def test_an_empty_account_stays_empty(named: dict[str, str], status: int) -> None:
    """Insufficient quota, as code or as type, is never retried, whatever the headers ask for."""
    assert delay(answered(status, **named)) is None
    assert delay(answered(status, **named, x_should_retry="true", retry_after="1")) is None


@pytest.mark.parametrize(
    ("attempt", "expected"), [(1, 0.5), (2, 1.0), (3, 2.0), (4, 4.0), (5, 8.0), (6, 8.0), (50, 8.0), (100_000, 8.0)]
)
def test_backoff(attempt: int, expected: float) -> None:
    """The delay begins at half a second and doubles up to eight."""
    assert delay(answered(), attempt) == expected


@given(attempt=st.integers(1, 10**9), jitter=st.floats(0, 1))
def test_jitter(attempt: int, jitter: float) -> None:
    """Jitter takes up to a quarter off the delay, and never adds to it."""
    whole = delay(answered(), attempt)
    shortened = delay(answered(), attempt, jitter)
    assert whole is not None
    assert shortened is not None
    assert 0.75 * whole <= shortened <= whole <= 8.0


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"retry_after": "3"}, 3.0),
        ({"retry_after": "1.5"}, 1.5),
        ({"retry_after": " 3 "}, 3.0),
        ({"retry_after": "60"}, 60.0),
        ({"retry_after_ms": "250"}, 0.25),
        ({"retry_after_ms": "250", "retry_after": "3"}, 0.25),
        ({"retry_after_ms": "soon", "retry_after": "3"}, 3.0),
        ({"retry_after_ms": "-1", "retry_after": "3"}, 3.0),
        ({"retry_after_ms": "nan", "retry_after": "3"}, 3.0),
        ({"retry_after": formatdate(NOW + 7, usegmt=True)}, 7.0),
        ({"retry_after": formatdate(NOW + 7, localtime=False)}, 7.0),
    ],
)
def test_a_pause_that_the_server_asks_for(headers: dict[str, str], expected: float) -> None:
    """A delay that the server asks for, in milliseconds, seconds or up to a date, is kept exactly, without jitter."""
    assert delay(answered(429, **headers), attempt=4, jitter=1.0) == pytest.approx(expected)


@pytest.mark.parametrize(
    "headers",
    [
        {"retry_after": "0"},
        {"retry_after": "0.0"},
        {"retry_after": "-0"},
        {"retry_after_ms": "0"},
        {"retry_after": formatdate(NOW, usegmt=True)},
        {"retry_after": formatdate(NOW - 1, usegmt=True)},
        {"retry_after": formatdate(NOW - 3600, usegmt=True)},
        {"retry_after": "Thu, 01 Jan 1970 00:00:00 GMT"},
    ],
)
@pytest.mark.parametrize("attempt", [1, 4])
def test_a_pause_of_nothing(headers: dict[str, str], attempt: int) -> None:
    """A server that asks for no pause, or for one up to a date that has passed, gets the first step of the backoff."""
    assert delay(answered(429, **headers), attempt, jitter=1.0) == 0.5


def google(*details: Any) -> dict[str, Any]:
    return {"error": {"code": 429, "message": "Quota exceeded.", "status": "RESOURCE_EXHAUSTED", "details": [*details]}}


RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo"
QUOTA = {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "retryDelay": "1s"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12s", 12.0),
        ("0.25s", 0.25),
        ("7.000000001s", 7.0),
        ("0s", 0.5),
        ("60s", 60.0),
        ("61s", None),
        ("1e999s", None),
    ],
)
@pytest.mark.parametrize("wrap", [lambda body: body, lambda body: [body]], ids=["object", "array"])
def test_googles_pause(text: str, expected: float | None, wrap: Any) -> None:
    """A RetryInfo in the body counts as retry-after does."""
    body = wrap(google(QUOTA, None, {"@type": RETRY_INFO, "retryDelay": text}))
    decided = delay(answered(429, body=body), attempt=3, jitter=1.0)
    assert decided == (None if expected is None else pytest.approx(expected))


def test_headers_come_before_googles_pause() -> None:
    """A header that asks for a pause takes precedence over a RetryInfo in the body."""
    body = google({"@type": RETRY_INFO, "retryDelay": "12s"})
    assert delay(answered(429, body=body, retry_after="3")) == 3.0
    assert delay(answered(429, body=body, retry_after="soon")) == 12.0


@pytest.mark.parametrize(
    "body",
    [
        None,
        "12s",
        [],
        {},
        {"error": "12s"},
        {"error": {"details": None}},
        {"error": {"details": {"retryDelay": "12s"}}},
        {"error": {"details": [{"retryDelay": "12s"}]}},
        {"error": {"details": [QUOTA]}},
        *(
            {"error": {"details": [{"@type": RETRY_INFO, "retryDelay": odd}]}}
            for odd in (None, 12, "12", "soon", "-3s", {})
        ),
    ],
)
def test_bodies_without_a_pause(body: Any) -> None:
    """A body in which nothing of Google's asks for a pause changes nothing."""
    assert delay(answered(429, body=body)) == 0.5


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "-5",
        "nan",
        "inf",
        "-inf",
        "-1e999",
        "Infinity",
        "Fri, 99 Foo 2023 99:99:99 GMT",
        "Tue, 14 Nov 2023 22:13:30 CET",
        "0x10",
        "3 s",
        "\x00",
    ],
)
@pytest.mark.parametrize("header", ["retry_after", "retry_after_ms"])
def test_a_pause_that_makes_no_sense(header: str, text: str) -> None:
    """A delay that cannot be read, is negative, or is no number is ignored."""
    assert delay(answered(429, **{header: text}), attempt=2) == 1.0


@pytest.mark.parametrize(
    "headers",
    [
        {"retry_after": "61"},
        {"retry_after": "86400"},
        {"retry_after": "1e300"},
        {"retry_after": "1e999"},
        {"retry_after": "9" * 400},
        {"retry_after_ms": "1e999"},
        {"retry_after_ms": "60001"},
        {"retry_after": formatdate(NOW + 3600, usegmt=True)},
        {"retry_after": "Fri, 31 Dec 9999 23:59:59 GMT"},
    ],
)
def test_a_pause_too_long_to_wait_for(headers: dict[str, str]) -> None:
    """If the server asks for more than a minute, there is no retry, and no shorter wait."""
    assert delay(answered(429, **headers)) is None


@given(
    status=st.integers(100, 999),
    headers=st.dictionaries(
        st.sampled_from(["retry-after", "retry-after-ms", "x-should-retry", "other"]),
        st.one_of(
            st.text(st.characters(max_codepoint=255)),
            st.floats().map(str),
            st.datetimes().map(lambda at: at.strftime("%a, %d %b %Y %H:%M:%S GMT")),
            st.text(" ,:+-0123456789adefgijlmnoprstuvyADFJMNOSTWGM"),
        ),
    ),
    attempt=st.integers(1, 100),
    jitter=st.floats(0, 1),
)
def test_any_headers(status: int, headers: dict[str, Any], attempt: int, jitter: float) -> None:
    """Whatever the headers, there is no retry or a delay of at most a minute."""
    raw = httpx.Headers([(name.encode(), value.encode("latin-1")) for name, value in headers.items()])
    decided = retry_delay(RateLimitError("x", status_code=status, headers=raw), attempt, now=NOW, jitter=jitter)
    assert decided is None or 0.0 <= decided <= 60.0
