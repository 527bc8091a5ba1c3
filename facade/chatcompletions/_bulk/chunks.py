"""Rows that are made by an executor: in other processes or on other machines, a chunk at a time."""

from __future__ import annotations

import asyncio
import pickle
import sys
import time
import warnings
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import anyio

from chatcompletions._base_error import ChatCompletionsError, describe
from chatcompletions._errors import RateLimitError
from chatcompletions._redaction import Secret

from .calls import encode
from .engine import Tasks, as_async
from .outcome import Row
from .pace import Pace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Executor

#: Rows that a worker makes at a time: few, because what it has done is in no journal until the whole chunk is back.
CHUNK = 16


class Chunks:
    """Rows that are handed to an executor, a chunk at a time.

    Args:
        executor: The executor.
        client: The client; its pickle goes with each chunk.
        cls: `AsyncChatClient`.
        call: The name of its method.
        pace: When a row may go. It counts rows, and does not see the further attempts and rounds that workers make.
        size: The number of rows in a chunk.
        put: Is called with a row, and the bytes of its reply or its error, from any thread.
    """

    def __init__(
        self, executor: Executor, client: Any, cls: Any, call: str, pace: Pace, size: int, put: Callable[[Any], object]
    ) -> None:
        self._executor, self._client = executor, (client.__reduce__(), cls, call)
        self._pace, self._size, self._put = pace, size, put
        self._waiting: list[Row] = []
        self._futures: set[Future[Any]] = set()
        self._is_closed = False

    def start(self, row: Row) -> None:
        """Add a row to the chunk that is handed over next."""
        row.charged, row.due = self._pace.estimate, time.time() + self._pace.take()
        if (error := self._unpicklable(row.params)) is not None:
            self._report([row], {}, error)
            return
        self._waiting.append(row)
        if len(self._waiting) == self._size:
            self.flush()

    def flush(self) -> None:
        """Hand over the rows that wait for the rest of their chunk; those that the executor does not take fail.

        Raises:
            ChatCompletionsError: The executor takes none of them.
        """
        rows, self._waiting = self._waiting, []
        if not rows or self._submit(rows) is None:
            return
        # Nothing of the chunk has gone: if one row is at fault, the others need not fail with it.
        errors = [self._submit([row]) for row in rows]
        for row, error in zip(rows, errors, strict=True):
            if error is not None:
                self._report([row], {}, _failed("the executor did not take the row", error))
        if None not in errors:
            raise _failed("the executor takes no more rows", cast("Exception", errors[0]))

    def _submit(self, rows: list[Row]) -> Exception | None:
        """Hand over rows, and return the exception of an executor that does not take them."""
        asked = [(row.index, row.params, row.due, row.stored_as) for row in rows]
        try:
            future = self._executor.submit(make_rows, *self._client, asked)
        except Exception as exc:
            return exc
        self._futures.add(future)
        future.add_done_callback(partial(self._done, rows))
        return None

    def _unpicklable(self, params: Mapping[str, Any]) -> Exception | None:
        """Return an error that names a parameter which a pool of processes cannot send; others have their own ways."""
        processes: Any = sys.modules.get("concurrent.futures.process")
        if processes is None or not isinstance(self._executor, processes.ProcessPoolExecutor):
            return None
        for name, value in params.items():
            try:
                processes.mp.reduction.ForkingPickler.dumps(value)
            except Exception as exc:
                return TypeError(f"{name} cannot be sent to another process ({describe(exc)})")
        return None

    def _done(self, rows: list[Row], future: Future[Any]) -> None:
        self._futures.discard(future)
        if future.cancelled():
            if not self._is_closed:
                self._report(rows, {}, ChatCompletionsError("the executor was shut down before the row began"))
        elif (error := future.exception()) is None:
            self._report(rows, future.result(), None)
        elif isinstance(error, Exception):
            told = "the worker failed, and whether it has sent the row is not known"
            for row in rows:
                self._report([row], {}, _failed(told, error))
        else:
            self._report(rows, {}, error)

    def _report(self, rows: list[Row], results: Any, error: BaseException | None) -> None:
        for row in rows:
            self._put((row, *results.get(row.index, (None, error))))

    def learn(self, row: Row, reply: Any, error: Exception | None) -> None:
        """Take in the result of a row, for the pace of those that follow."""
        self._pace.release()
        usage = getattr(reply, "usage", None)
        if usage is not None and usage.total_tokens is not None:
            self._pace.used(usage.total_tokens, row.charged)
        if isinstance(error, RateLimitError):
            self._pace.refused(error)

    def close(self) -> None:
        """Withdraw the chunks that have not begun; those that have run to their end, and are not waited for."""
        self._is_closed = True
        for future in [*self._futures]:
            future.cancel()


def _failed(told: str, cause: Exception) -> ChatCompletionsError:
    error = ChatCompletionsError(f"{told} ({describe(cause)})")
    error.__cause__ = cause
    return error


def warn_of_key(client: Any, executor: Executor) -> None:
    """Warn if the pickle of a client shows its key to all through whom it travels."""
    if isinstance(client._arguments["api_key"], Secret) and not isinstance(executor, ThreadPoolExecutor):
        warnings.warn(
            "the key that this client was given as api_key travels to the workers in clear text: set OPENAI_API_KEY "
            "on their machines instead, or give a function that returns the key there",
            UserWarning,
            stacklevel=4,
        )


def make_rows(client: Any, cls: Any, call: str, rows: list[Any]) -> dict[int, tuple[bytes | None, Exception | None]]:
    """Make a chunk of rows, in the process of a worker.

    Args:
        client: The pickle of the client, as a function and its arguments: made here, where the environment has the key.
        cls: `AsyncChatClient`.
        call: The name of its method.
        rows: The index of each row, its parameters, the time at which it may be sent, and what it may be stored as.

    Returns:
        The bytes of the reply, or the error, of each row.
    """
    make, arguments, *_ = client
    found: dict[int, tuple[bytes | None, Exception | None]] = {}

    async def run() -> None:
        async with as_async(make(*arguments), cls) as own, anyio.create_task_group() as group:
            tasks = Tasks(own, call, Pace(), keep)
            for index, params, due, stored_as in rows:
                row = Row(index, None, params, stored_as=stored_as)
                group.start_soon(after, max(0.0, due - time.time()), tasks, row)

    async def after(delay: float, tasks: Tasks, row: Row) -> None:
        await anyio.sleep(delay)
        await tasks.make(row)

    def keep(result: Any) -> None:
        row, reply, error = result
        try:
            found[row.index] = (None, _picklable(error)) if error is not None else (encode(reply), None)
        except Exception as exc:
            found[row.index] = (None, _picklable(exc))

    asyncio.run(run())
    return found


def _picklable(error: BaseException) -> Exception:
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    except Exception:
        return ChatCompletionsError(describe(error))
    return error if isinstance(error, Exception) else ChatCompletionsError(describe(error))
