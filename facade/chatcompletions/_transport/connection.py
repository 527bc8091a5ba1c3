"""A connection that serves one call at a time: httpcore's HTTP over a stream of `network_stream`."""

from __future__ import annotations

import contextlib
from time import monotonic
from typing import TYPE_CHECKING, Any

import httpcore

from .borrowed import has_read_past_end
from .network_stream import AsyncStream, Stream
from .timeouts import DEADLINE

if TYPE_CHECKING:
    from .connection_options import ConnectionOptions

#: Requests that an HTTP/2 connection serves. A server that ends its connections announces that with GOAWAY before it
#: answers the last request (nginx, after 1,000), and h2 4.4 drops everything after that frame: the call would be paid
#: twice.
MAX_REQUESTS_HTTP2 = 500


class _Connection:
    """The parts that the sync and the async connection share.

    Attributes:
        origin: Scheme, host and port of the server.
    """

    def __init__(self, origin: httpcore.Origin, http: Any, stream: Any) -> None:
        self.origin = origin
        self._http_connection = http
        self._stream = stream
        self._response: Any = None
        self._calls = 0

    @property
    def is_new(self) -> bool:
        """Whether the connection serves its first call."""
        return self._calls == 1

    @property
    def is_usable(self) -> bool:
        """Whether the connection can serve a call: it is open and idle, not for too long, and has no unread bytes."""
        is_spent = self._is_http2 and self._calls >= MAX_REQUESTS_HTTP2
        return not is_spent and self._is_idle and not self._http_connection.has_expired()

    @property
    def _is_idle(self) -> bool:
        return bool(self._http_connection.is_idle() and self._http_connection.is_available())

    @property
    def _is_http2(self) -> bool:
        return self._response is not None and self._response.extensions["http_version"] == b"HTTP/2"

    @property
    def _is_clean(self) -> bool:
        """Whether nothing came after the response."""
        if not self._is_idle:
            return False
        if self._is_http2:
            return True  # each of its frames names the call that it belongs to
        return not has_read_past_end(self._response) and not self._stream.has_unread

    def limit_reads(self, read_timeout: float | None) -> None:
        """Set the longest time that a read may take, in seconds."""
        self._stream.read_timeout = read_timeout

    def limit_body(self, seconds: float | None) -> None:
        """Set the time from now within which the body of the response must come, in seconds."""
        self._stream.deadline = None if seconds is None else monotonic() + seconds

    def _start_call(self, request: httpcore.Request) -> None:
        stream = self._stream
        stream.call_deadline = request.extensions.get(DEADLINE)
        stream.read_timeout, stream.bytes_before_body, stream.deadline = None, 0, None
        self._calls += 1

    def _set_response(self, response: Any) -> Any:
        self._stream.bytes_before_body, self._stream.deadline, self._response = None, None, response
        return response


class Connection(_Connection):
    """A connection for one call at a time; it is closed when it is garbage-collected."""

    def __init__(self, options: ConnectionOptions, origin: httpcore.Origin) -> None:
        stream = Stream(options.proxy_name, options.max_bytes_before_body)
        pool = httpcore.ConnectionPool(**options.core_options(origin), network_backend=stream)
        super().__init__(origin, pool.create_connection(origin), stream)

    def send(self, request: httpcore.Request) -> httpcore.Response:
        """Send a request and return the response, whose body is unread."""
        self._start_call(request)
        return self._set_response(self._http_connection.handle_request(request))  # type: ignore[no-any-return]

    def finish(self) -> bool:
        """End a call whose response was read to its end, and tell whether the connection can serve another one."""
        self._response.close()
        return self._is_clean

    def close(self) -> None:
        """Close the connection, whatever it is doing; a failure to close it is ignored."""
        with contextlib.suppress(Exception):
            self._stream.close()


class AsyncConnection(_Connection):
    """`Connection` for tasks."""

    def __init__(self, options: ConnectionOptions, origin: httpcore.Origin) -> None:
        stream = AsyncStream(options.proxy_name, options.max_bytes_before_body)
        pool = httpcore.AsyncConnectionPool(**options.core_options(origin), network_backend=stream)
        super().__init__(origin, pool.create_connection(origin), stream)

    async def send(self, request: httpcore.Request) -> httpcore.Response:
        """Send a request and return the response, whose body is unread."""
        self._start_call(request)
        return self._set_response(await self._http_connection.handle_async_request(request))  # type: ignore[no-any-return]

    async def finish(self) -> bool:
        """End a call whose response was read to its end, and tell whether the connection can serve another one."""
        await self._response.aclose()
        return self._is_clean

    async def close(self) -> None:
        """Close the connection, whatever it is doing; a failure to close it is ignored."""
        with contextlib.suppress(Exception):
            await self._stream.aclose()
