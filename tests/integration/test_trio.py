"""The async client under trio, with its calls over real HTTP."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import httpx
import pytest
import trio

from chatcompletions import APITimeoutError, AsyncChatClient, NotFoundError
from chatcompletions.server import LocalServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with LocalServer() as server:
        yield server.base_url


def test_calls(base_url: str) -> None:
    """Creating, streaming, listing and errors work as under asyncio."""

    async def main() -> None:
        async with AsyncChatClient(base_url=base_url) as chat:
            reply = await chat.create(model="trio", messages="Hi.", store=True)
            async with chat.create(model="trio", messages="Hi.", stream=True) as stream:
                texts = [text async for text in stream.text_deltas()]
            assert "".join(texts) == stream.completion.text == reply.text
            async with trio.open_nursery() as nursery:
                for _ in range(10):
                    nursery.start_soon(create, chat)
            assert len([stored.id async for stored in chat.list(model="trio", limit=3)]) == 11
            with pytest.raises(NotFoundError):
                await chat.get("nothing")

    async def create(chat: AsyncChatClient) -> None:
        await chat.create(model="trio", messages="Hi.", store=True)

    trio.run(main)


def test_a_full_pool(base_url: str) -> None:
    """The limit of connections and the pool timeout hold, and a stream that is dropped frees its slot."""

    async def main() -> None:
        limits = httpx.Limits(max_connections=1)
        async with AsyncChatClient(base_url=base_url, limits=limits, timeout=60, max_retries=0) as chat:
            stream = await chat.create(model="trio", messages="Hi.", stream=True)
            with pytest.raises(APITimeoutError, match="PoolTimeout"):
                await chat.get("nothing", timeout=httpx.Timeout(60, pool=0.01))
            del stream
            gc.collect()
            assert (await chat.create(model="trio", messages="Hi.")).text

    trio.run(main)


def test_one_run_after_another(base_url: str) -> None:
    """A client that is used in one run after another closes the connections of each run."""
    chat = AsyncChatClient(base_url=base_url)

    async def main() -> None:
        assert (await chat.create(model="trio", messages="Hi.")).text

    for _ in range(3):
        trio.run(main)
        assert len(chat._clients) == 0
    gc.collect()  # warns of a socket that nobody closed
