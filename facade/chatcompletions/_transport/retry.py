"""The retry policy: whether a failed request is sent again, and when."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from chatcompletions._answers.dates import parse_date
from chatcompletions._answers.failures import is_final
from chatcompletions._errors import APIConnectionError

if TYPE_CHECKING:
    import httpx

    from chatcompletions._errors import APIError

#: Seconds before the second attempt; they double with each further one.
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
    asked = _retry_after(error.headers, now)
    if asked is not None:
        return asked if asked <= MAX_RETRY_AFTER else None
    # The exponent is bounded, because 2.0 ** 1024 overflows and callers may allow many retries.
    return min(MAX_DELAY, INITIAL_DELAY * 2.0 ** min(attempt - 1, 10)) * (1 - jitter / 4)


def _is_retryable(error: APIError) -> bool:
    if "insufficient_quota" in (error.code, error.type):
        return False
    match error.headers.get("x-should-retry"):
        case "true":
            return True
        case "false":
            return False
    if error.status_code is None:
        return isinstance(error, APIConnectionError) and not is_final(error)
    return error.status_code in (408, 409, 429) or error.status_code >= 500


def _retry_after(headers: httpx.Headers, now: float) -> float | None:
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("retry-after")
    seconds = _number(text)
    if seconds is not None or text is None:
        return seconds
    date = parse_date(text)
    return None if date is None else max(0.0, date.timestamp() - now)


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if number >= 0 and math.isfinite(number) else None
