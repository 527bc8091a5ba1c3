"""Idle connections: which one is taken, which ones are closed, and when the TLS context is built."""

from __future__ import annotations

import ssl
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from chatcompletions import ChatCompletionsError, _connections
from chatcompletions._connections import Stack, Stacks
from chatcompletions._pool import DEFAULT_LIMITS, AsyncPool, Pool, pooled

from ._support import ASK, Pieces, Server, completion, is_async

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that stands still until its one element is changed."""
    now = [0.0]
    # For this module alone: an event loop in another thread would sleep for ever on a clock that stands still.
    monkeypatch.setattr(_connections, "time", SimpleNamespace(monotonic=lambda: now[0]))
    return now


def stack(**limits: Any) -> Stack[Any]:
    numbers = iter(range(100))
    return Stack(lambda: next(numbers), httpx.Limits(**limits))  # type: ignore[arg-type, return-value]


def test_the_last_one_used_is_taken_first(clock: list[float]) -> None:
    """A call in sequence keeps to one connection, so that the others grow old."""
    connections = stack()
    first, second = connections.take(), connections.take()
    connections.give_back(first)
    connections.give_back(second)
    assert (first, second, connections.take(), connections.take(), connections.take()) == (0, 1, 1, 0, 2)


def test_connections_beyond_the_limit_are_closed(clock: list[float]) -> None:
    """Of idle connections only `max_keepalive_connections` are kept, the newest."""
    connections = stack(max_keepalive_connections=2)
    taken = [connections.take() for _ in range(4)]
    assert [connections.give_back(one) for one in taken] == [[], [], [0], [1]]
    assert connections.close() == [2, 3]


def test_old_connections_are_closed(clock: list[float]) -> None:
    """Connections that were idle for longer than `keepalive_expiry` are closed when another comes back."""
    connections = stack(keepalive_expiry=5)
    taken = [connections.take() for _ in range(3)]
    connections.give_back(taken[0])
    clock[0] = 4
    connections.give_back(taken[1])
    clock[0] = 6
    assert connections.give_back(taken[2]) == [0]


def test_connections_in_use_are_closed_late(clock: list[float]) -> None:
    """A connection that is in use when the pool is closed is closed as it comes back."""
    connections = stack()
    connections.give_back(connections.take())
    busy = [connections.take(), connections.take()]
    connections.give_back(busy[0])
    assert connections.close() == [busy[0]]
    assert connections.give_back(busy[1]) == [busy[1]]


class Stubborn(httpx.MockTransport):
    """A connection that cannot be closed."""

    closed = 0

    def __init__(self, **_: Any) -> None:
        super().__init__(lambda _: httpx.Response(200, stream=Pieces()))

    def close(self) -> None:
        Stubborn.closed += 1
        raise OSError("cannot be closed")

    async def aclose(self) -> None:
        self.close()


@pytest.mark.parametrize("keepalive", [0, 9])
def test_a_connection_that_cannot_be_closed(
    connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, keepalive: int
) -> None:
    """A connection that fails to close harms neither its call, nor the next one, nor the other connections."""
    monkeypatch.setattr(Stubborn, "closed", 0)
    monkeypatch.setattr(httpx, "HTTPTransport", Stubborn)
    monkeypatch.setattr(httpx, "AsyncHTTPTransport", Stubborn)
    limits = httpx.Limits(max_connections=2, max_keepalive_connections=keepalive)
    driver = connect(base_url="http://x.example", limits=limits, timeout=60)
    streams = [driver.call("create", **ASK, stream=True) for _ in range(2)]
    for stream in streams:
        driver.run(stream.aclose()) if is_async(driver) else stream.close()
    assert Stubborn.closed == (0 if keepalive else 2)
    stream = driver.call("create", **ASK, stream=True)
    driver.run(stream.aclose()) if is_async(driver) else stream.close()
    driver.run(driver.client.aclose()) if is_async(driver) else driver.client.close()
    assert Stubborn.closed == (2 if keepalive else 3)


@pytest.fixture
def contexts(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The arguments of each TLS context that is built."""
    built: list[dict[str, Any]] = []
    real = httpx.create_ssl_context

    def create(**options: Any) -> ssl.SSLContext:
        built.append(options)
        return real(**options)

    monkeypatch.setattr(httpx, "create_ssl_context", create)
    return built


@pytest.mark.parametrize("cls", [httpx.HTTPTransport, httpx.AsyncHTTPTransport])
def test_one_tls_context(cls: Any, contexts: list[dict[str, Any]]) -> None:
    """The TLS context is built for the first TLS connection, once, from httpx's own options."""
    stacks = Stacks(cls, httpx.Limits(), {"verify": True, "trust_env": False, "http1": True})
    stacks["http"].take()
    assert contexts == []
    stacks["https"].take()
    stacks["https"].take()
    assert contexts == [{"verify": True, "trust_env": False}]


@pytest.mark.parametrize("cls", [httpx.HTTPTransport, httpx.AsyncHTTPTransport])
def test_a_client_certificate_is_loaded_once(cls: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate of the client's own is loaded into the context, and not again by each connection."""
    loaded = []

    def load(_: ssl.SSLContext, *args: Any, **__: Any) -> None:
        loaded.append(args)

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", load)
    stacks = Stacks(cls, httpx.Limits(), {"cert": "client.pem"})
    with pytest.warns(DeprecationWarning, match="cert"):
        stacks["https"].take()
    stacks["https"].take()
    stacks["http"].take()
    assert len(loaded) == 1


def test_plain_connections_trust_nobody() -> None:
    """A context made for plain connections verifies, and knows no certificate to verify by."""
    transport = Stacks(httpx.HTTPTransport, httpx.Limits(), {})["http"].take()
    context: ssl.SSLContext = transport._pool._ssl_context  # type: ignore[attr-defined, assignment]
    assert (context.verify_mode, context.check_hostname, context.get_ca_certs()) == (ssl.CERT_REQUIRED, True, [])


def test_other_schemes_are_refused() -> None:
    """A scheme that is neither http nor https has no connections."""
    with pytest.raises(httpx.UnsupportedProtocol, match="ftp"):
        Stacks(httpx.HTTPTransport, httpx.Limits(), {})["ftp"]


@pytest.mark.parametrize("cls", [Pool, AsyncPool])
def test_httpx_options_reach_the_pool(cls: Any) -> None:
    """TLS options and a proxy are the pool's, everything else stays the client's."""
    options = {"verify": False, "cert": "c", "proxy": "http://p", "timeout": 1, "headers": {}, "trust_env": False}
    result = pooled(cls, options)
    assert isinstance(result["transport"], cls)
    assert result.keys() == {"verify", "cert", "timeout", "headers", "trust_env", "transport", "limits"}


@pytest.mark.parametrize("options", [{}, {"limits": None}])
def test_limits_by_default(options: dict[str, Any]) -> None:
    """Limits that are left out or None are ours."""
    assert pooled(Pool, {**options, "trust_env": False})["limits"] == DEFAULT_LIMITS


@pytest.fixture
def proxies(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.test:1")
    return None


@pytest.mark.parametrize(
    "options", [{"transport": httpx.MockTransport(lambda _: httpx.Response(200))}, {"http2": True}]
)
def test_where_httpx_knows_better(options: dict[str, Any]) -> None:
    """A transport of the caller's and HTTP/2 between tasks, which share one connection, are left as they are."""
    assert pooled(AsyncPool, {**options, "trust_env": False}).get("transport") is options.get("transport")


def test_threads_share_no_connection_over_http2() -> None:
    """Calls of threads take a connection each over HTTP/2 too: httpx would give two of them one stream's number."""
    transport = pooled(Pool, {"http2": True, "trust_env": False})["transport"]
    stack = transport._stacks["https"]
    first, second = stack.take(), stack.take()
    assert first is not second
    assert (first._pool._http2, first._pool._max_connections) == (True, 1)


def test_what_makes_a_transport(connect: Callable[..., Any]) -> None:
    """A function that makes a transport is called once, for the first call."""
    made: list[httpx.MockTransport] = []

    def make() -> httpx.MockTransport:
        made.append(Server(completion()).transport)
        return made[-1]

    driver = connect(transport=make)
    assert made == []
    for _ in range(2):
        assert driver.call("create", **ASK).text == "Hi."
    assert len(made) == 1


@pytest.mark.parametrize(
    ("options", "ours"), [({}, False), ({"trust_env": False}, True), ({"proxy": "http://other.test"}, True)]
)
@pytest.mark.usefixtures("proxies")
def test_environment_proxies(options: dict[str, Any], ours: bool) -> None:
    """Proxies of the environment are httpx's to choose, unless it is told not to look or given another one."""
    assert ("transport" in pooled(Pool, options)) is ours


def test_exceptions_from_proxies_are_no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that only says where no proxy is wanted names none."""
    monkeypatch.setenv("NO_PROXY", "localhost")
    assert "transport" in pooled(Pool, {})


@pytest.mark.parametrize("proxies", [{}, {"HTTPS_PROXY": "http://proxy.test:1"}])
@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSLKEYLOGFILE"])
def test_certificates_that_are_not_there(
    connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, name: str, proxies: dict[str, str]
) -> None:
    """Certificates that cannot be loaded are a setting that is wrong, and the error names it."""
    for variable, value in {name: "/missing/file.pem", **proxies}.items():
        monkeypatch.setenv(variable, value)
    with pytest.raises(ChatCompletionsError, match=f"No such file or directory.*{name}") as caught:
        connect(base_url="https://x.example").call("create", **ASK)
    assert type(caught.value) is ChatCompletionsError


@pytest.mark.parametrize(
    "variables",
    [
        {"HTTPS_PROXY": "http://me:pass/word@proxy.test"},
        {"HTTPS_PROXY": "http://proxy.test:1", "NO_PROXY": "[::1]"},
    ],
)
def test_proxies_that_are_no_urls(
    connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    """A proxy, or an exception from it, that httpx cannot read is named, and its password is not."""
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    with pytest.raises(ChatCompletionsError, match=r"HTTPS_PROXY.*NO_PROXY") as caught:
        connect(base_url="https://x.example").call("create", **ASK)
    assert "pass" not in str(caught.value)
    assert caught.value.__cause__ is None
