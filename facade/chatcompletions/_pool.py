"""Connections for many calls at once.

httpx's own pool looks at every connection for every request, so a call gets dearer with each other call in flight.
Here each connection sits in a transport of its own, the idle ones on a stack: a request takes the top one or a new
one, whatever is in flight beside it. HTTP/2 between tasks, which share one connection, stays with httpx's pool; threads
cannot share one (https://github.com/encode/httpx/issues/3072).
"""

from __future__ import annotations

import contextlib
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any
from urllib.request import getproxies

import httpx

from ._connections import Stack, Stacks
from ._event_loops import call_soon

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping

    import anyio

DEFAULT_LIMITS = httpx.Limits(max_connections=1000, max_keepalive_connections=100)


def pooled(transport: type[Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of an httpx client with a pool of ours as its transport, where one of httpx's would be.

    Args:
        transport: `Pool` or `AsyncPool`.
        options: httpx's own; a ``transport`` may be a function or class that makes one.
    """
    options = {**options, "limits": options.get("limits") or DEFAULT_LIMITS}
    given = options.get("transport")
    if callable(given) and not isinstance(given, httpx.BaseTransport | httpx.AsyncBaseTransport):
        return {**options, "transport": given()}
    from_environment = options.get("trust_env", True) and options.get("proxy") is None and _has_proxies()
    shares_connections = options.get("http2") and transport is AsyncPool
    if given is not None or shares_connections or from_environment:
        return options
    names = ("verify", "cert", "trust_env", "http1", "http2", "proxy")
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
        self._in_use: set[httpx.HTTPTransport] = set()
        # A queue and no semaphore, because a finalizer may put into it whatever its thread is doing.
        self._free: SimpleQueue[None] | None = None if limits.max_connections is None else SimpleQueue()
        for _ in range(limits.max_connections or 0):
            self._give_place_back()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request over a connection of its own.

        Raises:
            httpx.PoolTimeout: All connections stayed in use.
        """
        stack = self._stacks[request.url.scheme]
        if self._free is not None:
            try:
                self._free.get(timeout=_pool_timeout(request))
            except Empty:
                raise _full(request) from None
        transport = None
        try:
            transport = stack.take()
            self._in_use.add(transport)
            response = transport.handle_request(request)
        except BaseException:
            self._release(stack, transport)
            raise
        response.stream = _Body(response.stream, self, stack, transport)
        return response

    def _give_place_back(self) -> None:
        if self._free is not None:
            self._free.put(None)

    def _release(self, stack: Stack[httpx.HTTPTransport], transport: httpx.HTTPTransport | None) -> None:
        surplus = []
        if transport is not None:
            self._in_use.discard(transport)
            surplus = stack.give_back(transport)
        self._give_place_back()
        if surplus:
            _close_all(surplus)

    def _give_up(self, transport: httpx.HTTPTransport) -> None:
        self._in_use.discard(transport)
        _close_all([transport])
        self._give_place_back()

    def close(self) -> None:
        """Close the idle connections."""
        _close_all(self._stacks.close())


class AsyncPool(httpx.AsyncBaseTransport):
    """`Pool` for one event loop."""

    def __init__(self, limits: httpx.Limits, options: Mapping[str, Any]) -> None:
        import anyio  # httpx's async transport needs it anyway

        self._stacks = Stacks(httpx.AsyncHTTPTransport, limits, options)
        self._in_use: set[httpx.AsyncHTTPTransport] = set()
        self._given_up: list[httpx.AsyncHTTPTransport] = []
        self._call_soon: Callable[[Callable[[], object]], object] | None = None
        most = limits.max_connections
        self._free = None if most is None else anyio.Semaphore(most)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request over a connection of its own; see `Pool.handle_request`."""
        stack = self._stacks[request.url.scheme]
        if self._call_soon is None:
            self._call_soon = call_soon()
        if self._free is not None:
            await self._acquire(self._free, request)
        transport = None
        try:
            transport = stack.take()
            self._in_use.add(transport)
            response = await transport.handle_async_request(request)
        except BaseException:
            await self._release(stack, transport)
            raise
        response.stream = _AsyncBody(response.stream, self, stack, transport)
        return response

    async def _acquire(self, free: anyio.Semaphore, request: httpx.Request) -> None:
        import anyio  # loaded with the semaphore

        if free.value:
            free.acquire_nowait()
            return
        with anyio.move_on_after(_pool_timeout(request)):
            await free.acquire()
            return
        raise _full(request)

    async def _release(
        self, stack: Stack[httpx.AsyncHTTPTransport], transport: httpx.AsyncHTTPTransport | None
    ) -> None:
        surplus, self._given_up = self._given_up, []
        if transport is not None:
            self._in_use.discard(transport)
            surplus += stack.give_back(transport)
        if self._free is not None:
            self._free.release()
        if surplus:
            await _aclose_all(surplus)

    def _give_up(self, transport: httpx.AsyncHTTPTransport) -> None:
        # Nobody can wait for it to close here, so the next call does.
        self._in_use.discard(transport)
        self._given_up.append(transport)
        if self._free is not None:
            self._free.release()

    async def aclose(self) -> None:
        """Close the idle connections."""
        given_up, self._given_up = self._given_up, []
        await _aclose_all([*given_up, *self._stacks.close()])


class _Body(httpx.SyncByteStream):
    """The body of an answer, whose connection is free once it is closed, and given up if nobody closes it."""

    def __init__(
        self, body: Any, pool: Pool, stack: Stack[httpx.HTTPTransport], transport: httpx.HTTPTransport
    ) -> None:
        self._body = body
        self._pool = pool
        self._stack = stack
        self._transport = transport
        self._is_open = True

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)

    def close(self) -> None:
        if self._is_open:
            self._is_open = False
            try:
                self._body.close()
            except BaseException:
                self._pool._give_up(self._transport)
                raise
            self._pool._release(self._stack, self._transport)

    def __del__(self) -> None:
        if self._is_open:
            # Whoever reads it may be finalized after it, and close it then.
            self._is_open = False
            self._pool._give_up(self._transport)


class _AsyncBody(httpx.AsyncByteStream):
    """`_Body` for ``async`` callers."""

    def __init__(
        self, body: Any, pool: AsyncPool, stack: Stack[httpx.AsyncHTTPTransport], transport: httpx.AsyncHTTPTransport
    ) -> None:
        self._body = body
        self._pool = pool
        self._stack = stack
        self._transport = transport
        self._is_open = True

    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(self._body)

    async def aclose(self) -> None:
        if self._is_open:
            self._is_open = False
            try:
                await self._body.aclose()
            except BaseException:
                self._pool._give_up(self._transport)
                raise
            await self._pool._release(self._stack, self._transport)

    def __del__(self) -> None:
        call_soon = self._pool._call_soon
        if self._is_open and call_soon is not None:
            self._is_open = False
            # A finalizer may run in any thread, and after the loop.
            with contextlib.suppress(RuntimeError):
                call_soon(partial(self._pool._give_up, self._transport))


def _close_all(transports: Iterable[httpx.BaseTransport]) -> None:
    # One that fails to close is gone all the same: neither the others nor the call that gave it back suffer.
    with contextlib.suppress(Exception), contextlib.ExitStack() as closing:
        for transport in transports:
            closing.callback(transport.close)


async def _aclose_all(transports: Iterable[httpx.AsyncBaseTransport]) -> None:
    with contextlib.suppress(Exception):
        async with contextlib.AsyncExitStack() as closing:
            for transport in transports:
                closing.push_async_callback(transport.aclose)


def _full(request: httpx.Request) -> httpx.PoolTimeout:
    return httpx.PoolTimeout("all connections are in use", request=request)


def _pool_timeout(request: httpx.Request) -> float | None:
    timeout: float | None = request.extensions.get("timeout", {}).get("pool")
    return timeout
