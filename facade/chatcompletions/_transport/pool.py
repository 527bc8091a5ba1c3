"""A connection for each call in flight, and no two calls on one.

httpx's own pool looks at every connection for every request, so a call gets dearer with each other call in flight, and
a call that is cancelled at the wrong moment can leave it a connection that nobody can use or close. Here a call takes a
place, then the connection used last or a new one, and both are its own until its answer was read to the end. A call
that ends in any other way closes its connection. That is why calls share none over HTTP/2 either: one that is cancelled
while it writes would take all others with it, and threads give two of them one number (encode/httpx#3072).
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
from chatcompletions._redaction import HIDDEN, Secret, forget_frames

from .connection import AsyncConnection, Connection
from .dialing import Dialing
from .event_loops import run_soon
from .idle import Idle
from .places import LEASE, Places
from .redirects import is_replayable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping


class _Pool:
    """What both pools share.

    Args:
        limits: How many connections at most, in use and idle.
        options: ``http1``, ``http2`` and ``proxy``, as httpx has them.
        tls: Builds the TLS context.
    """

    def __init__(self, limits: httpx.Limits, options: Mapping[str, Any], tls: Callable[[], Any]) -> None:
        self.dialing = Dialing(options, limits.keepalive_expiry, tls)
        self.places = Places(limits.max_connections)
        self.idle: Idle[Any] = Idle(limits)
        self.proxy = self.dialing.name
        proxy = self.dialing.proxy
        self._hidden = () if proxy is None else tuple(Secret(secret) for secret in _secrets(proxy))

    def core_request(self, request: httpx.Request) -> httpcore.Request:
        """Return a request as httpcore takes it."""
        url = request.url
        if url.scheme not in ("http", "https"):
            raise httpx.UnsupportedProtocol(f"{url.scheme!r} is neither http nor https")
        if self._hidden:
            request.extensions[HIDDEN] = self._hidden
        core_url = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        return httpcore.Request(
            request.method,
            core_url,
            headers=request.headers.raw,
            content=request.stream,
            # Without the lease, which the connection must not keep alive.
            extensions={name: value for name, value in request.extensions.items() if name != LEASE},
        )


class Pool(_Pool, httpx.BaseTransport):
    """A transport for any number of threads; see `_Pool` for its arguments."""

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
    """What both leases share: a place in the pool, the connection in it, and the body that comes over it."""

    _is_whole = False
    _is_over = True

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._ticket = weakref.ref(self)
        # Who takes it out owns it: the thread that has read it to the end, or one that closes it meanwhile.
        self._held: list[Any] = []
        self._answer: Any = None
        self._begun = time.perf_counter()
        self._response_ref: Callable[[], httpx.Response | None] = lambda: None
        self._is_over = False

    def hurry(self, patience: float) -> None:
        """Let what is left of the body take no longer than so many seconds a read."""
        for connection in tuple(self._held):
            connection.hurry(patience)

    def _take(self) -> Any:
        with contextlib.suppress(IndexError):
            return self._held.pop()
        return None

    def _idle(self, origin: httpcore.Origin) -> Any:
        connection = self._pool.idle.take(origin)
        if connection is not None:
            self._held.append(connection)
        return connection

    def _new(self, cls: type[Any], origin: httpcore.Origin) -> Any:
        connection = cls(self._pool.dialing, origin)
        self._held.append(connection)
        return connection

    def _response(self, answer: httpcore.Response) -> httpx.Response:
        self._answer = answer
        extensions, stream = {**answer.extensions, LEASE: self}, cast("Any", self)
        return httpx.Response(answer.status, headers=answer.headers, stream=stream, extensions=extensions)

    def carry(self, response: httpx.Response) -> None:
        """Become the body of a response by itself.

        httpx wraps the body in one that knows its response, to set ``elapsed``. Neither could go before the garbage
        collector comes, and a stream that nobody closes would keep its connection until then.
        """
        self._response_ref = weakref.ref(response)
        response.stream = cast("Any", self)

    def _leave(self) -> None:
        self._pool.places.leave(self._ticket)
        if not self._is_over and (response := self._response_ref()) is not None:
            response.elapsed = timedelta(seconds=time.perf_counter() - self._begun)
        self._is_over = True


class Lease(_Lease, httpx.SyncByteStream):
    """A call's hold on a connection, and the body of its answer. Dropped, it closes the one and frees its place."""

    def send(self, request: httpx.Request) -> httpx.Response:
        """Take a place and a connection, and send a request."""
        try:
            core = self._pool.core_request(request)
            self._pool.places.enter(self._ticket, self._held, _pool_timeout(request))
            return self._response(self._sent(core, again=is_replayable(request)))
        except BaseException as failure:
            self.discard()
            raise _told(failure, self._pool.proxy)  # noqa: B904 - it names its cause

    def _sent(self, request: httpcore.Request, *, again: bool) -> httpcore.Response:
        while True:
            connection = self._connected(request.url.origin)
            try:
                return connection.send(request)  # type: ignore[no-any-return]
            except httpcore.ConnectionNotAvailable:
                # The server said that it has not looked at the request, as it may on a connection that it is closing.
                if connection.is_new or not again:
                    raise
                self._held.pop().close()

    def _connected(self, origin: httpcore.Origin) -> Any:
        while (connection := self._idle(origin)) is not None:
            if connection.is_usable:
                return connection
            self._held.pop().close()
        return self._new(Connection, origin)

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._answer.stream
        except Exception as failure:
            raise _told(failure, self._pool.proxy)  # noqa: B904 - it names its cause
        self._is_whole = True

    def close(self) -> None:
        """Keep the connection for the next call if the answer was read to its end, close it otherwise."""
        surplus = []
        try:
            if (connection := self._take()) is not None:
                surplus = [connection]
                if self._is_whole and connection.finish():
                    surplus = self._pool.idle.give_back(connection)
        finally:
            self._leave()
            for each in surplus:
                each.close()

    def discard(self) -> None:
        """Close the connection, unless it went back already, and free the place."""
        self._is_whole = False
        self.close()

    def __del__(self) -> None:
        if not self._is_over:
            with contextlib.suppress(Exception):
                self.discard()


class AsyncLease(_Lease, httpx.AsyncByteStream):
    """`Lease` for tasks."""

    async def send(self, request: httpx.Request) -> httpx.Response:
        """Take a place and a connection, and send a request."""
        try:
            core = self._pool.core_request(request)
            await self._pool.places.aenter(self._ticket, self._held, _pool_timeout(request))
            return self._response(await self._sent(core, again=is_replayable(request)))
        except GeneratorExit:
            raise  # nothing can be awaited now; the finalizer does it
        except BaseException as failure:
            await self.discard()
            raise _told(failure, self._pool.proxy)  # noqa: B904 - it names its cause

    async def _sent(self, request: httpcore.Request, *, again: bool) -> httpcore.Response:
        while True:
            connection = await self._connected(request.url.origin)
            try:
                return await connection.send(request)  # type: ignore[no-any-return]
            except httpcore.ConnectionNotAvailable:
                if connection.is_new or not again:
                    raise
                await self._held.pop().close()

    async def _connected(self, origin: httpcore.Origin) -> Any:
        while (connection := self._idle(origin)) is not None:
            if connection.is_usable:
                return connection
            await self._held.pop().close()
        return self._new(AsyncConnection, origin)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for data in self._answer.stream:
                yield data
        except Exception as failure:
            raise _told(failure, self._pool.proxy)  # noqa: B904 - it names its cause
        self._is_whole = True

    async def aclose(self) -> None:
        """Keep the connection for the next call if the answer was read to its end, close it otherwise."""
        surplus = []
        try:
            if (connection := self._take()) is not None:
                surplus = [connection]
                if self._is_whole and await connection.finish():
                    surplus = self._pool.idle.give_back(connection)
        finally:
            self._leave()
            for each in surplus:
                await each.close()

    async def discard(self) -> None:
        """Close the connection, unless it went back already, and free the place."""
        self._is_whole = False
        await self.aclose()

    def __del__(self) -> None:
        run_soon = self._pool.run_soon
        if run_soon is not None and not self._is_over:
            # A finalizer may run in any thread, and after the loop.
            with contextlib.suppress(RuntimeError):
                run_soon(partial(_abandon, self._pool.places, self._ticket, self._held))


async def _abandon(places: Places, ticket: Any, held: list[Any]) -> None:
    places.leave(ticket)
    for connection in held:
        await connection.close()


def _told(failure: BaseException, proxy: str) -> BaseException:
    """Return what to raise for a failure: an error of httpx, unless it is a setting's, a signal's or a cancellation."""
    raised = raised_by_signal(failure)
    forget_frames(failure)
    if raised is not None:
        return raised
    if isinstance(failure, Exception) and not isinstance(failure, ChatCompletionsError):
        return request_error(failure, proxy)
    return failure


def _secrets(proxy: httpx.Proxy) -> Iterator[str]:
    for _, value in proxy.headers.multi_items():
        yield from (value, *value.split())
    if proxy.auth is not None:
        from base64 import b64encode

        yield proxy.auth[1]
        yield b64encode(b":".join(proxy.raw_auth or ())).decode()


def _pool_timeout(request: httpx.Request) -> float | None:
    timeout: float | None = request.extensions.get("timeout", {}).get("pool")
    return timeout
