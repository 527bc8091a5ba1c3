"""The slots of a pool: each lets one call hold a connection, and they are given out first come, first served.

A slot is taken as long as its holder lives and has not released it: looked up, not counted. An exception that a signal
handler raises between any two steps can therefore lose no slot, and a wake-up is a hint that nobody depends on.
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

    WeakRef = weakref.ref[Any]

#: The extension of a request, and of its response, that holds the call's lease: its slot and connection.
LEASE = "lease"
#: Seconds after which the first caller in the queue looks again by itself, in case an exception lost its wake-up.
_RECHECK = 1.0
#: Seconds after which the other callers in the queue look again; there may be thousands of them.
_RARE_RECHECK = 30.0


class _Waiter:
    """A thread in the queue; it leaves the queue with its last reference."""

    def __init__(self) -> None:
        # A queue, because a finalizer may put into it whatever its thread is doing.
        self.woken: Any = SimpleQueue()

    def wake(self) -> None:
        self.woken.put(None)


class _AsyncWaiter:
    """`_Waiter` for tasks of one event loop."""

    def __init__(self) -> None:
        self.woken: Any = None

    def wake(self) -> None:
        if self.woken is not None:
            self.woken.set()


class Slots:
    """A number of slots, each for one holder at a time.

    Args:
        max_slots: How many there are; `None` for no bound.
    """

    def __init__(self, max_slots: int | None) -> None:
        self._max_slots = max_slots
        # The connections stay here, because the garbage collector may find their holder, and ends both in any order.
        self._taken: dict[WeakRef, list[Any]] = {}
        self._queue: OrderedDict[WeakRef, None] = OrderedDict()
        self._lock = threading.Lock()

    def acquire(self, holder: WeakRef, connections: list[Any], timeout: float | None) -> None:
        """Take a slot, or wait for one in the queue.

        Args:
            holder: A weak reference to the holder, which has the slot until it releases it or dies.
            connections: The holder's list of its connections.
            timeout: Seconds to wait at most; `None` waits for ever.

        Raises:
            httpx.PoolTimeout: No slot came free in time.
        """
        if self._try_acquire(holder, connections, None):
            return
        remaining = _countdown(timeout)
        waiter = _Waiter()
        waiter_ref = weakref.ref(waiter)
        try:
            self._queue[waiter_ref] = None
            while not self._try_acquire(holder, connections, waiter):
                with contextlib.suppress(Empty):
                    waiter.woken.get(timeout=self._wait_time(remaining(), waiter))
        finally:
            self._leave_queue(waiter_ref)

    async def acquire_async(
        self,
        holder: WeakRef,
        connections: list[Any],
        timeout: float | None,  # noqa: ASYNC109 - as httpx
    ) -> None:
        """`acquire` for tasks."""
        if self._try_acquire(holder, connections, None):
            return
        import anyio  # httpx's async side has loaded it by now

        remaining = _countdown(timeout)
        waiter = _AsyncWaiter()
        waiter_ref = weakref.ref(waiter)
        try:
            self._queue[waiter_ref] = None
            while True:
                waiter.woken = anyio.Event()
                if self._try_acquire(holder, connections, waiter):
                    return
                with anyio.move_on_after(self._wait_time(remaining(), waiter)):
                    await waiter.woken.wait()
        finally:
            self._leave_queue(waiter_ref)

    def release(self, holder: WeakRef) -> None:
        """Give a slot back, if the holder has one; it takes no lock, because a finalizer may call it at any moment."""
        self._taken.pop(holder, None)
        self._wake_first()

    def _try_acquire(self, holder: WeakRef, connections: list[Any], waiter: object) -> bool:
        with self._lock:
            if (first := self._first()) is not None and first is not waiter:
                return False
            if self._max_slots is not None and len(self._taken) >= self._max_slots:
                for dead in [each for each in tuple(self._taken) if each() is None]:
                    self._taken.pop(dead, None)
                if len(self._taken) >= self._max_slots:
                    return False
            self._taken[holder] = connections
            return True

    def _wait_time(self, remaining: float | None, waiter: object) -> float:
        if remaining is not None and remaining <= 0:
            raise httpx.PoolTimeout(f"all {self._max_slots} connections stayed in use")
        recheck = _RECHECK if self._first() is waiter else _RARE_RECHECK
        return recheck if remaining is None else min(remaining, recheck)

    def _leave_queue(self, waiter_ref: WeakRef) -> None:
        self._queue.pop(waiter_ref, None)
        self._wake_first()

    def _wake_first(self) -> None:
        if (first := self._first()) is not None:
            first.wake()

    def _first(self) -> Any:
        """Return the first waiter in the queue, and remove those from it that are dead."""
        while True:
            try:
                waiter_ref = next(iter(self._queue), None)
            except RuntimeError:  # another thread came or went between the two
                continue
            if waiter_ref is None:
                return None
            if (waiter := waiter_ref()) is not None:
                return waiter
            self._queue.pop(waiter_ref, None)


def _countdown(seconds: float | None) -> Callable[[], float | None]:
    """Return a function that gives the number of seconds that remain."""
    if seconds is None:
        return lambda: None
    end = time.monotonic() + seconds
    return lambda: end - time.monotonic()
