"""Run the server on a port of its own, in a thread of its own, for as long as a ``with`` block lasts."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import threading
from contextlib import ExitStack, suppress
from functools import partial
from ipaddress import ip_address
from typing import TYPE_CHECKING, Unpack

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from ._app import build, check_options
from ._envelope import check_key
from ._faults import HANG_UP
from ._recorded import Recorder
from ._script import Script
from ._words import ScriptError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path
    from typing import Any, Self

    from starlette.types import ASGIApp, Receive, Scope, Send

    from ._app import Options
    from ._recorded import RecordedRequest
    from ._words import ScriptEntry


#: Seconds that a request in flight has to notice that its connection is gone.
_GRACE = 1.0


class LocalServer:
    """The local server as a context manager: it listens when entered, and is stopped and joined when left.

    Without a script its answers are canned. With one, requests get what the script says, in its order, or by what they
    hold; strings are answers that have a text and nothing else::

        script = ["Hello.", {"when": {"text": "weather"}, "tool_calls": [{"name": "get_weather"}]}]
        with LocalServer(script=script) as server:
            server.then(status_code=429, retry_after_ms=1).then("Hello again.")
            ...
            assert server.requests[0].messages[-1].content == "Hi"

    Args:
        db: The SQLite file that keeps stored completions; in memory if `None`.
        api_key: The key that every request must carry; any or none will do if `None`.
        script: The answers and faults that it plays: a list of entries, see `ScriptEntry`, or a YAML file with one.
        host: The address to listen on.
        port: The port to listen on; 0 takes a free one.
        **options: Further arguments of `app`, such as ``lenient``, ``clock`` and ``new_id``; see `Options`.

    Raises:
        ValueError: If the key is empty, or begins or ends with a space.
        ScriptError: If the script cannot be played.
        TypeError: If there is no such option.
        StoreError: On entering, if the file cannot be used as a store.
        OSError: On entering, if the address cannot be listened on.
    """

    def __init__(
        self,
        db: str | Path | None = None,
        api_key: str | None = None,
        *,
        script: Iterable[ScriptEntry | Any] | str | Path | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        **options: Unpack[Options],
    ) -> None:
        check_key(api_key)
        check_options(options)
        options.setdefault("hosts", (host, socket.gethostname()))
        self._script = Script(script, end=options.get("script_end", "error"), lenient=options.get("lenient", False))
        self._recorder = Recorder()
        self._build = partial(build, self._script, self._recorder, db=db, api_key=api_key)
        self._options = options
        self._address = (host, port)
        self._mounted: ASGIApp | None = None
        self._server: _Server | None = None
        self._closing = ExitStack()

    def __repr__(self) -> str:
        where = f"at {self.base_url}" if self._server else "not running"
        return f"<{type(self).__name__} {where}>"

    @property
    def base_url(self) -> str:
        """The URL that a client takes as its base, ``/v1`` included; only while the server runs.

        A server that listens on every address of the machine has that of the machine itself, ``127.0.0.1`` or ``::1``.
        """
        server, host = self._running(), self._address[0]
        if ip_address(server.address).is_unspecified:
            host = "::1" if ":" in server.address else "127.0.0.1"
        name = f"[{host}]" if ":" in host else host
        return f"http://{name}:{server.port}/v1"

    @property
    def hosts(self) -> Collection[str] | None:
        """The domain names by which it may be addressed; see `Options`."""
        return self._options.get("hosts")

    @property
    def requests(self) -> list[RecordedRequest]:
        """What came, in order, refused requests included, as a list of your own; it can be read after the end too.

        The newest 1,000 requests are kept, whose bodies have at most 64 MiB together.
        """
        return self._recorder.requests

    def then(self, answer: str | None = None, /, **entry: Unpack[ScriptEntry]) -> Self:
        """Add an entry to the end of the script, before the server starts or while it runs.

        Args:
            answer: The text of the answer, instead of the keyword ``text``.
            **entry: See `ScriptEntry`.

        Returns:
            The server itself, for the next entry.

        Raises:
            ScriptError: If the entry cannot be played.
        """
        if answer is not None and "text" in entry:
            raise ScriptError("then() got two texts, one of them by keyword")
        self._script.then({**entry, **({} if answer is None else {"text": answer})})
        return self

    def mount(self, application: ASGIApp) -> Self:
        """Answer by another ASGI application what is not below ``/v1``, before the server starts or while it runs."""
        self._mounted = application
        return self

    def wait(self) -> None:
        """Block until the server ends, which it does only by a failure or an interrupt."""
        self._running().ended.wait()

    def __enter__(self) -> Self:
        if self._server is not None:
            raise RuntimeError("this server is running already; make another one")
        with ExitStack() as closing:
            listener = closing.enter_context(listen(*self._address))
            stopping = asyncio.Event()
            options: Options = {"sleep": partial(_sleep, stopping), **self._options}
            application = self._build(**options)
            closing.callback(application.state.store.close)
            if application.state.log is not None:
                closing.callback(application.state.log.close)

            async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
                is_ours = self._mounted is None or f"{scope.get('path', '')}/".startswith("/v1/")
                await (application if is_ours else self._mounted)(scope, receive, send)  # type: ignore[misc] # not None

            server = _Server(dispatch, listener, stopping)
            server.thread.start()
            closing.callback(server.stop)
            server.decided.wait()
            if not server.started:
                raise RuntimeError("the server could not start; its thread's traceback says why")
            self._server, self._closing = server, closing.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._running()
        self._server = None
        self._closing.close()

    def _running(self) -> _Server:
        if self._server is None:
            raise RuntimeError("the server is not running; use it in a with statement")
        return self._server


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens, so that whoever is told of it may come.

    Raises:
        OSError: The address cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's delay off only if the protocol is named: without it, 40 ms for each answer.
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


async def _sleep(stopping: asyncio.Event, seconds: float) -> None:
    """Wait, but not beyond the end of the server."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), seconds)


class _Server(uvicorn.Server):
    """uvicorn with a thread to run in, and events that tell how far it is."""

    def __init__(self, application: ASGIApp, listener: socket.socket, stopping: asyncio.Event) -> None:
        async def run_with_extensions(scope: Scope, receive: Receive, send: Send) -> None:
            extensions = {**scope.get("extensions", {}), HANG_UP: partial(self._hang_up, scope)}
            await application({**scope, "extensions": extensions}, receive, send)

        # No log set-up, proxy headers or signals: the process belongs to whoever started the server.
        config = uvicorn.Config(
            run_with_extensions,
            loop="asyncio",
            http=H11Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=60,
        )
        super().__init__(config)
        self.address, self.port = listener.getsockname()[:2]
        self.decided = threading.Event()  # set once the server has started or has failed to
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = stopping
        # Waited for in place of the thread: Python 3.11 takes a thread whose join was interrupted for ended.
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run, args=[[listener]], name="chatcompletions-server", daemon=True)

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            super().run(sockets)
        finally:
            self.decided.set()
            self.ended.set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self.decided.set()

    async def main_loop(self) -> None:
        """Wait for the end, and notice it at once: uvicorn itself looks ten times a second."""
        tick = 0
        while not await self.on_tick(tick % 10):
            tick += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), 0.1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Hang up on everybody: a client that reads a stream slowly, or not at all, must not hold the end up."""
        self._stopping.set()
        for server in self.servers:
            server.close()
        for each in sockets or ():
            each.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        with suppress(TimeoutError):
            async with asyncio.timeout(_GRACE):
                if tasks := list(self.server_state.tasks):
                    await asyncio.wait(tasks)
                for server in self.servers:
                    await server.wait_closed()

    def _hang_up(self, scope: Scope, *, reset: bool) -> None:
        """End the connection of a request: once what was written is sent, or by a reset at once."""
        for connection in list(self.server_state.connections):
            if not isinstance(connection, H11Protocol) or connection.scope is not scope:
                continue
            if not reset:
                connection.transport.close()
                continue
            connected = connection.transport.get_extra_info("socket")
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.transport.abort()

    def stop(self) -> None:
        self.should_exit = True
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop has ended by itself
                self._loop.call_soon_threadsafe(self._stopping.set)
        self.ended.wait()
        self.thread.join()
