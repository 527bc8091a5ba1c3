"""HTTP/2 servers that end their connections while calls go on: no call is lost, and no processed call is sent again."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import h2.config
import h2.connection
import h2.events
import pytest
import trustme

from chatcompletions import APIConnectionError, AsyncChatClient
from tests.integration.rawserver import serving, sse
from tests.integration.test_connection_bounds import chunk, completion

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import SyncDriver

ASK: dict[str, Any] = {"model": "m", "messages": "Hello."}


class Server:
    """A server of HTTP/2 over TLS.

    Args:
        most: The number of requests after which a connection announces its end.
        early: Whether it does so when the next request has come already, and leaves that one unprocessed.
        garbage: Bytes that are sent in one segment with the last answer of a connection, after its end.
    """

    def __init__(self, context: ssl.SSLContext, most: int, *, early: bool = False, garbage: bytes = b"") -> None:
        self._context = context
        self._most = most
        self._early = early
        self._garbage = garbage
        self._lock = threading.Lock()
        self.answered = 0
        self.connections = 0

    def __call__(self, raw: Any) -> None:
        with self._lock:
            self.connections += 1
        with self._context.wrap_socket(raw, server_side=True) as connection:
            state = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
            state.initiate_connection()
            connection.sendall(state.data_to_send())
            bodies: dict[int, bytes] = {}
            taken = 0
            while data := connection.recv(65_536):
                for event in state.receive_data(data):
                    if isinstance(event, h2.events.DataReceived):
                        bodies[event.stream_id] = bodies.get(event.stream_id, b"") + event.data
                    if isinstance(event, h2.events.StreamEnded):
                        if self._early and taken == self._most:
                            state.close_connection(last_stream_id=event.stream_id - 2)
                            connection.sendall(state.data_to_send() + self._garbage)
                            return
                        taken += 1
                        self._answer(state, event.stream_id, bodies.pop(event.stream_id, b""))
                        if taken == self._most and not self._early:
                            state.close_connection(last_stream_id=event.stream_id)
                            connection.sendall(state.data_to_send() + self._garbage)
                            return
                connection.sendall(state.data_to_send())

    def _answer(self, state: h2.connection.H2Connection, stream: int, body: bytes) -> None:
        with self._lock:
            self.answered += 1
        is_stream = b'"stream"' in body
        kind = "text/event-stream" if is_stream else "application/json"
        state.send_headers(stream, [(":status", "200"), ("content-type", kind)])
        answer = sse(chunk("Hi.", "stop"), "[DONE]") if is_stream else json.dumps(completion()).encode()
        state.send_data(stream, answer, end_stream=True)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["h2"])
    authority.issue_cert("localhost").configure_cert(context)
    return context


@pytest.fixture
def over_http2(connect: Callable[..., SyncDriver], authority: trustme.CA) -> Callable[..., SyncDriver]:
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)

    def make(port: int, **options: Any) -> SyncDriver:
        return connect(base_url=f"https://localhost:{port}/v1", verify=trusting, http2=True, **options)

    return make


@pytest.mark.parametrize("early", [False, True], ids=["after an answer", "instead of an answer"])
def test_a_connection_that_takes_no_more(
    over_http2: Callable[..., SyncDriver], context: ssl.SSLContext, pauses: list[float], early: bool
) -> None:
    """If a server ends a connection after some requests, the unprocessed ones go over another connection."""
    server = Server(context, 3, early=early)
    with serving(server) as port:
        chat = over_http2(port, max_retries=0)
        for _ in range(4):
            assert chat.call("create", **ASK).text == "Hi."
            assert len(chat.iterate(chat.call("create", stream=True, **ASK))) == 1
        if isinstance(chat.client, AsyncChatClient):

            async def gather() -> list[Any]:
                return await asyncio.gather(*(chat.client.create(**ASK) for _ in range(20)))

            replies = chat.run(gather())
        else:
            with ThreadPoolExecutor(8) as threads:
                replies = list(threads.map(lambda _: chat.client.create(**ASK), range(20)))
        assert [reply.text for reply in replies] == ["Hi."] * 20
    assert (server.answered, pauses) == (28, [])


def test_a_connection_is_left_before_its_end(
    over_http2: Callable[..., SyncDriver],
    context: ssl.SSLContext,
    pauses: list[float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A connection serves a bounded number of calls, so that no call meets the end that servers announce."""
    monkeypatch.setattr("chatcompletions._transport.connection.MAX_REQUESTS_HTTP2", 3)
    server = Server(context, 4)
    with serving(server) as port:
        chat = over_http2(port, max_retries=0)
        for _ in range(7):
            chat.call("create", **ASK)
    assert server.connections == 3


PING = b"\x00\x00\x08\x06\x00\x00\x00\x00\x00" + b"12345678"


@pytest.mark.parametrize("params", [{}, {"stream": True}], ids=["whole", "streamed"])
@pytest.mark.parametrize("garbage", [PING, b"\x00\x00\x01\x00\x00\x00\x00\x00\x09x"], ids=["a frame", "nonsense"])
@pytest.mark.parametrize("early", [False, True])
def test_frames_behind_the_last_one(
    over_http2: Callable[..., SyncDriver],
    context: ssl.SSLContext,
    pauses: list[float],
    params: dict[str, Any],
    garbage: bytes,
    early: bool,
) -> None:
    """Frames that a server sends after it ended a connection are at worst a connection error, and retried as such."""
    server = Server(context, 1, early=early, garbage=garbage)
    with serving(server) as port:
        chat = over_http2(port)
        for _ in range(3):
            try:
                result = chat.call("create", **ASK, **params)
                if params:
                    chat.iterate(result)
            except APIConnectionError:
                continue


def test_a_stream_left_early(
    over_http2: Callable[..., SyncDriver], context: ssl.SSLContext, pauses: list[float]
) -> None:
    """A stream that is left early closes its connection, and ends no other call."""
    server = Server(context, 100)
    with serving(server) as port:
        chat = over_http2(port, max_retries=0)
        kept = chat.call("create", stream=True, **ASK)
        left = chat.call("create", stream=True, **ASK)
        chat.run(left.aclose()) if isinstance(chat.client, AsyncChatClient) else left.close()
        assert chat.call("create", **ASK).text == "Hi."
        assert len(chat.iterate(kept)) == 1
    assert server.answered == 3
