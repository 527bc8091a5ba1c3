"""The clocks of a call beside httpx's own: for the call as a whole, and for the events of a stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from chatcompletions._answers.api_errors import timeout_error
from chatcompletions._checks import check_names, check_seconds
from chatcompletions._errors import FirstEventTimeoutError, TotalTimeoutError
from chatcompletions._public import public

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatcompletions._errors import APIError

#: Seconds: models think for minutes before the first byte, but a connection that takes seconds will not come.
DEFAULT_TIMEOUT = httpx.Timeout(600, connect=5)
#: Seconds by which a timer may ring early.
CLOCK_TOLERANCE = 0.001
#: The request extension that holds the clocks of a call.
TIMEOUTS = "timeouts"
#: The request extension that holds the time, on the monotonic clock, at which the call ends.
DEADLINE = "deadline"
#: The response extension that holds the seconds that are left for the first event of a stream.
FIRST_EVENT = "first_event"


@public
class Timeouts(httpx.Timeout):
    """An `httpx.Timeout` that has clocks for a call as a whole, and for the events of a stream.

    Args:
        timeout: Seconds, or an `httpx.Timeout`, for each wait of an attempt that has no number of its own below; by
            default 600 s, and 5 s to connect. `None` waits for ever.
        total: Seconds for the whole call: all attempts and the pauses between them, the redirects, the answer to its
            end, in a stream to its last event, and the pages of a list.
        first_event: Seconds from the sending of a request to the first event of its stream.
        between_events: Seconds from one event of a stream to the next.
        **waits: httpx's own ``connect``, ``read``, ``write`` and ``pool``.

    Raises:
        TypeError: A time is no number.
        ValueError: A time is not more than 0, or more than a clock can count.

    What is no event (comments, blank lines, pings, half an event) restarts none of these clocks. A call that runs out
    of time ends in `TotalTimeoutError`, `FirstEventTimeoutError` or `BetweenEventsTimeoutError`; in a stream the error
    has the completion so far. See https://www.python-httpx.org/advanced/timeouts/ for httpx's own.
    """

    def __init__(
        self,
        timeout: float | httpx.Timeout | None = DEFAULT_TIMEOUT,
        *,
        total: float | None = None,
        first_event: float | None = None,
        between_events: float | None = None,
        **waits: float | None,
    ) -> None:
        own = {"total": total, "first_event": first_event, "between_events": between_events}
        check_names("Timeouts", waits, {*httpx.Timeout(None).as_dict(), *own})
        for name, seconds in {**own, **waits}.items():
            check_seconds(name, seconds)
        base = timeout if isinstance(timeout, httpx.Timeout) else httpx.Timeout(timeout)
        super().__init__(**{**base.as_dict(), **waits})
        self.total, self.first_event, self.between_events = total, first_event, between_events

    def _end(self, now: float) -> float | None:
        """Return the time at which a call ends that begins now; `None` if it has no end."""
        return None if self.total is None else now + self.total

    def __eq__(self, other: object) -> bool:
        return isinstance(other, httpx.Timeout) and repr(self) == repr(other)

    __hash__ = None  # type: ignore[assignment] # like httpx's own

    def __repr__(self) -> str:
        own = {"total": self.total, "first_event": self.first_event, "between_events": self.between_events}
        shown = {**{name: value for name, value in own.items() if value is not None}, **self.as_dict()}
        return f"Timeouts({', '.join(f'{name}={value!r}' for name, value in shown.items())})"


class _Shared(Timeouts):
    """Clocks that several requests share."""

    _known_end: float | None = None
    _within: Timeouts | None = None

    def _end(self, now: float) -> float | None:
        if self._known_end is None:
            outer = None if self._within is None else self._within._end(now)
            self._known_end = shorter(super()._end(now), outer)
        return self._known_end


def shared(timeouts: Timeouts, within: Timeouts | None = None) -> Timeouts:
    """Return the timeouts of several requests, whose time begins with the first of them.

    Args:
        timeouts: The timeouts.
        within: Those of the call that the requests are a part of, which may end earlier.
    """
    made = object.__new__(_Shared)
    vars(made).update(vars(timeouts), _within=within)
    return made


class CallClock:
    """The clock of a call whose timeouts are `Timeouts`.

    Args:
        request: The request, whose waits are shortened to the time that is left.
        timeouts: Its timeouts.
        clock: Returns the time in seconds.
        is_stream: Whether the answer is to be a stream.
    """

    def __init__(
        self, request: httpx.Request, timeouts: Timeouts, clock: Callable[[], float], *, is_stream: bool
    ) -> None:
        self._request, self._timeouts, self._clock = request, timeouts, clock
        self._first_event = timeouts.first_event if is_stream else None
        self._waits = request.extensions.get("timeout", {})
        self._began = clock()
        self._deadline = request.extensions[DEADLINE] = timeouts._end(self._began)

    def begin(self, attempt: int) -> float | None:
        """Give an attempt the time that is left.

        Args:
            attempt: Its number, from 1.

        Returns:
            The seconds that are left; `None` for no limit.

        Raises:
            TotalTimeoutError: None are left, as may be for a page after the first.
        """
        self._began = self._clock()
        left = None if self._deadline is None else self._deadline - self._began
        if left is not None and left <= 0:
            raise self._error_of(TotalTimeoutError, attempt - 1)
        waits = {name: shorter(seconds, left) for name, seconds in self._waits.items()}
        waits["read"] = shorter(waits.get("read"), self._first_event)
        self._request.extensions["timeout"] = waits
        return left

    def note_answer(self, response: httpx.Response) -> None:
        """Note with a response what is left of the time for the first event."""
        if self._first_event is not None:
            response.extensions[FIRST_EVENT] = self._first_event - (self._clock() - self._began)

    def ends_within(self, seconds: float) -> bool:
        """Tell whether the call will have no time left in some seconds."""
        return self._deadline is not None and self._clock() + seconds >= self._deadline

    def error(self, attempts: int) -> APIError | None:
        """Return the error for a clock that has run out; `None` if none has."""
        if self.ends_within(CLOCK_TOLERANCE):
            return self._error_of(TotalTimeoutError, attempts)
        if self._first_event is not None and self._clock() + CLOCK_TOLERANCE - self._began >= self._first_event:
            return self._error_of(FirstEventTimeoutError, attempts)
        return None

    def _error_of(self, cls: type[APIError], attempts: int) -> APIError:
        return timeout_error(cls, clock_words(cls, self._timeouts), self._request, attempts)


def shorter(*times: float | None) -> float | None:
    """Return the shortest of several times; `None` stands for no limit."""
    return min((time for time in times if time is not None), default=None)


def clock_words(cls: type[APIError], timeouts: Timeouts) -> str:
    """Return what an error of a class says of the clock that ran out."""
    if issubclass(cls, TotalTimeoutError):
        return f"the call took longer than its total of {timeouts.total:g} s"
    if issubclass(cls, FirstEventTimeoutError):
        return f"no event came within {timeouts.first_event:g} s of the request"
    return f"no event came within {timeouts.between_events:g} s of the one before"
