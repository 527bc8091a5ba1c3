"""The two runs, which differ in waiting alone: `Exchange` decides all else."""

from __future__ import annotations

import inspect
import time
from contextlib import aclosing, suppress
from contextvars import copy_context
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from chatcompletions._public import public
from chatcompletions._transport.event_loops import event_loop, run_soon

from .events import ToolCall

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
    from types import TracebackType
    from typing import Self

    from .events import ToolResultEvent, ToolRunEvent
    from .exchange import Exchange

CompletionT = TypeVar("CompletionT")
#: What a function returned and what it raised, of which one is `None`.
Outcome = tuple[Any, BaseException | None]


class _Run(Generic[CompletionT]):
    """The parts that both runs share."""

    def __init__(self, ask: Callable[..., Any], exchange: Exchange) -> None:
        # The iterator has no reference to the run, so that a run that is dropped ends its stream and its calls at once.
        self._ask, self._exchange = ask, exchange
        self._events: Any = None

    def __repr__(self) -> str:
        state = "done" if self._exchange.is_done else "not done"
        return f"<{type(self).__name__}, {self._exchange.rounds} rounds, {state}>"

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            text = f"{type(self).__name__!r} object has no attribute {name!r}: until_done() returns the last answer"
            raise AttributeError(text, name=name, obj=self)

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The whole exchange so far, ready for ``messages=`` of the next call.

        Until the run is done, a tool message says of each call without a result that it was not made, or was stopped.
        """
        return self._exchange.messages

    @property
    def completion(self) -> CompletionT:
        """The last answer.

        Raises:
            LookupError: There is none yet.
        """
        if self._exchange.completion is None:
            raise LookupError("the model has not answered yet: call until_done(), or iterate over the run")
        completion: CompletionT = self._exchange.completion
        return completion

    @property
    def pending_calls(self) -> list[ToolCall]:
        """The calls with which the run ended, because their tools have no function: answer each by a tool message."""
        return [*self._exchange.pending_calls]


@public
class ToolRun(_Run[CompletionT]):
    """A model that is asked, and whose calls of tools are made, until it answers without one; `run_tools` makes it.

    Iterate over it for the events, or call `until_done`; the first event sends the first request. Iterating again goes
    on where it stopped, also after an error. As a context manager it closes itself.
    """

    def until_done(self) -> CompletionT:
        """Go on until the run is done.

        Returns:
            The last answer. It calls tools if these have no function: see `pending_calls`.

        Raises:
            ToolRunError: The rounds are used up, or a call failed and ``on_error`` is ``"raise"``.
            LengthFinishReasonError: An answer was cut off.
            ContentFilterFinishReasonError: An answer was cut off by a filter.
            RefusalError: The model refused.
            ParseError: The last answer does not fit ``response_format``.
            APIError: A request failed.

        Each error has the exchange so far as ``messages``, with which `run_tools` goes on.
        """
        for _ in self:
            pass
        return self.completion

    def __iter__(self) -> Iterator[ToolRunEvent]:
        if self._events is None or self._events.gi_frame is None:
            self._events = _events(self._ask, self._exchange)
        events: Iterator[ToolRunEvent] = self._events
        return events

    def close(self) -> None:
        """Stop: close an open stream, and wait for no call any more. Functions in threads run to their end."""
        if self._events is not None:
            self._events.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()


@public
class AsyncToolRun(_Run[CompletionT]):
    """`ToolRun` for ``async for``, ``await run.until_done()`` and ``async with``."""

    async def until_done(self) -> CompletionT:
        """Go on until the run is done; see `ToolRun.until_done`."""
        async for _ in self:
            pass
        return self.completion

    def __aiter__(self) -> AsyncIterator[ToolRunEvent]:
        if self._events is None or self._events.ag_frame is None:
            self._events = _aevents(self._ask, self._exchange)
        events: AsyncIterator[ToolRunEvent] = self._events
        return events

    async def aclose(self) -> None:
        """Stop: close an open stream, cancel the calls, and wait for their end. Functions in threads run to theirs."""
        if self._events is not None:
            await self._events.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.aclose()


def _next(steps: Generator[Any, Any, None], answer: Any) -> Any:
    try:
        return steps.send(answer)
    except StopIteration:
        return None


def _events(ask: Callable[..., Any], exchange: Exchange) -> Generator[ToolRunEvent]:
    steps, answer = exchange.steps(), None
    with exchange.carried():
        while (step := _next(steps, answer)) is not None:
            match step:
                case dict():
                    answer = ask(**step)
                    if step.get("stream"):
                        with answer as stream:
                            yield from stream.events()
                            answer = stream.get_final_completion()
                case ToolCall():
                    with exchange.asking(step):
                        answer = exchange.ask_before(step)
                case list():
                    yield from _results(exchange, step)
                case event:
                    yield event


async def _aevents(ask: Callable[..., Any], exchange: Exchange) -> AsyncGenerator[ToolRunEvent]:
    steps, answer = exchange.steps(), None
    with exchange.carried():
        while (step := _next(steps, answer)) is not None:
            match step:
                case dict() if step.get("stream"):
                    async with ask(**step) as stream:
                        async for event in stream.events():
                            yield event
                        answer = await stream.get_final_completion()
                case dict():
                    answer = await ask(**step)
                case ToolCall():
                    with exchange.asking(step):
                        answer = exchange.ask_before(step)
                        answer = await answer if inspect.isawaitable(answer) else answer
                case list():
                    async with aclosing(_aresults(exchange, step)) as results:
                        async for event in results:
                            yield event
                case event:
                    yield event


def _results(exchange: Exchange, calls: list[ToolCall]) -> Generator[ToolResultEvent]:
    """Make calls side by side, each in a thread; a single one in this thread, if it has all the time."""
    if len(calls) == 1 and exchange.tool_timeout is None:
        yield exchange.finish(calls[0], _attempt(partial(exchange.call, calls[0])))
        return
    waiting, outcomes = dict(enumerate(calls)), SimpleQueue[Any]()
    for key, call in waiting.items():
        _in_thread(partial(exchange.call, call), partial(_put, outcomes, key))
    deadline = None if exchange.tool_timeout is None else time.monotonic() + exchange.tool_timeout
    while waiting:
        try:
            key, outcome = outcomes.get(timeout=None if deadline is None else max(0, deadline - time.monotonic()))
        except Empty:
            key, outcome = next(iter(waiting)), None
        if key in waiting:
            yield exchange.finish(waiting.pop(key), outcome)


async def _aresults(exchange: Exchange, calls: list[ToolCall]) -> AsyncGenerator[ToolResultEvent]:
    """Make calls side by side, each in a task, those of functions that are not async in a thread."""
    from asyncio import CancelledError

    import anyio  # httpx's async side has loaded it by now

    # Tasks of their own: a task group may not stay open while the caller has an event.
    outcomes, results = anyio.create_memory_object_stream[Any](len(calls))
    scopes = [anyio.CancelScope() for _ in calls]

    async def make(call: ToolCall, scope: anyio.CancelScope) -> None:
        outcome = None
        try:
            with scope:
                if exchange.tool_timeout is not None:
                    scope.deadline = anyio.current_time() + exchange.tool_timeout
                outcome = await _aattempt(partial(exchange.call, call), in_thread=not exchange.is_async(call))
        except CancelledError as exc:  # of the function itself: one of the scope ends with it
            outcome = None, exc
        finally:
            outcomes.send_nowait((call, outcome))

    with outcomes, results:
        start, left = run_soon(), len(calls)
        for each in zip(calls, scopes, strict=True):
            start(partial(make, *each))
        try:
            while left:
                call, outcome = await results.receive()
                left -= 1
                yield exchange.finish(call, outcome)
        finally:
            for scope in scopes:
                scope.cancel()
            with anyio.CancelScope(shield=True):
                for _ in range(left):
                    call, outcome = await results.receive()
                    if outcome is not None:
                        exchange.finish(call, outcome)


def _put(outcomes: SimpleQueue[Any], key: int, outcome: Outcome) -> None:
    outcomes.put((key, outcome))


def _attempt(function: Callable[[], Any]) -> Outcome:
    try:
        return function(), None
    except BaseException as exc:
        return None, exc


async def _aattempt(function: Callable[[], Any], *, in_thread: bool) -> Outcome:
    import anyio

    if in_thread:
        done, outcomes, loop = anyio.Event(), list[Outcome](), event_loop()
        wake = getattr(loop, "call_soon_threadsafe", None) or loop.run_sync_soon

        def report(outcome: Outcome) -> None:
            outcomes.append(outcome)
            with suppress(RuntimeError):  # the loop is closed
                wake(done.set)

        _in_thread(function, report)
        await done.wait()
        result, error = outcomes[0]
    else:
        result, error = _attempt(function)
    try:
        return (await result if inspect.isawaitable(result) else result), error
    except Exception as exc:
        return None, exc


def _in_thread(function: Callable[[], Any], report: Callable[[Outcome], object]) -> None:
    """Call a function in the context of this thread, in one that nobody has to wait for."""
    context = copy_context()
    Thread(target=lambda: report(context.run(_attempt, function)), daemon=True).start()
