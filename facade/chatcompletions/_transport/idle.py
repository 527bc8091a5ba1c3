"""The idle connections of a pool."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    import httpx

ConnectionT = TypeVar("ConnectionT")


class Idle(Generic[ConnectionT]):
    """The idle connections of a pool, a stack with the last one used on top.

    Args:
        limits: How many connections to keep, and for how many seconds.
    """

    def __init__(self, limits: httpx.Limits) -> None:
        self._max_idle = limits.max_keepalive_connections
        self._expiry = limits.keepalive_expiry
        self._idle: deque[tuple[float, ConnectionT]] = deque()

    # No lock: each step is atomic, and two threads that trim at once only close one connection too many.

    def take(self, origin: Any) -> ConnectionT | None:
        """Take the connection to an origin that was used last, `None` if there is none."""
        others = []
        try:
            while True:
                entry = self._idle.pop()
                connection: Any = entry[1]
                if connection.origin == origin:
                    return connection  # type: ignore[no-any-return]
                others.append(entry)
        except IndexError:
            return None
        finally:
            self._idle.extend(reversed(others))

    def give_back(self, connection: ConnectionT) -> list[ConnectionT]:
        """Keep a connection for the next call, and return the connections to close: too many, or idle for too long."""
        now = time.monotonic()
        self._idle.append((now, connection))
        surplus = []
        with contextlib.suppress(IndexError):
            while self._is_full() or self._is_old(now - self._idle[0][0]):
                surplus.append(self._idle.popleft()[1])
        return surplus

    def close(self) -> list[ConnectionT]:
        """Return all connections to close; from now on `give_back` returns every connection at once."""
        self._max_idle = 0
        closed = []
        with contextlib.suppress(IndexError):
            while True:
                closed.append(self._idle.popleft()[1])
        return closed

    def _is_full(self) -> bool:
        return self._max_idle is not None and len(self._idle) > self._max_idle

    def _is_old(self, age: float) -> bool:
        return self._expiry is not None and age > self._expiry
