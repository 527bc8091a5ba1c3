"""A transport for sync callers, lent to an async client."""

from __future__ import annotations

from typing import Any

import anyio
import anyio.to_thread
import httpx


class Threaded(httpx.AsyncBaseTransport):
    """Sends each request by a transport for sync callers, in a thread; closing it does not close that one.

    Args:
        transport: The transport, which may also serve async callers, or a function that makes one.
    """

    def __init__(self, transport: Any) -> None:
        is_made = isinstance(transport, httpx.BaseTransport | httpx.AsyncBaseTransport)
        self._transport: Any = transport if is_made else transport()
        self._is_ours = not is_made
        self._limiter: anyio.CapacityLimiter | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and return its answer, read to its end if a thread had to wait for it."""
        if isinstance(self._transport, httpx.AsyncBaseTransport):
            return await self._transport.handle_async_request(request)
        if self._limiter is None:
            self._limiter = anyio.CapacityLimiter(1000)  # as many as a client has connections
        return await anyio.to_thread.run_sync(self._send, request, abandon_on_cancel=True, limiter=self._limiter)

    def _send(self, request: httpx.Request) -> httpx.Response:
        response = self._transport.handle_request(request)
        stream: Any = response.stream
        try:
            body = b"".join(stream)
        finally:
            stream.close()
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            stream=httpx.ByteStream(body),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        """Close the transport if it was made for this one."""
        if self._is_ours:
            close = getattr(self._transport, "aclose", None)
            await close() if close is not None else self._transport.close()
