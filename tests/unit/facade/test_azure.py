"""Clients for Azure OpenAI."""

from __future__ import annotations

import copy
import pickle
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from chatcompletions import (
    AsyncChatClient,
    AuthenticationError,
    ChatClient,
    ChatCompletionsError,
    UnsupportedOperationError,
)

from ._support import ASK, KEY, Server, completion, is_async, page

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import SyncDriver

CLIENTS = pytest.mark.parametrize("client", [ChatClient, AsyncChatClient])
ENDPOINT = "https://name.openai.azure.com"


@pytest.fixture(autouse=True)
def _no_azure_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_API_KEY", "OPENAI_API_VERSION"):
        monkeypatch.delenv(name, raising=False)


def sent(connect: Callable[..., SyncDriver], call: str = "create", **arguments: Any) -> httpx.Request:
    """Return the request that a client for Azure sends."""
    server = Server(completion() if call == "create" else page([]))
    driver = connect()
    driver.client = type(driver.client).azure(transport=server.transport, **arguments)
    driver.call(call, **(ASK if call == "create" else {}))
    return server.requests[0]


@pytest.mark.parametrize("endpoint", [ENDPOINT, f"{ENDPOINT}/", f"{ENDPOINT}/openai", f"{ENDPOINT}/openai/v1/"])
def test_without_a_deployment(connect: Callable[..., SyncDriver], endpoint: str) -> None:
    """Calls go to the address that has no version, and the key in a header of its own."""
    for call in ("create", "list"):
        request = sent(connect, call, endpoint=endpoint, api_key=KEY)
        assert str(request.url) == f"{ENDPOINT}/openai/v1/chat/completions"
        assert request.headers["api-key"] == KEY
        assert "authorization" not in request.headers


def test_a_deployment(connect: Callable[..., SyncDriver]) -> None:
    """A deployment has an address of its own, whose version is in the query beside the caller's own parameters."""
    given = {"endpoint": ENDPOINT, "deployment": "my gpt", "api_version": "2024-10-21", "params": {"x": "1"}}
    request = sent(connect, **given, api_key=KEY)
    assert str(request.url).partition("?")[0] == f"{ENDPOINT}/openai/deployments/my%20gpt/chat/completions"
    assert dict(request.url.params) == {"x": "1", "api-version": "2024-10-21"}


def test_the_environment(connect: Callable[..., SyncDriver], monkeypatch: pytest.MonkeyPatch) -> None:
    """Endpoint, key and version come from the variables that the official SDK reads, and OpenAI's key goes nowhere."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-openai-0123456789")
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", ENDPOINT)
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", f"{KEY}\n")
    monkeypatch.setenv("OPENAI_API_VERSION", "2024-10-21")
    request = sent(connect, deployment="d")
    assert request.headers["api-key"] == KEY
    assert "sk-openai" not in str(request.headers.raw)
    assert request.url.params["api-version"] == "2024-10-21"
    assert "/openai/v1/" in str(sent(connect).url)


def test_a_token(connect: Callable[..., SyncDriver]) -> None:
    """A function gives the token of each attempt."""

    async def get_token() -> str:
        return "entra"

    driver = connect()
    function: Any = get_token if is_async(driver) else lambda: "entra"
    request = sent(connect, endpoint=ENDPOINT, api_key=function)
    assert request.headers["authorization"] == "Bearer entra"
    assert "api-key" not in request.headers


def test_names_of_another_service(connect: Callable[..., SyncDriver], monkeypatch: pytest.MonkeyPatch) -> None:
    """Organisation and project of the environment are OpenAI's, and go to Azure only if they are given."""
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-1")
    request = sent(connect, endpoint=ENDPOINT, api_key=KEY)
    assert not {"openai-organization", "openai-project"} & {*request.headers}
    request = sent(connect, endpoint=ENDPOINT, api_key=KEY, organization="org-2", project=None)
    assert request.headers["openai-organization"] == "org-2"
    assert "openai-project" not in request.headers


@pytest.mark.parametrize("call", ["list", "get", "update", "delete", "messages"])
def test_stored_completions_of_a_deployment(connect: Callable[..., SyncDriver], call: str) -> None:
    """The address of a deployment has no stored completions, which is said before anything is sent."""
    server = Server(page([]))
    driver = connect()
    made = type(driver.client).azure(
        endpoint=ENDPOINT, deployment="d", api_version="v", api_key=KEY, transport=lambda: server.transport
    )
    for client in (made, copy.copy(made), made.with_options(timeout=1)):
        driver.client = client
        with pytest.raises(UnsupportedOperationError, match="give the deployment's name as model="):
            driver.call(call, *([] if call == "list" else ["c1"]), **({"metadata": {}} if call == "update" else {}))
    assert server.requests == []


@CLIENTS
def test_the_key_of_the_environment_over_http(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's key goes over plain http only to an endpoint that the environment names, or to this machine."""
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", KEY)
    with pytest.raises(ChatCompletionsError, match="AZURE_OPENAI_API_KEY is not sent over plain http"):
        client.azure(endpoint="http://azure.example")
    client.azure(endpoint="http://azure.example", api_key=KEY)
    client.azure(endpoint="http://127.0.0.1:8000")
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "http://azure.example")
    client.azure()


@CLIENTS
@pytest.mark.parametrize(
    ("arguments", "cls", "told"),
    [
        ({}, ChatCompletionsError, "AZURE_OPENAI_ENDPOINT"),
        ({"endpoint": ENDPOINT}, ChatCompletionsError, "AZURE_OPENAI_API_KEY"),
        ({"endpoint": ENDPOINT, "api_key": "schlüssel"}, ChatCompletionsError, "no header can carry"),
        ({"endpoint": ENDPOINT, "api_key": 1}, TypeError, "api_key must be text or a function"),
        ({"endpoint": "name", "api_key": KEY}, ChatCompletionsError, "^endpoint must begin with https://"),
        ({"endpoint": ENDPOINT, "api_key": KEY, "deployment": "d"}, ValueError, "OPENAI_API_VERSION"),
        ({"endpoint": ENDPOINT, "api_key": KEY, "api_version": "v"}, ValueError, "pass deployment= as well"),
        ({"endpoint": ENDPOINT, "api_key": KEY, "deployment": ""}, TypeError, "deployment must be"),
        ({"endpoint": ENDPOINT, "api_key": KEY, "deployment": ".."}, TypeError, "deployment must be"),
        ({"endpoint": ENDPOINT, "api_key": KEY, "base_url": ENDPOINT}, TypeError, "leave out base_url="),
        ({"endpoint": ENDPOINT, "api_key": KEY, "tiemout": 1}, TypeError, "timeout"),
    ],
)
def test_wrong_arguments(client: Any, arguments: dict[str, Any], cls: type[Exception], told: str) -> None:
    """What is missing or wrong is an error that names it, and shows no key."""
    with pytest.raises(cls, match=told) as caught:
        client.azure(**arguments)
    assert KEY not in str(caught.value)


@CLIENTS
def test_secrets(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repr shows no key, and a pickle has none that came from the environment."""
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", KEY)
    made = client.azure(endpoint=ENDPOINT)
    assert KEY not in repr(made)
    assert KEY.encode() not in pickle.dumps(made)
    assert str(pickle.loads(pickle.dumps(made)).base_url) == str(made.base_url)


def test_a_key_in_an_error(connect: Callable[..., SyncDriver]) -> None:
    """A server that repeats the key does not get it into an error."""
    server = Server(httpx.Response(401, json={"error": {"message": f"wrong key {KEY}"}}))
    driver = connect()
    driver.client = type(driver.client).azure(endpoint=ENDPOINT, api_key=KEY, transport=server.transport)
    with pytest.raises(AuthenticationError) as caught:
        driver.call("create", **ASK)
    assert KEY not in str(caught.value)
    assert KEY not in repr(caught.value.body)
