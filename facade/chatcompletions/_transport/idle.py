"""Connections that wait for their next call."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    import httpx

ConnectionT = TypeVar("ConnectionT")


class Idle(Generic[ConnectionT]):
    """Connections that nobody uses, the last one used on top.

    Args:
        limits: How many to keep, and for how many seconds.
    """

    def __init__(self, limits: httpx.Limits) -> None:
        self._most = limits.max_keepalive_connections
        self._expiry = limits.keepalive_expiry
        self._idle: deque[tuple[float, ConnectionT]] = deque()

    # No lock: each step is one that cannot be divided, and two threads that trim at once only close one too many.

    def take(self, origin: Any) -> ConnectionT | None:
        """Return the connection to an origin that was used last, or `None`."""
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
        """Keep a connection for the next call, and return those to close: too many, or idle for too long."""
        now = time.monotonic()
        self._idle.append((now, connection))
        surplus = []
        with contextlib.suppress(IndexError):
            while self._is_full() or self._is_old(now - self._idle[0][0]):
                surplus.append(self._idle.popleft()[1])
        return surplus

    def close(self) -> list[ConnectionT]:
        """Return all connections, to be closed; those in use follow as they come back."""
        self._most = 0
        closed = []
        with contextlib.suppress(IndexError):
            while True:
                closed.append(self._idle.popleft()[1])
        return closed

    def _is_full(self) -> bool:
        return self._most is not None and len(self._idle) > self._most

    def _is_old(self, age: float) -> bool:
        return self._expiry is not None and age > self._expiry
