"""What asyncio and trio say in different words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def event_loop() -> Any:
    """Return what stands for the running event loop: asyncio's loop, or trio's token.

    Raises:
        RuntimeError: No event loop is running.
    """
    import asyncio  # loaded already where an asyncio loop runs

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        import anyio.lowlevel

        # The token itself is made anew by every call.
        return anyio.lowlevel.current_token().native_token


def call_soon() -> Callable[[Callable[[], object]], object]:
    """Return the function that has another one called in the running event loop, from any thread or a finalizer."""
    loop = event_loop()
    found: Callable[[Callable[[], object]], object] = getattr(loop, "call_soon_threadsafe", None) or loop.run_sync_soon
    return found
