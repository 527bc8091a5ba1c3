"""What is read behind ``[DONE]``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from chatcompletions._drain import PATIENCE, drain

from ._support import ASK, HI, STOP, Pieces, events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class NetworkStream:
    """Notes the timeout of each read."""

    def __init__(self) -> None:
        self.timeouts: list[float | None] = []

    def read(self, _: int, timeout: float | None = None) -> bytes:
        self.timeouts.append(timeout)
        return b""


@pytest.mark.parametrize(("version", "taken"), [(b"HTTP/1.1", 2), (b"HTTP/2", 1)])
def test_one_piece(connect: Callable[..., Any], version: bytes, taken: int) -> None:
    """Behind [DONE] one more piece is read, over HTTP/2 none, whose connection ends a stream without harm."""
    body = Pieces(events(HI, STOP, "[DONE]"), b": more\n\n", b": and more\n\n")
    extensions = {"http_version": version, "network_stream": NetworkStream()}
    reply = httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=body, extensions=extensions)
    driver = connect(transport=httpx.MockTransport(lambda _: reply))
    assert len(driver.iterate(driver.call("create", stream=True, **ASK))) == 2
    assert (body.taken, body.closed) == (taken, True)


@pytest.mark.parametrize(("given", "kept"), [(600, PATIENCE), (None, PATIENCE), (0.01, 0.01)])
def test_the_wait_is_short(given: float | None, kept: float) -> None:
    """The read that may bring the end waits for a moment, the ones behind it as long as before."""
    stream = NetworkStream()

    def rest() -> Iterator[bytes]:
        yield stream.read(1, timeout=given)

    drain(httpx.Response(200, extensions={"network_stream": stream}), rest())
    stream.read(1, timeout=given)
    assert stream.timeouts == [kept, given]
