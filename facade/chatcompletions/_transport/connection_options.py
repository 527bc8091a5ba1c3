"""The options by which connections are made: versions of HTTP, TLS and the proxy."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import httpcore
import httpx

from chatcompletions._base_error import ChatCompletionsError
from chatcompletions._redaction import Secret

from .network_stream import MAX_BYTES_BEFORE_BODY, MAX_BYTES_BEFORE_BODY_HTTP2

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping


class ConnectionOptions:
    """The options by which the connections of a pool are made.

    Args:
        options: The options ``http1``, ``http2`` and ``proxy``, as httpx has them.
        keepalive_expiry: Seconds after which an idle connection is not used again.
        tls: Builds the TLS context, for the first connection that needs it.

    Attributes:
        proxy: The proxy, or `None`.
        proxy_name: The proxy's URL without credentials, for messages; empty without a proxy.
    """

    def __init__(
        self, options: Mapping[str, Any], keepalive_expiry: float | None, tls: Callable[[], ssl.SSLContext]
    ) -> None:
        self.proxy = _proxy(options)
        self._versions = {name: options[name] for name in ("http1", "http2") if name in options}
        self._keepalive_expiry = keepalive_expiry
        self._build_context = tls
        self._context: ssl.SSLContext | None = None
        url = "" if self.proxy is None else self.proxy.url.copy_with(userinfo=b"", raw_path=b"/")
        self.proxy_name = str(url).rstrip("/")

    def core_options(self, origin: httpcore.Origin) -> dict[str, Any]:
        """Return the arguments of an httpcore pool that connects to an origin."""
        proxy = self.proxy
        if origin.scheme == b"https" and self._context is None:
            self._context = self._build_context()
        return {
            **self._versions,
            "keepalive_expiry": self._keepalive_expiry,
            "ssl_context": self._context,
            "proxy": None if proxy is None else _core_proxy(proxy),
        }

    @property
    def max_bytes_before_body(self) -> int:
        """The number of bytes that may come before a body."""
        is_http2 = self._versions.get("http2") and not self._versions.get("http1", True)
        return MAX_BYTES_BEFORE_BODY_HTTP2 if is_http2 else MAX_BYTES_BEFORE_BODY


def _proxy(options: Mapping[str, Any]) -> httpx.Proxy | None:
    given = Secret(options.get("proxy"))
    if not isinstance(given.reveal(), str | httpx.URL):
        return given.reveal()  # type: ignore[no-any-return]
    proxy = None
    with contextlib.suppress(ValueError):  # httpx's message may hold a part of the proxy's password
        proxy = httpx.Proxy(given.reveal())
    if proxy is None:
        raise ChatCompletionsError(
            "the scheme of the proxy is not http, https or socks5: check proxy=..., whose URL begins with http:// or "
            "the like"
        )
    if proxy.url.scheme.startswith("socks"):
        from importlib.util import find_spec  # few clients need it

        if find_spec("socksio") is None:
            raise ImportError("a SOCKS proxy needs the package socksio: pip install 'httpx[socks]'")
    return proxy


def _core_proxy(proxy: httpx.Proxy) -> httpcore.Proxy:
    url = proxy.url
    core_url = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
    return httpcore.Proxy(core_url, proxy.raw_auth, proxy.headers.raw, proxy.ssl_context)
