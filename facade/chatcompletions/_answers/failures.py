"""Conversion of a transport's exceptions into httpx's errors, and the kinds that no retry would help."""

from __future__ import annotations

import signal
import ssl
from typing import Any

import httpx

from chatcompletions._base_error import describe
from chatcompletions._redaction import causes

#: Packages whose exceptions mean that a connection broke.
_NETWORK_PACKAGES = frozenset({"aiohttp", "anyio", "h11", "h2", "hpack", "hyperframe", "socksio", "ssl", "trio"})
#: Statuses of a proxy that would refuse a retry as well.
_PROXY_REFUSALS = ("401", "403", "407")


class TooLargeError(httpx.RequestError):
    """The answer has more bytes than the caller allows."""


class ProxyRefusalError(httpx.ProxyError):
    """The proxy refuses this client, whatever the request."""


def request_error(failure: Exception, proxy: str = "") -> httpx.RequestError:
    """Convert an exception of a transport into an error of httpx.

    Args:
        failure: The exception.
        proxy: The proxy's URL for messages, if there is a proxy.

    Returns:
        The exception itself if it is an error of httpx, else an error whose cause it is. An exception that does not
        come from a network, such as a `TypeError`, becomes an `httpx.TransportError`, and not one of its subclasses.
    """
    error = _request_error(failure, proxy)
    if error is not failure:
        error.__cause__ = failure
    return error


def _request_error(failure: Exception, proxy: str) -> httpx.RequestError:
    package = _package(failure)
    if isinstance(failure, httpx.TimeoutException) and _is_disconnect(failure.__cause__):
        return httpx.RemoteProtocolError(str(failure) or "the server disconnected")
    if isinstance(failure, httpx.ProxyError) and _is_refusal(str(failure)):
        return ProxyRefusalError(str(failure))
    if isinstance(failure, httpx.RequestError):
        return failure
    if package == "httpcore":
        return _from_httpcore(failure, proxy)
    if isinstance(failure, TimeoutError):
        return httpx.ReadTimeout(str(failure))
    if isinstance(failure, OSError | EOFError) or package in _NETWORK_PACKAGES:
        return httpx.RemoteProtocolError(describe(failure))
    return httpx.TransportError(describe(failure))


def raised_by_signal(failure: BaseException) -> BaseException | None:
    """Return the exception that a signal handler raised within a call, if a failure comes from one.

    Such an exception is meant to end the call: an alarm's `TimeoutError`, say, must not cause a retry.
    """
    codes = set()
    for number in signal.valid_signals():
        handler = signal.getsignal(number)
        codes.add(getattr(getattr(handler, "__func__", handler), "__code__", None))
    for cause in causes(failure):
        traceback = cause.__traceback__
        while traceback is not None:
            if traceback.tb_frame.f_code in codes:
                return cause
            traceback = traceback.tb_next
    return None


def is_certificate_failure(failure: BaseException) -> bool:
    """Tell whether a connection failed because the server's certificate is not trusted."""
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes(failure))


def is_final(failure: BaseException) -> bool:
    """Tell whether a connection failed for a reason that a retry would meet again.

    The reasons are a certificate that is not trusted, a proxy that refuses, a pool that stayed full for the whole pool
    timeout, and every exception that does not come from a network.
    """
    return any(
        isinstance(cause, ssl.SSLCertVerificationError | ProxyRefusalError | httpx.PoolTimeout)
        or type(cause) is httpx.TransportError
        for cause in causes(failure)
    )


def was_not_sent(failure: BaseException) -> bool:
    """Tell whether a request failed before a byte of it was sent."""
    return any(
        isinstance(
            cause,
            httpx.ConnectError
            | httpx.ConnectTimeout
            | httpx.PoolTimeout
            | httpx.ProxyError
            | httpx.UnsupportedProtocol
            | httpx.LocalProtocolError,
        )
        for cause in causes(failure)
    )


def _is_disconnect(cause: Any) -> bool:
    # httpx-aiohttp 0.2.0 raises a timeout for every lost connection.
    return _package(cause) == "aiohttp" and not isinstance(cause, TimeoutError)


def _is_refusal(text: str) -> bool:
    return text.startswith(_PROXY_REFUSALS) or "auth" in text.lower()


def _package(value: object) -> str:
    return type(value).__module__.partition(".")[0]


def _from_httpcore(failure: Exception, proxy: str) -> httpx.RequestError:
    name, text = type(failure).__name__, str(failure)
    if name == "ProxyError" and proxy:
        refusal = ProxyRefusalError if _is_refusal(text) else httpx.ProxyError
        return refusal(f"the proxy {proxy} refused: {text}")
    if name == "LocalProtocolError" and _package(failure.args[0] if failure.args else None) == "h2":
        return _from_h2(failure.args[0])
    cls = getattr(httpx, name, httpx.RemoteProtocolError)
    return cls(text)


def _from_h2(failure: Exception) -> httpx.RequestError:
    # A header that HTTP/2 forbids is the caller's mistake; all else comes from a connection that the server has closed.
    is_state = type(failure).__name__ != "ProtocolError" or str(failure).startswith("Invalid input")
    return (httpx.RemoteProtocolError if is_state else httpx.LocalProtocolError)(describe(failure))
