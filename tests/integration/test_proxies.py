"""Proxies that are dead, refuse or repeat what they were told: named in the error, and asked no more than once."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from chatcompletions import APIConnectionError, APIStatusError
from tests.integration.rawserver import RawServer, http_response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import SyncDriver

ASK: dict[str, Any] = {"model": "m", "messages": "Hello."}
TARGETS = ["http://api.test/v1", "https://api.test/v1"]


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.mark.parametrize("target", TARGETS)
def test_a_dead_proxy(connect: Callable[..., SyncDriver], pauses: list[float], nobody: str, target: str) -> None:
    """A proxy that cannot be reached is named, without its password, and tried again."""
    chat = connect(base_url=target, proxy=nobody.replace("//", "//me:pass-word@"))
    with pytest.raises(APIConnectionError, match=f"the proxy {nobody} cannot be reached") as caught:
        chat.call("create", **ASK)
    assert "pass-word" not in str(caught.value)
    assert len(pauses) == 2


@pytest.mark.parametrize(("status", "retries"), [(401, 0), (403, 0), (407, 0), (502, 2), (503, 2)])
def test_a_proxy_that_refuses(
    connect: Callable[..., SyncDriver], pauses: list[float], status: int, retries: int
) -> None:
    """A proxy that opens no tunnel is named; one that does not let this client through is asked once."""
    with RawServer(lambda _: http_response(status)) as server:
        proxy = server.base_url.removesuffix("/v1")
        chat = connect(base_url="https://api.test/v1", proxy=proxy)
        with pytest.raises(APIConnectionError, match=f"the proxy {proxy} refused: {status}"):
            chat.call("create", **ASK)
        assert len(server.requests) == 1 + retries
    assert len(pauses) == retries


def test_a_proxy_that_wants_a_password(connect: Callable[..., SyncDriver], pauses: list[float]) -> None:
    """The 407 of a proxy that forwards is told with how to give it what it wants, and not asked again."""
    with RawServer(lambda _: http_response(407)) as server:
        chat = connect(base_url="http://api.test/v1", proxy=server.base_url.removesuffix("/v1"))
        with pytest.raises(APIStatusError, match=r"407 .*proxy='http://user:password@host'"):
            chat.call("create", **ASK)
        assert (len(server.requests), pauses) == (1, [])


def test_a_proxy_that_repeats_its_password(connect: Callable[..., SyncDriver]) -> None:
    """What went to the proxy alone does not come into an error by way of its page."""

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
    """A proxy that the environment names is named just as well."""
    with RawServer(lambda _: http_response(403)) as server:
        proxy = server.base_url.removesuffix("/v1")
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        with pytest.raises(APIConnectionError, match=f"the proxy {proxy} refused: 403"):
            connect(base_url="https://api.test/v1").call("create", **ASK)
