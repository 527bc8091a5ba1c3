"""Idle connections, each in a transport of its own, and the TLS context that they share."""

from __future__ import annotations

import ssl
import threading
import time
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import httpx

from ._checks import naming_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TransportT = TypeVar("TransportT", bound=httpx.HTTPTransport | httpx.AsyncHTTPTransport)


class Stack(Generic[TransportT]):
    """Transports of one connection each; those that are idle, the last one used on top."""

    def __init__(self, make: Callable[[], TransportT], limits: httpx.Limits) -> None:
        self._make = make
        self._most = limits.max_keepalive_connections
        self._expiry = limits.keepalive_expiry
        self._idle: deque[tuple[float, TransportT]] = deque()
        self._lock = threading.Lock()

    def take(self) -> TransportT:
        """Return a transport that nobody uses."""
        with self._lock:
            return self._idle.pop()[1] if self._idle else self._make()

    def give_back(self, transport: TransportT) -> list[TransportT]:
        """Take a transport that is no longer used, and return those to close: too many, or idle for too long."""
        now = time.monotonic()
        surplus = []
        with self._lock:
            self._idle.append((now, transport))
            while self._idle and (self._is_full() or self._is_old(now - self._idle[0][0])):
                surplus.append(self._idle.popleft()[1])
        return surplus

    def close(self) -> list[TransportT]:
        """Return all idle transports, to be closed; those in use follow as they come back."""
        with self._lock:
            transports = [transport for _, transport in self._idle]
            self._idle.clear()
            self._most = 0
        return transports

    def _is_full(self) -> bool:
        return self._most is not None and len(self._idle) > self._most

    def _is_old(self, age: float) -> bool:
        return self._expiry is not None and age > self._expiry


class Stacks(Generic[TransportT]):
    """A stack for plain connections and one for TLS, whose context is built when the first one is."""

    def __init__(self, cls: type[TransportT], limits: httpx.Limits, options: Mapping[str, Any]) -> None:
        self._cls = cls
        # The context holds what these say; a transport would load the certificate into it once more.
        self._tls_options = {name: options[name] for name in ("verify", "cert", "trust_env") if name in options}
        self._options = {
            **{name: value for name, value in options.items() if name not in self._tls_options},
            "limits": httpx.Limits(
                max_connections=1, max_keepalive_connections=1, keepalive_expiry=limits.keepalive_expiry
            ),
        }
        self._context: ssl.SSLContext | None = None
        self._stacks = {
            # A context without certificates costs nothing, and trusts nobody should it come to that.
            "http": Stack(partial(self._made, partial(ssl.SSLContext, ssl.PROTOCOL_TLS_CLIENT)), limits),
            "https": Stack(partial(self._made, self._tls), limits),
        }

    def __getitem__(self, scheme: str) -> Stack[TransportT]:
        try:
            return self._stacks[scheme]
        except KeyError:
            raise httpx.UnsupportedProtocol(f"{scheme!r} is neither http nor https") from None

    def close(self) -> list[TransportT]:
        """Return all idle transports, to be closed; those in use follow as they come back."""
        return [transport for stack in self._stacks.values() for transport in stack.close()]

    def _made(self, context: Callable[[], ssl.SSLContext]) -> TransportT:
        return self._cls(**self._options, verify=context())

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            with naming_settings():
                self._context = httpx.create_ssl_context(**self._tls_options)
        return self._context
