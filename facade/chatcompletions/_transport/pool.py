"""The pool, which gives each call in flight a connection of its own.

httpx's own pool looks at every connection for every request, so a call costs more with each other call in flight, and
a call that is cancelled at the wrong moment can leave a connection in it that nobody can use or close. Here a call
takes a slot, then the idle connection used last or a new one, and has both to itself until its answer was read to the
end. A call that ends in any other way closes its connection. That is why calls do not share connections over HTTP/2
either: a call that is cancelled while it writes would end all others with it, and threads give two calls one stream
number (encode/httpx#3072).
"""

from __future__ import annotations

import contextlib
import time
import weakref
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import httpcore
import httpx

from chatcompletions._answers.failures import raised_by_signal, request_error
from chatcompletions._base_error import ChatCompletionsError
from chatcompletions._redaction import PROXY_SECRETS, Secret, drop_tracebacks

from .connection import AsyncConnection, Connection
from .connection_options import ConnectionOptions
from .event_loops import run_soon
from .idle import Idle
from .redirects import is_replayable
from .slots import LEASE, Slots

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping


class _Pool:
    """The parts that both pools share.

    Args:
        limits: How many connections there are at most, in use and idle.
        options: The options ``http1``, ``http2`` and ``proxy``, as httpx has them.
        tls: Builds the TLS context.
    """

    def __init__(self, limits: httpx.Limits, options: Mapping[str, Any], tls: Callable[[], Any]) -> None:
        self.connection_options = ConnectionOptions(options, limits.keepalive_expiry, tls)
        self.slots = Slots(limits.max_connections)
        self.idle: Idle[Any] = Idle(limits)
        self.proxy_name = self.connection_options.proxy_name
        proxy = self.connection_options.proxy
        self._proxy_secrets = () if proxy is None else tuple(Secret(secret) for secret in _secrets_of(proxy))

    def core_request(self, request: httpx.Request) -> httpcore.Request:
        """Convert a request to httpcore's."""
        url = request.url
        if url.scheme not in ("http", "https"):
            raise httpx.UnsupportedProtocol(f"{url.scheme!r} is neither http nor https")
        if self._proxy_secrets:
            request.extensions[PROXY_SECRETS] = self._proxy_secrets
        core_url = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        return httpcore.Request(
            request.method,
            core_url,
            headers=request.headers.raw,
            content=request.stream,
            # Without the lease: the connection must hold no reference to it.
            extensions={name: value for name, value in request.extensions.items() if name != LEASE},
        )


class Pool(_Pool, httpx.BaseTransport):
    """A transport for any number of threads; see `_Pool` for the arguments."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request over a connection of its own.

        Raises:
            httpx.PoolTimeout: All connections stayed in use.
        """
        lease = request.extensions[LEASE] = Lease(self)
        return lease.send(request)

    def close(self) -> None:
        """Close the idle connections."""
        for connection in self.idle.close():
            connection.close()


class AsyncPool(_Pool, httpx.AsyncBaseTransport):
    """`Pool` for the tasks of one event loop."""

    run_soon: Callable[[Callable[[], Coroutine[Any, Any, None]]], object] | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request over a connection of its own; see `Pool.handle_request`."""
        if self.run_soon is None:
            self.run_soon = run_soon()
        lease = request.extensions[LEASE] = AsyncLease(self)
        return await lease.send(request)

    async def aclose(self) -> None:
        """Close the idle connections."""
        for connection in self.idle.close():
            await connection.close()


class _Lease:
    """The parts that both leases share: a slot of the pool, the connection in it, and the body of the answer."""

    _is_read_to_end = False
    _is_released = True

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._ref = weakref.ref(self)
        # At most one, in a list: the thread that pops it owns it, be it the one that reads or another one that closes.
        self._connections: list[Any] = []
        self._core_response: Any = None
        self._started = time.perf_counter()
        self._response_ref: Callable[[], httpx.Response | None] = lambda: None
        self._is_released = False

    def limit_reads(self, seconds: float) -> None:
        """Set the longest time that a read of the rest of the body may take, in seconds."""
        for connection in tuple(self._connections):
            connection.limit_reads(seconds)

    def limit_body(self, seconds: float | None) -> None:
        """Set the time from now within which the body must come, in seconds."""
        for connection in tuple(self._connections):
            connection.limit_body(seconds)

    def _pop_connection(self) -> Any:
        with contextlib.suppress(IndexError):
            return self._connections.pop()
        return None

    def _take_idle(self, origin: httpcore.Origin) -> Any:
        connection = self._pool.idle.take(origin)
        if connection is not None:
            self._connections.append(connection)
        return connection

    def _open(self, cls: type[Any], origin: httpcore.Origin) -> Any:
        connection = cls(self._pool.connection_options, origin)
        self._connections.append(connection)
        return connection

    def _to_httpx(self, response: httpcore.Response) -> httpx.Response:
        self._core_response = response
        extensions, stream = {**response.extensions, LEASE: self}, cast("Any", self)
        return httpx.Response(response.status, headers=response.headers, stream=stream, extensions=extensions)

    def unwrap_body(self, response: httpx.Response) -> None:
        """Replace httpx's wrapper around the body of a response by the lease itself.

        The wrapper refers to the response, to set ``elapsed``. In that circle both would stay until the garbage
        collector runs, and so would the connection of a stream that nobody closes.
        """
        self._response_ref = weakref.ref(response)
        response.stream = cast("Any", self)

    def _release_slot(self) -> None:
        self._pool.slots.release(self._ref)
        if not self._is_released and (response := self._response_ref()) is not None:
            response.elapsed = timedelta(seconds=time.perf_counter() - self._started)
        self._is_released = True


class Lease(_Lease, httpx.SyncByteStream):
    """A call's slot and connection, and the body of its answer; a lease that is dropped closes and releases them."""

    def send(self, request: httpx.Request) -> httpx.Response:
        """Take a slot and a connection, and send a request."""
        try:
            core = self._pool.core_request(request)
            self._pool.slots.acquire(self._ref, self._connections, _pool_timeout(request))
            return self._to_httpx(self._send_over_connection(core, again=is_replayable(request)))
        except BaseException as failure:
            self.discard()
            raise _error_to_raise(failure, self._pool.proxy_name)  # noqa: B904 - it names its cause

    def _send_over_connection(self, request: httpcore.Request, *, again: bool) -> httpcore.Response:
        while True:
            connection = self._connection_to(request.url.origin)
            try:
                return connection.send(request)  # type: ignore[no-any-return]
            except httpcore.ConnectionNotAvailable:
                # The server has not processed the request, and says so, as it may on a connection that it closes.
                if connection.is_new or not again:
                    raise
                self._connections.pop().close()

    def _connection_to(self, origin: httpcore.Origin) -> Any:
        while (connection := self._take_idle(origin)) is not None:
            if connection.is_usable:
                return connection
            self._connections.pop().close()
        return self._open(Connection, origin)

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._core_response.stream
        except Exception as failure:
            raise _error_to_raise(failure, self._pool.proxy_name)  # noqa: B904 - it names its cause
        self._is_read_to_end = True

    def close(self) -> None:
        """Give the connection back if the answer was read to its end, or else close it; release the slot."""
        surplus = []
        try:
            if (connection := self._pop_connection()) is not None:
                surplus = [connection]
                if self._is_read_to_end and connection.finish():
                    surplus = self._pool.idle.give_back(connection)
        finally:
            self._release_slot()
            for each in surplus:
                each.close()

    def discard(self) -> None:
        """Close the connection, unless it was given back already, and release the slot."""
        self._is_read_to_end = False
        self.close()

    def __del__(self) -> None:
        if not self._is_released:
            with contextlib.suppress(Exception):
                self.discard()


class AsyncLease(_Lease, httpx.AsyncByteStream):
    """`Lease` for tasks."""

    async def send(self, request: httpx.Request) -> httpx.Response:
        """Take a slot and a connection, and send a request."""
        try:
            core = self._pool.core_request(request)
            await self._pool.slots.acquire_async(self._ref, self._connections, _pool_timeout(request))
            return self._to_httpx(await self._send_over_connection(core, again=is_replayable(request)))
        except GeneratorExit:
            raise  # nothing can be awaited now; __del__ does the rest
        except BaseException as failure:
            await self.discard()
            raise _error_to_raise(failure, self._pool.proxy_name)  # noqa: B904 - it names its cause

    async def _send_over_connection(self, request: httpcore.Request, *, again: bool) -> httpcore.Response:
        while True:
            connection = await self._connection_to(request.url.origin)
            try:
                return await connection.send(request)  # type: ignore[no-any-return]
            except httpcore.ConnectionNotAvailable:
                if connection.is_new or not again:
                    raise
                await self._connections.pop().close()

    async def _connection_to(self, origin: httpcore.Origin) -> Any:
        while (connection := self._take_idle(origin)) is not None:
            if connection.is_usable:
                return connection
            await self._connections.pop().close()
        return self._open(AsyncConnection, origin)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for data in self._core_response.stream:
                yield data
        except Exception as failure:
            raise _error_to_raise(failure, self._pool.proxy_name)  # noqa: B904 - it names its cause
        self._is_read_to_end = True

    async def aclose(self) -> None:
        """Give the connection back if the answer was read to its end, or else close it; release the slot."""
        surplus = []
        try:
            if (connection := self._pop_connection()) is not None:
                surplus = [connection]
                if self._is_read_to_end and await connection.finish():
                    surplus = self._pool.idle.give_back(connection)
        finally:
            self._release_slot()
            for each in surplus:
                await each.close()

    async def discard(self) -> None:
        """Close the connection, unless it was given back already, and release the slot."""
        self._is_read_to_end = False
        await self.aclose()

    def __del__(self) -> None:
        run_soon = self._pool.run_soon
        if run_soon is not None and not self._is_released:
            # A finalizer may run in any thread, and after the loop.
            with contextlib.suppress(RuntimeError):
                run_soon(partial(_abandon, self._pool.slots, self._ref, self._connections))


async def _abandon(slots: Slots, ref: Any, connections: list[Any]) -> None:
    slots.release(ref)
    for connection in connections:
        await connection.close()


def _error_to_raise(failure: BaseException, proxy_name: str) -> BaseException:
    """Return the exception to raise for a failure.

    Returns:
        An error of httpx; the exception itself for a signal handler's, a cancellation, or an error of a setting.
    """
    raised = raised_by_signal(failure)
    drop_tracebacks(failure)
    if raised is not None:
        return raised
    if isinstance(failure, Exception) and not isinstance(failure, ChatCompletionsError):
        return request_error(failure, proxy_name)
    return failure


def _secrets_of(proxy: httpx.Proxy) -> Iterator[str]:
    for _, value in proxy.headers.multi_items():
        yield from (value, *value.split())
    if proxy.auth is not None:
        from base64 import b64encode

        yield proxy.auth[1]
        yield b64encode(b":".join(proxy.raw_auth or ())).decode()


def _pool_timeout(request: httpx.Request) -> float | None:
    timeout: float | None = request.extensions.get("timeout", {}).get("pool")
    return timeout
