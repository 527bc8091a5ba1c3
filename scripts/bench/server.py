"""A local HTTP server that answers with bytes made beforehand, in a process of its own.

What it costs is not the client's: the bench counts the CPU time of the client's process alone. It listens on
loopback, with TLS when it is given a certificate, says its port on stdout, and ends when its stdin does, so that it
cannot outlive the bench.
"""

import asyncio
import json
import re
import socket
import ssl
import sys
from functools import cache
from typing import Final
from urllib.parse import parse_qs, urlsplit

from scripts.bench import payloads

#: How many events share a write where a model is quick: about 4 kB, as the service's own streams arrive.
EVENTS_PER_WRITE: Final = 12
_CHUNKS: Final = {
    payloads.STREAM: payloads.text_chunks,
    payloads.STREAM_SINGLY: payloads.text_chunks,
    payloads.STREAM_VARIED: payloads.varied_chunks,
    payloads.TOOLS: payloads.tool_chunks,
}
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_HEADERS: Final = (
    b"date: Tue, 03 Nov 2026 09:00:00 GMT\r\n"
    b"openai-organization: bench\r\n"
    b"openai-processing-ms: 412\r\n"
    b"openai-version: 2020-10-01\r\n"
    b"x-ratelimit-limit-requests: 10000\r\n"
    b"x-ratelimit-limit-tokens: 2000000\r\n"
    b"x-ratelimit-remaining-requests: 9999\r\n"
    b"x-ratelimit-remaining-tokens: 1999957\r\n"
    b"x-ratelimit-reset-requests: 6ms\r\n"
    b"x-ratelimit-reset-tokens: 1ms\r\n"
    b"x-request-id: req_0f3c1d5e7a9b4c2d8e6f0a1b2c3d4e5f\r\n"
)


@cache
def writes(method: str, target: str, model: str) -> tuple[bytes, ...]:
    """Return the answer to a request, as the pieces that it is written in."""
    url = urlsplit(target)
    kind, _, size = model.partition(":")
    if method == "POST" and url.path == "/v1/chat/completions":
        if kind in _CHUNKS:
            per_write = 1 if kind == payloads.STREAM_SINGLY else EVENTS_PER_WRITE
            return _streamed(_CHUNKS[kind](int(size)), per_write)
        return (_whole(b"200 OK", payloads.encode(payloads.completion(0))),)
    if method == "GET" and url.path == "/v1/chat/completions":
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        start = payloads.index_of(query["after"]) + 1 if "after" in query else 0
        total = int(query["model"].partition(":")[2])
        return (_whole(b"200 OK", payloads.page(start, int(query["limit"]), total)),)
    error = {"message": f"nothing is at {method} {url.path}", "type": "invalid_request_error"}
    return (_whole(b"404 Not Found", payloads.encode({"error": {**error, "param": None, "code": None}})),)


def _whole(status: bytes, body: bytes) -> bytes:
    head = b"HTTP/1.1 %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n" % (status, len(body))
    return head + _HEADERS + b"\r\n" + body


def _streamed(chunks: list[dict[str, object]], per_write: int) -> tuple[bytes, ...]:
    events = [b"data: %b\n\n" % payloads.encode(chunk) for chunk in chunks]
    events.append(b"data: [DONE]\n\n")
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n"
    parts = [b"".join(events[at : at + per_write]) for at in range(0, len(events), per_write)]
    return (head + _HEADERS + b"\r\n", *(b"%x\r\n%b\r\n" % (len(part), part) for part in parts), b"0\r\n\r\n")


class _Connection(asyncio.Protocol):
    """Answer each request of a connection, which stays open."""

    def __init__(self) -> None:
        self._received = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101
        self._transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._received[:end])
            length = _LENGTH.search(head)
            last = end + 4 + (int(length[1]) if length else 0)
            if len(self._received) < last:
                return
            body = bytes(self._received[end + 4 : last])
            del self._received[:last]
            method, target, _ = head.partition(b"\r\n")[0].decode("ascii").split(" ", 2)
            for piece in writes(method, target, json.loads(body)["model"] if body else ""):
                self._transport.write(piece)


async def _serve(chain: str | None = None) -> None:
    loop = asyncio.get_running_loop()
    context = None
    if chain is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(chain)
    listener = await loop.create_server(_Connection, "127.0.0.1", 0, backlog=2_048, ssl=context)
    print(listener.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    listener.close()


if __name__ == "__main__":
    asyncio.run(_serve(*sys.argv[1:]))
