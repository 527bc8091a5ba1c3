"""The clocks of a call beside httpx's own."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from chatcompletions import (
    APITimeoutError,
    BetweenEventsTimeoutError,
    FirstEventTimeoutError,
    InternalServerError,
    StreamTimeoutError,
    StreamTotalTimeoutError,
    Timeouts,
    TotalTimeoutError,
)

from ._support import ASK, DOT, HI, STOP, Clock, Server, completion, events, page, streaming

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import SyncDriver

WHOLE = events(HI, DOT, STOP, "[DONE]")
SIGNS_OF_LIFE = [b": keep-alive\n\n", b"\n", b"data: \n\n", b"event: ping\n\n", b"data: {"]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


class Slow(Server):
    """A server whose answers take some seconds each, or as long as the request allows."""

    def __init__(self, clock: Clock, seconds: float, *replies: Any) -> None:
        super().__init__(*replies)
        self._clock, self._seconds = clock, seconds
        self.waits: list[dict[str, Any]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.waits.append(request.extensions["timeout"])
        wait = request.extensions["timeout"]["read"]
        self._clock.now += self._seconds if wait is None else min(self._seconds, wait)
        if wait is not None and wait < self._seconds:
            self.requests.append(request)
            raise httpx.ReadTimeout("slow", request=request)
        return super().__call__(request)


def test_it_is_a_timeout_of_httpx() -> None:
    """Timeouts have httpx's own waits, those of the client by default, and the numbers that are given beside them."""
    assert Timeouts(total=9).as_dict() == {"connect": 5, "read": 600, "write": 600, "pool": 600}
    given = Timeouts(30, connect=2, total=90, first_event=20, between_events=10)
    assert given.as_dict() == {"connect": 2, "read": 30, "write": 30, "pool": 30}
    assert Timeouts(httpx.Timeout(7), read=8).as_dict() == {"connect": 7, "read": 8, "write": 7, "pool": 7}
    assert pickle.loads(pickle.dumps(given)) == given != Timeouts(30, connect=2)
    assert repr(Timeouts(None, total=1)) == "Timeouts(total=1, connect=None, read=None, write=None, pool=None)"


@pytest.mark.parametrize("name", ["total", "first_event", "between_events", "read"])
@pytest.mark.parametrize(
    ("value", "cls"), [(0, ValueError), (-1, ValueError), (float("nan"), ValueError), ("1", TypeError)]
)
def test_what_is_no_time(name: str, value: Any, cls: type[Exception]) -> None:
    """A time that leaves none, or is none, is an error that names it."""
    with pytest.raises(cls, match=f"^{name} must be"):
        Timeouts(**{name: value})


def test_a_name_that_is_misspelt() -> None:
    """A time under another name is an error that says the right one."""
    with pytest.raises(TypeError, match="did you mean 'total'"):
        Timeouts(totl=1)


@pytest.mark.parametrize("per_call", [False, True])
def test_the_total_of_a_call(
    connect: Callable[..., SyncDriver], clock: Clock, pauses: list[float], per_call: bool
) -> None:
    """The total bounds all attempts and the pauses between them, for a client and for a call."""
    given = {"timeout": Timeouts(60, total=100)}
    server = Slow(clock, 1e9, completion())
    driver = connect(transport=server.transport, max_retries=9, **({} if per_call else given))
    with pytest.raises(
        TotalTimeoutError, match=r"timed out \(the call took longer than its total of 100 s, 2 attempts|100 s"
    ) as caught:
        driver.call("create", **ASK, **(given if per_call else {}))
    assert caught.value.attempts == 2
    assert [wait["read"] for wait in server.waits] == [60, 40]
    assert len(pauses) == 1


def test_a_pause_that_goes_beyond_the_total(
    connect: Callable[..., SyncDriver], clock: Clock, pauses: list[float]
) -> None:
    """No attempt follows if the total ends before it: the error of the last one is raised at once."""
    server = Slow(clock, 1, httpx.Response(503, headers={"retry-after": "30"}))
    driver = connect(transport=server.transport, timeout=Timeouts(total=20))
    with pytest.raises(InternalServerError):
        driver.call("create", **ASK)
    assert (pauses, clock.now) == ([], 1_001)


def test_without_a_total(connect: Callable[..., SyncDriver], clock: Clock, pauses: list[float]) -> None:
    """Without a total httpx's waits count for each attempt, as ever."""
    driver = connect(transport=Slow(clock, 1e9, completion()).transport, timeout=Timeouts(60, first_event=10))
    with pytest.raises(APITimeoutError) as caught:
        driver.call("create", **ASK)
    assert (type(caught.value), clock.now, len(pauses)) == (APITimeoutError, 1_180, 2)


def test_the_total_of_a_list(connect: Callable[..., SyncDriver], clock: Clock) -> None:
    """The total bounds the pages of one call together; another call has time of its own."""
    server = Slow(clock, 30, *(page([name], has_more=True) for name in "abc"))
    driver = connect(transport=server.transport, timeout=Timeouts(total=50))
    clock.now += 1_000
    with pytest.raises(TotalTimeoutError, match="total of 50 s"):
        driver.items("list")
    assert [wait["read"] for wait in server.waits] == [50, 20]
    assert driver.call("list").data[0].id == "b"


def test_the_total_of_a_body(connect: Callable[..., SyncDriver], clock: Clock) -> None:
    """A body that drips ends with the total."""
    drips = [piece for _ in range(20) for piece in (clock.passing(9), b" ")]
    driver = connect(
        transport=Server(httpx.Response(200, stream=streaming(*drips).stream)).transport, timeout=Timeouts(total=50)
    )
    with pytest.raises(TotalTimeoutError):
        driver.call("create", **ASK)
    assert clock.now == 1_054


@pytest.mark.parametrize("sign_of_life", SIGNS_OF_LIFE)
@pytest.mark.parametrize(
    ("timeouts", "before", "cls", "now"),
    [
        ({"first_event": 20}, b"", FirstEventTimeoutError, 1_027),
        ({"between_events": 20}, events(HI), BetweenEventsTimeoutError, 1_027),
        ({"total": 50}, events(HI), StreamTotalTimeoutError, 1_054),
        ({"total": 50, "first_event": 60}, b"", StreamTotalTimeoutError, 1_054),
    ],
)
def test_a_stream_without_events(
    connect: Callable[..., SyncDriver],
    clock: Clock,
    sign_of_life: bytes,
    timeouts: dict[str, float],
    before: bytes,
    cls: type[StreamTimeoutError],
    now: float,
) -> None:
    """What is no event restarts no clock; each clock has its own error, with the completion so far."""
    signs = [piece for _ in range(20) for piece in (clock.passing(9), sign_of_life)]
    driver = connect(transport=Server(streaming(before, *signs, WHOLE)).transport, timeout=Timeouts(**timeouts))
    stream = driver.call("create", **ASK, stream=True)
    with pytest.raises(cls, match=f"{next(iter(timeouts.values()))} s") as caught:
        driver.iterate(stream)
    assert clock.now == now
    assert (caught.value.completion.text if caught.value.completion else "") == ("Hi" if before else "")


def test_a_stream_in_time(connect: Callable[..., SyncDriver], clock: Clock) -> None:
    """Events that come in time end no stream, however long the caller takes over them, and however long it is."""
    pieces = [piece for _ in range(9) for piece in (clock.passing(19), events(DOT))]
    timeouts = Timeouts(first_event=20, between_events=20, total=1_000)
    driver = connect(transport=Server(streaming(*pieces, clock.passing(19), WHOLE)).transport, timeout=timeouts)
    stream = driver.call("create", **ASK, stream=True)
    clock.now += 500
    assert len(driver.iterate(stream)) == 12


def test_a_whole_stream_that_stays_open(connect: Callable[..., SyncDriver], clock: Clock) -> None:
    """A stream that has all that was asked for is whole when its clock runs out."""
    pings = [piece for _ in range(9) for piece in (clock.passing(9), b": ping\n\n")]
    driver = connect(
        transport=Server(streaming(events(HI, DOT, STOP), *pings)).transport, timeout=Timeouts(between_events=20)
    )
    stream = driver.call("create", **ASK, stream=True)
    driver.iterate(stream)
    assert stream.completion.text == "Hi."


def test_headers_that_do_not_come(connect: Callable[..., SyncDriver], clock: Clock, pauses: list[float]) -> None:
    """The time for the first event begins with the request; an attempt that has none is followed by another one."""
    server = Slow(clock, 1e9, streaming(WHOLE))
    driver = connect(transport=server.transport, timeout=Timeouts(first_event=20))
    with pytest.raises(FirstEventTimeoutError, match="20 s of the request"):
        driver.call("create", **ASK, stream=True)
    assert (clock.now, len(pauses)) == (1_060, 2)


def test_headers_that_come_late(connect: Callable[..., SyncDriver], clock: Clock) -> None:
    """What the headers took is no longer there for the first event."""
    pings = [piece for _ in range(9) for piece in (clock.passing(3), b": ping\n\n")]
    driver = connect(transport=Slow(clock, 15, streaming(*pings, WHOLE)).transport, timeout=Timeouts(first_event=20))
    stream = driver.call("create", **ASK, stream=True)
    clock.now += 100  # the caller's own time
    with pytest.raises(FirstEventTimeoutError):
        driver.iterate(stream)
    assert clock.now == 1_121
