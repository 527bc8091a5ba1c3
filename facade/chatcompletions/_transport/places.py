"""The places of a pool: who may hold a connection, first come, first served.

A place is taken as long as its holder lives and has not left: looked up, not counted. An exception that a signal
handler raises between any two steps can therefore lose no place, and a wake-up is a hint that nobody depends on.
"""

from __future__ import annotations

import contextlib
import threading
import time
import weakref
from collections import OrderedDict
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable

    Ticket = weakref.ref[Any]

#: The extension of a request, and of its answer, that holds the caller's place and connection.
LEASE = "lease"
#: Seconds after which a waiting caller looks again by itself, in case an exception ate its wake-up.
_GLANCE = 1.0
#: The same for those who are not the next, of whom there may be thousands.
_RARE_GLANCE = 30.0


class _Waiting:
    """A caller in the queue; gone from it with its last reference."""

    def __init__(self) -> None:
        # A queue, because a finalizer may put into it whatever its thread is doing.
        self.woken: Any = SimpleQueue()

    def wake(self) -> None:
        self.woken.put(None)


class _AsyncWaiting:
    """`_Waiting` for tasks of one event loop."""

    def __init__(self) -> None:
        self.woken: Any = None

    def wake(self) -> None:
        if self.woken is not None:
            self.woken.set()


class Places:
    """A number of places, each for one holder at a time.

    Args:
        most: How many there are; `None` for no bound.
    """

    def __init__(self, most: int | None) -> None:
        self._most = most
        # What is held stays here, because the garbage collector may find its holder, and ends both in any order.
        self._held: dict[Ticket, list[Any]] = {}
        self._queue: OrderedDict[Ticket, None] = OrderedDict()
        self._lock = threading.Lock()

    def enter(self, holder: Ticket, held: list[Any], timeout: float | None) -> None:
        """Take a place, or wait for one behind those who came before.

        Args:
            holder: A weak reference to what holds the place until it leaves or dies.
            held: What it holds there.
            timeout: Seconds to wait at most; `None` waits for ever.

        Raises:
            httpx.PoolTimeout: No place came free in time.
        """
        if self._takes(holder, held, None):
            return
        left = _countdown(timeout)
        waiting = _Waiting()
        ticket = weakref.ref(waiting)
        try:
            self._queue[ticket] = None
            while not self._takes(holder, held, waiting):
                with contextlib.suppress(Empty):
                    waiting.woken.get(timeout=self._patience(left(), waiting))
        finally:
            self._step_aside(ticket)

    async def aenter(self, holder: Ticket, held: list[Any], timeout: float | None) -> None:  # noqa: ASYNC109 - as httpx
        """`enter` for tasks."""
        if self._takes(holder, held, None):
            return
        import anyio  # httpx's async side has loaded it by now

        left = _countdown(timeout)
        waiting = _AsyncWaiting()
        ticket = weakref.ref(waiting)
        try:
            self._queue[ticket] = None
            while True:
                waiting.woken = anyio.Event()
                if self._takes(holder, held, waiting):
                    return
                with anyio.move_on_after(self._patience(left(), waiting)):
                    await waiting.woken.wait()
        finally:
            self._step_aside(ticket)

    def leave(self, holder: Ticket) -> None:
        """Give a place back, if the holder has one. Takes no lock: a finalizer may call it at any moment."""
        self._held.pop(holder, None)
        self._wake_first()

    def _takes(self, holder: Ticket, held: list[Any], waiting: object) -> bool:
        with self._lock:
            if (first := self._first()) is not None and first is not waiting:
                return False
            if self._most is not None and len(self._held) >= self._most:
                for dead in [one for one in tuple(self._held) if one() is None]:
                    self._held.pop(dead, None)
                if len(self._held) >= self._most:
                    return False
            self._held[holder] = held
            return True

    def _patience(self, left: float | None, waiting: object) -> float:
        if left is not None and left <= 0:
            raise httpx.PoolTimeout(f"all {self._most} connections stayed in use")
        glance = _GLANCE if self._first() is waiting else _RARE_GLANCE
        return glance if left is None else min(left, glance)

    def _step_aside(self, ticket: Ticket) -> None:
        self._queue.pop(ticket, None)
        self._wake_first()

    def _wake_first(self) -> None:
        if (first := self._first()) is not None:
            first.wake()

    def _first(self) -> Any:
        """Return who waits at the head of the queue, and drop those from it who are no more."""
        while True:
            try:
                ticket = next(iter(self._queue), None)
            except RuntimeError:  # another thread came or went between the two
                continue
            if ticket is None:
                return None
            if (waiting := ticket()) is not None:
                return waiting
            self._queue.pop(ticket, None)


def _countdown(seconds: float | None) -> Callable[[], float | None]:
    """Return a function that tells how many of the seconds are left."""
    if seconds is None:
        return lambda: None
    end = time.monotonic() + seconds
    return lambda: end - time.monotonic()
