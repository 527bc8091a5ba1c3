"""Run the server on a port of its own, in a thread of its own, for as long as a ``with`` block lasts."""

from __future__ import annotations

import os
import socket
import threading
from functools import partial
from typing import TYPE_CHECKING, Unpack

import uvicorn
from uvicorn.config import Config

from ._app import app

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from starlette.applications import Starlette

    from ._app import Options

_GRACE = 1  # seconds that a request in flight may take to notice that its connection is gone


class LocalServer:
    """The local server as a context manager: it listens when entered, and is stopped and joined when left.

    Args:
        db: The SQLite file that keeps stored completions; in memory if `None`.
        api_key: The key that every request must carry; any or none will do if `None`.
        host: The address to listen on.
        port: The port to listen on; 0 takes a free one.
        **options: Further arguments of `app`, such as ``delay``, ``clock`` and ``new_id``.

    Raises:
        StoreError: On entering, if the file cannot be used as a store.
        OSError: On entering, if the address cannot be listened on.
    """

    def __init__(
        self,
        db: str | Path | None = None,
        api_key: str | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        **options: Unpack[Options],
    ) -> None:
        options.setdefault("hosts", (host, socket.gethostname()))
        self._app = partial(app, db=db, api_key=api_key, **options)
        self._address = (host, port)
        self._running: _Running | None = None

    def __repr__(self) -> str:
        where = f"at {self.base_url}" if self._running else "not running"
        return f"<{type(self).__name__} {where}>"

    @property
    def base_url(self) -> str:
        """The URL that a client takes as its base, ``/v1`` included; only while the server runs."""
        return self._require().base_url

    def wait(self) -> None:
        """Block until the server ends, which it does only by a failure or an interrupt."""
        self._require().ended.wait()

    def __enter__(self) -> Self:
        if self._running is not None:
            raise RuntimeError("this server is running already; make another one")
        listener = _listen(*self._address)
        try:
            application = self._app()
        except BaseException:
            listener.close()
            raise
        self._running = _Running(application, listener, host=self._address[0])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        running, self._running = self._require(), None
        running.stop()

    def _require(self) -> _Running:
        if self._running is None:
            raise RuntimeError("the server is not running; use it in a with statement")
        return self._running


class _Running:
    def __init__(self, application: Starlette, listener: socket.socket, *, host: str) -> None:
        shown = f"[{host}]" if ":" in host else host
        self.base_url = f"http://{shown}:{listener.getsockname()[1]}/v1"
        self._application = application
        self._listener = listener
        # No log set-up, proxy headers or signals: the process belongs to whoever started the server.
        config = Config(
            application,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=60,
            timeout_graceful_shutdown=_GRACE,
        )
        self._server = _Server(config)
        # Waited for in place of the thread: Python 3.11 takes a thread whose join was interrupted for ended.
        self.ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="chatcompletions-server", daemon=True)
        self._thread.start()
        try:
            self._server.decided.wait()
        except BaseException:
            self.stop()
            raise
        if not self._server.started:
            self.stop()
            raise RuntimeError("the server could not start; its thread's traceback says why")

    def _serve(self) -> None:
        try:
            self._server.run(sockets=[self._listener])
        finally:
            self._server.decided.set()
            self.ended.set()

    def stop(self) -> None:
        self._server.should_exit = True
        try:
            self.ended.wait()
            self._thread.join()
        finally:
            self._listener.close()
            self._application.state.store.close()


class _Server(uvicorn.Server):
    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.decided = threading.Event()  # set once the server has started or has failed to

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.decided.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Hang up first: a client that reads a stream slowly, or not at all, must not hold the end up."""
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await super().shutdown(sockets)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's delay off only for sockets that name their protocol: without it, 40 ms for each answer.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere this option would share the port with whoever has it
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2_048)
    except BaseException:
        listener.close()
        raise
    return listener
