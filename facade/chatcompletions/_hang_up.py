"""End a response that another thread waits for."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx


def hang_up(response: httpx.Response) -> None:
    """Shut the connection of an open response down, unless it serves others too.

    Closing is not enough: a thread that waits for bytes keeps the connection, and the server at work, until they come.
    """
    stream: Any = response.extensions.get("network_stream")
    if response.is_closed or stream is None or response.http_version == "HTTP/2":
        return
    connection: socket.socket | None = stream.get_extra_info("socket")
    if connection is not None:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
