"""What came with an answer beside its body: rate limits, attempts, times."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from chatcompletions._public import public

from .dates import seconds_of
from .record import Record

if TYPE_CHECKING:
    import httpx

#: Seconds; a reset that is further away is no rate limit's.
_LONGEST = 366 * 86_400


@public
@frozen
class RateLimit:
    """A rate limit as a server tells it; `None` for what it does not tell.

    Attributes:
        limit: How many there may be in a period.
        remaining: How many are left.
        reset: The time until all are there again.
    """

    limit: int | None = None
    remaining: int | None = None
    reset: timedelta | None = None


@public
@frozen
class RateLimits:
    """The rate limits that came with an answer.

    Attributes:
        requests: The limit of requests.
        tokens: The limit of tokens.

    See https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers.
    """

    requests: RateLimit = RateLimit()
    tokens: RateLimit = RateLimit()


@public
@frozen
class Attempt:
    """An attempt that failed.

    Attributes:
        status_code: The status of its answer; `None` if none came.
        reason: What went wrong, in one line.
        delay: The pause before the next attempt.
    """

    status_code: int | None
    reason: str
    delay: timedelta


@public
@frozen
class Meta:
    """What came with an answer, a page, a stream or an error beside its body.

    Attributes:
        request_id: The ``x-request-id`` of the answer.
        status_code: Its status; `None` if no answer came.
        headers: Its headers.
        attempts: The attempts that failed before it, oldest first.
        elapsed: The time from the first attempt to the whole answer, in a stream to its end or as far as it has come.
        time_to_first_token: In a stream, the time from the first attempt to the first text, refusal or tool call.
        tokens_per_second: The tokens of the answer, as its usage counts them, by the seconds that they took: in a
            stream from the first one, else from the first attempt.
        recovered: Whether the answer was lost on the way and found among the stored completions; see ``recover``.
    """

    request_id: str | None
    status_code: int | None
    headers: httpx.Headers = field(repr=False)
    attempts: tuple[Attempt, ...]
    elapsed: timedelta | None
    time_to_first_token: timedelta | None
    tokens_per_second: float | None
    recovered: bool

    @property
    def rate_limits(self) -> RateLimits:
        """The rate limits of the headers."""
        return RateLimits(*(_rate_limit(self.headers, name) for name in ("requests", "tokens")))


def meta_of(headers: httpx.Headers, record: Record | None, usage: Any = None) -> Meta:
    """Return what came with an answer.

    Args:
        headers: The headers of the answer.
        record: What the transport knows of the call.
        usage: The usage of the answer, if it has one.
    """
    known = record or Record()
    seconds = known.elapsed if known.total is None else known.total
    began = known.first_token if known.first_token is not None else 0.0
    tokens = getattr(usage, "completion_tokens", None)
    took = None if seconds is None else seconds - began
    is_rate = isinstance(tokens, int) and took is not None and took > 0
    return Meta(
        request_id=headers.get("x-request-id"),
        status_code=known.status_code,
        headers=headers,
        attempts=tuple(Attempt(status, reason, timedelta(seconds=delay)) for status, reason, delay in known.failures),
        elapsed=_delta(seconds),
        time_to_first_token=_delta(known.first_token),
        tokens_per_second=tokens / took if is_rate and tokens is not None and took is not None else None,
        recovered=known.recovered,
    )


def _delta(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def _rate_limit(headers: httpx.Headers, name: str) -> RateLimit:
    found = [headers.get(f"x-ratelimit-{part}-{name}") for part in ("limit", "remaining", "reset")]
    return RateLimit(_count(found[0]), _count(found[1]), duration(found[2]))


def _count(text: str | None) -> int | None:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


def duration(text: str | None) -> timedelta | None:
    """Read the time until a reset: ``1m30s``, ``6ms``, or seconds; `None` for what is none, or too long for one."""
    seconds = seconds_of((text or "").strip())
    return timedelta(seconds=seconds) if seconds is not None and seconds <= _LONGEST else None
