"""The transports of a client: its pools, one for each proxy, the caller's own, and the TLS context that they share."""

from __future__ import annotations

import json
import ssl
import traceback
from typing import TYPE_CHECKING, Any

import httpcore
import httpx
import pytest
from httpx._utils import get_environment_proxies

from chatcompletions import ChatCompletionsError
from chatcompletions._transport.guard import AsyncGuard, Guard
from chatcompletions._transport.pool import AsyncPool, Pool
from chatcompletions._transport.transports import DEFAULT_LIMITS, transport_options
from tests.integration.rawserver import RawServer, http_response

from ._support import ASK, Server, completion, is_async

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


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


POOLS = [Pool, AsyncPool]


def settings(transport: Any, scheme: str) -> dict[str, Any]:
    """Return the options that a pool passes to httpcore for a connection."""
    found: dict[str, Any] = transport.connection_options.core_options(httpcore.Origin(scheme.encode(), b"x.example", 1))
    return found


@pytest.mark.parametrize("cls", POOLS)
def test_one_tls_context(cls: Any, contexts: list[dict[str, Any]]) -> None:
    """The TLS context is built for the first TLS connection, once, from httpx's own options."""
    options = {"verify": True, "trust_env": False, "http1": True}
    transport = transport_options(options, is_async=cls is AsyncPool)["transport"]
    assert settings(transport, "http")["ssl_context"] is None
    assert contexts == []
    first, second = settings(transport, "https"), settings(transport, "https")
    assert first["ssl_context"] is second["ssl_context"]
    assert contexts == [{"verify": True, "trust_env": False}]


@pytest.mark.parametrize("cls", POOLS)
def test_a_client_certificate_is_loaded_once(cls: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client certificate is loaded into the TLS context once, and not again by each connection."""
    loaded = []

    def load(_: ssl.SSLContext, *args: Any, **__: Any) -> None:
        loaded.append(args)

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", load)
    transport = transport_options({"cert": "client.pem"}, is_async=cls is AsyncPool)["transport"]
    with pytest.warns(DeprecationWarning, match="cert"):
        settings(transport, "https")
    settings(transport, "https")
    settings(transport, "http")
    assert len(loaded) == 1


def test_other_schemes_are_refused(connect: Callable[..., Any]) -> None:
    """A URL whose scheme is neither http nor https is refused."""
    driver = connect(base_url="http://x.example")
    request = httpx.Request("GET", "ftp://x.example")
    with pytest.raises(httpx.UnsupportedProtocol, match="ftp"):
        driver.client._http()._transport.core_request(request) if not is_async(driver) else driver.run(
            on_loop(driver, request)
        )


async def on_loop(driver: Any, request: httpx.Request) -> None:
    driver.client._http()._transport.core_request(request)


@pytest.mark.parametrize("cls", POOLS)
def test_httpx_options_reach_the_pool(cls: Any) -> None:
    """The versions of HTTP and the proxy go to the pool, all other options to httpx's client."""
    options = {"verify": False, "cert": "c", "proxy": "http://p", "http2": True, "timeout": 1, "trust_env": False}
    result = transport_options(options, is_async=cls is AsyncPool)
    assert isinstance(result["transport"], cls)
    assert result.keys() == {"verify", "cert", "http2", "timeout", "trust_env", "mounts", "transport", "limits"}
    made = settings(result["transport"], "http")
    assert (made["http2"], made["proxy"].url.host) == (True, b"p")


@pytest.mark.parametrize("options", [{}, {"limits": None}])
def test_limits_by_default(options: dict[str, Any]) -> None:
    """Limits that are left out or None are the defaults of this package."""
    assert transport_options({**options, "trust_env": False}, is_async=False)["limits"] == DEFAULT_LIMITS


@pytest.mark.parametrize(("cls", "guard"), [(Pool, Guard), (AsyncPool, AsyncGuard)])
def test_what_is_given_is_guarded(cls: Any, guard: type[Any]) -> None:
    """The caller's transports, for all URLs or for some, are wrapped in a guard."""
    given = httpx.MockTransport(lambda _: httpx.Response(200))
    result = transport_options(
        {"transport": given, "mounts": {"all://a.example": given, "all://b.example": None}}, is_async=cls is AsyncPool
    )
    assert isinstance(result["transport"], guard)
    assert isinstance(result["mounts"]["all://a.example"], guard)
    assert result["mounts"]["all://b.example"] is None


@pytest.fixture
def proxies(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.test:1")
    return None


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


NAMED = {
    "HTTPS_PROXY": "http://proxy.test:1",
    "ALL_PROXY": "other.test",
    "NO_PROXY": "a.example, 10.0.0.1/8,::1,localhost",
}


@pytest.mark.parametrize("cls", POOLS)
def test_environment_proxies(cls: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each proxy of the environment has a pool, and exempt hosts are called directly, as in httpx."""
    for name, value in NAMED.items():
        monkeypatch.setenv(name, value)
    mounts = transport_options({}, is_async=cls is AsyncPool)["mounts"]
    found = {pattern: each and (type(each), each.proxy_name) for pattern, each in mounts.items()}
    assert found == {
        "https://": (cls, "http://proxy.test:1"),
        "all://": (cls, "http://other.test"),
        "all://*a.example": None,
        "all://10.0.0.1/8": None,
        "all://[::1]": None,
        "all://localhost": None,
    }
    assert found.keys() == get_environment_proxies().keys()


@pytest.mark.parametrize(
    "options", [{"trust_env": False}, {"proxy": "http://p.test"}, {"transport": httpx.MockTransport(lambda _: ...)}]
)
@pytest.mark.usefixtures("proxies")
def test_proxies_are_not_looked_for(options: dict[str, Any]) -> None:
    """Proxies of the environment are ignored with trust_env=False, or if the caller gives a proxy or a transport."""
    assert transport_options(options, is_async=False)["mounts"] == {}


@pytest.mark.parametrize("no_proxy", ["localhost", "*"])
def test_exceptions_from_proxies_are_no_proxies(monkeypatch: pytest.MonkeyPatch, no_proxy: str) -> None:
    """An environment that only exempts hosts from proxies, or exempts all of them, gives no proxy."""
    monkeypatch.setenv("NO_PROXY", no_proxy)
    if no_proxy == "*":
        monkeypatch.setenv("HTTP_PROXY", "http://proxy.test:1")
    assert transport_options({}, is_async=False)["mounts"] == {}


@pytest.mark.parametrize("proxies", [{}, {"HTTPS_PROXY": "http://proxy.test:1"}])
@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSLKEYLOGFILE"])
def test_certificates_that_are_not_there(
    connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, name: str, proxies: dict[str, str]
) -> None:
    """If certificates cannot be loaded, the error names the settings to check."""
    for variable, value in {name: "/missing/file.pem", **proxies}.items():
        monkeypatch.setenv(variable, value)
    with pytest.raises(ChatCompletionsError, match=f"No such file or directory.*{name}") as caught:
        connect(base_url="https://x.example").call("create", **ASK)
    assert type(caught.value) is ChatCompletionsError


@pytest.mark.parametrize(
    ("options", "variables"),
    [
        ({"proxy": "http://me:pass/word@proxy.test"}, {}),
        ({}, {"HTTPS_PROXY": "http://proxy.test:1", "NO_PROXY": "[::1]"}),
    ],
)
def test_proxies_that_are_no_urls(
    connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], variables: dict[str, str]
) -> None:
    """If httpx cannot read a proxy's URL or an exempt host, the error names the settings, and shows no password."""
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    with pytest.raises(ChatCompletionsError, match=r"proxy=.*NO_PROXY") as caught:
        connect(base_url="https://x.example", **options).call("create", **ASK)
    assert "pass" not in str(caught.value)
    assert caught.value.__cause__ is None


UNUSABLE = {
    "socks://me:pass-word@proxy.test:1": "its scheme is not http, https or socks5",
    "SOCKS4A://proxy.test:1": "its scheme is not http, https or socks5",
    "ftp://proxy.test": "its scheme is not http, https or socks5",
    "http://me:pass-word/@proxy.test": "it is not a URL",
    "socks5://me:pass-word@proxy.test:1": "a SOCKS proxy needs the package socksio",
}


@pytest.mark.parametrize("variable", ["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy"])
@pytest.mark.parametrize(("address", "problem"), UNUSABLE.items())
def test_proxies_that_cannot_be_used(
    connect: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    pauses: list[float],
    variable: str,
    address: str,
    problem: str,
) -> None:
    """A call that needs a proxy that cannot be used fails with the variable's name, and without its password."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    monkeypatch.setenv(variable, address)
    driver = connect(base_url="https://x.example")
    for _ in range(2):
        with pytest.raises(
            ChatCompletionsError, match=f"variable {variable} names no usable proxy: {problem}"
        ) as caught:
            driver.call("create", **ASK)
        assert type(caught.value) is ChatCompletionsError
        assert "pass-word" not in "".join(traceback.format_exception(caught.value))
    assert pauses == []


@pytest.mark.parametrize("address", UNUSABLE)
@pytest.mark.parametrize(
    ("variable", "others"),
    [
        ("ALL_PROXY", {"NO_PROXY": "127.0.0.1"}),
        ("http_proxy", {"no_proxy": "10.0.0.1, 127.0.0.1"}),
        ("ALL_PROXY", {"NO_PROXY": "*"}),
        ("HTTPS_PROXY", {}),
    ],
)
def test_proxies_that_no_call_needs(
    connect: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    variable: str,
    others: dict[str, str],
) -> None:
    """A proxy that cannot be used does no harm to a call that does not go through it."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    for name, value in {variable: address, **others}.items():
        monkeypatch.setenv(name, value)
    with RawServer([http_response(200, json.dumps(completion()))]) as server:
        assert connect(base_url=server.base_url).call("create", **ASK).text == "Hi."


def test_a_proxy_of_the_systems_configuration(connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that cannot be used and that no variable names comes from the system's configuration."""
    monkeypatch.setattr("chatcompletions._transport.transports.getproxies", lambda: {"https": "gopher://x"})
    with pytest.raises(ChatCompletionsError, match="the system's configuration names no usable proxy"):
        connect(base_url="https://x.example").call("create", **ASK)


def test_a_transport_of_the_other_mode(connect: Callable[..., Any]) -> None:
    """A transport of the wrong kind is refused, and the error names the right one."""
    driver = connect(base_url="http://x.example")
    wrong = httpx.HTTPTransport() if is_async(driver) else httpx.AsyncHTTPTransport()
    driver.client._http_options["transport"] = wrong
    with pytest.raises(TypeError, match=r"httpx\.\w*BaseTransport, not \w+"):
        driver.call("create", **ASK)
