"""What a transport may raise, told in httpx's words, and which of it no retry would mend."""

from __future__ import annotations

import signal
import ssl
from typing import Any

import httpx

from chatcompletions._redaction import causes

#: What the packages below a transport raise for a connection that broke.
_NETWORK = frozenset({"aiohttp", "anyio", "h11", "h2", "hpack", "hyperframe", "socksio", "ssl", "trio"})
#: What a proxy answers that will answer the same again.
_REFUSALS = ("401", "403", "407")


class TooLargeError(httpx.RequestError):
    """An answer has more bytes than the caller is ready to take."""


class ProxyRefusalError(httpx.ProxyError):
    """A proxy does not let this client through, whatever it asks for."""


def request_error(failure: Exception, proxy: str = "") -> httpx.RequestError:
    """Return what a transport raised as an error of httpx.

    Args:
        failure: What it raised.
        proxy: What messages call the proxy, if there is one.

    Returns:
        The failure itself where httpx knows it, else an error that has the failure for its cause. A failure that is no
        network's, such as a `TypeError`, becomes an `httpx.TransportError` and none of its subclasses.
    """
    error = _request_error(failure, proxy)
    if error is not failure:
        error.__cause__ = failure
    return error


def exception_text(failure: BaseException) -> str:
    """Return the class of an exception and what it says, if it says anything."""
    return f"{type(failure).__name__}: {failure}".removesuffix(": ")


def _request_error(failure: Exception, proxy: str) -> httpx.RequestError:
    package = _package(failure)
    if isinstance(failure, httpx.TimeoutException) and _is_disconnect(failure.__cause__):
        return httpx.RemoteProtocolError(str(failure) or "the server disconnected")
    if isinstance(failure, httpx.RequestError):
        return failure
    if package == "httpcore":
        return _of_httpcore(failure, proxy)
    if isinstance(failure, TimeoutError):
        return httpx.ReadTimeout(str(failure))
    if isinstance(failure, OSError | EOFError) or package in _NETWORK:
        return httpx.RemoteProtocolError(exception_text(failure))
    return httpx.TransportError(exception_text(failure))


def raised_by_signal(failure: BaseException) -> BaseException | None:
    """Return the exception that a signal handler raised in the middle of a call, if that is what a failure comes from.

    It is its author's: an alarm, say, whose `TimeoutError` is meant to end the call, and not to have it tried again.
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
    """Tell whether a connection failed because the server's certificate is not to be trusted."""
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes(failure))


def is_final(failure: BaseException) -> bool:
    """Tell whether a connection failed for a reason that the next attempt would meet again.

    That is a certificate that is not to be trusted, a proxy that refuses, a pool that stayed full for as long as the
    caller wanted to wait, and whatever is no failure of a network.
    """
    return any(
        isinstance(cause, ssl.SSLCertVerificationError | ProxyRefusalError | httpx.PoolTimeout)
        or type(cause) is httpx.TransportError
        for cause in causes(failure)
    )


def _is_disconnect(cause: Any) -> bool:
    # httpx-aiohttp 0.2.0 calls every lost connection a timeout.
    return _package(cause) == "aiohttp" and not isinstance(cause, TimeoutError)


def _package(value: object) -> str:
    return type(value).__module__.partition(".")[0]


def _of_httpcore(failure: Exception, proxy: str) -> httpx.RequestError:
    name, text = type(failure).__name__, str(failure)
    if name == "ProxyError" and proxy:
        refused = text.startswith(_REFUSALS) or "auth" in text.lower()
        return (ProxyRefusalError if refused else httpx.ProxyError)(f"the proxy {proxy} refused: {text}")
    if name == "LocalProtocolError" and _package(failure.args[0] if failure.args else None) == "h2":
        return _of_h2(failure.args[0])
    cls = getattr(httpx, name, httpx.RemoteProtocolError)
    return cls(text)


def _of_h2(failure: Exception) -> httpx.RequestError:
    # A header that HTTP/2 forbids is the caller's; anything else, the state of a connection that the server has closed.
    is_state = type(failure).__name__ != "ProtocolError" or str(failure).startswith("Invalid input")
    return (httpx.RemoteProtocolError if is_state else httpx.LocalProtocolError)(exception_text(failure))
