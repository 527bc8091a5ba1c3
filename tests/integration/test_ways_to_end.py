"""Every way in which a call can end leaves the pool with all its slots and no unusable connection."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any

import httpx
import httpx_aiohttp
import pytest
import trio

from chatcompletions import AsyncChatClient, ChatClient
from tests.integration.rawserver import Pause, RawRequest, RawServer, http_response, sse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from types import FrameType

ASK: dict[str, Any] = {"model": "m", "messages": "Hello."}
HEAD = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m"}
MESSAGE = {"role": "assistant", "content": "Hi."}
COMPLETION = {**HEAD, "choices": [{"index": 0, "message": MESSAGE, "finish_reason": "stop"}]}
CHUNK = {**HEAD, "choices": [{"index": 0, "delta": MESSAGE, "finish_reason": "stop"}]}
PAGE = {"object": "list", "data": [COMPLETION], "first_id": "chatcmpl-1", "last_id": "chatcmpl-1", "has_more": False}
KINDS = ["create", "stream", "page", "aclose"]
# A call takes some 20 cycles beside those in which it waits for the server.
CYCLES = [*range(20), *range(20, 60, 4)]
PLACES = 2


def answer(request: RawRequest) -> bytes:
    if request.method == "GET":
        return http_response(200, json.dumps(PAGE))
    if b'"stream"' in request.body:
        return http_response(200, sse(CHUNK, "[DONE]"), content_type="text/event-stream")
    return http_response(200, json.dumps(COMPLETION))


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with RawServer(answer) as server:
        yield server.base_url


def options(base_url: str, places: int = PLACES) -> dict[str, Any]:
    return {
        "base_url": base_url,
        "limits": httpx.Limits(max_connections=places),
        # Far more than any call takes, and far less than a run that hangs.
        "timeout": 20,
        "max_retries": 0,
    }


def called(chat: AsyncChatClient, kind: str) -> Callable[[], Awaitable[None]]:
    async def create() -> None:
        await chat.create(**ASK)

    async def stream() -> None:
        async with chat.create(stream=True, **ASK) as opened:
            async for _ in opened:
                pass

    async def page() -> None:
        async for _ in chat.list():
            pass

    async def aclose() -> None:
        opened = await chat.create(stream=True, **ASK)
        await anext(opened)
        await opened.aclose()

    return {"create": create, "stream": stream, "page": page, "aclose": aclose}[kind]


def aiohttp_transport() -> httpx_aiohttp.AiohttpTransport:
    # The addresses are plain http, and reading the certificates takes longer than all calls of a cycle.
    return httpx_aiohttp.AiohttpTransport(verify=False)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("warm", [False, True], ids=["first call", "later call"])
@pytest.mark.parametrize("transport", [None, aiohttp_transport], ids=["ours", "aiohttp"])
def test_cancelled_at_any_cycle(base_url: str, kind: str, warm: bool, transport: Any) -> None:
    """A call that is cancelled in any cycle of the event loop frees its slot."""

    async def cancel_after(cycles: int) -> None:
        async with AsyncChatClient(**options(base_url), transport=transport) as chat:
            if warm:
                await chat.create(**ASK)
            task: asyncio.Future[None] = asyncio.ensure_future(called(chat, kind)())
            for _ in range(cycles):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
            replies = await asyncio.gather(*(chat.create(**ASK) for _ in range(PLACES)))
            assert [reply.text for reply in replies] == ["Hi."] * PLACES

    for cycles in CYCLES[:: 2 if transport else 1]:
        asyncio.run(cancel_after(cycles))
    gc.collect()  # warns of a socket that nobody closed


# Trio warns of each generator of httpx and httpcore that is left before its end.
@pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")
@pytest.mark.parametrize("kind", KINDS)
def test_cancelled_at_any_checkpoint_of_trio(base_url: str, kind: str) -> None:
    """A call that is cancelled at any checkpoint of trio frees its slot."""

    async def cancel_after(checkpoints: int) -> None:
        async with AsyncChatClient(**options(base_url)) as chat, trio.open_nursery() as nursery:
            scope = trio.CancelScope()

            async def run() -> None:
                with scope:
                    await called(chat, kind)()

            nursery.start_soon(run)
            for _ in range(checkpoints):
                await trio.lowlevel.checkpoint()
            scope.cancel()
            async with trio.open_nursery() as calls:
                for _ in range(PLACES):
                    calls.start_soon(called(chat, "create"))

    for checkpoints in CYCLES:
        trio.run(cancel_after, checkpoints)


class Interrupt(BaseException):
    """An exception that a signal handler raises."""


class Interruption:
    """A profile function that raises at one of the moments at which Python runs a signal handler."""

    def __init__(self, moment: int) -> None:
        self.left = moment

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        inside = any(name in frame.f_code.co_filename for name in ("chatcompletions", "httpx", "httpcore", "h11"))
        # Python itself swallows what is raised in a finalizer.
        if inside and event != "c_call" and frame.f_code.co_name != "__del__":
            self.left -= 1
            if self.left == 0:
                sys.setprofile(None)
                raise Interrupt


def interrupted(call: Callable[[], None], moment: int) -> bool:
    """Interrupt a call at a moment; return whether it lasted that long."""
    interruption = Interruption(moment)
    sys.setprofile(interruption)
    try:
        call()
    except Interrupt:
        return True
    finally:
        sys.setprofile(None)
    return interruption.left <= 0


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("warm", [False, True], ids=["first call", "later call"])
def test_interrupted_at_any_moment(base_url: str, kind: str, warm: bool) -> None:
    """A call that a signal handler's exception ends, between any two steps, frees its slot."""

    def create(chat: ChatClient) -> None:
        chat.create(**ASK)

    def stream(chat: ChatClient) -> None:
        with chat.create(stream=True, **ASK) as opened:
            for _ in opened:
                pass

    def page(chat: ChatClient) -> None:
        for _ in chat.list():
            pass

    def aclose(chat: ChatClient) -> None:
        opened = chat.create(stream=True, **ASK)
        next(opened)
        opened.close()

    call = {"create": create, "stream": stream, "page": page, "aclose": aclose}[kind]
    moment, lasted = 1, True
    while lasted:
        with ChatClient(**options(base_url, places=1)) as chat:
            if warm:
                create(chat)
            lasted = interrupted(lambda chat=chat: call(chat), moment)  # type: ignore[misc]
            for _ in range(2):
                assert chat.create(**ASK, timeout=httpx.Timeout(20, pool=0)).text == "Hi."
        moment += 23
    assert moment > 1_000


class Failing(httpx.Auth):
    requires_response_body = True

    def auth_flow(self, request: httpx.Request) -> Any:
        yield request
        raise LookupError("in an auth flow")


async def fail(_: Any) -> None:
    raise LookupError("in a hook")


def fail_at_once(_: Any) -> None:
    raise LookupError("in a hook")


@pytest.mark.parametrize("params", [{}, {"stream": True}], ids=["whole", "streamed"])
@pytest.mark.parametrize("where", ["request", "response", "auth"])
def test_a_failure_of_the_callers_own(connect: Any, base_url: str, where: str, params: dict[str, Any]) -> None:
    """An exception of a hook or an auth flow is raised as it is, and the call frees its slot."""
    own: dict[str, Any] = {"auth": Failing()} if where == "auth" else {}
    driver = connect(**options(base_url, places=1), **own)
    if where != "auth":
        is_async = isinstance(driver.client, AsyncChatClient)
        hooks: dict[str, list[Any]] = {where: [fail if is_async else fail_at_once]}
        driver.client._http_options["event_hooks"] = hooks
    for _ in range(3):
        with pytest.raises(LookupError):
            driver.call("create", **ASK, **params, timeout=httpx.Timeout(20, pool=0))


class AlarmError(TimeoutError):
    """An exception that the handler of an alarm raises."""


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="this system has no alarms")
@pytest.mark.parametrize("params", [{}, {"stream": True}], ids=["whole", "streamed"])
def test_an_alarm_is_its_authors(params: dict[str, Any]) -> None:
    """An exception of a signal handler is raised as it is, whatever its class, and the call is not retried."""
    arrived, gate = threading.Event(), threading.Event()

    def ring(*_: object) -> None:
        raise AlarmError

    def reply(request: RawRequest) -> list[Any]:
        arrived.set()
        head = [http_response(200, b"{", content_length=99)] if b'"stream"' not in request.body else []
        return [*head, Pause(gate)]

    def interrupt() -> None:
        arrived.wait()
        os.kill(os.getpid(), signal.SIGALRM)

    before = signal.signal(signal.SIGALRM, ring)
    try:
        with RawServer(reply) as server, ChatClient(**{**options(server.base_url), "max_retries": 2}) as chat:
            thread = threading.Thread(target=interrupt)
            thread.start()
            with pytest.raises(AlarmError):
                chat.create(**ASK, **params)
            thread.join()
            gate.set()
            assert len(server.requests) == 1
    finally:
        signal.signal(signal.SIGALRM, before)


def test_an_interrupt_within_the_cookie_jar(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that is interrupted while it holds the cookie jar's lock does not stop the other threads."""
    monkeypatch.setattr("chatcompletions._transport.cookies._LOCK_TIMEOUT", 0.01)
    with RawServer(answer) as server, ChatClient(**options(server.base_url)) as chat:
        chat.create(**ASK)
        jar: Any = chat._http().cookies.jar
        threads = [threading.Thread(target=jar._cookies_lock.acquire)]  # and never releases it
        threads.append(threading.Thread(target=chat.create, kwargs=ASK))
        for thread in threads:
            thread.start()
            thread.join()
        assert chat.create(**ASK).text == "Hi."
        assert len(server.requests) == 3


@pytest.mark.parametrize("is_stream", [False, True], ids=["whole", "streamed"])
def test_a_body_that_cannot_be_closed(connect: Any, is_stream: bool) -> None:
    """A failure to close the body of a caller's transport does no harm once the answer was read."""

    class Body(httpx.SyncByteStream, httpx.AsyncByteStream):
        data = sse(CHUNK, "[DONE]") if is_stream else json.dumps(COMPLETION).encode()

        def __iter__(self) -> Iterator[bytes]:
            yield self.data

        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield self.data

        def close(self) -> None:
            raise OSError("cannot be closed")

        async def aclose(self) -> None:
            raise OSError("cannot be closed")

    driver = connect(transport=httpx.MockTransport(lambda _: httpx.Response(200, stream=Body())))
    if is_stream:
        assert len(driver.iterate(driver.call("create", stream=True, **ASK))) == 1
    else:
        assert driver.call("create", **ASK).text == "Hi."
