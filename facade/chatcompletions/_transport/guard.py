"""Wrappers that make a caller's transport raise errors of httpx alone, and not retry by itself."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import httpx

from chatcompletions._answers.failures import request_error
from chatcompletions._redaction import drop_tracebacks

from .borrowed import disable_retries

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


class Guard(httpx.BaseTransport):
    """A caller's transport, whose failures all become errors of httpx."""

    def __init__(self, transport: httpx.BaseTransport) -> None:
        if not hasattr(transport, "handle_request"):
            raise TypeError(f"a transport of a ChatClient is an httpx.BaseTransport, not {type(transport).__name__}")
        self._transport = transport

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request by the caller's transport."""
        try:
            response = self._transport.handle_request(request)
        except Exception as failure:
            raise _as_httpx_error(failure)  # noqa: B904 - it names its cause
        response.stream = _Body(response.stream)
        return response

    def close(self) -> None:
        """Close the caller's transport."""
        self._transport.close()


class AsyncGuard(httpx.AsyncBaseTransport):
    """`Guard` for ``async`` transports."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        if not hasattr(transport, "handle_async_request"):
            name = type(transport).__name__
            raise TypeError(f"a transport of an AsyncChatClient is an httpx.AsyncBaseTransport, not {name}")
        self._transport = transport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request by the caller's transport."""
        if type(self._transport).__module__.startswith("httpx_aiohttp"):
            disable_retries(self._transport)
        try:
            response = await self._transport.handle_async_request(request)
        except Exception as failure:
            raise _as_httpx_error(failure)  # noqa: B904 - it names its cause
        response.stream = _AsyncBody(response.stream)
        return response

    async def aclose(self) -> None:
        """Close the caller's transport."""
        await self._transport.aclose()


class _Body(httpx.SyncByteStream):
    def __init__(self, body: Any) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._body
        except Exception as failure:
            raise _as_httpx_error(failure)  # noqa: B904 - it names its cause

    def close(self) -> None:
        # By then the body has been read, or nobody wants it any more.
        with contextlib.suppress(Exception):
            self._body.close()


class _AsyncBody(httpx.AsyncByteStream):
    def __init__(self, body: Any) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for data in self._body:
                yield data
        except Exception as failure:
            raise _as_httpx_error(failure)  # noqa: B904 - it names its cause

    async def aclose(self) -> None:
        with contextlib.suppress(Exception):
            await self._body.aclose()


def _as_httpx_error(failure: Exception) -> httpx.RequestError:
    error = request_error(failure)
    if type(error) is not httpx.TransportError:  # that is a mistake in the transport, whose author needs the frames
        drop_tracebacks(failure)
    return error
