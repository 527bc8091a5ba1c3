"""Read a response to its end after ``[DONE]``, so that its connection can serve the next request.

The end follows ``[DONE]`` at once from nearly every server, but none is bound to send it: the wait is short, and a
connection that stays open beyond it is given up.
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
    """Read the rest of a response, for a moment at most."""
    stream: Any = response.extensions.get("network_stream")
    if stream is None or response.http_version != "HTTP/1.1":
        return  # HTTP/2 ends one stream without harm to its connection
    read = stream.read
    # httpcore fixes the read timeout when the body begins, and passes it on to this object with every read.
    stream.read = lambda max_bytes, timeout=None: read(max_bytes, min(PATIENCE, timeout or PATIENCE))
    try:
        with contextlib.suppress(httpx.RequestError):
            next(rest, None)
    finally:
        del stream.read


async def adrain(rest: AsyncIterator[bytes]) -> None:
    """Read the rest of a response, for a moment at most."""
    import anyio  # httpx's async transport has loaded it by now

    with contextlib.suppress(httpx.RequestError), anyio.move_on_after(PATIENCE):
        await anext(rest, None)
