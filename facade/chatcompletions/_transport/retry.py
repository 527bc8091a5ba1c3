"""The retry policy: whether a failed request is sent again, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chatcompletions._answers.api_errors import without_array
from chatcompletions._answers.dates import parse_date
from chatcompletions._answers.failures import is_final
from chatcompletions._errors import APIConnectionError

if TYPE_CHECKING:
    from chatcompletions._errors import APIError

#: Seconds before the second attempt, also if the server asks for none; they double with each further attempt.
INITIAL_DELAY = 0.5
#: Seconds that no delay exceeds, unless the server asks for more.
MAX_DELAY = 8.0
#: Seconds; a server that asks for a longer pause gets no retry, so that the caller learns of it at once and can decide.
MAX_RETRY_AFTER = 60.0


def retry_delay(error: APIError, attempt: int, *, now: float, jitter: float) -> float | None:
    """Return the delay before a request is sent again.

    Args:
        error: The error that the last attempt ended with.
        attempt: How many attempts were made, 1 or more.
        now: Seconds since the Unix epoch, from which a ``retry-after`` date is counted.
        jitter: A random number from 0 to 1; it takes up to a quarter off the delay.

    Returns:
        Seconds, or `None` if sending again is not allowed or would not help.
    """
    if not _is_retryable(error):
        return None
    asked = asked_delay(error, now)
    if asked is not None:
        return asked if asked <= MAX_RETRY_AFTER else None
    # The exponent is bounded, because 2.0 ** 1024 overflows and callers may allow many retries.
    return min(MAX_DELAY, INITIAL_DELAY * 2.0 ** min(attempt - 1, 10)) * (1 - jitter / 4)


def _is_retryable(error: APIError) -> bool:
    # Whatever the headers say: an empty account stays empty, and a proxy goes on wanting its password.
    if "insufficient_quota" in (error.code, error.type) or error.status_code == 407:
        return False
    match error.headers.get("x-should-retry"):
        case "true":
            return True
        case "false":
            return False
    if error.status_code is None:
        return isinstance(error, APIConnectionError) and not is_final(error)
    return error.status_code in (408, 409, 429) or error.status_code >= 500


def asked_delay(error: APIError, now: float) -> float | None:
    """Return the delay that the server asks for, in seconds; `None` if it asks for none."""
    milliseconds = _number(error.headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000 or INITIAL_DELAY
    text = error.headers.get("retry-after")
    seconds = _number(text)
    if seconds is None and text is not None and (date := parse_date(text)) is not None:
        # Two clocks differ, and a date has whole seconds: one that has passed does not mean "at once".
        return max(INITIAL_DELAY, date.timestamp() - now)
    if seconds is None:
        seconds = _number(_google_delay(error.body))
    return None if seconds is None else seconds or INITIAL_DELAY


def _google_delay(body: Any) -> str | None:
    """Return the number of seconds in Google's ``RetryInfo``, the only place where its servers give one."""
    outer = without_array(body)
    envelope = outer.get("error") if isinstance(outer, dict) else None
    details = envelope.get("details") if isinstance(envelope, dict) else None
    for detail in details if isinstance(details, list) else ():
        if isinstance(detail, dict) and str(detail.get("@type")).endswith("google.rpc.RetryInfo"):
            delay = detail.get("retryDelay")
            if isinstance(delay, str) and delay.endswith("s"):
                return delay.removesuffix("s")
    return None


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    is_word = "n" in str(text).lower()  # "nan" and "inf"; a number too large for a float is an infinity as well
    return number if number >= 0 and not is_word else None
