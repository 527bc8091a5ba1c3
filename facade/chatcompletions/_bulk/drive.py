"""The loops that read requests, make rows and yield outcomes, for sync and for async callers."""

from __future__ import annotations

from contextlib import AsyncExitStack, ExitStack, closing
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import anyio.lowlevel

from chatcompletions._base_error import ChatCompletionsError
from chatcompletions._errors import JournalError
from chatcompletions._redaction import hide_values
from chatcompletions._requests.build import listed

from .chunks import warn_of_key
from .engine import InLoop, InThread, Tasks, as_async
from .journal import is_in_use
from .options import DEFAULTS, Options

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator, Iterator

    from .outcome import Outcome
    from .run import Run

#: Outcomes that are yielded, as from a journal, before other tasks of the event loop have their turn.
_UNBROKEN = 100
#: Turns of the event loop in which a run that was left closes its journal.
_TURNS = 30


def start(client: Any, async_type: Any, requests: Any, params: Any, *, call: str) -> Any:
    """Return the generator of the outcomes, which has read and sent nothing yet.

    Raises:
        TypeError: An argument is of the wrong type, or a parameter is unknown.
        ValueError: A number is out of its range.
    """
    # First of all, so that no failure below shows a secret among the keywords.
    given = hide_values(params)
    shared = listed(given)
    own = {name: shared.pop(name, default) for name, default in DEFAULTS.items()}
    options = Options(client, async_type, requests, shared, call, **own)
    if options.executor is not None:
        warn_of_key(client, options.executor)
    return _aiterate(options) if options.is_async else _iterate(options)


def _iterate(options: Options) -> Generator[Outcome[Any]]:
    """Yield the outcomes; requests are read in the thread of the caller, which whatever they come from may need."""
    place: Any
    with ExitStack() as stack:
        run, source = options.open(stack), iter(options.requests)  # type: ignore[arg-type] # it was checked
        if options.executor is None:
            own = as_async(options.client, options.async_type)
            place = stack.enter_context(InThread(own, options.call, options.pace, run.keep))
            wait: Callable[[], Any] = place.wait
        else:
            results = SimpleQueue[Any]()
            chunks = options.chunks(partial(_keep, run, results.put))
            place, wait = stack.enter_context(closing(chunks)), results.get
        while not run.is_done:
            while run.has_room():
                _read(run, source, place.start)
            if (outcome := run.pop()) is not None:
                yield outcome
            elif not run.is_done:
                _flush(run, place)
                _finish(run, place, *wait())
    run.check()


async def _aiterate(options: Options) -> AsyncGenerator[Outcome[Any]]:
    """Yield the outcomes; an iterable that is not async is read in the event loop."""
    place: Any = None
    async with AsyncExitStack() as stack:
        run = await _aopen(options, stack)
        loop: Any = await stack.enter_async_context(InLoop())
        if options.executor is None:
            tasks = Tasks(options.client, options.call, options.pace(), partial(_keep, run, loop.put))
            begin: Callable[[Any], object] = partial(loop.start, tasks.make)
        else:
            place = stack.enter_context(closing(options.chunks(partial(_keep, run, loop.put_from_thread))))
            begin = place.start
        source: Any = options.requests
        is_async, is_reading = hasattr(source, "__aiter__"), False
        source, unbroken = aiter(source) if is_async else iter(source), 0
        while not run.is_done:
            while not is_reading and run.has_room():
                if is_async:
                    is_reading = True
                    loop.start(_read_async, source, loop.put)
                else:
                    _read(run, source, begin)
            if (outcome := run.pop()) is not None:
                yield outcome
                unbroken += 1
                if unbroken == _UNBROKEN:
                    unbroken = 0
                    await anyio.lowlevel.checkpoint()
            elif not run.is_done:
                _flush(run, place)
                report, unbroken = await loop.wait(), 0
                match report:
                    case [request]:
                        is_reading = False
                        _begin(run, request, begin)
                    case None | Exception() as failure:
                        run.end(failure)
                    case result:
                        _finish(run, place, *result)
    run.check()


async def _aopen(options: Options, stack: AsyncExitStack) -> Run:
    """Open what a run needs; a run that was left by ``break`` closes its journal only in some turns of the loop."""
    for _ in range(_TURNS):
        try:
            return options.open(stack)
        except JournalError as exc:
            if not is_in_use(exc):
                raise
        await anyio.lowlevel.checkpoint()
    return options.open(stack)


def _read(run: Run, source: Iterator[Any], begin: Callable[[Any], object]) -> None:
    """Read a request and begin its row."""
    try:
        request = next(source)
    except StopIteration:
        run.end()
    except Exception as exc:
        run.end(exc)
    else:
        _begin(run, request, begin)


async def _read_async(source: Any, put: Callable[[Any], object]) -> None:
    """Read a request, and put it as a list; its end or failure as `None` or an exception."""
    try:
        put([await anext(source)])
    except StopAsyncIteration:
        put(None)
    except Exception as exc:
        put(exc)


def _begin(run: Run, request: Any, begin: Callable[[Any], object]) -> None:
    row = run.begin(request)
    if row is not None:
        try:
            begin(row)
        except ChatCompletionsError as exc:
            run.end(exc)  # the executor takes no more


def _keep(run: Run, put: Callable[[Any], object], result: Any) -> None:
    """Put a result, once it is kept."""
    run.keep(*result)
    put(result)


def _flush(run: Run, place: Any) -> None:
    if hasattr(place, "flush"):
        try:
            place.flush()
        except ChatCompletionsError as exc:
            run.end(exc)


def _finish(run: Run, place: Any, *result: Any) -> None:
    outcome = run.finish(*result)
    if hasattr(place, "learn"):
        place.learn(result[0], outcome.reply, outcome.error)
