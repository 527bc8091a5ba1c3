"""The clients where other programs run them: many threads, loops of all kinds, greenlets, notebooks."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import uvloop
from IPython.core.interactiveshell import InteractiveShell

from chatcompletions import AsyncChatClient, ChatClient
from chatcompletions.server import LocalServer

if TYPE_CHECKING:
    from collections.abc import Iterator

_ASK = """
def ask(chat, number):
    reply = chat.create(model="m", messages=f"say {number}")
    with chat.create(model="m", messages=f"say {number}", stream=True) as stream:
        streamed = "".join(stream.text_deltas())
    assert f"say {number}" in reply.text
    assert reply.text == streamed
    return number
"""
_GREENLETS = (
    """
from gevent import monkey; monkey.patch_all()
import sys, gevent
from chatcompletions import ChatClient
"""
    + _ASK
    + """
with ChatClient(base_url=sys.argv[1]) as chat:
    jobs = [gevent.spawn(ask, chat, number) for number in range(100)]
    gevent.joinall(jobs, raise_error=True)
    killed = [gevent.spawn(ask, chat, number) for number in range(20)]
    gevent.sleep(0)
    gevent.killall(killed)
    assert ask(chat, 1) == 1
"""
)
_CELLS = (
    "from chatcompletions import AsyncChatClient, ChatClient",
    "chat = AsyncChatClient(base_url=base_url)",
    "first = await chat.create(model='m', messages='Hello.')",
    "async with chat.create(model='m', messages='Hello.', stream=True) as stream:\n"
    "    text = ''.join([piece async for piece in stream.text_deltas()])",
    "second = ChatClient(base_url=base_url).create(model='m', messages='Hello.')",
    "assert first.text == text == second.text",
    "await chat.aclose()",
)


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    """Run a server for the tests of this module."""
    with LocalServer() as server:
        yield server.base_url


async def ask(chat: AsyncChatClient, number: int) -> None:
    reply = await chat.create(model="m", messages=f"say {number}")
    async with chat.create(model="m", messages=f"say {number}", stream=True) as stream:
        streamed = "".join([piece async for piece in stream.text_deltas()])
    assert f"say {number}" in (reply.text or "")
    assert reply.text == streamed


async def many(chat: AsyncChatClient) -> None:
    """Make calls at once, cancel others, and make one more."""
    await asyncio.gather(*(ask(chat, number) for number in range(50)))
    tasks = [asyncio.create_task(ask(chat, number)) for number in range(20)]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await ask(chat, 1)


def test_threads(base_url: str) -> None:
    """64 threads share one client, and each gets the answers to its own requests."""
    scope: dict[str, Any] = {}
    exec(_ASK, scope)  # noqa: S102 - our own
    with ChatClient(base_url=base_url) as chat, ThreadPoolExecutor(64) as threads:
        assert list(threads.map(lambda number: scope["ask"](chat, number), range(200))) == list(range(200))


@pytest.mark.parametrize(
    "loops",
    [[asyncio.new_event_loop] * 2, [uvloop.new_event_loop] * 2, [uvloop.new_event_loop, asyncio.new_event_loop]],
)
def test_one_loop_after_another(base_url: str, loops: list[Any]) -> None:
    """One client works in several loops, of asyncio and of uvloop."""
    chat = AsyncChatClient(base_url=base_url)
    for new_loop in loops:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(many(chat))


def test_greenlets(base_url: str) -> None:
    """Where gevent has patched Python, greenlets share a client, and may be killed."""
    subprocess.run([sys.executable, "-W", "error", "-c", _GREENLETS, base_url], check=True, timeout=60)  # noqa: S603 - our own


def test_notebook(base_url: str) -> None:
    """In the cells of a notebook both clients work, the async one over several cells."""
    shell = InteractiveShell.instance()
    shell.user_ns["base_url"] = base_url

    async def run() -> None:
        for cell in _CELLS:
            result = await shell.run_cell_async(cell, transformed_cell=shell.transform_cell(cell))
            result.raise_error()

    try:
        asyncio.run(run())
    finally:
        InteractiveShell.clear_instance()
