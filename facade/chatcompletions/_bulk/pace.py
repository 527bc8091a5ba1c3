"""When the next request may go: by the budget, by what the server says is left, and by the pauses that it asks for."""

from __future__ import annotations

import logging
import math
import re
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import anyio
import httpx

from chatcompletions._answers.api_errors import error_from_response
from chatcompletions._answers.dates import seconds_of
from chatcompletions._transport.retry import INITIAL_DELAY, asked_delay

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from chatcompletions._errors import APIError

#: Seconds after which a request goes whatever the server said was left: what it answers then is the news.
MAX_WAIT = 60.0
#: Seconds of the longest pause that a refusal puts on all rows.
MAX_PAUSE = 900.0
#: How much of the estimate the newest answer decides.
_WEIGHT = 0.1
_KINDS = ("requests", "tokens")
_USAGE = re.compile(rb'"total_tokens"\s*:\s*(\d+)')

_logger = logging.getLogger("chatcompletions")


class Pace:
    """The pace of all rows of a run.

    Args:
        requests_per_minute: How many requests may go in a minute, evenly spread; any number by default.
        tokens_per_minute: How many tokens they may use.
        clock: Returns the time in seconds; it never goes back.
        sleep: Waits for a number of seconds.
    """

    def __init__(
        self,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._intervals = [60 / rate if rate else 0.0 for rate in (requests_per_minute, tokens_per_minute)]
        self._next = [-math.inf, -math.inf]
        self._left, self._resets = [math.inf, math.inf], [-math.inf, -math.inf]
        self._paused_until = -math.inf
        self._in_flight = 0
        self._estimate: float | None = None
        self._lock = anyio.Lock()
        self._nap: anyio.CancelScope | None = None

    @property
    def estimate(self) -> float:
        """The tokens that the next request is expected to use."""
        return self._estimate or 0.0

    def wait_time(self) -> float:
        """Return the seconds until the next request may go; an earlier answer may let it go earlier."""
        now = self._clock()
        due = max(self._paused_until, *self._next)
        for left, reset, need in zip(self._left, self._resets, (1.0, self.estimate), strict=True):
            # Those on their way may not be counted yet in what is left.
            if now < reset and (self._in_flight + 1) * need > left:
                due = max(due, reset)
        if self._intervals[1] and self._estimate is None and self._in_flight:
            due = max(due, now + MAX_WAIT)  # the first request goes alone: its usage is the first estimate
        return max(0.0, due - now)

    def take(self) -> float:
        """Count a request that goes as soon as it may, and return the seconds until then by the budget alone."""
        now, self._in_flight = self._clock(), self._in_flight + 1
        due = max(self._paused_until, *self._next, now)
        for kind, need in enumerate((1.0, self.estimate)):
            self._next[kind] = max(now, self._next[kind]) + self._intervals[kind] * need
        return due - now

    def release(self) -> None:
        """Count a request as no longer on its way."""
        self._in_flight -= 1
        if self._nap is not None:
            self._nap.cancel()

    async def admit(self) -> None:
        """Wait until a request may go, in the order of asking, and count it."""
        if self._lock.locked() or self.wait_time() > 0:
            async with self._lock:
                try:
                    while (seconds := self.wait_time()) > 0:
                        with anyio.CancelScope() as self._nap:
                            await self._sleep(seconds)
                finally:
                    self._nap = None
                self.take()
        else:
            self.take()

    def learn(self, response: httpx.Response, charged: float) -> None:
        """Take in an answer.

        Args:
            response: The answer.
            charged: The estimate at the time when its request went.
        """
        self.told(response.headers)
        if response.status_code in (429, 503):
            self.refused(error_from_response(response))
        elif response.is_success and (self._intervals[1] or self._left[1] < math.inf):
            with suppress(httpx.ResponseNotRead):  # of a stream, whose usage comes at its end
                found = _USAGE.findall(response.content)
                self.used(int(found[-1]) if found else len(response.request.content + response.content) / 4, charged)

    def used(self, tokens: float, charged: float) -> None:
        """Correct the budget and the estimate by the tokens that a request used."""
        seconds = self._intervals[1] * (tokens - charged)
        if seconds > MAX_PAUSE:
            _logger.warning(
                "an answer is said to have used %.0f tokens: the next request waits %g s", tokens, MAX_PAUSE
            )
            tokens, seconds = charged + MAX_PAUSE / self._intervals[1], MAX_PAUSE
        self._next[1] += seconds
        before = tokens if self._estimate is None else self._estimate
        self._estimate = before + _WEIGHT * (tokens - before)

    def refused(self, error: APIError) -> None:
        """Let no request go for as long as a refusal asks for."""
        seconds = asked_delay(error, time.time())
        if "insufficient_quota" in (error.code, error.type):  # it will be the same in a minute
            seconds = 0.0
        elif seconds is None:
            seconds = INITIAL_DELAY if error.status_code == 429 else 0.0
        self._paused_until = max(self._paused_until, self._clock() + min(seconds, MAX_PAUSE))

    def told(self, headers: Mapping[str, Any]) -> None:
        """Take in the rate limits among the headers of an answer."""
        for kind, name in enumerate(_KINDS):
            left, reset = headers.get(f"x-ratelimit-remaining-{name}"), headers.get(f"x-ratelimit-reset-{name}")
            if left is None or not left.isdecimal() or (seconds := seconds_of(reset)) is None:
                continue
            self._left[kind] = float(left[:20])
            self._resets[kind] = self._clock() + min(seconds, MAX_WAIT)
