"""The bytes of one connection, under bounds and to an end that are ours.

All that httpcore reads and writes goes through a stream of ours. It bounds what may come before an answer, cuts the
wait for the end of a body short, leaves a parent's socket alone after a fork, and can be closed at any moment, by any
thread.
"""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import threading
from typing import Any

import httpcore

#: Bytes that may come before the body of an answer: its headers, and all interim answers. Below h11's own 100 KiB.
MOST_BEFORE_BODY = 96 * 2**10
#: The same over HTTP/2, which counts headers itself, but acknowledges each part of a long request meanwhile.
MOST_BEFORE_BODY_HTTP2 = 16 * 2**20
#: Bytes that asyncio reads at a time. Asked for fewer, it would keep the rest where nobody could see it.
_ASYNC_READ = 256 * 2**10


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
            self._most_before_body = MOST_BEFORE_BODY_HTTP2


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
