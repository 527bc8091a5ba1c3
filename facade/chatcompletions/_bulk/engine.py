"""Where rows are made: in tasks of one event loop, that of an async caller or one in a thread of its own."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from contextvars import ContextVar, copy_context
from queue import SimpleQueue
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread

from chatcompletions._redaction import SecretDict
from chatcompletions._transport.client import AsyncHTTPClient
from chatcompletions._transport.event_loops import event_loop, run_soon

from .calls import ask, stored

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from contextvars import Context
    from typing import Self

    import httpx

    from .outcome import Row
    from .pace import Pace

    #: A row, its reply or the bytes of it, and its error, of which one is `None`.
    Result = tuple[Row, Any, BaseException | None]

#: Whether the row of this task has been let through, and has not sent its first request yet.
_ADMITTED: ContextVar[bool] = ContextVar("_ADMITTED", default=False)


class _PacedHTTPClient(AsyncHTTPClient):
    """A client on the connections of another one, each of whose attempts waits for its turn."""

    _pace: Pace

    @classmethod
    def of(cls, http: AsyncHTTPClient, pace: Pace) -> _PacedHTTPClient:
        made = object.__new__(cls)
        vars(made).update(vars(http), _pace=pace)
        return made

    async def _send_with_redirects(self, request: httpx.Request, **options: Any) -> httpx.Response:
        pace = self._pace
        if _ADMITTED.get():
            _ADMITTED.set(False)
        else:
            await pace.admit()
        charged = pace.estimate
        try:
            response = await super()._send_with_redirects(request, **options)
            pace.learn(response, charged)
        finally:
            pace.release()
        return response


class Tasks:
    """Rows that are made in tasks of the running event loop.

    Args:
        client: The `AsyncChatClient`, whose connections are used.
        call: The name of its method.
        pace: When a request may go.
        put: Is called with the result of each row.
    """

    def __init__(self, client: Any, call: str, pace: Pace, put: Callable[[Result], object]) -> None:
        paced = _PacedHTTPClient.of(client._http(), pace)

        def http() -> AsyncHTTPClient:
            client._check_open()
            return paced

        self._client = object.__new__(type(client))
        vars(self._client).update(vars(client), _http=http)
        self._call, self._pace, self._put = call, pace, put

    async def make(self, row: Row) -> None:
        """Make a row."""
        reply: Any = None
        error: BaseException | None = None
        try:
            # Outside the call, so that no clock of the call counts the time of waiting for its turn.
            await self._pace.admit()
            _ADMITTED.set(True)
            try:
                if row.stored_as:
                    reply = await stored(self._client, self._call, row.params, row.stored_as)
                if reply is None:
                    reply = await ask(self._client, self._call, row.params)
            finally:
                if _ADMITTED.get():
                    self._pace.release()
        except (
            Exception,
            KeyboardInterrupt,
            SystemExit,
        ) as exc:  # of a tool: for the caller
            error = exc
        self._put((row, reply, error))


class InLoop:
    """Tasks in the event loop of an async caller, and what they and others report."""

    def __init__(self) -> None:
        self._reports = deque[Any]()
        self._news, self._began, self._ended = anyio.Event(), anyio.Event(), anyio.Event()
        loop: Any = event_loop()
        self._wake = getattr(loop, "call_soon_threadsafe", None) or loop.run_sync_soon

    def put(self, report: Any) -> None:
        """Add to what `wait` returns."""
        self._reports.append(report)
        self._news.set()

    def put_from_thread(self, report: Any) -> None:
        """Add to what `wait` returns, in any thread."""
        with suppress(RuntimeError):  # the loop is closed
            self._wake(self.put, report)

    async def wait(self) -> Any:
        """Return the next report."""
        while not self._reports:
            self._news = anyio.Event()
            await self._news.wait()
        return self._reports.popleft()

    async def _serve(self) -> None:
        try:
            async with anyio.create_task_group() as group:
                self.start, self._scope = group.start_soon, group.cancel_scope
                self._began.set()
                await anyio.sleep_forever()
        finally:
            self._ended.set()

    async def __aenter__(self) -> Self:
        # A task of its own holds the group, which may not be open across the yields of a generator.
        run_soon()(self._serve)
        with anyio.CancelScope(shield=True):
            await self._began.wait()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._scope.cancel()
        with anyio.CancelScope(shield=True):
            await self._ended.wait()


class InThread:
    """The rows of a sync caller, made in an event loop in a thread of its own.

    Args:
        client: An `AsyncChatClient` for this run alone, which is closed at its end.
        call: The name of its method.
        pace: Makes the pace, within the event loop.
        keep: Is called with the result of each row, in that thread.
    """

    def __init__(
        self, client: Any, call: str, pace: Callable[[], Pace], keep: Callable[[Row, Any, BaseException | None], object]
    ) -> None:
        self._client, self._call, self._pace, self._keep = client, call, pace, keep
        self._results = SimpleQueue[Any]()
        self._began, self._running = Event(), set[asyncio.Task[None]]()
        self._thread = Thread(target=self._run, name="chatcompletions.map", daemon=True)

    def wait(self) -> Any:
        """Return the next result.

        Raises:
            BaseException: What ended the event loop.
        """
        result = self._results.get()
        if isinstance(result, BaseException):
            raise result
        return result

    def start(self, row: Row) -> None:
        """Begin to make a row."""
        with suppress(RuntimeError):  # the event loop has ended: `wait` says why
            self._loop.call_soon_threadsafe(self._start, row, copy_context())

    def _start(self, row: Row, context: Context) -> None:
        task = self._loop.create_task(self._tasks.make(row), context=context)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def _put(self, result: Result) -> None:
        self._keep(*result)
        self._results.put(result)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as exc:
            self._results.put(exc)
        finally:
            self._began.set()

    async def _serve(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        async with self._client:
            self._tasks = Tasks(self._client, self._call, self._pace(), self._put)
            self._began.set()
            await self._end.wait()
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            self._began.wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._began.wait()
        with suppress(RuntimeError):  # the event loop has ended
            self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()


def as_async(client: Any, cls: Any) -> Any:
    """Return an `AsyncChatClient`, with connections of its own, that makes the calls of another client.

    Args:
        client: A `ChatClient` or an `AsyncChatClient`.
        cls: The class of the result.
    """
    arguments = SecretDict(client._arguments)
    if not isinstance(client, cls):
        hooks: Mapping[str, Any] = arguments.get("event_hooks") or {}
        arguments["event_hooks"] = {name: [_awaitable(hook) for hook in hooks[name]] for name in hooks}
        mounts: Mapping[str, Any] = arguments.get("mounts") or {}
        arguments["mounts"] = {pattern: _lent(mounts[pattern]) for pattern in mounts}
        arguments["transport"] = _lent(arguments.get("transport"))
        if callable(arguments["api_key"]):
            arguments["api_key"] = _in_thread(arguments["api_key"])
    made = cls(**arguments)
    made._defaults = client._defaults
    return made


def _awaitable(hook: Callable[[Any], Any]) -> Callable[[Any], Any]:
    async def call(message: Any) -> None:
        hook(message)

    return call


def _in_thread(get_key: Callable[[], str]) -> Callable[[], Awaitable[str]]:
    async def call() -> str:
        # A function that hangs delays no other row, and ends no later than its own.
        return await anyio.to_thread.run_sync(get_key, abandon_on_cancel=True)

    return call


def _lent(transport: Any) -> Any:
    from .threaded import Threaded

    return None if transport is None else Threaded(transport)
