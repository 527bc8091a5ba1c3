"""Connections to real servers: reuse, limits, cancellation, proxies and TLS."""

from __future__ import annotations

import asyncio
import gc
import json
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest
import trustme

from chatcompletions import APIConnectionError, APIStatusError, APITimeoutError, AsyncChatClient, ChatClient
from tests.integration.rawserver import Close, Pause, RawServer, http_response, sse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import SyncDriver

COMPLETION = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi."}, "finish_reason": "stop"}],
}
BODY = json.dumps(COMPLETION).encode()
ASK: dict[str, Any] = {"model": "m", "messages": "Hello."}


def answer(_: Any = None) -> list[Any]:
    return [http_response(200, BODY)]


def connections(server: RawServer) -> list[int]:
    return [request.connection for request in server.requests]


@pytest.mark.usefixtures("unhurried")
def test_calls_in_sequence_share_a_connection(connect: Callable[..., SyncDriver]) -> None:
    """One call after another goes over one connection, streams that ended with [DONE] included."""
    chunk = {**COMPLETION, "choices": [{"index": 0, "delta": {"content": "Hi."}, "finish_reason": "stop"}]}
    stream = http_response(200, sse(chunk, "[DONE]"), content_type="text/event-stream")
    with RawServer([answer(), [stream], answer()]) as server:
        chat = connect(base_url=server.base_url)
        chat.call("create", **ASK)
        chat.iterate(chat.call("create", stream=True, **ASK))
        chat.call("create", **ASK)
        assert connections(server) == [0, 0, 0]


def test_a_stream_left_early_gives_its_connection_up(connect: Callable[..., SyncDriver]) -> None:
    """Bytes that a server sends after a stream was closed are not taken for the next answer."""
    chunk = {**COMPLETION, "choices": [{"index": 0, "delta": {"content": "Hi."}}]}
    gate = threading.Event()
    stream = [http_response(200, sse(chunk), content_type="text/event-stream", content_length=10_000), Pause(gate)]
    with RawServer(lambda request: stream if b'"stream"' in request.body else answer()) as server:
        chat = connect(base_url=server.base_url)
        opened = chat.call("create", stream=True, **ASK)
        chat.run(opened.aclose()) if isinstance(chat.client, AsyncChatClient) else opened.close()
        assert chat.call("create", **ASK).text == "Hi."
        gate.set()
        assert connections(server) == [0, 1]


@pytest.mark.usefixtures("unhurried")
def test_threads_do_not_share_a_connection_at_a_time() -> None:
    """Calls at the same time have a connection each, and later calls use those connections."""
    arrived, gate = threading.Semaphore(0), threading.Event()

    def reply(request: Any) -> list[Any]:
        arrived.release()
        return [Pause(gate), *answer()]

    # The threads last to end: should the test fail, they wait for answers until the server is gone.
    with ThreadPoolExecutor(4) as threads, RawServer(reply) as server, ChatClient(base_url=server.base_url) as chat:
        calls = [threads.submit(chat.create, **ASK) for _ in range(4)]
        assert all(arrived.acquire(timeout=60) for _ in calls)
        gate.set()
        assert [call.result().text for call in calls] == ["Hi."] * 4
        for _ in range(4):
            chat.create(**ASK)
        assert sorted(connections(server)[:4]) == [0, 1, 2, 3]
        assert len(set(connections(server))) == 4


def test_a_full_pool_times_out(connect: Callable[..., SyncDriver]) -> None:
    """With every connection in use a call ends with a pool timeout; a freed connection serves the next call."""
    gate = threading.Event()
    chunk = {**COMPLETION, "choices": [{"index": 0, "delta": {"content": "Hi."}, "finish_reason": "stop"}]}
    stream = [http_response(200, sse(chunk), content_type="text/event-stream", content_length=False), Pause(gate)]
    with RawServer(lambda request: stream if b'"stream"' in request.body else answer()) as server:
        chat = connect(base_url=server.base_url, limits=httpx.Limits(max_connections=1), timeout=60, max_retries=0)
        opened = chat.call("create", stream=True, **ASK)
        with pytest.raises(APITimeoutError, match="PoolTimeout"):
            chat.call("create", timeout=httpx.Timeout(60, pool=0.01), **ASK)
        chat.run(opened.aclose()) if isinstance(chat.client, AsyncChatClient) else opened.close()
        gate.set()
        assert chat.call("create", **ASK).text == "Hi."


def test_cancellation() -> None:
    """A call that is cancelled while it waits frees its slot."""
    gate, arrived = threading.Event(), threading.Event()

    def reply(request: Any) -> list[Any]:
        if request.connection == 0:
            arrived.set()
            return [Pause(gate), *answer()]
        return answer()

    async def run(base_url: str) -> str:
        limits = httpx.Limits(max_connections=1)
        async with AsyncChatClient(base_url=base_url, limits=limits) as chat:
            waiting = asyncio.ensure_future(chat.create(**ASK))
            await asyncio.to_thread(arrived.wait, 10)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            return (await chat.create(**ASK)).text

    with RawServer(reply) as server:
        assert asyncio.run(run(server.base_url)) == "Hi."
        gate.set()


@pytest.mark.parametrize("begun", [False, True])
def test_a_stream_that_nobody_closes(connect: Callable[..., SyncDriver], begun: bool) -> None:
    """A stream that is dropped, unread or half read, closes its connection and frees its slot, once."""
    gate = threading.Event()
    chunk = {**COMPLETION, "choices": [{"index": 0, "delta": {"content": "Hi."}}]}
    stream = [http_response(200, sse(chunk), content_type="text/event-stream", content_length=10_000), Pause(gate)]
    with RawServer(lambda request: stream if b'"stream"' in request.body else answer()) as server:
        chat = connect(base_url=server.base_url, limits=httpx.Limits(max_connections=1), timeout=60, max_retries=0)
        for _ in range(3):
            opened = chat.call("create", stream=True, **ASK)
            if begun:
                chat.run(anext(opened)) if isinstance(chat.client, AsyncChatClient) else next(opened)
            del opened
            gc.collect()
            assert chat.call("create", **ASK).text == "Hi."
        held = chat.call("create", stream=True, **ASK)
        with pytest.raises(APITimeoutError, match="PoolTimeout"):
            chat.call("create", timeout=httpx.Timeout(60, pool=0.01), **ASK)
        chat.run(held.aclose()) if isinstance(chat.client, AsyncChatClient) else held.close()
        gate.set()
        assert server.connections > 3


@pytest.mark.parametrize("params", [{}, {"stream": True}], ids=["whole", "streamed"])
@pytest.mark.parametrize("status", [500, 401])
def test_error_bodies_that_break_off(connect: Callable[..., SyncDriver], params: dict[str, Any], status: int) -> None:
    """An error whose body cannot be read frees its slot."""
    cut = [http_response(status, b"{", content_length=99), Close()]
    garbled = http_response(status, b"plain", headers={"Content-Encoding": "gzip"})
    limits = httpx.Limits(max_connections=1)
    with RawServer([cut, garbled, answer()]) as server:
        chat = connect(base_url=server.base_url, limits=limits, timeout=60, max_retries=0)
        for _ in range(2):
            with pytest.raises(APIStatusError):
                chat.call("create", **ASK, **params)
        assert chat.call("create", **ASK).text == "Hi."


@pytest.mark.parametrize("params", [{}, {"stream": True}], ids=["whole", "streamed"])
def test_cancellation_within_an_error_body(params: dict[str, Any]) -> None:
    """A call that is cancelled while it reads the body of an error frees its slot."""
    gate, arrived = threading.Event(), threading.Event()

    class Arrival:
        def wait(self, _: float) -> bool:
            arrived.set()
            return gate.wait(0.05)

    def reply(request: Any) -> list[Any]:
        if request.connection == 0:
            return [http_response(500, b"{", content_length=99), Pause(cast("Any", Arrival()))]
        return answer()

    async def run(base_url: str) -> str:
        async with AsyncChatClient(base_url=base_url, limits=httpx.Limits(max_connections=1)) as chat:
            waiting = asyncio.ensure_future(chat.create(**ASK, **params))
            await asyncio.to_thread(arrived.wait, 10)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            return (await chat.create(**ASK)).text

    with RawServer(reply) as server:
        assert asyncio.run(run(server.base_url)) == "Hi."
        gate.set()


def test_connections_of_loops_that_are_gone() -> None:
    """An async client that is used in one event loop after another leaves no connection open."""
    with RawServer(answer) as server:
        chat = AsyncChatClient(base_url=server.base_url)

        async def call() -> None:
            await asyncio.gather(*(chat.create(**ASK) for _ in range(3)))

        for _ in range(5):
            asyncio.run(call())
            assert len(chat._clients) == 0
        assert server.connections == 15
    gc.collect()  # warns of a socket that nobody closed


def test_explicit_proxy(connect: Callable[..., SyncDriver]) -> None:
    """The proxy of the client's options gets the requests, addressed to the server."""
    with RawServer([answer()]) as proxy:
        chat = connect(base_url="http://api.test/v1", proxy=proxy.base_url.removesuffix("/v1"))
        assert chat.call("create", **ASK).text == "Hi."
        assert proxy.requests[0].target == "http://api.test/v1/chat/completions"


def test_environment_proxy(connect: Callable[..., SyncDriver], monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the environment gets the requests."""
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with RawServer([answer()]) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.base_url.removesuffix("/v1"))
        chat = connect(base_url="http://api.test/v1")
        assert chat.call("create", **ASK).text == "Hi."
        assert proxy.requests[0].target == "http://api.test/v1/chat/completions"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *_: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = False  # those that answer are waited for: none outlives its test

    def handle_error(self, *_: Any) -> None:
        """Say nothing of handshakes that the client breaks off, as it should."""


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def tls_server(authority: trustme.CA) -> Iterator[str]:
    """The base URL of a server whose certificate comes from an authority of the test."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    server = Server(("localhost", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"https://localhost:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_tls_with_a_given_context(connect: Callable[..., SyncDriver], tls_server: str, authority: trustme.CA) -> None:
    """`verify` with a context that trusts the server's authority opens a verified connection."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    assert connect(base_url=tls_server, verify=context).call("create", **ASK).text == "Hi."


def test_tls_is_verified(connect: Callable[..., SyncDriver], tls_server: str, pauses: list[float]) -> None:
    """A server whose authority is unknown is refused without a retry, and the error says how to trust it."""
    with pytest.raises(APIConnectionError, match=r"CERTIFICATE_VERIFY_FAILED.*verify=.*SSL_CERT_FILE") as caught:
        connect(base_url=tls_server).call("create", **ASK)
    assert (caught.value.attempts, pauses) == (1, [])


def test_an_authority_in_the_environment(
    connect: Callable[..., SyncDriver], tls_server: str, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An authority that SSL_CERT_FILE names is trusted."""
    with authority.cert_pem.tempfile() as path:
        monkeypatch.setenv("SSL_CERT_FILE", path)
        assert connect(base_url=tls_server).call("create", **ASK).text == "Hi."


def test_tls_verification_can_be_switched_off(connect: Callable[..., SyncDriver], tls_server: str) -> None:
    """`verify=False` reaches the pool."""
    assert connect(base_url=tls_server, verify=False).call("create", **ASK).text == "Hi."
