"""Servers that send more than their answer, or too much: the bounds, and the fate of the connection."""

from __future__ import annotations

import gzip
import json
import os
import socket
import ssl
import struct
import sys
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import TYPE_CHECKING, Any

import httpx
import httpx_aiohttp
import pytest
import trustme

from chatcompletions import (
    APIConnectionError,
    APIError,
    APIResponseTooLargeError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    AsyncChatClient,
    ChatClient,
    InternalServerError,
    StreamInterruptedError,
    StreamTooLargeError,
)
from chatcompletions._transport.client import _Client
from chatcompletions._transport.idle import Idle
from tests.integration.rawserver import Close, Pause, RawRequest, RawServer, Reset, http_response, serving, sse
from tests.unit.facade._support import Pieces, Server, is_async

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import SyncDriver

ASK: dict[str, Any] = {"model": "m", "messages": "Hello."}


def completion(text: str = "Hi.") -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {"id": "chatcmpl-1", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}


def chunk(text: str, finish_reason: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish_reason}
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": [choice]}


def chunked(body: bytes, content_type: str = "application/json") -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    return head + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)


def text_of(request: RawRequest) -> str:
    """Return the text of a request's message, which is another one for every caller."""
    return str(request.json()["messages"][0]["content"])


SURPLUS = http_response(200, json.dumps(completion("somebody else's")))
SHAPES: dict[str, Callable[[str], bytes]] = {
    "content-length": lambda text: http_response(200, json.dumps(completion(text))),
    "chunked": lambda text: chunked(json.dumps(completion(text)).encode()),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("surplus", [SURPLUS, b"\r\n", b"x"], ids=["an answer", "a line", "a byte"])
def test_surplus_bytes(connect: Callable[..., SyncDriver], shape: str, surplus: bytes) -> None:
    """If bytes come after an answer, the next call takes another connection, and gets its own answer."""
    with RawServer(lambda request: SHAPES[shape](text_of(request)) + surplus) as server:
        chat = connect(base_url=server.base_url)
        texts = [chat.call("create", model="m", messages=f"caller {number}").text for number in range(3)]
        assert texts == ["caller 0", "caller 1", "caller 2"]
        assert [request.connection for request in server.requests] == [0, 1, 2]


def test_surplus_that_comes_late(connect: Callable[..., SyncDriver]) -> None:
    """A connection on which bytes come while it is idle is not used again."""
    sent = threading.Event()

    def reply(request: RawRequest) -> list[Any]:
        answer = SHAPES["content-length"](text_of(request))
        return [answer, Pause(sent), SURPLUS] if request.connection == 0 else [answer]

    with RawServer(reply) as server:
        chat = connect(base_url=server.base_url)
        assert chat.call("create", model="m", messages="first").text == "first"
        sent.set()
        stack = chat.client._clients
        pool = next(iter(stack.values()))
        transport = (pool[0] if isinstance(pool, tuple) else pool)._transport
        _, idle = transport.idle._idle[0]
        while idle.is_usable:  # until the kernel has them
            pass
        assert chat.call("create", model="m", messages="second").text == "second"


def test_surplus_behind_a_stream(connect: Callable[..., SyncDriver]) -> None:
    """If bytes come after the end of a stream, the next call takes another connection, too."""
    stream = chunked(sse(chunk("Hi.", "stop"), "[DONE]"), "text/event-stream") + SURPLUS
    with RawServer(lambda r: stream if b'"stream"' in r.body else SHAPES["chunked"](text_of(r))) as server:
        chat = connect(base_url=server.base_url)
        for _ in range(2):
            chat.iterate(chat.call("create", stream=True, **ASK))
            assert chat.call("create", model="m", messages="mine").text == "mine"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def test_surplus_in_a_record_of_its_own(connect: Callable[..., SyncDriver], authority: trustme.CA) -> None:
    """Over TLS, bytes that were received and not yet decrypted count, too."""
    server_side, trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("localhost").configure_cert(server_side)
    authority.configure_trust(trusting)
    asked: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = server_side.wrap_bio(incoming, outgoing, server_side=True)

        def run(step: Callable[[], Any]) -> Any:
            while True:
                try:
                    return step()
                except ssl.SSLWantReadError:
                    connection.sendall(outgoing.read())
                    if not (data := connection.recv(65_536)):
                        raise ConnectionError from None
                    incoming.write(data)

        run(tls.do_handshake)
        while True:
            request = b""
            while not request.endswith(b"}"):
                request += run(lambda: tls.read(65_536))
            asked.append(request)
            text = json.loads(request.partition(b"\r\n\r\n")[2])["messages"][0]["content"]
            tls.write(SHAPES["content-length"](text))
            tls.write(SURPLUS)
            connection.sendall(outgoing.read())  # both records in one segment

    with serving(serve) as port:
        chat = connect(base_url=f"https://localhost:{port}/v1", verify=trusting)
        texts = [chat.call("create", model="m", messages=f"caller {number}").text for number in range(3)]
    assert texts == ["caller 0", "caller 1", "caller 2"]


@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_is_sent_twice_among_threads(shape: str) -> None:
    """Threads that are switched at every step get their own answers, and each request reaches the server once."""
    stream = chunked(sse(chunk("Hi.", "stop"), "[DONE]"), "text/event-stream")
    lock, count = threading.Lock(), [0]

    def reply(request: RawRequest) -> bytes:
        with lock:
            count[0] += 1
        return stream if b'"stream"' in request.body else SHAPES[shape](text_of(request))

    def work(caller: int) -> list[str]:
        texts = []
        for number in range(20):
            for _ in chat.create(stream=True, **ASK):
                pass
            texts.append(chat.create(model="m", messages=f"{caller} {number}").text)
        return texts

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with (
            RawServer(reply) as server,
            ChatClient(base_url=server.base_url, max_retries=0, timeout=60) as chat,
            ThreadPoolExecutor(6) as threads,
        ):
            texts = list(threads.map(work, range(6)))
    finally:
        sys.setswitchinterval(interval)
    assert texts == [[f"{caller} {number}" for number in range(20)] for caller in range(6)]
    assert count == [6 * 20 * 2]


def test_a_connection_that_went_back_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that takes a connection the moment it is given back has its own timeout on it."""
    stream = chunked(sse(chunk("Hi.", "stop"), "[DONE]"), "text/event-stream")
    held, texts = threading.Event(), list[str]()

    def reply(request: RawRequest) -> list[Any]:
        if b'"stream"' in request.body:
            return [stream]
        threading.Timer(0.3, held.set).start()
        return [Pause(held), SHAPES["chunked"]("slow")]

    with RawServer(reply) as server, ChatClient(base_url=server.base_url, timeout=60, max_retries=0) as chat:
        give_back: Any = Idle.give_back

        def switch(self: Any, connection: Any) -> list[Any]:
            surplus: list[Any] = give_back(self, connection)
            monkeypatch.setattr(Idle, "give_back", give_back)
            other = threading.Thread(target=lambda: texts.append(chat.create(**ASK).text))
            other.start()
            other.join()
            return surplus

        monkeypatch.setattr(Idle, "give_back", switch)
        for _ in chat.create(stream=True, **ASK):
            pass
        assert texts == ["slow"]
        assert [request.connection for request in server.requests] == [0, 0]


def test_the_end_of_a_stream_leaves_no_haste_behind(connect: Callable[..., SyncDriver]) -> None:
    """The call after a stream has its own timeout, not the short one for the end of the stream."""
    held = threading.Event()
    stream = chunked(sse(chunk("Hi.", "stop"), "[DONE]"), "text/event-stream")

    def reply(request: RawRequest) -> list[Any]:
        if b'"stream"' in request.body:
            return [stream]
        threading.Timer(0.3, held.set).start()
        return [Pause(held), SHAPES["chunked"]("slow")]

    with RawServer(reply) as server:
        chat = connect(base_url=server.base_url, timeout=60, max_retries=0)
        chat.iterate(chat.call("create", stream=True, **ASK))
        assert chat.call("create", **ASK).text == "slow"
        assert [request.connection for request in server.requests] == [0, 0]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("in_child", ["close", "read", "drop"])
def test_a_child_leaves_the_parents_stream_alone(connect: Callable[..., SyncDriver], in_child: str) -> None:
    """Whatever a forked child does with its copy of a stream, the parent reads the stream to its end."""
    forked = threading.Event()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    first, last = sse(chunk("Hi")), sse(chunk(".", "stop"), "[DONE]")
    pieces = [head + b"%x\r\n%b\r\n" % (len(first), first), b"%x\r\n%b\r\n0\r\n\r\n" % (len(last), last)]
    with RawServer([[pieces[0], Pause(forked), pieces[1]]]) as server:
        driver = connect(base_url=server.base_url, max_retries=0)
        stream = driver.call("create", stream=True, **ASK)
        is_async = isinstance(driver.client, AsyncChatClient)
        driver.run(anext(stream)) if is_async else next(stream)
        child = os.fork()
        if child == 0:
            code = 1
            try:
                code = _misuse(stream, in_child, is_async=is_async)
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        forked.set()
        rest = driver.iterate(stream)
        assert "".join(each.text for each in rest) == "."
        assert stream.completion.text == "Hi."


def _misuse(stream: Any, how: str, *, is_async: bool) -> int:
    if how == "drop":
        return 0
    step = {"close": "aclose" if is_async else "close", "read": "__anext__" if is_async else "__next__"}[how]
    try:
        result = getattr(stream, step)()
        if is_async:
            result.send(None)
    except StopIteration:
        return 0
    except StreamInterruptedError as error:
        # Without an event loop, httpcore's own clean-up may be what tells.
        return 0 if how == "read" and (is_async or "forked" in str(error)) else 2
    return 0 if how == "close" else 3


def bomb(size: int, layers: int = 1) -> bytes:
    squeezed = zlib.compressobj(9, wbits=31)
    block = b" " * 2**20
    data = b"".join([*(squeezed.compress(block) for _ in range(size // 2**20)), squeezed.flush()])
    for _ in range(layers - 1):
        data = gzip.compress(data)
    return data


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_a_bomb(connect: Callable[..., SyncDriver], layers: int) -> None:
    """An answer that is too large when decoded is an error at the bound, and is not retried."""
    encoding = ", ".join(["gzip"] * layers)
    reply = http_response(200, bomb(2**25, layers), headers={"Content-Encoding": encoding})
    with RawServer([reply, reply]) as server:
        chat = connect(base_url=server.base_url, max_answer_bytes=2**20)
        with pytest.raises(APIResponseTooLargeError, match=r"1,048,576 bytes.*max_answer_bytes") as caught:
            chat.call("create", **ASK)
        assert (caught.value.attempts, len(server.requests)) == (1, 1)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "raw deflate", "gzip, deflate", "x-gzip", "identity", "utf-8"])
def test_encodings_that_are_read(connect: Callable[..., SyncDriver], encoding: str) -> None:
    """Answers are read in the encodings that were asked for, also one within another; odd names are ignored."""
    body = json.dumps(completion()).encode()
    if encoding == "raw deflate":
        squeezer = zlib.compressobj(wbits=-15)
        body, encoding = squeezer.compress(body) + squeezer.flush(), "deflate"
    else:
        for name in encoding.split(", "):
            body = {"gzip": gzip.compress, "x-gzip": gzip.compress, "deflate": zlib.compress}.get(name, bytes)(body)
    with RawServer([http_response(200, body, headers={"Content-Encoding": encoding})]) as server:
        assert connect(base_url=server.base_url).call("create", **ASK).text == "Hi."
        assert server.requests[0].header("accept-encoding") == "gzip, deflate"


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip, gzip, gzip, gzip"])
def test_encodings_that_are_refused(connect: Callable[..., SyncDriver], encoding: str) -> None:
    """An encoding that was not asked for, or five layers of encoding, are a decoding error."""
    with RawServer([http_response(200, b"x", headers={"Content-Encoding": encoding})]) as server:
        chat = connect(base_url=server.base_url)
        with pytest.raises(APIResponseValidationError, match="encoded"):
            chat.call("create", **ASK)


EMPTY_BLOCKS = b"\x00\x00\x00\xff\xff" * 2**14


@pytest.mark.parametrize("start", [gzip.compress(b"")[:10], gzip.compress(b" ")], ids=["empty", "surplus"])
@pytest.mark.parametrize("params", [{}, {"stream": True}], ids=["whole", "streamed"])
def test_an_encoding_that_says_nothing(
    connect: Callable[..., SyncDriver], start: bytes, params: dict[str, Any]
) -> None:
    """Encoded bytes count, too: an encoded body can go on for ever without a decoded byte."""
    head = http_response(200, headers={"Content-Encoding": "gzip"}, content_length=2**40)
    with RawServer([[head, start, *[EMPTY_BLOCKS] * 64]]) as server:
        chat = connect(base_url=server.base_url, max_answer_bytes=2**20, max_retries=0)
        with pytest.raises(APIResponseTooLargeError):
            chat.iterate(chat.call("create", **ASK, **params))


def test_redirects_with_bodies_without_end(connect: Callable[..., SyncDriver]) -> None:
    """The body of a redirect that is followed is read up to a small bound."""
    endless = [b"x" * 2**16] * 64

    def reply(request: RawRequest) -> list[Any]:
        if request.target.endswith("/end"):
            return [SHAPES["content-length"]("Hi.")]
        return [http_response(307, headers={"Location": "/end"}, content_length=2**40), *endless]

    with RawServer(reply) as server:
        chat = connect(base_url=server.base_url, follow_redirects=True)
        assert chat.call("create", **ASK).text == "Hi."
        assert [request.connection for request in server.requests] == [0, 1]


def test_a_body_without_end(connect: Callable[..., SyncDriver]) -> None:
    """A body is read up to the bound, also the body of an error, which is reported with the part that came."""
    endless = [b"x" * 2**16] * 64
    for status, cls in ((200, APIResponseTooLargeError), (500, APIStatusError)):
        with RawServer([[http_response(status, content_length=2**40), *endless]]) as server:
            chat = connect(base_url=server.base_url, max_answer_bytes=2**20, max_retries=0)
            with pytest.raises(cls) as caught:
                chat.call("create", **ASK)
        assert isinstance(caught.value, APIError)
        assert len(caught.value.body or "") <= 2**20


@pytest.mark.parametrize("line", [b"data: " + b"x" * 2**16, b": " + b"x" * 2**16, b"data: {}\n" * 2**13])
def test_an_event_without_end(connect: Callable[..., SyncDriver], line: bytes) -> None:
    """A line or an event without an end is an error that carries the completion so far."""
    first = sse(chunk("Hi"))
    reply = [http_response(200, first, content_type="text/event-stream", content_length=2**40), *[line] * 64]
    with RawServer([reply]) as server:
        chat = connect(base_url=server.base_url, max_answer_bytes=2**20, max_retries=0)
        with pytest.raises(StreamTooLargeError) as caught:
            chat.iterate(chat.call("create", stream=True, **ASK))
    assert caught.value.completion is not None
    assert caught.value.completion.text == "Hi"


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 102 Processing\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\n" + b"Link: x\r\n" * 1_000 + b"\r\n"]
)
def test_interim_answers_without_end(connect: Callable[..., SyncDriver], head: bytes) -> None:
    """Interim answers are read up to a bound; a few of them do no harm."""
    with RawServer([[*[head * 200] * 100, Close()], [head, SHAPES["content-length"]("Hi.")]]) as server:
        chat = connect(base_url=server.base_url, max_retries=0)
        with pytest.raises(APIConnectionError, match=r"98,304 bytes of headers|too long"):
            chat.call("create", **ASK)
        assert chat.call("create", **ASK).text == "Hi."


def test_json_that_breaks_off(connect: Callable[..., SyncDriver], pauses: list[float]) -> None:
    """An answer whose JSON breaks off with its connection is incomplete, and retried as such."""
    body = json.dumps(completion())
    cut = [http_response(200, body[: len(body) // 2], content_length=False), Close()]
    whole = [http_response(200, body, content_length=False), Close()]
    with RawServer([cut, cut, whole]) as server:
        assert connect(base_url=server.base_url).call("create", **ASK).text == "Hi."
    assert len(pauses) == 2
    html = [http_response(200, "<html>", content_length=False), Close()]
    with RawServer([html]) as server, pytest.raises(APIResponseValidationError, match="is not JSON"):
        connect(base_url=server.base_url).call("create", **ASK)


GARBLED: dict[str, Any] = {
    "status line": [b"HTTP/1.1 abc OK\r\n\r\n", Close()],
    "no HTTP": [b"SSH-2.0-OpenSSH\r\n", Close()],
    "header": [b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", Close()],
    "two lengths": [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", Close()],
    "chunk": [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n{}\r\n", Close()],
    "long header": [b"HTTP/1.1 200 OK\r\nX: " + b"a" * 300_000 + b"\r\n\r\n", Close()],
    "reset": [Reset()],
    "close": [Close()],
}


@pytest.fixture
def over_aiohttp(connect: Callable[..., SyncDriver]) -> Iterator[Callable[..., SyncDriver]]:
    """Make async clients over aiohttp's connections."""

    def make(**options: Any) -> SyncDriver:
        driver = connect(**options)
        if not isinstance(driver.client, AsyncChatClient):
            pytest.skip("aiohttp is async alone")
        driver.client._http_options["transport"] = httpx_aiohttp.AiohttpTransport
        return driver

    return make


@pytest.mark.parametrize("garbled", GARBLED.values(), ids=GARBLED)
def test_aiohttps_failures_are_ours(
    over_aiohttp: Callable[..., SyncDriver], pauses: list[float], garbled: list[Any]
) -> None:
    """An exception of aiohttp for a broken answer becomes a connection error, not a timeout."""
    with RawServer([garbled, SHAPES["content-length"]("Hi."), garbled]) as server:
        chat = over_aiohttp(base_url=server.base_url)
        assert chat.call("create", **ASK).text == "Hi."
        with pytest.raises(APIConnectionError) as caught:
            chat.call("create", **ASK, max_retries=0)
    assert type(caught.value) is APIConnectionError
    assert "timed out" not in str(caught.value)
    assert len(pauses) == 1


@pytest.mark.parametrize("retries", [0, 2])
def test_aiohttp_sends_no_more_often(
    over_aiohttp: Callable[..., SyncDriver], pauses: list[float], retries: int
) -> None:
    """A GET over a reused connection that is lost is sent as often as max_retries allows, and not once more."""
    with RawServer(lambda r: SHAPES["content-length"]("Hi.") if r.method == "POST" else Reset()) as server:
        chat = over_aiohttp(base_url=server.base_url)
        chat.call("create", **ASK)
        with pytest.raises(APIConnectionError):
            chat.call("get", "chatcmpl-1", max_retries=retries)
        assert len(server.requests) == 1 + 1 + retries


@pytest.mark.parametrize("failure", [RuntimeError("odd"), KeyError("odd"), OSError("odd"), EOFError(), TimeoutError()])
def test_whatever_a_transport_raises(
    connect: Callable[..., SyncDriver], pauses: list[float], failure: Exception
) -> None:
    """Every exception of a caller's transport becomes an error of the tree; only network failures are retried."""

    def handle(_: httpx.Request) -> httpx.Response:
        raise failure

    with pytest.raises(APIConnectionError, match=f"{type(failure).__name__}|ReadTimeout") as caught:
        connect(transport=httpx.MockTransport(handle)).call("create", **ASK)
    assert len(pauses) == (2 if isinstance(failure, OSError | EOFError) else 0)
    chain = caught.value.__cause__
    assert chain is not None
    assert chain.__cause__ is failure


def test_an_upload_that_is_refused_half_way(connect: Callable[..., SyncDriver], pauses: list[float]) -> None:
    """If a server refuses a large request before it has come whole, its answer is read."""

    def refuse(connection: socket.socket) -> None:
        connection.recv(1_000)
        connection.sendall(http_response(413, b"Too much.", headers={"Connection": "close"}))
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65_536):
            pass

    with serving(refuse) as port:
        chat = connect(base_url=f"http://localhost:{port}/v1")
        with pytest.raises(APIStatusError, match=r"413 .*Too much\."):
            chat.call("create", model="m", messages="x" * 10_000_000)
    assert pauses == []


@pytest.mark.parametrize("ending", ["close", "reset", "close over TLS"])
def test_an_upload_that_is_cut_off(
    connect: Callable[..., SyncDriver], pauses: list[float], authority: trustme.CA, ending: str
) -> None:
    """If a server refuses a large request and closes the connection while it is sent, its answer is read."""
    server_side, trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("localhost").configure_cert(server_side)
    authority.configure_trust(trusting)
    secure = ending == "close over TLS"

    def refuse() -> None:
        plain, _ = listener.accept()
        with server_side.wrap_socket(plain, server_side=True) if secure else plain as connection:
            received = 0
            while received < 100_000:
                received += len(connection.recv(65_536))
            connection.sendall(http_response(413, b"Too much.", headers={"Connection": "close"}))
            if ending == "reset":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with ThreadPoolExecutor(1) as threads, socket.create_server(("localhost", 0)) as listener:
        address = f"{'https' if secure else 'http'}://localhost:{listener.getsockname()[1]}/v1"
        chat = connect(base_url=address, verify=trusting, max_retries=0)
        if secure and not is_async(chat):
            pytest.skip("OpenSSL may refuse to read once it has failed to write")
        refused = threads.submit(refuse)
        with pytest.raises(APIStatusError, match=r"413 .*Too much\."):
            chat.call("create", model="m", messages="x" * 10_000_000)
        refused.result()
    assert pauses == []


def test_an_upload_after_an_interim_answer(connect: Callable[..., SyncDriver]) -> None:
    """What comes while a large request is sent is a part of its answer, and the connection serves the next call."""
    size = 3_000_000

    def serve(connection: socket.socket) -> None:
        for _ in range(2):
            received = connection.recv(65_536)
            connection.sendall(b"HTTP/1.1 102 Processing\r\n\r\n")
            while received.count(b"x") < size:
                received += connection.recv(2**20)
            while not received.endswith(b"}"):
                received += connection.recv(65_536)
            connection.sendall(SHAPES["content-length"]("Hi."))
        served.append(True)

    served: list[bool] = []
    with serving(serve) as port:
        chat = connect(base_url=f"http://localhost:{port}/v1", max_retries=0)
        for _ in range(2):
            assert chat.call("create", model="m", messages="x" * size).text == "Hi."
    assert served == [True]


def test_an_answer_before_the_end_of_its_request(connect: Callable[..., SyncDriver]) -> None:
    """A connection with more bytes than the answer, which came while the request was sent, is not used again."""
    size = 3_000_000

    def serve(connection: socket.socket) -> None:
        received = connection.recv(65_536)
        connection.sendall(SHAPES["content-length"](f"answer {len(served)}") + SURPLUS)
        served.append(connection)
        while received.count(b"x") < size:
            received += connection.recv(2**20)
        while connection.recv(65_536):
            pass

    served: list[socket.socket] = []
    with serving(serve) as port:
        chat = connect(base_url=f"http://localhost:{port}/v1", max_retries=0)
        texts = [chat.call("create", model="m", messages="x" * size).text for _ in range(2)]
    assert texts == ["answer 0", "answer 1"]


def test_keepalive(connect: Callable[..., SyncDriver], monkeypatch: pytest.MonkeyPatch) -> None:
    """The system probes connections that are silent, so that the call ends when the other end is gone."""
    found: list[int] = []

    def note(stream: Any, _: int, timeout: float | None) -> float | None:
        connected = stream._inner.get_extra_info("socket")
        found.append(connected.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE))
        return timeout

    monkeypatch.setattr("chatcompletions._transport.network_stream._Base._before_write", note)
    with RawServer([SHAPES["content-length"]("Hi.")] * 2) as server:
        address = server.base_url.removesuffix("/v1")
        connect(base_url=server.base_url).call("create", **ASK)
        connect(base_url="http://x.example/v1", proxy=address).call("create", **ASK)
    assert found
    assert all(found)


CHUNKED = http_response(200, headers={"Transfer-Encoding": "chunked"}, content_length=False)
DRIPS = {
    "blank lines": (http_response(200, content_length=2**20), b"\r\n"),
    "an error": (http_response(500, content_length=2**20), b" "),
    "JSON": (http_response(200, b'{"id": "', content_length=2**20), b"x"),
    "chunks": (CHUNKED, b"1\r\n \r\n"),
    "a chunk": (CHUNKED + b"1;", b"x"),
    "interim answers": (b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
    "a header": (b"HTTP/1.1 200 OK\r\nX: ", b"x"),
}


@pytest.mark.parametrize("shape", DRIPS)
def test_an_answer_that_drips(connect: Callable[..., SyncDriver], monkeypatch: pytest.MonkeyPatch, shape: str) -> None:
    """What comes of a whole answer does not restart the read timeout: an answer that drips for ever is a timeout."""
    start, drip = DRIPS[shape]
    looks, waiting = count(1), threading.Semaphore(0)

    def clock() -> float:
        waiting.release()
        return 10.0 * next(looks)

    def serve(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(start)
        for _ in range(20):
            waiting.acquire()  # the client waits for more
            connection.sendall(drip)

    for module in ("network_stream", "connection"):
        monkeypatch.setattr(f"chatcompletions._transport.{module}.monotonic", clock)
    with serving(serve) as port:
        chat = connect(base_url=f"http://localhost:{port}/v1", timeout=55, max_retries=0)
        with pytest.raises(InternalServerError if shape == "an error" else APITimeoutError):
            chat.call("create", **ASK)
        waiting.release(20)
    assert next(looks) < 20


def test_a_long_request_takes_no_time_from_its_answer(
    connect: Callable[..., SyncDriver], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The read timeout begins anew with the body, and with each call on a connection."""
    looks = count(1)
    for module in ("network_stream", "connection"):
        monkeypatch.setattr(f"chatcompletions._transport.{module}.monotonic", lambda: 10.0 * next(looks))
    with RawServer([SHAPES["chunked"]("Hi.")] * 9) as server:
        chat = connect(base_url=server.base_url, timeout=55)
        for _ in range(9):
            assert chat.call("create", **ASK).text == "Hi."
        assert [request.connection for request in server.requests] == [0] * 9


def test_a_body_of_another_transport_that_drips(
    connect: Callable[..., SyncDriver], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The body of an answer is bounded in time over a transport of the caller's, too; without a timeout it is not."""
    looks = count(1)
    monkeypatch.setitem(_Client.__init__.__kwdefaults__, "clock", lambda: 10.0 * next(looks))
    text = json.dumps(completion()).encode()
    dripping = [httpx.Response(200, stream=Pieces(*[b" "] * 50, text)) for _ in range(2)]
    chat = connect(transport=Server(*dripping).transport, timeout=105, max_retries=0)
    with pytest.raises(APITimeoutError, match="not to its end"):
        chat.call("create", **ASK)
    assert chat.call("create", **ASK, timeout=None).text == "Hi."
