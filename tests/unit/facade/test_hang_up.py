"""What closing a stream does to its connection, for the sake of a thread that waits for its next bytes."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from chatcompletions import ChatClient

from ._support import ASK, HI, STOP, Pieces, events

if TYPE_CHECKING:
    from collections.abc import Iterator


class NetworkStream:
    """A connection, or what has none to show."""

    def __init__(self, connection: socket.socket | None) -> None:
        self._connection = connection

    def get_extra_info(self, name: str) -> Any:
        return {"socket": self._connection}[name]

    def read(self, _: int, timeout: float | None = None) -> bytes:
        raise AssertionError(f"nobody reads, for {timeout} s")


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Our end of a connection and the server's."""
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    with ours, theirs:
        yield ours, theirs


def opened(connection: socket.socket | None, version: bytes = b"HTTP/1.1") -> Any:
    extensions = {"http_version": version, "network_stream": NetworkStream(connection)}
    body = Pieces(events(HI), events(STOP))
    reply = httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=body, extensions=extensions)
    return ChatClient(api_key="k", transport=httpx.MockTransport(lambda _: reply)).create(stream=True, **ASK)


def is_open(server: socket.socket) -> bool:
    try:
        return server.recv(1) != b""
    except BlockingIOError:
        return True


@pytest.mark.parametrize("read", [0, 1])
def test_an_open_stream(ends: tuple[socket.socket, socket.socket], read: int) -> None:
    """Closing a stream before its end hangs up, which wakes whoever waits and tells the server, and does so once."""
    ours, theirs = ends
    stream = opened(ours)
    for _ in range(read):
        next(stream)
    assert is_open(theirs)
    stream.close()
    assert not is_open(theirs)
    stream.close()


def test_a_stream_that_has_ended(ends: tuple[socket.socket, socket.socket]) -> None:
    """A connection is left alone once its stream has ended: it may serve another call."""
    ours, theirs = ends
    stream = opened(ours)
    list(stream)
    stream.close()
    assert is_open(theirs)


def test_a_connection_of_many(ends: tuple[socket.socket, socket.socket]) -> None:
    """A connection of HTTP/2 is left alone: it serves other calls."""
    ours, theirs = ends
    opened(ours, b"HTTP/2").close()
    assert is_open(theirs)


def test_no_connection(ends: tuple[socket.socket, socket.socket]) -> None:
    """A stream whose connection is not to be had, or is gone, is closed without an error."""
    opened(None).close()
    ours, _ = ends
    ours.close()
    opened(ours).close()
