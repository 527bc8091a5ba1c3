"""One connection: httpcore connects, encrypts and speaks HTTP over a stream whose bounds and whose end are ours.

All that httpcore reads and writes goes through `Stream`. It bounds what may come before an answer, cuts the wait for
the end of a stream short, leaves a parent's socket alone after a fork, and can be closed at any moment, by any thread.
"""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import threading
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import httpcore
import httpx

from ._errors import ChatCompletionsError
from ._secrets import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: Bytes that may come before the body of an answer: its headers, and all interim answers. Below h11's own 100 KiB.
MOST_BEFORE_BODY = 96 * 2**10
#: The same over HTTP/2, which counts headers itself, but acknowledges each part of a long request meanwhile.
_MOST_BEFORE_BODY_HTTP2 = 16 * 2**20
#: Calls that an HTTP/2 connection serves. A server that has had enough says so before it answers the last call that it
#: takes (nginx, after 1,000), and h2 4.4 throws away what follows such a farewell: that call would be paid twice.
MOST_CALLS_HTTP2 = 500
#: Bytes that asyncio reads at a time. Asked for fewer, it would keep the rest where nobody could see it.
_ASYNC_READ = 256 * 2**10


class Dialing:
    """How connections are made.

    Args:
        options: ``verify``, ``cert``, ``trust_env``, ``http1``, ``http2`` and ``proxy``, as httpx has them.
        keepalive_expiry: Seconds after which an idle connection is not used again.
        tls: Builds the TLS context, for the first connection that needs it.
    """

    def __init__(
        self, options: Mapping[str, Any], keepalive_expiry: float | None, tls: Callable[[], ssl.SSLContext]
    ) -> None:
        self.proxy = _proxy(options)
        self._versions = {name: options[name] for name in ("http1", "http2") if name in options}
        self._expiry = keepalive_expiry
        self._tls = tls
        self._context: ssl.SSLContext | None = None
        #: What messages call the proxy, if there is one.
        self.name = "" if self.proxy is None else str(self.proxy.url.copy_with(userinfo=b"", raw_path=b"/")).rstrip("/")

    def settings(self, origin: httpcore.Origin) -> dict[str, Any]:
        """Return the arguments of an httpcore pool that connects to an origin."""
        proxy = self.proxy
        if origin.scheme == b"https" and self._context is None:
            self._context = self._tls()
        return {
            **self._versions,
            "keepalive_expiry": self._expiry,
            "ssl_context": self._context,
            "proxy": None if proxy is None else _core_proxy(proxy),
        }

    @property
    def most_before_body(self) -> int:
        """How many bytes may come before a body."""
        is_http2 = self._versions.get("http2") and not self._versions.get("http1", True)
        return _MOST_BEFORE_BODY_HTTP2 if is_http2 else MOST_BEFORE_BODY


def _proxy(options: Mapping[str, Any]) -> httpx.Proxy | None:
    given = Secret(options.get("proxy"))
    if not isinstance(given.reveal(), str | httpx.URL):
        return given.reveal()  # type: ignore[no-any-return]
    proxy = None
    with contextlib.suppress(ValueError):  # what httpx says may be part of the proxy's password
        proxy = httpx.Proxy(given.reveal())
    if proxy is None:
        raise ChatCompletionsError(
            "a proxy is not one of http, https or socks5: check proxy=... and the environment variables HTTP_PROXY, "
            "HTTPS_PROXY and ALL_PROXY, whose addresses begin with http:// or so"
        )
    if proxy.url.scheme.startswith("socks") and find_spec("socksio") is None:
        raise ImportError("a SOCKS proxy needs the package socksio: pip install 'httpx[socks]'")
    return proxy


def _core_proxy(proxy: httpx.Proxy) -> httpcore.Proxy:
    url = proxy.url
    core_url = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
    return httpcore.Proxy(core_url, proxy.raw_auth, proxy.headers.raw, proxy.ssl_context)


class _Base:
    """What the sync and the async stream share: everything but the waiting.

    Attributes:
        patience: Seconds that a read may take at most, besides the call's own timeout.
        before_body: How many bytes have come of what stands before a body; `None` once the body has begun.
    """

    patience: float | None = None
    before_body: int | None = 0
    _inner: Any = None
    _closed = False

    def __init__(self, proxy: str, most_before_body: int) -> None:
        self._proxy = proxy
        self._most_before_body = most_before_body
        self._pid = os.getpid()

    @property
    def is_ours(self) -> bool:
        """Whether this process opened it."""
        return self._pid == os.getpid()

    @property
    def has_unread(self) -> bool:
        """Whether bytes have come that were decrypted, or only wait for that, and that nobody has read."""
        tls: Any = self._inner.get_extra_info("ssl_object")
        if not isinstance(tls, ssl.SSLObject):
            return tls is not None and tls.pending() > 0
        try:
            tls.read(1)
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLError:
            return True
        return True

    def get_extra_info(self, info: str) -> Any:
        """Return what httpcore's own stream says."""
        return self._inner.get_extra_info(info)

    def _reading(self, timeout: float | None) -> float | None:
        self._check(httpcore.ReadError)
        if self.patience is not None:
            timeout = self.patience if timeout is None else min(timeout, self.patience)
        if self.before_body is not None and self.before_body >= self._most_before_body:
            raise httpcore.RemoteProtocolError(f"no answer came within {self._most_before_body:,} bytes of headers")
        return timeout

    def _check(self, error: type[Exception]) -> None:
        if not self.is_ours:
            raise error("the connection belongs to the process that this one was forked from")
        if self._closed or self._inner is None:
            raise error("the connection was closed")

    def _came(self, data: bytes) -> bytes:
        if self.before_body is not None:
            self.before_body += len(data)
        return data

    def _unreachable(self, failure: httpcore.ConnectError | httpcore.ConnectTimeout) -> Exception:
        if not self._proxy:
            return failure
        return type(failure)(f"the proxy {self._proxy} cannot be reached: {failure}".removesuffix(": "))

    def _encrypted(self) -> None:
        tls: Any = self._inner.get_extra_info("ssl_object")
        if tls is not None and tls.selected_alpn_protocol() == "h2":
            self._most_before_body = _MOST_BEFORE_BODY_HTTP2


class Stream(_Base, httpcore.NetworkBackend, httpcore.NetworkStream):
    """The bytes of one connection, which it opens itself."""

    def __init__(self, proxy: str, most_before_body: int) -> None:
        super().__init__(proxy, most_before_body)
        # Held while the socket is in use: closed by another thread meanwhile, its number could be somebody else's.
        self._busy = threading.Lock()

    def connect_tcp(self, *args: Any, **options: Any) -> Stream:
        """Connect, as httpcore's own backend does."""
        try:
            self._inner = httpcore.SyncBackend().connect_tcp(*args, **options)
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as failure:
            raise self._unreachable(failure) from failure
        self._close_late()
        return self

    def start_tls(self, *args: Any, **options: Any) -> Stream:
        """Encrypt from here on."""
        self._check(httpcore.ConnectError)
        try:
            with self._busy:
                self._inner = self._inner.start_tls(*args, **options)
        finally:
            self._close_late()
        self._encrypted()
        return self

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what comes next, nothing at the end."""
        timeout = self._reading(timeout)
        try:
            with self._busy:
                return self._came(self._inner.read(max_bytes, timeout))
        finally:
            self._close_late()

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send bytes."""
        self._check(httpcore.WriteError)
        try:
            with self._busy:
                self._inner.write(buffer, timeout)
        finally:
            self._close_late()

    def close(self) -> None:
        """Close the connection, from any thread: one that waits for bytes is woken, and closes it in its stead."""
        self._closed = True
        if self._inner is None:
            return
        if self.is_ours:
            # Past SSLSocket, whose own shutdown would have the waiting thread go on without encryption.
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self._inner.get_extra_info("socket"), socket.SHUT_RDWR)
        if self._busy.acquire(blocking=False):
            try:
                self._inner.close()
            finally:
                self._busy.release()

    def _close_late(self) -> None:
        # Another thread wanted it closed while this one used it.
        if self._closed:
            self._inner.close()

    def __del__(self) -> None:
        if self._inner is not None:
            with contextlib.suppress(Exception):
                self.close()


class AsyncStream(_Base, httpcore.AsyncNetworkBackend, httpcore.AsyncNetworkStream):
    """`Stream` for tasks."""

    async def connect_tcp(self, *args: Any, **options: Any) -> AsyncStream:
        """Connect, as httpcore's own backend does."""
        try:
            backend: Any = httpcore.AnyIOBackend()  # a stand-in without methods where anyio is missing
            self._inner = await backend.connect_tcp(*args, **options)
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as failure:
            raise self._unreachable(failure) from failure
        if self._closed:
            await self._inner.aclose()
        return self

    async def start_tls(self, *args: Any, **options: Any) -> AsyncStream:
        """Encrypt from here on."""
        self._check(httpcore.ConnectError)
        self._inner = await self._inner.start_tls(*args, **options)
        self._encrypted()
        return self

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's own
        """Return what comes next, nothing at the end."""
        timeout = self._reading(timeout)
        return self._came(await self._inner.read(max(max_bytes, _ASYNC_READ), timeout))

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's own
        """Send bytes."""
        self._check(httpcore.WriteError)
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close the connection; a task that waits for bytes is woken."""
        import anyio  # loaded with httpcore

        self._closed = True
        # In a forked child the event loop still shares the parent's selector, from which closing would take the socket.
        if self._inner is not None and self.is_ours:
            with anyio.CancelScope(shield=True):
                await self._inner.aclose()


class _Connection:
    """What the sync and the async connection share.

    Attributes:
        origin: Scheme, host and port that it leads to.
    """

    def __init__(self, origin: httpcore.Origin, http: Any, stream: Any) -> None:
        self.origin = origin
        self._http = http
        self._stream = stream
        self._answer: Any = None
        self._calls = 0

    @property
    def is_new(self) -> bool:
        """Whether its first call is under way."""
        return self._calls == 1

    @property
    def is_usable(self) -> bool:
        """Whether it can take a call: open, idle, not for too long, and with nothing on it that nobody asked for."""
        http = self._http
        is_spent = self._is_http2 and self._calls >= MOST_CALLS_HTTP2
        return bool(not is_spent and http.is_idle() and http.is_available() and not http.has_expired())

    @property
    def _is_http2(self) -> bool:
        return self._answer is not None and self._answer.extensions["http_version"] == b"HTTP/2"

    @property
    def _is_clean(self) -> bool:
        """Whether nothing came behind the answer."""
        if not (self._http.is_idle() and self._http.is_available()):
            return False
        if self._is_http2:
            return True  # whose frames tell which call they belong to
        # httpcore has no public name for what h11 read beyond the answer; without this one no connection is kept.
        state = getattr(getattr(self._answer.stream, "_connection", None), "_h11_state", None)
        return state is not None and not state.trailing_data[0] and not self._stream.has_unread

    def hurry(self, patience: float | None) -> None:
        """Let a read take no longer than so many seconds."""
        self._stream.patience = patience

    def _begins(self) -> None:
        self._stream.patience, self._stream.before_body = None, 0
        self._calls += 1

    def _answered(self, answer: Any) -> Any:
        self._stream.before_body, self._answer = None, answer
        return answer


class Connection(_Connection):
    """A connection for one call at a time. Dropped, it is closed."""

    def __init__(self, dialing: Dialing, origin: httpcore.Origin) -> None:
        stream = Stream(dialing.name, dialing.most_before_body)
        pool = httpcore.ConnectionPool(**dialing.settings(origin), network_backend=stream)
        super().__init__(origin, pool.create_connection(origin), stream)

    def send(self, request: httpcore.Request) -> httpcore.Response:
        """Send a request and return its answer, the body unread."""
        self._begins()
        return self._answered(self._http.handle_request(request))  # type: ignore[no-any-return]

    def finish(self) -> bool:
        """Tell, of a connection whose answer was read to its end, whether it can take another call."""
        self._answer.close()
        return self._is_clean

    def close(self) -> None:
        """Close it, whatever it is doing; one that fails to close is gone all the same."""
        with contextlib.suppress(Exception):
            self._stream.close()


class AsyncConnection(_Connection):
    """`Connection` for tasks."""

    def __init__(self, dialing: Dialing, origin: httpcore.Origin) -> None:
        stream = AsyncStream(dialing.name, dialing.most_before_body)
        pool = httpcore.AsyncConnectionPool(**dialing.settings(origin), network_backend=stream)
        super().__init__(origin, pool.create_connection(origin), stream)

    async def send(self, request: httpcore.Request) -> httpcore.Response:
        """Send a request and return its answer, the body unread."""
        self._begins()
        return self._answered(await self._http.handle_async_request(request))  # type: ignore[no-any-return]

    async def finish(self) -> bool:
        """Tell, of a connection whose answer was read to its end, whether it can take another call."""
        await self._answer.aclose()
        return self._is_clean

    async def close(self) -> None:
        """Close it, whatever it is doing; one that fails to close is gone all the same."""
        with contextlib.suppress(Exception):
            await self._stream.aclose()
