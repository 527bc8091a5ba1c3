"""Connections for many calls at once.

httpx's own pool looks at every connection for every request, so a call gets dearer with each other call in flight.
Here each connection sits in a transport of its own, the idle ones on a stack: a request takes the top one or a new
one, whatever is in flight beside it. HTTP/2, which shares one connection, stays with httpx's pool.
"""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.request import getproxies

import httpx

from ._connections import Stack, Stacks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping

    import anyio

DEFAULT_LIMITS = httpx.Limits(max_connections=1000, max_keepalive_connections=100)


def pooled(transport: type[Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of an httpx client with a pool of ours as its transport, where one of httpx's would be.

    Args:
        transport: `Pool` or `AsyncPool`.
        options: httpx's own.
    """
    options = {"limits": DEFAULT_LIMITS, **options}
    from_environment = options.get("trust_env", True) and options.get("proxy") is None and _has_proxies()
    if options.get("transport") is not None or options.get("http2") or from_environment:
        return options
    names = ("verify", "cert", "trust_env", "http1", "proxy")
    own = {name: options[name] for name in names if options.get(name) is not None}
    rest = {name: value for name, value in options.items() if name != "proxy"}
    return {**rest, "transport": transport(options["limits"], own)}


def _has_proxies() -> bool:
    return not getproxies().keys().isdisjoint(("http", "https", "all"))


class Pool(httpx.BaseTransport):
    """A transport for any number of threads.

    Args:
        limits: How many connections at most, in use and idle.
        options: Options of `httpx.HTTPTransport`.
    """

    def __init__(self, limits: httpx.Limits, options: Mapping[str, Any]) -> None:
        self._stacks = Stacks(httpx.HTTPTransport, limits, options)
        self._free = None if limits.max_connections is None else threading.Semaphore(limits.max_connections)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request over a connection of its own.

        Raises:
            httpx.PoolTimeout: All connections stayed in use.
        """
        stack = self._stacks[request.url.scheme]
        if self._free is not None and not self._free.acquire(timeout=_pool_timeout(request)):
            raise httpx.PoolTimeout("all connections are in use", request=request)
        transport = None
        try:
            transport = stack.take()
            response = transport.handle_request(request)
        except BaseException:
            self._release(stack, transport)
            raise
        response.stream = _Body(response.stream, partial(self._release, stack, transport))
        return response

    def _release(self, stack: Stack[httpx.HTTPTransport], transport: httpx.HTTPTransport | None) -> None:
        surplus = [] if transport is None else stack.give_back(transport)
        if self._free is not None:
            self._free.release()
        for unused in surplus:
            unused.close()

    def close(self) -> None:
        """Close the idle connections."""
        for transport in self._stacks.close():
            transport.close()


class AsyncPool(httpx.AsyncBaseTransport):
    """`Pool` for one event loop."""

    def __init__(self, limits: httpx.Limits, options: Mapping[str, Any]) -> None:
        import anyio  # httpx's async transport needs it anyway

        self._stacks = Stacks(httpx.AsyncHTTPTransport, limits, options)
        most = limits.max_connections
        self._free = None if most is None else anyio.Semaphore(most, fast_acquire=True)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request over a connection of its own; see `Pool.handle_request`."""
        stack = self._stacks[request.url.scheme]
        if self._free is not None:
            await self._acquire(self._free, request)
        transport = None
        try:
            transport = stack.take()
            response = await transport.handle_async_request(request)
        except BaseException:
            await self._release(stack, transport)
            raise
        response.stream = _AsyncBody(response.stream, partial(self._release, stack, transport))
        return response

    async def _acquire(self, free: anyio.Semaphore, request: httpx.Request) -> None:
        import anyio  # loaded with the semaphore

        if free.value:
            free.acquire_nowait()
            return
        with anyio.move_on_after(_pool_timeout(request)):
            await free.acquire()
            return
        raise httpx.PoolTimeout("all connections are in use", request=request)

    async def _release(
        self, stack: Stack[httpx.AsyncHTTPTransport], transport: httpx.AsyncHTTPTransport | None
    ) -> None:
        surplus = [] if transport is None else stack.give_back(transport)
        if self._free is not None:
            self._free.release()
        for unused in surplus:
            await unused.aclose()

    async def aclose(self) -> None:
        """Close the idle connections."""
        for transport in self._stacks.close():
            await transport.aclose()


class _Body(httpx.SyncByteStream):
    """The body of an answer, whose connection is free once it is closed."""

    def __init__(self, body: Any, release: Callable[[], None]) -> None:
        self._body = body
        self._release: Callable[[], None] | None = release

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)

    def close(self) -> None:
        release, self._release = self._release, None
        if release is not None:
            try:
                self._body.close()
            finally:
                release()


class _AsyncBody(httpx.AsyncByteStream):
    """`_Body` for ``async`` callers."""

    def __init__(self, body: Any, release: Callable[[], Awaitable[None]]) -> None:
        self._body = body
        self._release: Callable[[], Awaitable[None]] | None = release

    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(self._body)

    async def aclose(self) -> None:
        release, self._release = self._release, None
        if release is not None:
            try:
                await self._body.aclose()
            finally:
                await release()


def _pool_timeout(request: httpx.Request) -> float | None:
    timeout: float | None = request.extensions.get("timeout", {}).get("pool")
    return timeout
