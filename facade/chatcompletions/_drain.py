"""Read on behind ``[DONE]``, so that the response ends and its connection can serve the next request.

The end follows ``[DONE]`` at once from nearly every server, but none is bound to send it: the wait is short, and a
connection that stays open beyond it, or that brings anything else, is given up.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

#: Seconds to wait for the end; less than a new TLS connection costs.
PATIENCE = 0.1


def drain(response: httpx.Response, rest: Iterator[bytes]) -> None:
    """Read the next piece of a response, in most cases its end, for a moment at most."""
    stream: Any = response.extensions.get("network_stream")
    if stream is None or _keeps_its_connection(response):
        return
    read = stream.read
    # httpcore fixes the read timeout when the body begins, and passes it on to this object with every read. No public
    # name changes it later: verified with httpcore 1.0.9, and by a test with a server that never ends its answer.
    stream.read = lambda max_bytes, timeout=None: read(max_bytes, min(PATIENCE, timeout or PATIENCE))
    try:
        with contextlib.suppress(httpx.RequestError):
            next(rest, None)
    finally:
        del stream.read


async def adrain(response: httpx.Response, rest: AsyncIterator[bytes]) -> None:
    """Read the next piece of a response, in most cases its end, for a moment at most."""
    if _keeps_its_connection(response):
        return
    import anyio  # httpx's async transport has loaded it by now

    with contextlib.suppress(httpx.RequestError), anyio.move_on_after(PATIENCE):
        await anext(rest, None)


def _keeps_its_connection(response: httpx.Response) -> bool:
    # HTTP/2 ends one stream without harm to its connection.
    return response.http_version != "HTTP/1.1"
