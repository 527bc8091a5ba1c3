"""The life of a client: its repr, and how it is copied, shared and closed."""

from __future__ import annotations

import asyncio
import copy
import inspect
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from unittest.mock import create_autospec

import attrs
import httpx
import pytest

from chatcompletions import (
    AsyncChatClient,
    AsyncChatCompletionPage,
    AsyncChatCompletionStream,
    AsyncMessagePage,
    ChatClient,
    ChatCompletion,
)
from chatcompletions._transport.client import HTTPClient
from chatcompletions_api.api.chat import create_chat_completion, get_chat_completion, list_chat_completions
from chatcompletions_api.models import CreateChatCompletionRequest, CreateChatCompletionResponse

from ._support import ASK, KEY, Pieces, Server, completion, dropped_down, is_async, page

if TYPE_CHECKING:
    from collections.abc import Callable

CLIENTS = pytest.mark.parametrize("client", [ChatClient, AsyncChatClient])


@CLIENTS
def test_repr(client: type[Any]) -> None:
    """The repr of a client shows its class and base URL, but neither key nor credentials."""
    chat = client(api_key=KEY, base_url="https://user:pa55@x.example/v1")
    assert repr(chat) == f"{client.__name__}(base_url='https://x.example/v1')"
    for shown in (repr(chat), str(chat), repr([chat])):
        assert KEY not in shown
        assert "pa55" not in shown


def test_raw_shows_no_key(connect: Callable[..., Any]) -> None:
    """The repr of raw does not show the key either."""
    driver = connect(api_key=KEY, base_url="https://user:pa55@x.example/v1")

    async def shown() -> str:
        return repr(driver.client.raw)

    text = driver.run(shown()) if is_async(driver) else repr(driver.client.raw)
    assert KEY not in text
    assert "pa55" not in text


@CLIENTS
def test_looking_at_a_client(client: type[Any]) -> None:
    """Reading every attribute of a client, as `unittest.mock` does, opens no connection and needs no event loop."""
    chat = client(api_key=KEY)
    assert {name for name, _ in inspect.getmembers(chat)} > {"create", "raw"}
    call = create_autospec(chat).create(**ASK)
    if inspect.iscoroutine(call):
        call.close()
    assert len(chat._clients) == 0


@CLIENTS
@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda chat: pickle.loads(pickle.dumps(chat))])
def test_copies(client: type[Any], copied: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """A client survives pickle and copying as its configuration, and the copy has connections of its own."""
    monkeypatch.setenv("OPENAI_ORG_ID", "org-env")
    options = {"timeout": httpx.Timeout(3, read=9), "max_retries": 7, "project": "p", "headers": {"X-A": "b"}}
    chat = client(api_key=KEY, base_url="http://x.example/v1", trust_env=False, **options)
    again = copied(chat)
    assert type(again) is client
    assert again is not chat
    assert again.base_url == chat.base_url
    assert again._http_options == chat._http_options
    assert again._clients is not chat._clients


def test_a_pickled_client_works() -> None:
    """An unpickled client calls like the pickled one, whether that was closed or not."""
    chat = ChatClient(api_key=KEY, transport=EchoTransport())
    chat.close()
    with pickle.loads(pickle.dumps(chat)) as again:
        assert again.create(**ASK).text == f"Bearer {KEY}"


class EchoTransport(httpx.BaseTransport):
    """A transport that answers with the key of the request; it has no state, so that it can be pickled."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=completion(request.headers["authorization"]))


def test_a_key_of_the_environment_is_not_pickled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key from the environment is not pickled, and is read from the environment where the pickle is loaded."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    data = pickle.dumps(ChatClient(transport=EchoTransport()))
    assert KEY.encode() not in data
    monkeypatch.setenv("OPENAI_API_KEY", "sk-other")
    with pickle.loads(data) as again:
        assert again.create(**ASK).text == "Bearer sk-other"


def test_closing(connect: Callable[..., Any]) -> None:
    """Every call of a closed client is an error that says so; closing it again does nothing."""
    driver = connect(transport=Server(completion()).transport)
    driver.call("create", **ASK)
    driver.close()
    if is_async(driver):
        driver._runner = asyncio.Runner()
    calls: list[tuple[str, tuple[str, ...], dict[str, Any]]] = [
        ("create", (), ASK),
        ("create", (), {**ASK, "stream": True}),
        ("get", ("a",), {}),
        ("list", (), {}),
        ("messages", ("a",), {}),
    ]
    for name, args, params in calls:
        with pytest.raises(RuntimeError, match="closed"):
            driver.call(name, *args, **params)
    with pytest.raises(RuntimeError, match="closed"):
        dropped_down(driver, get_chat_completion, "a")


def test_closing_an_unused_client(connect: Callable[..., Any]) -> None:
    """A client that never called can be closed."""
    driver = connect(transport=Server(completion()).transport)
    driver.run(driver.client.aclose()) if is_async(driver) else driver.client.close()
    with pytest.raises(RuntimeError, match="closed"):
        driver.call("create", **ASK)


class ClosingTransport(httpx.MockTransport):
    """A transport that records that it was closed."""

    closed = 0

    def close(self) -> None:
        self.closed += 1

    async def aclose(self) -> None:
        self.closed += 1


def test_a_with_statement_closes() -> None:
    """Leaving a with statement closes the transport, also after an exception."""
    transport = ClosingTransport(Server(completion()))
    chat = ChatClient(api_key=KEY, transport=transport)
    chat.create(**ASK)
    with pytest.raises(KeyError), chat:
        raise KeyError
    assert transport.closed == 1

    async def main() -> None:
        async with AsyncChatClient(api_key=KEY, transport=transport) as chat:
            await chat.create(**ASK)

    asyncio.run(main())
    assert transport.closed == 2


def test_raw_uses_the_same_pool(connect: Callable[..., Any]) -> None:
    """A dropped-down call goes through the client's own httpx client, with its key and base URL."""
    server = Server(page(["a"]))
    driver = connect(transport=server.transport, api_key=KEY, base_url="http://x.example/v1")
    answer = dropped_down(driver, list_chat_completions, limit=5)
    assert (answer.status_code, answer.parsed.data[0].id) == (200, "a")
    assert str(server.requests[0].url) == "http://x.example/v1/chat/completions?limit=5"
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"

    async def same() -> bool:
        return driver.client.raw.get_async_httpx_client() is driver.client.raw.get_async_httpx_client()

    if is_async(driver):
        assert driver.run(same())
    else:
        assert driver.client.raw.get_httpx_client() is driver.client.raw.get_httpx_client()


def test_threads_share_one_pool() -> None:
    """Calls from many threads that begin at once go through one httpx client."""
    count = 16
    barrier = threading.Barrier(count)
    server = Server(completion())
    with ChatClient(api_key=KEY, transport=server.transport) as chat:

        def call(_: int) -> tuple[str, int]:
            barrier.wait()
            pool = id(chat.raw.get_httpx_client())
            return chat.create(**ASK).text, pool

        with ThreadPoolExecutor(count) as threads:
            results = list(threads.map(call, range(count)))
    assert {text for text, _ in results} == {"Hi."}
    assert len({pool for _, pool in results}) == 1
    assert len(server.requests) == count


def test_a_second_event_loop() -> None:
    """An async client can be used in another event loop, with new connections."""
    chat = AsyncChatClient(api_key=KEY, transport=Server(completion()).transport)

    async def call() -> tuple[str, int]:
        reply = await chat.create(**ASK)
        return reply.text, id(chat.raw.get_async_httpx_client())

    async def close() -> None:
        await chat.create(**ASK)
        await chat.aclose()

    first, second = asyncio.Runner(), asyncio.Runner()
    with first, second:
        results = [first.run(call()), second.run(call()), first.run(call())]
    asyncio.run(close())
    assert [text for text, _ in results] == ["Hi."] * 3
    assert results[0][1] == results[2][1] != results[1][1]


def test_event_loops_are_not_kept() -> None:
    """A client closes and forgets the connections of a loop when the loop ends."""
    transport = ClosingTransport(Server(completion()))
    chat = AsyncChatClient(api_key=KEY, transport=transport)

    async def call() -> None:
        await chat.create(**ASK)

    for count in range(1, 4):
        asyncio.run(call())
        assert (len(chat._clients), transport.closed) == (0, count)


def test_loops_that_were_closed_at_once() -> None:
    """A loop that was closed without closing its generators is forgotten when the client is used in another one."""
    chat = AsyncChatClient(api_key=KEY, transport=Server(completion()).transport)
    loops = [asyncio.new_event_loop() for _ in range(3)]
    for loop in loops:
        loop.run_until_complete(chat.create(**ASK))
        assert list(chat._clients) == [loop]
        loop.close()


def test_a_loop_that_goes_on_after_its_last_rites() -> None:
    """A client makes new connections in a loop that has closed its generators and still runs."""
    chat = AsyncChatClient(api_key=KEY, transport=Server(completion()).transport)

    async def main() -> None:
        await chat.create(**ASK)
        await asyncio.get_running_loop().shutdown_asyncgens()
        assert len(chat._clients) == 0
        with pytest.warns(ResourceWarning, match="after loop.shutdown_asyncgens"):
            await chat.create(**ASK)
        await chat.aclose()

    asyncio.run(main())


def test_closing_while_another_thread_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that is closed while another thread makes its first call keeps no connections."""

    class Closed(HTTPClient):
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            chat.close()

    monkeypatch.setattr("chatcompletions._client.HTTPClient", Closed)
    transport = ClosingTransport(Server(completion()))
    chat = ChatClient(api_key=KEY, transport=transport)
    with pytest.raises(RuntimeError, match="closed"):
        chat.create(**ASK)
    assert (chat._clients, transport.closed) == ({}, 1)


def test_raw_without_an_event_loop() -> None:
    """An async client's raw can be read outside an event loop, but its connections cannot."""
    raw = AsyncChatClient(api_key=KEY).raw
    with pytest.raises(RuntimeError, match="event loop"):
        raw.get_async_httpx_client()


def test_raw_of_the_other_mode(connect: Callable[..., Any]) -> None:
    """An endpoint function of the other mode is an error that names the right client, and sends nothing."""
    server = Server(page(["a"]))
    driver = connect(transport=server.transport)

    def call() -> None:
        if is_async(driver):
            list_chat_completions.sync_detailed(client=driver.client.raw)
        else:
            asyncio.run(list_chat_completions.asyncio_detailed(client=driver.client.raw))

    with pytest.raises(TypeError, match=r"for (sync|asyncio) take raw of an? (Async)?ChatClient"):
        call()
    assert server.requests == []


@CLIENTS
@pytest.mark.parametrize(
    ("method", "argument"),
    [
        ("with_headers", {}),
        ("with_cookies", {}),
        ("with_timeout", httpx.Timeout(1)),
        ("set_httpx_client", None),
        ("set_async_httpx_client", None),
    ],
)
def test_raw_changes_nobodys_connections(client: type[Any], method: str, argument: Any) -> None:
    """A method that would change or replace the httpx client of raw is an error that names the option to use."""
    with pytest.raises(TypeError, match=rf"no {method}: use {client.__name__}\("):
        getattr(client(api_key=KEY).raw, method)(argument)


def test_raw_closes_nobodys_connections(connect: Callable[..., Any]) -> None:
    """A with statement around raw, as generated clients have it, leaves the client open."""
    server = Server(page(["a"]))
    driver = connect(transport=server.transport)
    for _ in range(2):
        if is_async(driver):
            driver.run(_list_within_raw(driver.client))
        else:
            with driver.client.raw as raw:
                list_chat_completions.sync_detailed(client=raw)
        assert driver.items("list")[0].id == "a"


async def _list_within_raw(chat: AsyncChatClient) -> None:
    async with chat.raw as raw:
        await list_chat_completions.asyncio_detailed(client=raw)


@pytest.mark.parametrize("copied", [attrs.evolve, copy.copy, lambda raw: pickle.loads(pickle.dumps(raw))])
def test_copies_of_raw(copied: Callable[[Any], Any]) -> None:
    """A copied, pickled or evolved raw calls with the same key."""
    raw = copied(ChatClient(api_key=KEY, transport=EchoTransport()).raw)
    answer = create_chat_completion.sync(client=raw, body=CreateChatCompletionRequest.from_dict(ASK))
    assert isinstance(answer, CreateChatCompletionResponse)
    assert answer.choices[0].message.content == f"Bearer {KEY}"


@pytest.mark.parametrize("stream", [False, True])
def test_cancelling_closes_the_response(stream: bool) -> None:
    """A task that is cancelled while it reads closes its connection."""

    class Endless(Pieces):
        async def __aiter__(self) -> Any:
            yield b": ping\n\n"
            reading.set()
            await asyncio.Event().wait()

    body = Endless()
    headers = {"content-type": "text/event-stream"} if stream else {}

    async def main() -> None:
        nonlocal reading
        reading = asyncio.Event()
        transport = httpx.MockTransport(lambda _: httpx.Response(200, headers=headers, stream=body))
        async with AsyncChatClient(api_key=KEY, transport=transport) as chat:

            async def read() -> None:
                if not stream:
                    await chat.create(**ASK)
                async with chat.create(stream=True, **ASK) as opened:
                    async for _ in opened:
                        pass

            task = asyncio.create_task(read())
            begun = asyncio.create_task(reading.wait())
            await asyncio.wait({task, begun}, return_when=asyncio.FIRST_COMPLETED)
            assert begun.done()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    reading: Any = None
    asyncio.run(main())
    assert body.closed


CALLED: dict[str, tuple[Callable[[AsyncChatClient], Any], type[Any]]] = {
    "whole": (lambda chat: chat.create(**ASK), ChatCompletion),
    "stream": (lambda chat: chat.create(stream=True, **ASK), AsyncChatCompletionStream),
    "list": (lambda chat: chat.list(), AsyncChatCompletionPage),
    "messages": (lambda chat: chat.messages("a"), AsyncMessagePage),
}
EACH_CALL = pytest.mark.parametrize(("call", "result"), CALLED.values(), ids=CALLED)


@EACH_CALL
def test_calls_as_tasks(call: Callable[[AsyncChatClient], Any], result: type[Any]) -> None:
    """Each async call can be a task, be gathered, be given to asyncio.run, and be awaited."""

    async def main() -> list[Any]:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(call(chat))
        return [task.result(), *await asyncio.gather(call(chat)), await asyncio.wait_for(call(chat), 9)]

    chat = AsyncChatClient(api_key=KEY, transport=Server(page(["a"])).transport)
    assert [type(found) for found in [*asyncio.run(main()), asyncio.run(call(chat))]] == [result] * 4


@EACH_CALL
def test_cancelled_tasks(call: Callable[[AsyncChatClient], Any], result: type[Any]) -> None:
    """A task that is cancelled before it begins sends nothing, and one that waits is cancelled where it waits."""
    waiting = asyncio.Event()

    async def wait(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        waiting.set()
        await asyncio.Event().wait()
        raise AssertionError

    async def main() -> None:
        chat = AsyncChatClient(api_key=KEY, transport=httpx.MockTransport(wait))
        task = asyncio.create_task(call(chat))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert sent == []
        task = asyncio.create_task(call(chat))
        await waiting.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        call(chat).close()

    sent: list[httpx.Request] = []
    asyncio.run(main())
    assert len(sent) == 1


def test_many_calls_at_once() -> None:
    """Each of hundreds of async calls in flight gets its own answer."""

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=completion(id=request.url.path.rpartition("/")[2]))

    async def main() -> list[ChatCompletion]:
        async with AsyncChatClient(api_key=KEY, transport=httpx.MockTransport(answer)) as chat:
            return await asyncio.gather(*(chat.get(f"c{number}") for number in range(300)))

    assert [reply.id for reply in asyncio.run(main())] == [f"c{number}" for number in range(300)]


@CLIENTS
def test_both_clients_offer_the_same(client: type[Any]) -> None:
    """Sync and async have the same calls with the same parameters and options."""
    for name in ("create", "list", "get", "update", "delete", "messages"):
        parameters = inspect.signature(getattr(client, name)).parameters
        assert list(parameters) == list(inspect.signature(getattr(ChatClient, name)).parameters)
        assert getattr(client, name).__doc__
    assert hasattr(client, "close") == (client is ChatClient)
    assert hasattr(client, "aclose") == (client is AsyncChatClient)
