"""Conversion of transports' exceptions into httpx's errors, and the kinds that no retry would help."""

from __future__ import annotations

import ssl
from typing import Any

import aiohttp
import h2.exceptions
import httpcore
import httpx
import pytest

from chatcompletions._answers.failures import ProxyRefusalError, is_final, request_error

STATE = h2.exceptions.ProtocolError("Invalid input ConnectionInputs.SEND_HEADERS in state ConnectionState.CLOSED")
HEADER = h2.exceptions.ProtocolError("Header block must not contain uppercase header names")


@pytest.mark.parametrize(
    ("failure", "cls"),
    [
        (httpcore.ConnectTimeout("x"), httpx.ConnectTimeout),
        (httpcore.ReadError("x"), httpx.ReadError),
        (httpcore.RemoteProtocolError("x"), httpx.RemoteProtocolError),
        (httpcore.LocalProtocolError("a header"), httpx.LocalProtocolError),
        (httpcore.LocalProtocolError(STATE), httpx.RemoteProtocolError),
        (httpcore.LocalProtocolError(h2.exceptions.StreamClosedError(3)), httpx.RemoteProtocolError),
        (httpcore.LocalProtocolError(HEADER), httpx.LocalProtocolError),
        (httpcore.ConnectionNotAvailable(), httpx.RemoteProtocolError),
        (STATE, httpx.RemoteProtocolError),
        (ssl.SSLError("x"), httpx.RemoteProtocolError),
        (aiohttp.ClientPayloadError("x"), httpx.RemoteProtocolError),
        (ConnectionResetError("x"), httpx.RemoteProtocolError),
        (EOFError(), httpx.RemoteProtocolError),
        (TimeoutError("x"), httpx.ReadTimeout),
        (TypeError("x"), httpx.TransportError),
    ],
    ids=lambda value: f"{type(value).__name__}" if isinstance(value, Exception) else value.__name__,
)
def test_in_the_words_of_httpx(failure: Exception, cls: type[Exception]) -> None:
    """Each exception is the cause of an error of httpx; for the state of a connection that is never a local one."""
    error = request_error(failure)
    assert type(error) is cls
    assert error.__cause__ is failure


def test_what_httpx_raised() -> None:
    """An error of httpx is returned as it is."""
    failure = httpx.ReadError("x")
    assert request_error(failure) is failure


@pytest.mark.parametrize(
    ("cause", "cls"),
    [
        (aiohttp.ServerDisconnectedError(), httpx.RemoteProtocolError),
        (aiohttp.SocketTimeoutError(), httpx.ConnectTimeout),
        (None, httpx.ConnectTimeout),
    ],
)
def test_a_lost_connection_is_no_timeout(cause: Exception | None, cls: type[Exception]) -> None:
    """aiohttp's exceptions for a lost connection become connection errors, whatever the transport makes of them."""
    failure = httpx.ConnectTimeout("x")
    failure.__cause__ = cause
    assert type(request_error(failure)) is cls


@pytest.mark.parametrize(
    ("text", "cls"),
    [
        ("407 Proxy Authentication Required", ProxyRefusalError),
        ("Username/password authentication failed", ProxyRefusalError),
        ("502 Bad Gateway", httpx.ProxyError),
    ],
)
def test_proxies_are_named(text: str, cls: type[Exception]) -> None:
    """The error for a proxy's refusal names the proxy, and is final if it refuses this client."""
    error = request_error(httpcore.ProxyError(text), "http://p.test:1")
    assert type(error) is cls
    assert str(error) == f"the proxy http://p.test:1 refused: {text}"
    assert is_final(error) is (cls is ProxyRefusalError)


def caused(failure: Exception, cause: Exception) -> Exception:
    failure.__cause__ = cause
    return failure


@pytest.mark.parametrize(
    ("failure", "final"),
    [
        (httpx.PoolTimeout("x"), True),
        (caused(httpx.ConnectError("x"), ssl.SSLCertVerificationError("x")), True),
        (httpx.TransportError("a TypeError"), True),
        (httpx.ConnectError("x"), False),
        (httpx.ReadTimeout("x"), False),
    ],
)
def test_what_no_retry_mends(failure: Any, final: bool) -> None:
    """A failure that a retry would meet again is final, however deep in the chain of causes."""
    assert is_final(failure) is final
    assert is_final(caused(RuntimeError("outer"), failure)) is final
