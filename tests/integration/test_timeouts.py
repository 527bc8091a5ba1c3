"""The clocks of a call, against a local server that is late."""

from __future__ import annotations

import asyncio
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from chatcompletions import (
    BetweenEventsTimeoutError,
    FirstEventTimeoutError,
    StreamError,
    StreamTotalTimeoutError,
    Timeouts,
    TotalTimeoutError,
)
from chatcompletions.server import LocalServer
from tests.unit.facade._support import is_async

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import SyncDriver


async def never() -> str:
    await asyncio.Event().wait()
    return "key"


def never_sync(released: Event) -> Callable[[], str]:
    def get_key() -> str:
        released.wait()
        return "key"

    return get_key


ASK: dict[str, Any] = {"model": "m", "messages": "Hello."}


@pytest.mark.parametrize(
    ("late", "timeouts", "cls", "text"),
    [
        ({"keepalives_only": True}, {"first_event": 0.2}, FirstEventTimeoutError, None),
        ({"keepalives_only": True}, {"total": 1}, StreamTotalTimeoutError, None),
        ({"delay": 60}, {"first_event": 0.2}, FirstEventTimeoutError, None),
        ({"delay": 60}, {"total": 0.2}, TotalTimeoutError, None),
        (
            {"text": "One two", "chunk_delay": 60},
            {"first_event": 30, "between_events": 0.2},
            BetweenEventsTimeoutError,
            "",
        ),
        ({"text": "One two", "chunk_delay": 60}, {"total": 1}, StreamTotalTimeoutError, ""),
    ],
)
def test_a_late_stream(
    connect: Callable[..., SyncDriver],
    late: dict[str, Any],
    timeouts: dict[str, float],
    cls: type[StreamError],
    text: str | None,
) -> None:
    """Each clock ends a stream with its own error and what came, and leaves no connection that is half read."""
    with LocalServer(script=[late, "Yes."]) as server:
        driver = connect(base_url=server.base_url, timeout=Timeouts(30, **timeouts), max_retries=0)
        with pytest.raises(cls) as caught:
            driver.iterate(driver.call("create", **ASK, stream=True))
        completion = getattr(caught.value, "completion", None)
        assert (completion and completion.text) == text
        assert driver.call("create", **ASK, timeout=30).text == "Yes."


def test_a_late_answer(connect: Callable[..., SyncDriver]) -> None:
    """The total ends a whole answer that is late, and is not begun anew by another attempt."""
    script = [{"status_code": 503, "retry_after_ms": 1}, {"delay": 60}]
    with LocalServer(script=script) as server:
        driver = connect(base_url=server.base_url, timeout=Timeouts(30, total=1))
        with pytest.raises(TotalTimeoutError) as caught:
            driver.call("create", **ASK)
        assert caught.value.attempts == 2


def test_a_key_that_does_not_come(connect: Callable[..., SyncDriver]) -> None:
    """The total ends a call whose function for the key hangs; what the function raises is its caller's."""
    hanging = Event()
    with LocalServer() as server:
        driver = connect(base_url=server.base_url, timeout=Timeouts(total=0.2), api_key=never_sync(hanging))
        if is_async(driver):
            driver = connect(base_url=server.base_url, timeout=Timeouts(total=0.2), api_key=never)
        with pytest.raises(TotalTimeoutError):
            driver.call("create", **ASK)
        hanging.set()
        driver = connect(base_url=server.base_url, timeout=Timeouts(total=30), api_key=lambda: {}["key"])
        with pytest.raises(KeyError, match="key"):
            driver.call("create", **ASK)


def test_a_late_page(connect: Callable[..., SyncDriver]) -> None:
    """The total ends a list whose second page is late."""
    script = [{"operation": "list"}, {"operation": "list", "delay": 60}]
    with LocalServer(script=script) as server:
        driver = connect(base_url=server.base_url)
        for _ in range(2):
            driver.call("create", **ASK, store=True)
        with pytest.raises(TotalTimeoutError):
            driver.items("list", limit=1, timeout=Timeouts(30, total=0.3))
