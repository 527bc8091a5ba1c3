"""Functions on event loops that work alike under asyncio and trio."""

from __future__ import annotations

import contextlib
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine


def event_loop() -> Any:
    """Return the running event loop, or under trio its token.

    Raises:
        RuntimeError: No event loop is running.
    """
    import asyncio  # loaded already where an asyncio loop runs

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        trio: Any = sys.modules.get("trio")
        if trio is not None:
            with contextlib.suppress(RuntimeError):
                return trio.lowlevel.current_trio_token()
        raise


def is_running() -> bool:
    """Tell whether an event loop is running in this thread."""
    try:
        event_loop()
    except RuntimeError:
        return False
    return True


def run_soon() -> Callable[[Callable[[], Coroutine[Any, Any, None]]], object]:
    """Return a function that starts a coroutine function in this event loop, from any thread or a finalizer."""
    loop = event_loop()
    if not hasattr(loop, "call_soon_threadsafe"):
        trio: Any = sys.modules["trio"]
        return partial(loop.run_sync_soon, trio.lowlevel.spawn_system_task)
    tasks: set[Any] = set()  # the loop itself holds no strong reference to a task

    def start(function: Callable[[], Coroutine[Any, Any, None]]) -> None:
        task = loop.create_task(function())
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    return partial(loop.call_soon_threadsafe, start)


def is_closed(loop: Any) -> bool:
    """Tell whether an event loop is known to be closed."""
    return hasattr(loop, "is_closed") and bool(loop.is_closed())


def at_end_of_loop(call: Callable[[], Awaitable[None]]) -> AsyncGenerator[None]:
    """Await a function when the running event loop ends.

    Returns:
        A generator that the caller keeps a reference to; closing it awaits the function at once, dropping it soon.
    """
    # The one thing that asyncio and trio both do before they end is to close the generators that were begun in them.
    generator = _end(call)
    with contextlib.suppress(StopIteration):
        generator.__anext__().send(None)
    return generator


async def _end(call: Callable[[], Awaitable[None]]) -> AsyncGenerator[None]:
    try:
        yield
    finally:
        await call()
