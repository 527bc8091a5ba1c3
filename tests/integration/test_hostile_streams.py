"""Streams as odd as the standard allows, and bodies of any size, over real connections and in both modes."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from chatcompletions import AsyncChatCompletionStream, InternalServerError, StreamInterruptedError
from tests.integration.rawserver import Close, Pause, RawServer, http_response, sse

if TYPE_CHECKING:
    from collections.abc import Callable

ASK: dict[str, Any] = {"model": "m", "messages": "Hello."}
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"
MEGABYTE = b"x" * 1_000_000


def delta(content: str | None, finish_reason: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": finish_reason}
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


def event(content: str | None, finish_reason: str | None = None) -> bytes:
    """Return one event, with a line feed after it and no blank line."""
    return sse(delta(content, finish_reason)).removesuffix(b"\n")


def pieces(data: bytes, size: int) -> list[bytes]:
    """Return a chunked body, cut into chunks of a size."""
    parts = (data[at : at + size] for at in range(0, len(data), size))
    return [HEAD, *(b"%x\r\n%b\r\n" % (len(part), part) for part in parts), END]


A, B, STOP = event("A"), event("B\u2603\u2028"), event(None, "stop")
PLAIN = b"\n".join([A, B, STOP, b"data: [DONE]\n", b""])
STREAMS: dict[str, bytes] = {
    "line feeds": PLAIN,
    "carriage returns": PLAIN.replace(b"\n", b"\r"),
    "both": PLAIN.replace(b"\n", b"\r\n"),
    "all mixed": A + b"\r\n" + B.replace(b"\n", b"\r") + b"\r" + STOP.replace(b"\n", b"\r\n") + b"\n",
    "a byte order mark": b"\xef\xbb\xbf" + PLAIN,
    "comments": b": hello\n\n" + PLAIN.replace(b"data:", b": about\n:\ndata:") + b": bye\n\n",
    "retry": b"retry: 3000\n\n" + PLAIN.replace(b"data:", b"retry: x\ndata:"),
    "ids": PLAIN.replace(b"data:", b"id: 7\0\nid\ndata:"),
    "names of events": PLAIN.replace(b"data:", b"event: message\ndata:"),
    "unknown fields": PLAIN.replace(b"data:", b"dat: x\ndata-x: y\n{}\ndata:"),
    "data on several lines": PLAIN.replace(b', "', b',\ndata: "'),
    "empty lines of data": PLAIN.replace(b', "', b',\ndata\ndata:\ndata:"'),
    "no space behind the colon": PLAIN.replace(b"data: ", b"data:"),
    "more blank lines": b"\n\n" + PLAIN.replace(b"\n\n", b"\n\n\n\n"),
    "empty events": b"data:\n\n" + PLAIN.replace(b"data:", b"data\n\ndata: \n\ndata:"),
    "no [DONE]": PLAIN.replace(b"data: [DONE]\n\n", b""),
    "no final blank line": PLAIN.removesuffix(b"\n"),
    "no final line end": PLAIN.removesuffix(b"\n\n"),
    "no final blank line and no [DONE]": PLAIN.replace(b"data: [DONE]\n\n", b"").rstrip(b"\n"),
    "no finish reason": A + b"\n" + B + b"\ndata: [DONE]\n\n",
    "white space around [DONE]": PLAIN.replace(b" [DONE]", b"  [DONE] "),
    "garbage behind [DONE]": PLAIN + b"data: {garbage\n\nmore",
}


@pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS)
def test_oddities(connect: Callable[..., Any], stream: bytes) -> None:
    """Every spelling of a stream that the standard allows gives the same text, wherever it is cut."""
    sizes = (1, 7, len(stream))
    with RawServer([b"".join(pieces(stream, size)) for size in sizes]) as server:
        driver = connect(base_url=server.base_url)
        for _ in sizes:
            opened = driver.call("create", stream=True, **ASK)
            assert driver.iterate(opened.text_deltas()) == ["A", "B\u2603\u2028"]
            assert driver.run(opened.get_final_completion()).text == "AB\u2603\u2028"


CUTS: dict[str, bytes] = {
    "within a character": B[: B.index("\u2603".encode()) + 1],
    "within a character, its line ended": B[: B.index("\u2603".encode()) + 2] + b"\n\n",
    "within an event": B[:40],
    "within a field's name": b"dat",
    "before the last brace": B[:-2],
    "behind a comment": b": still here\n\n",
    "at once": b"",
    "within [DONE]": b"data: [DO",
}


@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS)
def test_cuts(connect: Callable[..., Any], cut: bytes) -> None:
    """A stream that ends or is cut off anywhere raises, with the completion so far."""
    *body, _ = pieces(A + b"\n" + cut, 1)
    with RawServer([[b"".join(body), END], [b"".join(body), Close()]]) as server:
        driver = connect(base_url=server.base_url)
        for _ in range(2):
            opened = driver.call("create", stream=True, **ASK)
            with pytest.raises(StreamInterruptedError) as caught:
                driver.iterate(opened)
            assert caught.value.completion is not None
            assert caught.value.completion.text == "A"


def test_closing_from_elsewhere(connect: Callable[..., Any]) -> None:
    """A stream that another thread or task closes while it is read raises an error of the tree."""
    go = threading.Event()
    first, second, *rest = pieces(PLAIN, 100)
    with RawServer([[first, second, Pause(go), *rest]]) as server:
        driver = connect(base_url=server.base_url)
        stream = driver.call("create", stream=True, **ASK)

        def close() -> None:
            stream.close()
            go.set()

        def read_while_a_thread_closes() -> None:
            closing = threading.Thread(target=close)
            closing.start()
            try:
                stream.get_final_completion()
            finally:
                closing.join()

        async def read_while_a_task_closes() -> None:
            calls = stream.get_final_completion(), stream.aclose()
            results: list[Any] = await asyncio.gather(*calls, return_exceptions=True)
            go.set()
            raise results[0]

        read: Any = read_while_a_thread_closes
        if isinstance(stream, AsyncChatCompletionStream):
            read = partial(driver.run, read_while_a_task_closes())
        with pytest.raises(StreamInterruptedError, match="was closed before its end"):
            read()


def test_a_large_chunk(connect: Callable[..., Any]) -> None:
    """A chunk of 10 MB, in many pieces and with a character at every cut, is read whole."""
    text = "\u2603" * 3_500_000
    with RawServer([b"".join(pieces(sse(delta("A"), delta(text), delta(None, "stop"), "[DONE]"), 65_536))]) as server:
        driver = connect(base_url=server.base_url)
        opened = driver.call("create", stream=True, **ASK)
        first, second, _ = driver.iterate(opened)
        assert (first.text, second.text == text) == ("A", True)
        assert opened.completion.text == "A" + text


def test_a_large_error(connect: Callable[..., Any]) -> None:
    """An error with a body of 5 MB has a short message, and its body is there."""
    with RawServer([http_response(500, b"<html>" + MEGABYTE * 5, content_type="text/html")]) as server:
        driver = connect(base_url=server.base_url, max_retries=0)
        with pytest.raises(InternalServerError) as caught:
            driver.call("create", **ASK)
    assert len(str(caught.value)) < 1_000
    assert len(caught.value.body) > 5_000_000


HUGE = """
import asyncio, sys, tracemalloc
from chatcompletions import AsyncChatClient, ChatClient

ask = {"model": "m", "messages": "Hello."}

def tell(reply):
    print(len(reply.text), len(set(reply.text)), tracemalloc.get_traced_memory()[1])

async def call():
    async with AsyncChatClient(base_url=sys.argv[1], api_key="k") as chat:
        tell(await chat.create(**ask))

tracemalloc.start()
if sys.argv[2] == "async":
    asyncio.run(call())
else:
    with ChatClient(base_url=sys.argv[1], api_key="k") as chat:
        tell(chat.create(**ask))
"""


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_a_huge_answer(mode: str) -> None:
    """An answer of 40 MB is read whole, with no more memory than its body and its text take."""
    start = b'{"id": "a", "choices": [{"message": {"role": "assistant", "content": "'
    head = http_response(200, start, content_length=len(start) + 40_000_000 + 5)
    with RawServer([[head, *[MEGABYTE] * 40, b'"}}]}']]) as server:
        done = subprocess.run(  # noqa: S603 - this very interpreter
            [sys.executable, "-W", "error", "-c", HUGE, server.base_url, mode],
            check=False,
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stderr
    length, letters, memory = map(int, done.stdout.split())
    assert (length, letters) == (40_000_000, 1)
    # The body twice: in the pieces that arrived, then whole; or whole, then its text.
    assert memory < 100_000_000
