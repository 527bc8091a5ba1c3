"""The private names that are used of other libraries still exist and work."""

from __future__ import annotations

import asyncio
from http.cookiejar import CookieJar

import aiohttp
import httpcore
import httpx
import httpx_aiohttp

from chatcompletions._answers.read import JSONResponse
from chatcompletions._transport import borrowed


def test_content_of_a_response() -> None:
    """httpx.Response._content: a body that is set there is the content, and counts as read."""
    response = httpx.Response(200, stream=httpx.ByteStream(b"raw"))
    borrowed.set_content(response, b"ours")
    assert (response.content, response.text) == (b"ours", "ours")


def test_class_of_a_response() -> None:
    """httpx.Response.__class__: the class of a response can be changed."""
    response = httpx.Response(200)
    borrowed.set_class(response, JSONResponse)
    assert isinstance(response, JSONResponse)


ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def test_bytes_that_h11_read_past_the_end() -> None:
    """httpcore's stream._connection._h11_state: it shows whether bytes came after the response."""
    for surplus, found in ((b"", False), (ANSWER, True)):
        backend = httpcore.MockBackend([ANSWER + surplus])
        with httpcore.HTTPConnection(httpcore.Origin(b"http", b"x", 80), network_backend=backend) as connection:
            answer = connection.handle_request(httpcore.Request("GET", "http://x/", headers=[("Host", "x")]))
            assert b"".join(answer.iter_stream()) == b"{}"
            assert borrowed.has_read_past_end(answer) is found


def test_without_the_name() -> None:
    """If the name is gone, no connection is used again."""
    assert borrowed.has_read_past_end(httpcore.Response(200, content=b""))


def test_the_lock_of_a_jar() -> None:
    """http.cookiejar.CookieJar._cookies_lock: the jar uses the lock that is set there."""
    jar, taken = CookieJar(), list[str]()

    class Lock:
        def acquire(self) -> None:
            taken.append("acquired")

        def release(self) -> None:
            taken.append("released")

    assert hasattr(jar, "_cookies_lock")
    borrowed.set_lock(jar, Lock())
    jar.clear_expired_cookies()
    assert taken == ["acquired", "released"]


def test_the_retries_of_aiohttp() -> None:
    """aiohttp.ClientSession._retry_connection: the session of a transport has it, and it is switched off."""

    async def main() -> None:
        transport = httpx_aiohttp.AiohttpTransport()
        borrowed.disable_retries(transport)
        assert isinstance(transport.client, aiohttp.ClientSession)
        assert {"_retry_connection"} <= aiohttp.ClientSession.ATTRS
        assert transport.client._retry_connection is False
        await transport.aclose()

    asyncio.run(main())


def test_the_mark_of_a_coroutine_function() -> None:
    """asyncio.coroutines._is_coroutine, from Python 3.12 on the mark of inspect: a marked function counts as one."""

    def call() -> None: ...

    assert not asyncio.iscoroutinefunction(call)
    borrowed.mark_coroutine_function(call)
    assert asyncio.iscoroutinefunction(call)
