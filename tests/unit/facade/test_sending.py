"""Sending under the retry policy, in both modes: how often, after which delays, and with which bytes."""

from __future__ import annotations

import asyncio
import logging
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
    BadRequestError,
    ChatClient,
    InternalServerError,
    RateLimitError,
    StreamInterruptedError,
)
from chatcompletions._transport.client import AsyncHTTPClient
from chatcompletions_api.api.chat import create_chat_completion, get_chat_completion, list_chat_completions
from chatcompletions_api.models import CreateChatCompletionRequest

from ._support import ASK, DOT, HI, STOP, Pieces, Server, completion, dropped_down, events, is_async, page, streaming

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

BUSY = httpx.Response(503, text="busy")


def busy(**headers: str) -> httpx.Response:
    return httpx.Response(503, headers={name.replace("_", "-"): value for name, value in headers.items()})


def test_a_failure_that_passes(connect: Callable[..., Any], pauses: list[float]) -> None:
    """A request is sent again, after growing pauses, until it succeeds."""
    server = Server(httpx.ConnectError("refused"), busy(), completion())
    assert connect(transport=server.transport).call("create", **ASK).text == "Hi."
    assert len(server.requests) == 3
    assert 0.375 <= pauses[0] <= 0.5
    assert 0.75 <= pauses[1] <= 1.0


@pytest.mark.parametrize(
    ("reply", "cls"),
    [
        (httpx.ConnectError("refused"), APIConnectionError),
        (httpx.ReadTimeout("slow"), APITimeoutError),
        (httpx.Response(503), InternalServerError),
        (httpx.Response(429), RateLimitError),
    ],
    ids=["refused", "timeout", "503", "429"],
)
def test_two_retries_by_default(
    connect: Callable[..., Any], pauses: list[float], reply: Any, cls: type[Exception]
) -> None:
    """After two retries the last failure is raised, with the number of attempts."""
    server = Server(reply)
    with pytest.raises(cls) as caught:
        connect(transport=server.transport).call("create", **ASK)
    assert (len(server.requests), len(pauses), caught.value.attempts) == (3, 2, 3)  # type: ignore[attr-defined]
    assert "3 attempts" in str(caught.value)


@pytest.mark.parametrize("retries", [0, 1, 5])
@pytest.mark.parametrize("given", ["client", "call"])
def test_number_of_retries(connect: Callable[..., Any], pauses: list[float], retries: int, given: str) -> None:
    """The client's max_retries holds for every call, unless the call has its own."""
    server = Server(BUSY)
    driver = connect(transport=server.transport, max_retries=retries if given == "client" else 9)
    with pytest.raises(InternalServerError) as caught:
        driver.call("get", "chatcmpl-1", **({} if given == "client" else {"max_retries": retries}))
    assert len(server.requests) == caught.value.attempts == retries + 1
    assert len(pauses) == retries


@pytest.mark.parametrize(
    ("call", "args"),
    [
        ("create", ()),
        ("get", ("chatcmpl-1",)),
        ("delete", ("chatcmpl-1",)),
        ("update", ("chatcmpl-1",)),
        ("list", ()),
        ("messages", ("chatcmpl-1",)),
    ],
)
def test_every_call_is_retried(
    connect: Callable[..., Any], pauses: list[float], call: str, args: tuple[str, ...]
) -> None:
    """All six calls follow the one policy, and one max_retries of their own."""
    server = Server(busy(), {"id": "chatcmpl-1", "data": []})
    params = {"create": ASK, "update": {"metadata": None}}.get(call, {})
    connect(transport=server.transport).call(call, *args, **params, max_retries=1)
    assert (len(server.requests), len(pauses)) == (2, 1)


def test_the_pause_that_the_server_asks_for(connect: Callable[..., Any], pauses: list[float]) -> None:
    """The driver waits as long as the server asks."""
    server = Server(busy(retry_after_ms="125"), busy(retry_after="7"), completion())
    connect(transport=server.transport).call("create", **ASK)
    assert pauses == [0.125, 7.0]


def test_no_retry_where_it_cannot_help(connect: Callable[..., Any], pauses: list[float]) -> None:
    """A bad request is sent once."""
    server = Server(httpx.Response(400))
    with pytest.raises(BadRequestError) as caught:
        connect(transport=server.transport).call("create", **ASK)
    assert (len(server.requests), pauses, caught.value.attempts) == (1, [], 1)


def test_insufficient_quota_is_told_at_once(connect: Callable[..., Any], pauses: list[float]) -> None:
    """A request that failed for insufficient quota is sent once."""
    server = Server(httpx.Response(429, json={"error": {"code": "insufficient_quota", "message": "No credit."}}))
    with pytest.raises(RateLimitError, match=r"No credit\."):
        connect(transport=server.transport).call("create", **ASK)
    assert (len(server.requests), pauses) == (1, [])


def test_the_same_request_again(connect: Callable[..., Any], pauses: list[float]) -> None:
    """Every attempt sends the same bytes, whatever the messages were made of."""
    server = Server(BUSY)
    messages = ({"role": "user", "content": text} for text in ("é\ud800", "b"))
    with pytest.raises(InternalServerError):
        connect(transport=server.transport).call("create", model="m", messages=messages, extra_query={"a": "b"})
    sent = {(request.method, str(request.url), request.content, str(request.headers)) for request in server.requests}
    assert len(pauses) == 2
    assert len(sent) == 1
    assert [message["content"] for message in server.body["messages"]] == ["é\ud800", "b"]


def test_the_last_failure_counts(connect: Callable[..., Any], pauses: list[float]) -> None:
    """The error that is raised is that of the last attempt."""
    server = Server(httpx.ConnectError("refused"), busy(), httpx.Response(400))
    with pytest.raises(BadRequestError) as caught:
        connect(transport=server.transport).call("create", **ASK)
    assert caught.value.attempts == 3
    assert len(pauses) == 2


def test_a_garbled_answer_knows_its_attempts(connect: Callable[..., Any], pauses: list[float]) -> None:
    """The error for an answer that is not JSON has the number of attempts."""
    server = Server(BUSY, httpx.Response(200, text="<html>"))
    with pytest.raises(APIResponseValidationError) as caught:
        connect(transport=server.transport).call("create", **ASK)
    assert caught.value.attempts == 2
    assert len(pauses) == 1


def test_a_stream_is_retried_before_it_begins(connect: Callable[..., Any], pauses: list[float]) -> None:
    """A streamed call is retried until its headers are there."""
    server = Server(httpx.ReadError("reset"), busy(), streaming(events(HI, DOT, STOP, "[DONE]")))
    driver = connect(transport=server.transport)
    assert len(driver.iterate(driver.call("create", stream=True, **ASK))) == 3
    assert len(pauses) == 2


@pytest.mark.parametrize("pieces", [[], [events(HI)]], ids=["before the first event", "after an event"])
def test_a_stream_is_not_retried_once_begun(
    connect: Callable[..., Any], pauses: list[float], pieces: list[bytes]
) -> None:
    """A stream that breaks off after its headers is not retried, and its error has the number of attempts."""
    server = Server(busy(), streaming(*pieces, httpx.ReadError("reset")))
    driver = connect(transport=server.transport)
    stream = driver.call("create", stream=True, **ASK)
    with pytest.raises(StreamInterruptedError) as caught:
        driver.iterate(stream)
    assert (len(server.requests), len(pauses), caught.value.attempts) == (2, 1, 2)


@pytest.mark.parametrize("params", [{}, {"stream": True}], ids=["whole", "streamed"])
@pytest.mark.parametrize("failure", [httpx.ReadError("reset"), httpx.ReadTimeout("slow"), httpx.DecodingError("bad")])
@pytest.mark.parametrize(("status", "sent"), [(401, 1), (503, 3)])
def test_a_failure_within_an_error_body(
    connect: Callable[..., Any], pauses: list[float], params: Any, failure: Exception, status: int, sent: int
) -> None:
    """An error whose body breaks off is the error of its status, retried as such, with the part that came."""

    def broken(_: httpx.Request) -> httpx.Response:
        body = Pieces(b"half", failure)
        bodies.append(body)
        return httpx.Response(status, headers={"x-request-id": "req_1"}, stream=body)

    bodies: list[Pieces] = []
    with pytest.raises(APIStatusError) as caught:
        connect(transport=httpx.MockTransport(broken)).call("create", **ASK, **params)
    error = caught.value
    assert (error.status_code, error.body, error.request_id, error.attempts) == (status, "half", "req_1", sent)
    assert [body.closed for body in bodies] == [True] * sent
    assert len(pauses) == sent - 1


@pytest.mark.parametrize("params", [{}, {"stream": True}], ids=["whole", "streamed"])
def test_an_interrupt_within_an_error_body(params: dict[str, Any]) -> None:
    """KeyboardInterrupt while an error's body is read closes the response."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    body = Pieces(b"half", interrupt)
    transport = httpx.MockTransport(lambda _: httpx.Response(500, stream=body))
    with ChatClient(api_key="k", transport=transport) as chat, pytest.raises(KeyboardInterrupt):
        chat.create(**ASK, **params)
    assert body.closed


def test_dropped_down_calls_are_retried(connect: Callable[..., Any], pauses: list[float]) -> None:
    """A call of the generated package through raw gets the same retries."""
    server = Server(httpx.ConnectError("refused"), busy(), page(["a"]))
    answer = dropped_down(connect(transport=server.transport), list_chat_completions, limit=5)
    assert [item.id for item in answer.parsed.data] == ["a"]
    assert str(server.requests[-1].url).endswith("/chat/completions?limit=5")
    assert len(pauses) == 2


def test_dropped_down_calls_raise_the_same_errors(connect: Callable[..., Any], pauses: list[float]) -> None:
    """A documented 429 raises through raw too, instead of coming back as an object."""
    body = CreateChatCompletionRequest.from_dict({"model": "m", "messages": []})
    driver = connect(transport=Server(httpx.Response(429, text="slow down")).transport)
    with pytest.raises(RateLimitError) as caught:
        dropped_down(driver, create_chat_completion, body=body)
    assert (caught.value.attempts, caught.value.body) == (3, "slow down")
    assert len(pauses) == 2


@pytest.mark.parametrize("content", [b"<html>", b"[]", b'{"error": "No."}'])
def test_dropped_down_answers_are_checked(connect: Callable[..., Any], content: bytes) -> None:
    """A body that is not JSON is an error of the tree through raw too, not a stray JSONDecodeError."""
    driver = connect(transport=Server(httpx.Response(200, content=content)).transport)
    with pytest.raises(APIError):
        dropped_down(driver, get_chat_completion, "chatcmpl-1")


def test_a_body_that_cannot_be_sent_twice(connect: Callable[..., Any], pauses: list[float]) -> None:
    """A request whose body is generated while it is sent is sent once, and its failure is reported as it is."""
    server = Server(BUSY)
    driver = connect(transport=server.transport)

    def produced() -> Iterator[bytes]:
        yield b"{}"

    async def produced_async() -> AsyncIterator[bytes]:
        yield b"{}"

    async def post() -> Any:
        return await driver.client.raw.get_async_httpx_client().post("/chat/completions", content=produced_async())

    def post_now() -> Any:
        return driver.client.raw.get_httpx_client().post("/chat/completions", content=produced())

    with pytest.raises(InternalServerError) as caught:
        driver.run(post() if is_async(driver) else post_now())
    assert (len(server.requests), pauses, caught.value.attempts) == (1, [], 1)


def test_retries_are_logged(connect: Callable[..., Any], pauses: list[float], caplog: pytest.LogCaptureFixture) -> None:
    """Each retry is logged in one line: the reason, the number of the attempt, and the delay."""
    caplog.set_level(logging.INFO, logger="chatcompletions")
    connect(transport=Server(busy(retry_after="2"), completion()).transport).call("create", **ASK)
    lines = [record.getMessage() for record in caplog.records if record.name == "chatcompletions"]
    assert len(lines) == len(pauses) == 1
    for told in ("503", "attempt 2", "2.00 s"):
        assert told in lines[0]


def test_an_interrupt_is_not_a_failure(pauses: list[float]) -> None:
    """KeyboardInterrupt ends a call at once."""
    requests = []

    def interrupt(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        raise KeyboardInterrupt

    with ChatClient(api_key="k", transport=httpx.MockTransport(interrupt)) as chat, pytest.raises(KeyboardInterrupt):
        chat.create(**ASK)
    assert (len(requests), pauses) == (1, [])


def test_cancelling_ends_the_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that is cancelled during a delay is not sent again."""
    server = Server(BUSY)

    async def main() -> None:
        pausing = asyncio.Event()

        async def pause(_: float) -> None:
            pausing.set()
            await asyncio.Event().wait()

        monkeypatch.setitem(AsyncHTTPClient.__init__.__kwdefaults__, "sleep", pause)
        async with AsyncChatClient(api_key="k", transport=server.transport) as chat:
            task = asyncio.create_task(chat.get("chatcmpl-1"))
            paused = asyncio.create_task(pausing.wait())
            await asyncio.wait({task, paused}, return_when=asyncio.FIRST_COMPLETED)
            assert paused.done()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(main())
    assert len(server.requests) == 1


def test_googles_pause_is_kept(connect: Callable[..., Any], pauses: list[float]) -> None:
    """The pause that Google's servers ask for in the body is kept."""
    info = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "12s"}
    server = Server(httpx.Response(429, json=[{"error": {"code": 429, "details": [info]}}]), completion())
    assert connect(transport=server.transport).call("create", **ASK).text == "Hi."
    assert pauses == [12.0]
