"""The network stream of one connection, through which httpcore reads and writes.

Unlike httpcore's own it bounds the bytes before an answer, can shorten the wait for the end of a body, leaves the
parent's socket alone after a fork, and can be closed at any moment, by any thread.
"""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import threading
from time import monotonic
from typing import Any

import httpcore

#: Bytes that may come before the body of an answer: its headers and all interim answers. Below h11's own 100 KiB.
MAX_BYTES_BEFORE_BODY = 96 * 2**10
#: Bytes that may come before it over HTTP/2, which bounds headers itself, but also acknowledges a long request's parts.
MAX_BYTES_BEFORE_BODY_HTTP2 = 16 * 2**20
#: Bytes that asyncio is asked for at a time. Asked for fewer, it would keep the rest where `has_unread` cannot see it.
_ASYNC_READ_BYTES = 256 * 2**10


#: Bytes of a write that a system takes at once, so that reading begins before the server could have refused it.
_SHORT_WRITE = 64 * 2**10
#: Bytes of a write that may be no more than HTTP/2's acknowledgement of something that came.
_ACKNOWLEDGEMENT = 64
#: Options of every socket. A connection whose other end is gone ends within six minutes instead of two hours, and one
#: that is silent while a model thinks is not forgotten by the routers on the way.
_SOCKET_OPTIONS = [
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    *(
        (socket.IPPROTO_TCP, getattr(socket, name), value)
        for name, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 60), ("TCP_KEEPCNT", 5))
        if hasattr(socket, name)  # systems differ
    ),
]


class _Base:
    """The parts that the sync and the async stream share: everything but the waiting.

    Attributes:
        read_timeout: Seconds that a read may take at most, besides the call's own timeout.
        bytes_before_body: How many bytes have come before the body; `None` once the body has begun.
        deadline: The time, on the monotonic clock, after which nothing is read; `None` for none.
        call_deadline: The time, on the same clock, at which the call ends; `None` for none.
    """

    read_timeout: float | None = None
    bytes_before_body: int | None = 0
    deadline: float | None = None
    call_deadline: float | None = None
    _inner: Any = None
    _closed = False

    def __init__(self, proxy: str, max_bytes_before_body: int) -> None:
        self._proxy = proxy
        self._max_bytes_before_body = max_bytes_before_body
        self._pid = os.getpid()

    @property
    def is_of_this_process(self) -> bool:
        """Whether this process made the stream, and not the one that it was forked from."""
        return self._pid == os.getpid()

    @property
    def has_unread(self) -> bool:
        """Whether bytes have come over TLS that nobody has read, decrypted or not."""
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
        """Return the extra information of httpcore's own stream."""
        return self._inner.get_extra_info(info)

    def _before_read(self, timeout: float | None) -> float | None:
        self._check_usable(httpcore.ReadError)
        if self.read_timeout is not None:
            timeout = self.read_timeout if timeout is None else min(timeout, self.read_timeout)
        max_bytes = self._max_bytes_before_body
        if self.bytes_before_body is not None and self.bytes_before_body >= max_bytes:
            raise httpcore.RemoteProtocolError(f"no answer came within {max_bytes:,} bytes of headers")
        if self.deadline is not None:
            remaining = self.deadline - monotonic()
            if remaining <= 0:
                raise httpcore.ReadTimeout("some bytes came, but no whole answer")
            timeout = remaining if timeout is None else min(timeout, remaining)
        elif self.bytes_before_body is not None and timeout is not None:
            self.deadline = monotonic() + timeout
        return self._within_call(timeout, httpcore.ReadTimeout)

    def _before_write(self, size: int, timeout: float | None) -> float | None:
        self._check_usable(httpcore.WriteError)
        if size > _ACKNOWLEDGEMENT:
            self.deadline = None  # the wait for the answer begins when the request has been sent
        return self._within_call(timeout, httpcore.WriteTimeout)

    def _within_call(self, timeout: float | None, error: type[Exception]) -> float | None:
        """Return a timeout that does not go beyond the end of the call."""
        if self.call_deadline is None:
            return timeout
        remaining = self.call_deadline - monotonic()
        if remaining <= 0:
            raise error("the call has no time left")
        return remaining if timeout is None else min(timeout, remaining)

    def _connect_options(self, options: dict[str, Any]) -> dict[str, Any]:
        timeout = self._within_call(options.get("timeout"), httpcore.ConnectTimeout)
        return {**options, "timeout": timeout, "socket_options": _SOCKET_OPTIONS}

    def _tls_options(self, options: dict[str, Any]) -> dict[str, Any]:
        return {**options, "timeout": self._within_call(options.get("timeout"), httpcore.ConnectTimeout)}

    def _check_usable(self, error: type[Exception]) -> None:
        if not self.is_of_this_process:
            raise error("the connection belongs to the process that this one was forked from")
        if self._closed or self._inner is None:
            raise error("the connection was closed")

    def _count(self, data: bytes) -> bytes:
        if self.bytes_before_body is not None:
            self.bytes_before_body += len(data)
        return data

    def _connect_error(self, failure: httpcore.ConnectError | httpcore.ConnectTimeout) -> Exception:
        if not self._proxy:
            return failure
        return type(failure)(f"the proxy {self._proxy} cannot be reached: {failure}".removesuffix(": "))

    def _after_tls(self) -> None:
        tls: Any = self._inner.get_extra_info("ssl_object")
        if tls is not None and tls.selected_alpn_protocol() == "h2":
            self._max_bytes_before_body = MAX_BYTES_BEFORE_BODY_HTTP2


class Stream(_Base, httpcore.NetworkBackend, httpcore.NetworkStream):
    """The bytes of one connection, which it opens itself."""

    def __init__(self, proxy: str, max_bytes_before_body: int) -> None:
        super().__init__(proxy, max_bytes_before_body)
        # Held while the socket is in use: if another thread closed it meanwhile, its number could go to another socket.
        self._busy = threading.Lock()

    def connect_tcp(self, *args: Any, **options: Any) -> Stream:
        """Connect, as httpcore's own backend does."""
        try:
            self._inner = httpcore.SyncBackend().connect_tcp(*args, **self._connect_options(options))
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as failure:
            raise self._connect_error(failure) from failure
        self._close_if_asked()
        return self

    def start_tls(self, *args: Any, **options: Any) -> Stream:
        """Start TLS on the connection."""
        self._check_usable(httpcore.ConnectError)
        try:
            with self._busy:
                self._inner = self._inner.start_tls(*args, **self._tls_options(options))
        finally:
            self._close_if_asked()
        self._after_tls()
        return self

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read the next bytes; at the end of the stream there are none."""
        timeout = self._before_read(timeout)
        try:
            with self._busy:
                return self._count(self._inner.read(max_bytes, timeout))
        finally:
            self._close_if_asked()

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write bytes."""
        timeout = self._before_write(len(buffer), timeout)
        try:
            with self._busy:
                self._inner.write(buffer, timeout)
        finally:
            self._close_if_asked()

    def close(self) -> None:
        """Close the connection, from any thread; a thread that waits for bytes is woken, and then closes it."""
        self._closed = True
        if self._inner is None:
            return
        if self.is_of_this_process:
            # Not SSLSocket's own shutdown, after which the waiting thread would go on without encryption.
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self._inner.get_extra_info("socket"), socket.SHUT_RDWR)
        if self._busy.acquire(blocking=False):
            try:
                self._inner.close()
            finally:
                self._busy.release()

    def _close_if_asked(self) -> None:
        # Another thread called close while this one used the socket.
        if self._closed:
            self._inner.close()

    def __del__(self) -> None:
        if self._inner is not None:
            with contextlib.suppress(Exception):
                self.close()


class AsyncStream(_Base, httpcore.AsyncNetworkBackend, httpcore.AsyncNetworkStream):
    """`Stream` for tasks."""

    def __init__(self, proxy: str, max_bytes_before_body: int) -> None:
        super().__init__(proxy, max_bytes_before_body)
        self._read_early: list[bytes] = []

    @property
    def has_unread(self) -> bool:
        """Whether bytes have come that nobody has read: while a request was written, or over TLS."""
        return bool(self._read_early) or super().has_unread

    async def connect_tcp(self, *args: Any, **options: Any) -> AsyncStream:
        """Connect, as httpcore's own backend does."""
        try:
            backend: Any = httpcore.AnyIOBackend()  # a stand-in without methods where anyio is missing
            self._inner = await backend.connect_tcp(*args, **self._connect_options(options))
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as failure:
            raise self._connect_error(failure) from failure
        if self._closed:
            await self._inner.aclose()
        return self

    async def start_tls(self, *args: Any, **options: Any) -> AsyncStream:
        """Start TLS on the connection."""
        self._check_usable(httpcore.ConnectError)
        self._inner = await self._inner.start_tls(*args, **self._tls_options(options))
        self._after_tls()
        return self

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's own
        """Read the next bytes; at the end of the stream there are none."""
        if self._read_early:
            self._check_usable(httpcore.ReadError)
            return self._read_early.pop(0)
        timeout = self._before_read(timeout)
        return self._count(await self._inner.read(max(max_bytes, _ASYNC_READ_BYTES), timeout))

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's own
        """Write bytes, and read what comes meanwhile.

        A server may refuse a long request before it has come whole, and close the connection. At the first write that
        fails then, asyncio drops the answer, unless it has been read.
        """
        timeout = self._before_write(len(buffer), timeout)
        if len(buffer) <= _SHORT_WRITE:
            await self._inner.write(buffer, timeout)
            return
        import anyio.lowlevel  # loaded with httpcore

        failure = None
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._read_meanwhile)
            # In its turns the loop begins to listen, hears what has come already, and hands it over.
            for _ in range(3):
                await anyio.lowlevel.checkpoint()
            try:
                await self._inner.write(buffer, timeout)
            except Exception as exc:
                failure = exc  # a group of tasks would wrap it
            tasks.cancel_scope.cancel()
        if failure is not None:
            try:
                raise failure
            finally:
                del failure  # with its traceback it would refer to itself

    async def _read_meanwhile(self) -> None:
        with contextlib.suppress(Exception):  # the next read meets the failure again
            while (self.bytes_before_body or 0) < self._max_bytes_before_body:
                data = self._count(await self._inner.read(_ASYNC_READ_BYTES, None))
                self._read_early.append(data)
                if not data:
                    return

    async def aclose(self) -> None:
        """Close the connection; a task that waits for bytes is woken."""
        import anyio  # loaded with httpcore

        self._closed = True
        # In a forked child the event loop still shares the parent's selector, from which closing would take the socket.
        if self._inner is not None and self.is_of_this_process:
            with anyio.CancelScope(shield=True):
                await self._inner.aclose()
