"""Servers that break off, lie, garble or go silent, over real connections and in both modes."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from chatcompletions import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    AsyncChatClient,
    AuthenticationError,
    BadRequestError,
    InternalServerError,
    StreamError,
    StreamInterruptedError,
    StreamTimeoutError,
)
from tests.integration.rawserver import Close, Early, Pause, RawRequest, RawServer, Reset, http_response, sse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ASK: dict[str, Any] = {"model": "m", "messages": "Hello."}
ANSWER = json.dumps({"id": "chatcmpl-1", "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi."}}]})
OK = http_response(200, ANSWER)


def delta(content: str | None = None, finish_reason: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": finish_reason}
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": [choice]}


STOP = delta(finish_reason="stop")
STREAM_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
STREAM_END = b"0\r\n\r\n"


def piece(*events: object) -> bytes:
    """Write events as one chunk of a chunked body."""
    return raw_piece(sse(*events))


def raw_piece(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


@pytest.fixture
def release() -> Iterator[threading.Event]:
    """Return the event that a server waits for; it is set at the end, so that the server can stop."""
    event = threading.Event()
    yield event
    event.set()


BREAKS: dict[str, Any] = {
    "reset": Reset(),
    "close": Close(),
    "close within the status line": [b"HTTP/1.1 2", Close()],
    "close within the headers": [b"HTTP/1.1 200 OK\r\nContent-Le", Close()],
    "reset within the headers": [b"HTTP/1.1 200 OK\r\nContent-Type: a/b\r\n", Reset()],
    "close behind the headers": [b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", Close()],
    "close within the body": [http_response(200, ANSWER[:20], content_length=99), Close()],
    "reset within the body": [http_response(200, ANSWER[:20], content_length=99), Reset()],
    "close within a chunk": [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n{", Close()],
    "no HTTP": [b"SSH-2.0-OpenSSH_9.6\r\n", Close()],
    "an endless header": [b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 300_000, Close()],
    "two lengths": [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", Close()],
    "a chunk without a length": [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n{}", Close()],
}


@pytest.mark.parametrize("broken", BREAKS.values(), ids=BREAKS)
def test_a_connection_that_breaks(connect: Callable[..., Any], pauses: list[float], broken: Any) -> None:
    """An answer that breaks off is a connection error, and is retried."""
    with RawServer([broken, broken, OK]) as server:
        assert connect(base_url=server.base_url).call("create", **ASK).text == "Hi."
        assert len(server.requests) == 3
    assert len(pauses) == 2
    with RawServer([broken]) as server:
        driver = connect(base_url=server.base_url, max_retries=0)
        with pytest.raises(APIConnectionError) as caught:
            driver.call("create", **ASK)
    assert type(caught.value) is APIConnectionError
    assert f"POST {server.base_url}/chat/completions failed" in str(caught.value)
    assert caught.value.attempts == 1


def test_a_server_that_hangs_up_at_once(connect: Callable[..., Any], pauses: list[float]) -> None:
    """A request to a server that closes the connection at once is retried."""
    with RawServer([Early([Reset()]), Early([Close()]), OK]) as server:
        assert connect(base_url=server.base_url).call("create", **ASK).text == "Hi."
    assert len(pauses) == 2


def test_no_server(connect: Callable[..., Any], pauses: list[float]) -> None:
    """If no server listens, the error says so after the retries."""
    with socket.socket() as taken:  # so that nobody else listens there
        taken.bind(("127.0.0.1", 0))
        driver = connect(base_url=f"http://127.0.0.1:{taken.getsockname()[1]}/v1")
        with pytest.raises(APIConnectionError, match="ConnectError") as caught:
            driver.call("create", **ASK)
    assert (caught.value.attempts, len(pauses)) == (3, 2)


def test_a_server_that_says_nothing(connect: Callable[..., Any], pauses: list[float], release: threading.Event) -> None:
    """A server that never answers causes a timeout, whose retries are bounded too."""
    with RawServer(lambda _: [Pause(release), Close()]) as server:
        driver = connect(base_url=server.base_url, timeout=httpx.Timeout(None, read=0.01), max_retries=1)
        with pytest.raises(APITimeoutError, match="ReadTimeout") as caught:
            driver.call("create", **ASK)
        assert (caught.value.attempts, len(pauses)) == (2, 1)
        release.set()


def test_the_same_bytes_again(connect: Callable[..., Any], pauses: list[float]) -> None:
    """Each attempt puts the same request on the wire, byte for byte."""
    with RawServer([Reset(), http_response(503), http_response(429, headers={"Retry-After": "1"}), OK]) as server:
        driver = connect(base_url=server.base_url, max_retries=3)
        driver.call("create", model="m", messages=(text for text in [{"role": "user", "content": "\u00e9\u2028"}]))
    sent = {(request.target, tuple(request.headers), request.body) for request in server.requests}
    assert (len(server.requests), len(sent), len(pauses)) == (4, 1, 3)
    assert server.requests[0].target == "/v1/chat/completions"


@pytest.mark.parametrize(
    ("reply", "cls", "told"),
    [
        (http_response(400, b'{"error": {"message": "No."}}'), BadRequestError, "No."),
        (http_response(400, b"<html>No.</html>", content_type="text/html"), BadRequestError, "<html>No.</html>"),
        (http_response(400, content_type=None), BadRequestError, "400 Bad Request"),
        (http_response(500, b'{"detail": "No."}'), InternalServerError, "No."),
        (http_response(599, b"\xff\xfe"), InternalServerError, "599"),
        (http_response(302, headers={"Location": "http://127.0.0.1:9/"}), APIStatusError, "http://127.0.0.1:9/"),
        (http_response(304), APIStatusError, "304"),
        (
            http_response(200, b"<html>Hi.</html>", content_type="text/html"),
            APIResponseValidationError,
            "<html>Hi.</html>",
        ),
        (http_response(200, ANSWER[:20]), APIResponseValidationError, ANSWER[:5]),
        (http_response(200), APIResponseValidationError, "is empty"),
        (http_response(204, content_type=None, content_length=False), APIResponseValidationError, "204"),
        (http_response(200, b"[" * 10_000), APIResponseValidationError, "deep"),
        (http_response(401, b"No.", headers={"Content-Encoding": "gzip"}), AuthenticationError, "401"),
        ([http_response(400, b"No.", content_length=99), Close()], BadRequestError, "No."),
        ([http_response(503, b"No.", content_length=99), Reset()], InternalServerError, "503"),
        (http_response(200, b"garbage", headers={"Content-Encoding": "gzip"}), APIResponseValidationError, "decoded"),
        (
            http_response(200, gzip.compress(ANSWER.encode())[:60], headers={"Content-Encoding": "gzip"}),
            APIResponseValidationError,
            "",
        ),
    ],
)
def test_answers_that_are_none(connect: Callable[..., Any], reply: Any, cls: type[APIError], told: str) -> None:
    """An error status, or a body that is no answer, raises the right error of the tree."""
    with RawServer([reply]) as server:
        driver = connect(base_url=server.base_url, max_retries=0)
        with pytest.raises(APIError) as caught:
            driver.call("create", **ASK)
    assert type(caught.value) is cls
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_redirects_without_end(connect: Callable[..., Any]) -> None:
    """Redirects in a circle end with an error of the tree."""
    with RawServer(lambda _: http_response(307, headers={"Location": "/v1/chat/completions"})) as server:
        driver = connect(base_url=server.base_url, follow_redirects=True, max_redirects=3)
        with pytest.raises(APIError, match="TooManyRedirects"):
            driver.call("create", **ASK)
        assert len(server.requests) == 4


def test_a_large_answer(connect: Callable[..., Any]) -> None:
    """An answer of 5 MB is read whole."""
    text = "x" * 5_000_000
    reply = {"id": "a", "choices": [{"message": {"role": "assistant", "content": text}}]}
    with RawServer([http_response(200, json.dumps(reply))]) as server:
        assert connect(base_url=server.base_url).call("create", **ASK).text == text


def test_a_stream_in_single_bytes(connect: Callable[..., Any]) -> None:
    """A stream that comes byte by byte, cut within characters and line ends, gives the same chunks."""
    data = sse(delta("H\u00e9\u2028"), delta("\u2603."), STOP, "[DONE]").replace(b"\n\n", b"\r\n\r\n")
    steps = [STREAM_HEAD, *(raw_piece(data[at : at + 1]) for at in range(len(data))), STREAM_END]
    with RawServer([b"".join(steps)]) as server:
        driver = connect(base_url=server.base_url)
        stream = driver.call("create", stream=True, **ASK)
        assert driver.iterate(stream.text_deltas()) == ["H\u00e9\u2028", "\u2603."]
        assert stream.completion.text == "H\u00e9\u2028\u2603."


STREAM_BREAKS: dict[str, tuple[Any, type[StreamError]]] = {
    "close within the chunks": ([STREAM_HEAD + piece(delta("Hi")), Close()], StreamInterruptedError),
    "reset within the chunks": ([STREAM_HEAD + piece(delta("Hi")), Reset()], StreamInterruptedError),
    "close within an event": (
        [STREAM_HEAD + piece(delta("Hi")) + raw_piece(b'data: {"ch'), Close()],
        StreamInterruptedError,
    ),
    "the chunks end": ([STREAM_HEAD + piece(delta("Hi")) + STREAM_END], StreamInterruptedError),
    "close without chunks": (
        [http_response(200, sse(delta("Hi")), content_type="text/event-stream", content_length=False), Close()],
        StreamInterruptedError,
    ),
    "a length that lies": (
        [http_response(200, sse(delta("Hi")), content_type="text/event-stream", content_length=999), Close()],
        StreamInterruptedError,
    ),
    "an error event": (
        [STREAM_HEAD + piece(delta("Hi"), {"error": {"message": "Overloaded."}}) + STREAM_END],
        StreamError,
    ),
    "garbage": (
        [STREAM_HEAD + piece(delta("Hi")) + raw_piece(b"data: <html>\n\n") + STREAM_END],
        StreamInterruptedError,
    ),
    "a garbled chunk": ([STREAM_HEAD + piece(delta("Hi")) + b"zz\r\n", Close()], StreamInterruptedError),
}


@pytest.mark.parametrize(("reply", "cls"), STREAM_BREAKS.values(), ids=STREAM_BREAKS)
def test_a_stream_that_breaks(
    connect: Callable[..., Any], pauses: list[float], reply: Any, cls: type[StreamError]
) -> None:
    """A stream that breaks off in the middle raises with the completion so far, and is not retried."""
    with RawServer([reply]) as server:
        driver = connect(base_url=server.base_url)
        seen: list[str] = []
        stream = driver.call("create", stream=True, **ASK)
        with pytest.raises(StreamError) as caught:
            seen += driver.iterate(stream.text_deltas())
        assert len(server.requests) == 1
    assert type(caught.value) is cls
    assert caught.value.completion is not None
    assert (caught.value.completion.text, pauses) == ("Hi", [])


def test_a_stream_that_goes_silent(connect: Callable[..., Any], release: threading.Event) -> None:
    """A stream that is silent for longer than the read timeout raises with the completion so far."""
    with RawServer([[STREAM_HEAD + piece(delta("Hi")), Pause(release), Close()]]) as server:
        driver = connect(base_url=server.base_url, timeout=None)
        stream = driver.call("create", stream=True, **ASK)
        # From here on, so that only the silence can take too long.
        stream.response.request.extensions["timeout"]["read"] = 0.01
        with pytest.raises(StreamTimeoutError, match="ReadTimeout") as caught:
            driver.iterate(stream)
        release.set()
    assert caught.value.completion is not None
    assert caught.value.completion.text == "Hi"


def test_a_cut_behind_the_finish_reason(connect: Callable[..., Any]) -> None:
    """A connection that is cut after the last finish reason is no error."""
    with RawServer([[STREAM_HEAD + piece(delta("Hi"), STOP), Reset()]]) as server:
        driver = connect(base_url=server.base_url)
        stream = driver.call("create", stream=True, **ASK)
        assert driver.run(stream.get_final_completion()).text == "Hi"


WHOLE_STREAM = STREAM_HEAD + piece(delta("Hi"), STOP) + piece("[DONE]") + STREAM_END


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize(
    "reply",
    [OK, http_response(400, b"{}"), http_response(500, b"<html>"), http_response(200, b"<html>"), http_response(404)],
    ids=["answer", "error", "failure", "garbage", "nothing"],
)
def test_connections_are_used_again(connect: Callable[..., Any], reply: bytes) -> None:
    """The connection of a call whose answer was read whole serves the next call, whatever the status."""
    with RawServer([reply, OK]) as server:
        driver = connect(base_url=server.base_url, max_retries=0)
        try:
            driver.call("create", **ASK)
        except APIError:
            assert reply is not OK
        assert driver.call("create", **ASK).text == "Hi."
        assert server.connections == 1


@pytest.mark.usefixtures("unhurried")
def test_the_connection_of_a_stream_is_used_again(connect: Callable[..., Any]) -> None:
    """A stream that was read to [DONE] leaves its connection for the next call."""
    with RawServer([WHOLE_STREAM, WHOLE_STREAM, OK]) as server:
        driver = connect(base_url=server.base_url)
        for _ in range(2):
            driver.iterate(driver.call("create", stream=True, **ASK))
        driver.call("create", **ASK)
        assert server.connections == 1


def test_the_connection_of_a_stream_left_early_is_closed(connect: Callable[..., Any], release: threading.Event) -> None:
    """A stream that is closed before its end closes its connection, and the next call takes another one."""
    with RawServer([[STREAM_HEAD + piece(delta("Hi")), Pause(release), Close()], OK]) as server:
        driver = connect(base_url=server.base_url)
        stream = driver.call("create", stream=True, **ASK)
        if isinstance(driver.client, AsyncChatClient):
            driver.run(anext(stream))
            driver.run(stream.aclose())
        else:
            next(stream)
            stream.close()
        assert driver.call("create", **ASK).text == "Hi."
        assert server.connections == 2
        release.set()


def test_a_server_that_never_ends_its_answer(
    connect: Callable[..., Any], release: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that leaves its answer open after [DONE] does not hold the caller up: the connection is closed."""
    monkeypatch.setattr("chatcompletions._streaming.stream.END_TIMEOUT", 0.001)
    with RawServer([[WHOLE_STREAM.removesuffix(STREAM_END), Pause(release), Close()], OK]) as server:
        driver = connect(base_url=server.base_url)
        stream = driver.call("create", stream=True, **ASK)
        assert driver.run(stream.get_final_completion()).text == "Hi"
        assert driver.call("create", **ASK).text == "Hi."
        assert server.connections == 2
        release.set()


def test_a_connection_that_idled_too_long(connect: Callable[..., Any], pauses: list[float]) -> None:
    """If the server has closed an idle connection, the call goes over a new one, without an error."""
    with RawServer([[OK, Close()], OK]) as server:
        driver = connect(base_url=server.base_url)
        for _ in range(2):
            assert driver.call("create", **ASK).text == "Hi."
        assert server.connections == 2
    assert len(pauses) <= 1


def test_a_second_event_loop() -> None:
    """An async client that has connections in one event loop works in the next one."""
    reply = http_response(200, ANSWER, headers={"Connection": "close"})
    with RawServer(lambda _: reply) as server:
        chat = AsyncChatClient(base_url=server.base_url, api_key="k")

        async def call() -> str:
            return (await chat.create(**ASK)).text

        assert [asyncio.run(call()) for _ in range(3)] == ["Hi."] * 3


@pytest.mark.parametrize("given", ["environment", "option"])
def test_proxies(connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    """A proxy of the environment or of the client's options gets the calls, streams included."""
    with RawServer([OK, WHOLE_STREAM]) as proxy:
        address = proxy.base_url.removesuffix("/v1")
        options = {}
        if given == "environment":
            monkeypatch.setenv("HTTP_PROXY", address)
        else:
            options["proxy"] = address
        driver = connect(base_url="http://service.invalid/v1", **options)
        assert driver.call("create", **ASK).text == "Hi."
        assert len(driver.iterate(driver.call("create", stream=True, **ASK))) == 2
    assert [request.target for request in proxy.requests] == ["http://service.invalid/v1/chat/completions"] * 2


@pytest.mark.parametrize("how", ["NO_PROXY", "trust_env"])
def test_no_proxy(connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """Hosts that the environment exempts from its proxy, or a client that does not trust it, are called directly."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    options: dict[str, Any] = {"trust_env": False} if how == "trust_env" else {}
    if how == "NO_PROXY":
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with RawServer([OK]) as server:
        assert connect(base_url=server.base_url, **options).call("create", **ASK).text == "Hi."


FORK = """
import os, sys
import httpx
from chatcompletions import ChatClient

chat = ChatClient(base_url=sys.argv[1], api_key="k", limits=httpx.Limits(keepalive_expiry=None))
chat.get("parent-before")
pid = os.fork()
if pid == 0:
    code = 1
    try:
        chat.get("child")
        chat.get("child")
        chat.close()
        code = 0
    finally:
        os._exit(code)
_, status = os.waitpid(pid, 0)
chat.get("parent-after")
chat.close()
sys.exit(os.waitstatus_to_exitcode(status))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform does not fork")
def test_fork() -> None:
    """A forked child calls over a connection of its own, and leaves its parent's alone."""
    with RawServer(lambda _: OK) as server:
        subprocess.run([sys.executable, "-W", "error", "-c", FORK, server.base_url], check=True)  # noqa: S603 - this interpreter
    by_caller: dict[str, set[int]] = {}
    for request in server.requests:
        by_caller.setdefault(request.target.rpartition("/")[2], set()).add(request.connection)
    assert by_caller["parent-before"] == by_caller["parent-after"]
    assert len(by_caller["child"]) == 1
    assert by_caller["child"].isdisjoint(by_caller["parent-before"])


@pytest.mark.usefixtures("unhurried")
def test_threads(connect: Callable[..., Any]) -> None:
    """Calls at the same time get their own answers, over as many connections as there are calls."""
    all_there = [threading.Event(), threading.Event()]
    seen: list[str] = []

    def reply(request: RawRequest) -> list[Pause | bytes]:
        seen.append(request.target.rpartition("/")[2])
        turn = all_there[(len(seen) - 1) // 8]
        if len(seen) % 8 == 0:
            turn.set()
        return [Pause(turn), http_response(200, json.dumps({"id": seen[-1], "choices": []}))]

    names = [f"c{number}" for number in range(8)]
    with RawServer(reply) as server:
        driver = connect(base_url=server.base_url)

        async def gather() -> list[str]:
            return [found.id for found in await asyncio.gather(*map(driver.client.get, names))]

        for _ in range(2):
            if isinstance(driver.client, AsyncChatClient):
                assert driver.run(gather()) == names
            else:
                found: dict[str, str] = {}

                def call(name: str, found: dict[str, str] = found) -> None:
                    found[name] = driver.client.get(name).id

                threads = [threading.Thread(target=call, args=(name,)) for name in names]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                assert found == {name: name for name in names}
        assert server.connections == 8
