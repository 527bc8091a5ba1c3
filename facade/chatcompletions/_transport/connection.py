"""One connection: httpcore speaks HTTP over a stream of ours, for one call at a time."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import httpcore

from .borrowed import reads_beyond
from .network_stream import AsyncStream, Stream

if TYPE_CHECKING:
    from .dialing import Dialing

#: Calls that an HTTP/2 connection serves. A server that has had enough says so before it answers the last call that it
#: takes (nginx, after 1,000), and h2 4.4 throws away what follows such a farewell: that call would be paid twice.
MOST_CALLS_HTTP2 = 500


class _Connection:
    """What the sync and the async connection share.

    Attributes:
        origin: Scheme, host and port that it leads to.
    """

    def __init__(self, origin: httpcore.Origin, http: Any, stream: Any) -> None:
        self.origin = origin
        self._http = http
        self._stream = stream
        self._answer: Any = None
        self._calls = 0

    @property
    def is_new(self) -> bool:
        """Whether its first call is under way."""
        return self._calls == 1

    @property
    def is_usable(self) -> bool:
        """Whether it can take a call: open, idle, not for too long, and with nothing on it that nobody asked for."""
        is_spent = self._is_http2 and self._calls >= MOST_CALLS_HTTP2
        return not is_spent and self._is_idle and not self._http.has_expired()

    @property
    def _is_idle(self) -> bool:
        return bool(self._http.is_idle() and self._http.is_available())

    @property
    def _is_http2(self) -> bool:
        return self._answer is not None and self._answer.extensions["http_version"] == b"HTTP/2"

    @property
    def _is_clean(self) -> bool:
        """Whether nothing came behind the answer."""
        if not self._is_idle:
            return False
        if self._is_http2:
            return True  # whose frames tell which call they belong to
        return not reads_beyond(self._answer) and not self._stream.has_unread

    def hurry(self, patience: float | None) -> None:
        """Let a read take no longer than so many seconds."""
        self._stream.patience = patience

    def _begins(self) -> None:
        self._stream.patience, self._stream.before_body = None, 0
        self._calls += 1

    def _answered(self, answer: Any) -> Any:
        self._stream.before_body, self._answer = None, answer
        return answer


class Connection(_Connection):
    """A connection for one call at a time. Dropped, it is closed."""

    def __init__(self, dialing: Dialing, origin: httpcore.Origin) -> None:
        stream = Stream(dialing.name, dialing.most_before_body)
        pool = httpcore.ConnectionPool(**dialing.settings(origin), network_backend=stream)
        super().__init__(origin, pool.create_connection(origin), stream)

    def send(self, request: httpcore.Request) -> httpcore.Response:
        """Send a request and return its answer, the body unread."""
        self._begins()
        return self._answered(self._http.handle_request(request))  # type: ignore[no-any-return]

    def finish(self) -> bool:
        """Tell, of a connection whose answer was read to its end, whether it can take another call."""
        self._answer.close()
        return self._is_clean

    def close(self) -> None:
        """Close it, whatever it is doing; one that fails to close is gone all the same."""
        with contextlib.suppress(Exception):
            self._stream.close()


class AsyncConnection(_Connection):
    """`Connection` for tasks."""

    def __init__(self, dialing: Dialing, origin: httpcore.Origin) -> None:
        stream = AsyncStream(dialing.name, dialing.most_before_body)
        pool = httpcore.AsyncConnectionPool(**dialing.settings(origin), network_backend=stream)
        super().__init__(origin, pool.create_connection(origin), stream)

    async def send(self, request: httpcore.Request) -> httpcore.Response:
        """Send a request and return its answer, the body unread."""
        self._begins()
        return self._answered(await self._http.handle_async_request(request))  # type: ignore[no-any-return]

    async def finish(self) -> bool:
        """Tell, of a connection whose answer was read to its end, whether it can take another call."""
        await self._answer.aclose()
        return self._is_clean

    async def close(self) -> None:
        """Close it, whatever it is doing; one that fails to close is gone all the same."""
        with contextlib.suppress(Exception):
            await self._stream.aclose()
