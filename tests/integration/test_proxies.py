"""Proxies that are dead, that refuse, or that repeat their password: the error names them and shows no secret."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from chatcompletions import APIConnectionError, APIStatusError
from tests.integration.rawserver import RawServer, http_response
from tests.unit.facade._support import is_async

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import SyncDriver

ASK: dict[str, Any] = {"model": "m", "messages": "Hello."}
TARGETS = ["http://api.test/v1", "https://api.test/v1"]


@pytest.fixture
def nobody() -> Iterator[str]:
    """A URL at which no server listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.mark.parametrize("target", TARGETS)
def test_a_dead_proxy(connect: Callable[..., SyncDriver], pauses: list[float], nobody: str, target: str) -> None:
    """The error for a proxy that cannot be reached names it, without its password; the call is retried."""
    chat = connect(base_url=target, proxy=nobody.replace("//", "//me:pass-word@"))
    with pytest.raises(APIConnectionError, match=f"the proxy {nobody} cannot be reached") as caught:
        chat.call("create", **ASK)
    assert "pass-word" not in str(caught.value)
    assert len(pauses) == 2


@pytest.mark.parametrize(("status", "retries"), [(401, 0), (403, 0), (407, 0), (502, 2), (503, 2)])
def test_a_proxy_that_refuses(
    connect: Callable[..., SyncDriver], pauses: list[float], status: int, retries: int
) -> None:
    """The error for a proxy that opens no tunnel names it; if it refuses this client, the call is not retried."""
    with RawServer(lambda _: http_response(status)) as server:
        proxy = server.base_url.removesuffix("/v1")
        chat = connect(base_url="https://api.test/v1", proxy=proxy)
        with pytest.raises(APIConnectionError, match=f"the proxy {proxy} refused: {status}"):
            chat.call("create", **ASK)
        assert len(server.requests) == 1 + retries
    assert len(pauses) == retries


PROXYING: dict[str, Callable[[str, bool], dict[str, Any]]] = {
    "transport": lambda proxy, is_async: {"transport": _httpx_transport(proxy, is_async=is_async)},
    "mounts": lambda proxy, is_async: {"mounts": {"all://": _httpx_transport(proxy, is_async=is_async)}},
}


def _httpx_transport(proxy: str, *, is_async: bool) -> Any:
    return (httpx.AsyncHTTPTransport if is_async else httpx.HTTPTransport)(proxy=proxy)


@pytest.mark.parametrize("way", PROXYING)
@pytest.mark.parametrize(("status", "retries"), [(407, 0), (502, 2)])
def test_a_proxy_of_the_callers_transport(
    connect: Callable[..., SyncDriver], pauses: list[float], way: str, status: int, retries: int
) -> None:
    """A refusal by a proxy that a transport of the caller's goes through is not retried either."""
    with RawServer(lambda _: http_response(status)) as server:
        driver = connect(base_url="https://api.test/v1")
        proxy = server.base_url.removesuffix("/v1")
        driver.client._http_options |= PROXYING[way](proxy, is_async(driver))
        with pytest.raises(APIConnectionError, match=str(status)):
            driver.call("create", **ASK)
        assert (len(server.requests), len(pauses)) == (1 + retries, retries)


def test_a_proxy_that_wants_a_password(connect: Callable[..., SyncDriver], pauses: list[float]) -> None:
    """The error for a 407 of a forwarding proxy says how to give user and password; the call is not retried."""
    with RawServer(lambda _: http_response(407)) as server:
        chat = connect(base_url="http://api.test/v1", proxy=server.base_url.removesuffix("/v1"))
        with pytest.raises(APIStatusError, match=r"407 .*proxy='http://user:password@host'"):
            chat.call("create", **ASK)
        assert (len(server.requests), pauses) == (1, [])


def test_a_proxy_that_repeats_its_password(connect: Callable[..., SyncDriver]) -> None:
    """A password that the proxy repeats in its page does not appear in the error."""

    def repeat(request: Any) -> bytes:
        return http_response(400, json.dumps({"error": {"message": request.header("proxy-authorization")}}))

    with RawServer(repeat) as server:
        proxy = server.base_url.removesuffix("/v1").replace("//", "//me:pass-word-of-mine@")
        for given in (proxy, httpx.Proxy(proxy, headers={"X-Proxy": "also-a-secret"})):
            with pytest.raises(APIStatusError, match=r"\[secure\]") as caught:
                connect(base_url="http://api.test/v1", proxy=given).call("create", **ASK)
            assert server.requests[-1].header("proxy-authorization") == "Basic bWU6cGFzcy13b3JkLW9mLW1pbmU="
            assert "bWU6cGFzcy13b3JkLW9mLW1pbmU=" not in str(caught.value.__dict__)


def test_a_proxy_of_the_environment(connect: Callable[..., SyncDriver], monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names a proxy of the environment as well."""
    with RawServer(lambda _: http_response(403)) as server:
        proxy = server.base_url.removesuffix("/v1")
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        with pytest.raises(APIConnectionError, match=f"the proxy {proxy} refused: 403"):
            connect(base_url="https://api.test/v1").call("create", **ASK)
