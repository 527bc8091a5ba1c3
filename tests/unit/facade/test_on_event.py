"""The events of calls, which a client tells a function of its caller's."""

from __future__ import annotations

import asyncio
import gc
import logging
import pickle
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from chatcompletions import (
    AsyncChatClient,
    CallEvent,
    ChatClient,
    FailureEvent,
    RateLimitError,
    ReplyEvent,
    RequestEvent,
    RetryEvent,
    StreamEndEvent,
    StreamInterruptedError,
)

from ._support import ASK, DOT, HI, KEY, STOP, Server, completion, events, is_async, page, streaming

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import SyncDriver

WHOLE = events(HI, DOT, STOP, "[DONE]")


def told(connect: Callable[..., SyncDriver], *replies: Any, **arguments: Any) -> tuple[SyncDriver, list[Any]]:
    """Return a client, and the list of its events."""
    found: list[Any] = []
    return connect(transport=Server(*replies).transport, on_event=found.append, **arguments), found


def test_a_call(connect: Callable[..., SyncDriver], pauses: list[float]) -> None:
    """A call has its request, each retry and its answer, all with one number."""
    driver, found = told(connect, httpx.Response(503, headers={"retry-after": "2"}), completion())
    reply = driver.call("create", **ASK)
    request, retry, answer = found
    assert (request.operation, request.method, request.params["model"]) == ("create", "POST", "m")
    assert request.url == "https://api.openai.com/v1/chat/completions"
    assert (retry.error.status_code, retry.delay) == (503, timedelta(seconds=2))
    assert answer.reply is reply
    assert answer.meta == reply.meta
    assert len({event.call_id for event in found}) == 1
    assert [event.type for event in found] == ["request", "retry", "reply"]


def test_each_page_is_a_call(connect: Callable[..., SyncDriver]) -> None:
    """A list tells of each page that it fetches."""
    driver, found = told(connect, page(["a"], has_more=True), page(["b"]))
    driver.items("list")
    assert [(event.operation, event.type) for event in found] == [("list", "request"), ("list", "reply")] * 2


def test_a_failure(connect: Callable[..., SyncDriver]) -> None:
    """A call that fails tells what it raises."""
    driver, found = told(connect, httpx.Response(429), max_retries=0)
    with pytest.raises(RateLimitError) as caught:
        driver.call("create", **ASK)
    with pytest.raises(RateLimitError):
        driver.call("create", **ASK, stream=True)
    assert [event.type for event in found] == ["request", "failure"] * 2
    assert found[1].error is caught.value


def test_a_stream(connect: Callable[..., SyncDriver]) -> None:
    """A stream tells when it is open, and once of its end, with what came."""
    driver, found = told(connect, streaming(WHOLE))
    stream = driver.call("create", **ASK, stream=True)
    assert [event.type for event in found] == ["request", "reply"]
    assert found[1].reply is stream
    driver.iterate(stream)
    driver.run(stream.aclose()) if is_async(driver) else stream.close()
    end = found[2]
    assert (end.type, end.chunks, end.is_whole, end.error, end.completion.text) == ("stream_end", 3, True, None, "Hi.")
    assert end.meta.time_to_first_token is not None
    assert len(found) == 3


def test_a_stream_that_breaks_off(connect: Callable[..., SyncDriver]) -> None:
    """A stream that breaks off tells its error."""
    driver, found = told(connect, streaming(events(HI)))
    with pytest.raises(StreamInterruptedError) as caught:
        driver.iterate(driver.call("create", **ASK, stream=True))
    assert (found[-1].is_whole, found[-1].error, found[-1].chunks) == (False, caught.value, 1)


@pytest.mark.parametrize("begun", [False, True])
def test_a_stream_that_is_closed(connect: Callable[..., SyncDriver], begun: bool) -> None:
    """A stream that is closed early has ended, whether it was begun or not."""
    driver, found = told(connect, streaming(WHOLE))
    stream = driver.call("create", **ASK, stream=True)
    if begun:
        driver.run(anext(stream)) if is_async(driver) else next(stream)
    driver.run(stream.aclose()) if is_async(driver) else stream.close()
    assert (found[-1].type, found[-1].chunks, found[-1].is_whole) == ("stream_end", int(begun), False)


def test_a_stream_that_nobody_holds(connect: Callable[..., SyncDriver]) -> None:
    """A stream that is dropped has ended, too."""
    found: list[Any] = []
    transport = httpx.MockTransport(lambda _: streaming(WHOLE))

    def note(event: CallEvent) -> None:
        found.append((event.type, getattr(event, "is_whole", None)))  # not the event, which holds the stream

    stream = connect(transport=transport, on_event=note).call("create", **ASK, stream=True)
    del stream
    gc.collect()
    assert found[-1] == ("stream_end", False)


def test_a_cancellation() -> None:
    """A call that is cancelled tells so."""
    found: list[Any] = []

    async def run() -> None:
        begun = asyncio.Event()

        async def hang(_: httpx.Request) -> httpx.Response:
            begun.set()
            await asyncio.Event().wait()
            raise AssertionError

        chat = AsyncChatClient(api_key="k", transport=httpx.MockTransport(hang), on_event=found.append)
        task = asyncio.create_task(chat.create(**ASK))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    assert isinstance(found[-1].error, asyncio.CancelledError)


def test_a_function_that_fails(connect: Callable[..., SyncDriver], caplog: pytest.LogCaptureFixture) -> None:
    """What the function raises breaks no call, and is logged once."""

    def fail(event: CallEvent) -> None:
        raise RuntimeError(event.type)

    driver = connect(transport=Server(completion()).transport, on_event=fail)
    with caplog.at_level(logging.ERROR, "chatcompletions"):
        assert driver.call("create", **ASK).text == driver.call("create", **ASK).text == "Hi."
    assert [record.message for record in caplog.records] == ["on_event failed; further failures of it are not reported"]


async def asynchronous(event: CallEvent) -> None:
    """Take an event, if anybody awaits."""


@pytest.mark.parametrize("client", [ChatClient, AsyncChatClient])
@pytest.mark.parametrize("function", [asynchronous, "print"])
def test_what_is_no_function(client: Any, function: Any) -> None:
    """What cannot be called, or would have to be awaited, is an error at once."""
    with pytest.raises(TypeError, match="plain function"):
        client(api_key="k", on_event=function)


def test_match_and_repr(connect: Callable[..., SyncDriver]) -> None:
    """Events can be told apart by match, and their reprs show no contents and no key."""
    driver, found = told(connect, completion("A secret."), api_key=KEY)
    driver.call("create", **ASK, extra_headers={"x-key": KEY})
    kinds = []
    for event in found:
        match event:
            case RequestEvent(operation=name, url=_):
                kinds.append(name)
            case ReplyEvent(meta=meta):
                kinds.append(str(meta.status_code))
            case RetryEvent() | StreamEndEvent() | FailureEvent():
                raise AssertionError
        assert not any(text in repr(event) for text in ("Hello.", "A secret.", KEY))
    assert kinds == ["create", "200"]


def test_other_ways_to_call(connect: Callable[..., SyncDriver]) -> None:
    """Copies with other options, pickles, and structured answers tell the same function."""
    driver, found = told(connect, completion("[1]"))
    driver.client = driver.client.with_options(timeout=5)
    driver.call("parse", **ASK, response_format=list[int])
    assert [event.operation for event in found] == ["create", "create"]
    assert pickle.loads(pickle.dumps(ChatClient(api_key="k", on_event=print)))._arguments["on_event"] is print
