"""Clients with options of their own that share the connections of another."""

from __future__ import annotations

import asyncio
import pickle
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from chatcompletions import AsyncChatClient, AuthenticationError, ChatClient, ChatCompletionsError

from ._support import ASK, Server, completion, is_async, page

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import SyncDriver


def refreshed(driver: SyncDriver, **options: Any) -> SyncDriver:
    """Let a driver drive its client with further options."""
    driver.client = driver.client.with_options(**options)
    return driver


def test_options_of_every_call(connect: Callable[..., SyncDriver]) -> None:
    """The options hold for each call, a call's own take precedence, and mappings of both are merged."""
    server = Server(completion(), completion(), page([]))
    driver = connect(transport=server.transport)
    original = driver.client
    headers = {"x-a": "1", "x-b": "1"}
    refreshed(driver, timeout=5, max_retries=0, extra_headers=headers, extra_body={"new": 1}, extra_query={"q": "1"})
    driver.call("create", **ASK)
    driver.call("create", **ASK, timeout=7, extra_headers={"x-b": "2"}, extra_body={"newer": 2})
    driver.call("list")
    first, second, third = server.requests
    assert (first.extensions["timeout"]["read"], second.extensions["timeout"]["read"]) == (5, 7)
    assert [(one.headers["x-a"], one.headers["x-b"]) for one in server.requests] == [("1", "1"), ("1", "2"), ("1", "1")]
    assert b'"new":1' in first.content
    assert b'"newer":2' in second.content
    assert (third.content, third.url.params["q"]) == (b"", "1")
    assert original._defaults == {}


def test_layers(connect: Callable[..., SyncDriver]) -> None:
    """Options can be added to a client that has some already."""
    server = Server(completion())
    driver = refreshed(connect(transport=server.transport), timeout=5, extra_headers={"x-a": "1"})
    refreshed(driver, extra_headers={"x-b": "2"}).call("get", "c")
    (request,) = server.requests
    assert (request.extensions["timeout"]["read"], request.headers["x-a"], request.headers["x-b"]) == (5, "1", "2")


def close(driver: SyncDriver, client: Any) -> None:
    driver.run(client.aclose() if is_async(driver) else client.close())


def test_connections_are_shared(connect: Callable[..., SyncDriver]) -> None:
    """A copy uses the connections of its original, closes none of them, and is closed with it."""
    driver = connect(transport=Server(completion(), completion()).transport)
    original = driver.client
    driver.call("get", "c")
    refreshed(driver, timeout=5)
    assert driver.client._clients is original._clients
    copied = driver.client
    close(driver, copied)
    with pytest.raises(RuntimeError, match="closed"):
        driver.call("get", "c")
    driver.client = original
    driver.call("get", "c")
    copied = original.with_options(timeout=5)
    close(driver, original)
    driver.client = copied
    with pytest.raises(RuntimeError, match="closed"):
        driver.call("get", "c")


@pytest.mark.parametrize("cls", [ChatClient, AsyncChatClient])
def test_pickle(cls: Any) -> None:
    """A copy pickles with its options."""
    again = pickle.loads(pickle.dumps(cls(api_key="k").with_options(timeout=5, max_retries=1)))
    assert type(again) is cls
    assert again._defaults == {"timeout": 5, "max_retries": 1}


@pytest.mark.parametrize("cls", [ChatClient, AsyncChatClient])
def test_closing_what_was_unpickled(cls: Any) -> None:
    """A copy that was unpickled has connections of its own, and closes them."""
    assert pickle.loads(pickle.dumps(cls(api_key="k").with_options(timeout=5)))._original is None


@pytest.mark.parametrize("cls", [ChatClient, AsyncChatClient])
def test_raw(cls: Any) -> None:
    """The generated client sends none of the options, so there is none with options."""
    with pytest.raises(TypeError, match="take raw of the client before with_options"):
        _ = cls(api_key="k").with_options(timeout=5).raw


def test_later_changes(connect: Callable[..., SyncDriver]) -> None:
    """A mapping that was given may be changed afterwards, which changes no call."""
    server, headers = Server(completion()), {"x-a": "1"}
    driver = refreshed(connect(transport=server.transport), extra_headers=headers)
    headers["x-a"] = "2"
    driver.call("get", "c")
    assert server.requests[0].headers["x-a"] == "1"


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"timout": 5}, TypeError, "timout.*did you mean 'timeout'"),
        ({"timeout": "5"}, TypeError, "timeout"),
        ({"max_retries": -1}, ValueError, "max_retries"),
        ({"extra_headers": [("a", "s3cr3t")]}, TypeError, "extra_headers must be a mapping"),
        ({"extra_headers": {"a": "s3cr3t\n"}}, ValueError, "header"),
    ],
)
def test_options_that_cannot_be(options: dict[str, Any], error: type[Exception], text: str) -> None:
    """An unknown or impossible option is refused at once, and its value is not shown."""
    with pytest.raises(error, match=text) as caught:
        ChatClient(api_key="k").with_options(**options)
    assert "s3cr3t" not in str(caught.value)


def test_a_key_by_function(connect: Callable[..., SyncDriver], pauses: list[float]) -> None:
    """A function is asked for the key before each attempt, retries included."""
    keys, answers, came = iter(["k1", " k2\n", "k3"]), iter([500, 200, 200]), list[str]()

    def answer(request: httpx.Request) -> httpx.Response:
        came.append(request.headers["authorization"])
        return httpx.Response(next(answers), json=completion())

    driver = connect(transport=httpx.MockTransport(answer), api_key=lambda: next(keys))
    driver.call("get", "c")
    driver.call("get", "c")
    assert len(pauses) == 1
    assert came == ["Bearer k1", "Bearer k2", "Bearer k3"]


def test_a_key_by_coroutine() -> None:
    """The async client awaits what the function returns; the sync one refuses it, and leaves nothing unawaited."""

    async def key() -> str:
        return "k1"

    server = Server(completion())

    async def main() -> None:
        async with AsyncChatClient(api_key=key, transport=server.transport) as chat:
            await chat.get("c")

    asyncio.run(main())
    assert server.requests[0].headers["authorization"] == "Bearer k1"
    with (
        ChatClient(api_key=key, transport=server.transport) as chat,
        pytest.raises(TypeError, match="must return text, not coroutine"),
    ):
        chat.get("c")


@pytest.mark.parametrize(
    ("key", "error"),
    [(5, TypeError), (None, TypeError), (" ", ChatCompletionsError), ("s3cr3t\n\n\u20ac", ChatCompletionsError)],
)
def test_a_function_without_a_key(connect: Callable[..., SyncDriver], key: Any, error: type[Exception]) -> None:
    """A function that returns no usable key is an error that does not show what it returned."""
    driver = connect(transport=Server(completion()).transport, api_key=lambda: key)
    with pytest.raises(error, match="function given as api_key") as caught:
        driver.call("get", "c")
    assert "s3cr3t" not in str(caught.value)


def test_a_key_by_function_and_auth() -> None:
    """A function for the key and auth cannot both say who asks."""
    with pytest.raises(TypeError, match="not both"):
        ChatClient(api_key=lambda: "k", auth=("a", "b"))


def test_a_key_by_function_is_not_shown(connect: Callable[..., SyncDriver]) -> None:
    """The key that a function returned shows in no error."""
    server = Server(httpx.Response(401, json={"error": {"message": "bad key s3cr3t-key"}}))
    driver = connect(transport=server.transport, api_key=lambda: "s3cr3t-key")
    with pytest.raises(AuthenticationError) as caught:
        driver.call("get", "c")
    assert "s3cr3t-key" not in str(caught.value) + repr(caught.value.body)


@pytest.mark.parametrize("cls", [ChatClient, AsyncChatClient])
@pytest.mark.parametrize(
    ("name", "text"),
    [("chat", "client.create"), ("retrieve", "get"), ("with_raw_response", "request_id"), ("odd", "odd")],
)
def test_names_of_the_official_sdk(cls: Any, name: str, text: str) -> None:
    """Who types a name of the official SDK learns the name here; hasattr tells the truth."""
    client = cls(api_key="k")
    with pytest.raises(AttributeError, match=text) as caught:
        getattr(client, name)
    assert str(caught.value).startswith(f"{cls.__name__!r} object has no attribute {name!r}")
    assert not hasattr(client, name)


@pytest.mark.parametrize(
    ("name", "text"), [("model_dump", "to_dict"), ("model_dump_json", "to_json"), ("_request_id", "use request_id")]
)
def test_names_of_other_models(connect: Callable[..., SyncDriver], name: str, text: str) -> None:
    """Who types a method of pydantic on an answer, or the official SDK's request id, learns the name here."""
    reply = connect(transport=Server(completion()).transport).call("create", **ASK)
    with pytest.raises(AttributeError, match=text):
        getattr(reply, name)
    assert not hasattr(reply, name)
    if name != "_request_id":
        with pytest.raises(AttributeError, match=text):
            getattr(reply.message, name)
