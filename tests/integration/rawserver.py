"""A scripted TCP server for tests: it sends exactly the bytes of its script, and closes connections where that says so.

    script = [http_response(500, b"{}"), [http_response(200, b"{}", content_length=99), Reset()]]
    with RawServer(script) as server:
        httpx.get(server.base_url)
        server.requests[0].headers

Each entry of the script answers the next request, on whichever connection it arrives; a connection stays
open for further requests until the script or the client ends it. An ``Early`` entry is played to the next new
connection before it has sent anything. A request that the script has no entry for is recorded, and its
connection reset.
"""

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

_TICK = 0.05  # seconds between two looks at whether the server is being stopped


@dataclass(frozen=True)
class Close:
    """Close the connection in the ordinary way."""


@dataclass(frozen=True)
class Reset:
    """Close the connection with a TCP reset."""


@dataclass(frozen=True)
class Pause:
    """Wait until the event is set."""

    event: threading.Event


Step = bytes | Close | Reset | Pause


@dataclass(frozen=True)
class Early:
    """Play these steps as soon as a connection is made, without reading a request."""

    steps: Sequence[Step]


Reply = Step | Sequence[Step]


@dataclass(frozen=True)
class RawRequest:
    """A request as it arrived; ``connection`` counts from 0."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes
    connection: int

    def header(self, name: str) -> str | None:
        """Return the first header of a name, in whatever case it was sent."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def json(self) -> Any:
        """Read the body as JSON."""
        return json.loads(self.body)


class RawServer:
    """A server on a free loopback port, for the duration of a ``with`` block.

    Args:
        script: The replies in order, or a function that makes one for each request.
    """

    def __init__(self, script: Sequence[Reply | Early] | Callable[[RawRequest], Reply]) -> None:
        self.requests: list[RawRequest] = []
        self.connections = 0
        self._script = script if callable(script) else list(script)
        self._played = 0
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1_024)
        self._listener.settimeout(_TICK)
        self.base_url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stopping.set()
        # Where a system knows no shutdown of a listener, its thread ends with the tick.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        # The accepting thread comes first in the list, so none is added behind the one that is joined last.
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, name="rawserver", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            with suppress(OSError):
                client, _ = self._listener.accept()
                client.settimeout(_TICK)
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                number = self.connections
                # Counted before it is served: a test may look as soon as it has its answer.
                self.connections += 1
                self._start(self._serve, client, number)

    def _serve(self, client: socket.socket, number: int) -> None:
        # Clients that hang up are what these tests are about: that ends their connection and nothing else.
        with client, suppress(ConnectionError, _StoppedError):
            early = self._next_early()
            if early is not None and not self._play(client, early.steps):
                return
            reader = _Reader(client, self._stopping)
            while (request := reader.request(number)) is not None:
                if not self._play(client, self._reply(request)):
                    return

    def _next_early(self) -> Early | None:
        with self._lock:
            if isinstance(self._script, list) and self._played < len(self._script):
                entry = self._script[self._played]
                if isinstance(entry, Early):
                    self._played += 1
                    return entry
        return None

    def _reply(self, request: RawRequest) -> Reply:
        with self._lock:
            self.requests.append(request)
            if not isinstance(self._script, list):
                return self._script(request)
            entry = self._script[self._played] if self._played < len(self._script) else Reset()
            if isinstance(entry, Early):
                raise AssertionError("an Early entry of the script needs a new connection, but a request came")
            self._played += 1
            return entry

    def _play(self, client: socket.socket, reply: Reply) -> bool:
        """Play a reply, and return whether the connection is still open."""
        for step in [reply] if isinstance(reply, Step) else reply:
            match step:
                case Close():
                    return False
                case Reset():
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    return False
                case Pause(event):
                    while not event.wait(_TICK):
                        _go_on(self._stopping)
                case _:
                    self._send(client, memoryview(step))
        return True

    def _send(self, client: socket.socket, data: memoryview) -> None:
        while data:
            with suppress(TimeoutError):
                data = data[client.send(data) :]
            _go_on(self._stopping)


class _StoppedError(Exception):
    """The server is being stopped."""


def _go_on(stopping: threading.Event) -> None:
    if stopping.is_set():
        raise _StoppedError


class _Reader:
    def __init__(self, client: socket.socket, stopping: threading.Event) -> None:
        self._client = client
        self._stopping = stopping
        self._buffer = bytearray()

    def request(self, number: int) -> RawRequest | None:
        """Read a whole request, or None if the client has closed the connection."""
        head = self._until(b"\r\n\r\n")
        if head is None:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ", 2)
        headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
        by_name = {name.lower(): value for name, value in headers}
        if by_name.get("transfer-encoding", "").lower() == "chunked":
            body = self._chunked()
        else:
            body = self._exactly(int(by_name.get("content-length", "0")))
        return RawRequest(method, target, headers, body, number)

    def _chunked(self) -> bytes:
        body = b""
        while size := int((self._until(b"\r\n") or b"0").partition(b";")[0], 16):
            body += self._exactly(size)
            self._until(b"\r\n")
        self._until(b"\r\n")
        return body

    def _until(self, mark: bytes) -> bytes | None:
        while (end := self._buffer.find(mark)) < 0:
            if not self._more():
                return None
        taken = bytes(self._buffer[:end])
        del self._buffer[: end + len(mark)]
        return taken

    def _exactly(self, size: int) -> bytes:
        while len(self._buffer) < size:
            if not self._more():
                raise ConnectionResetError("the client hung up within its request's body")
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _more(self) -> bool:
        while True:
            _go_on(self._stopping)
            with suppress(TimeoutError):
                data = self._client.recv(65_536)
                self._buffer += data
                return bool(data)


@contextmanager
def serving(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """Serve each connection by a function, in a thread of its own, and yield the port."""
    stopping: list[socket.socket] = []

    def run(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            serve(connection)

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                stopping.append(connection.dup())  # the function may wrap it, which takes it away from here
                threads.submit(run, connection)

    with ThreadPoolExecutor(64) as threads, socket.create_server(("localhost", 0)) as listener:
        stopping.append(listener)
        threads.submit(accept)
        try:
            yield listener.getsockname()[1]
        finally:
            for each in stopping:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
                each.close()


def http_response(
    status: int,
    body: bytes | str = b"",
    headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    content_type: str | None = "application/json",
    *,
    content_length: bool | int = True,
) -> bytes:
    """Write an HTTP/1.1 response.

    Args:
        status: The status code.
        body: The body, text as UTF-8.
        headers: Further headers.
        content_type: The media type, or None for no such header.
        content_length: True for the body's own, False for none (the body ends at the close), a number to lie.
    """
    data = body.encode() if isinstance(body, str) else body
    known = {code.value: code.phrase for code in HTTPStatus}
    lines = [f"HTTP/1.1 {status} {known.get(status, 'Unknown')}"]
    if content_type is not None:
        lines.append(f"Content-Type: {content_type}")
    if content_length is not False:
        lines.append(f"Content-Length: {len(data) if content_length is True else content_length}")
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    lines += [f"{name}: {value}" for name, value in pairs]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + data


def sse(*events: object) -> bytes:
    """Write server-sent events: text and bytes as they are, anything else as JSON."""
    parts = []
    for event in events:
        data = event.encode() if isinstance(event, str) else event
        data = data if isinstance(data, bytes) else json.dumps(data, ensure_ascii=False).encode()
        parts.append(b"data: " + data + b"\n\n")
    return b"".join(parts)
