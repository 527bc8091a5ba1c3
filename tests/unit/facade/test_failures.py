"""What transports raise, in httpx's words, and which of it no retry would mend."""

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
    """Each failure has its like in httpx, whose cause it is; the state of a connection is never the caller's fault."""
    error = request_error(failure)
    assert type(error) is cls
    assert error.__cause__ is failure


def test_what_httpx_raised() -> None:
    """An error of httpx stays what it is."""
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
    """What aiohttp calls a lost connection is told as one, whatever the transport makes of it."""
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
    """What a proxy says is told with its address, and is final where it is about who asks."""
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
    """What the next attempt would meet again is final, however deep it lies."""
    assert is_final(failure) is final
    assert is_final(caused(RuntimeError("outer"), failure)) is final
