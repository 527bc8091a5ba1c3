"""The client over a transport that runs on aiohttp, as the extra `aiohttp` installs it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx_aiohttp
import pytest

from chatcompletions import AsyncChatClient, NotFoundError
from chatcompletions.server import LocalServer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with LocalServer() as server:
        yield server.base_url


def run(base_url: str, calls: Callable[[AsyncChatClient], Awaitable[None]]) -> None:
    async def main() -> None:
        async with AsyncChatClient(base_url=base_url, transport=httpx_aiohttp.AiohttpTransport) as chat:
            await calls(chat)

    asyncio.run(main())


def test_calls(base_url: str) -> None:
    """Creating, listing and errors work as over the pool of this package."""

    async def calls(chat: AsyncChatClient) -> None:
        replies = await asyncio.gather(*(chat.create(model="aio", messages="Hi.", store=True) for _ in range(20)))
        assert {stored.id async for stored in chat.list(model="aio", limit=7)} == {reply.id for reply in replies}
        with pytest.raises(NotFoundError):
            await chat.get("nothing")

    run(base_url, calls)


def test_streams(base_url: str) -> None:
    """A stream is read to its end, and one that is left early is closed."""

    async def calls(chat: AsyncChatClient) -> None:
        async with chat.create(model="aio", messages="Hi.", stream=True) as stream:
            texts = [text async for text in stream.text_deltas()]
        assert "".join(texts) == stream.completion.text
        async with chat.create(model="aio", messages="Hi.", stream=True) as stream:
            await anext(stream)
        assert stream.response.is_closed

    run(base_url, calls)


def test_one_event_loop_after_another(base_url: str) -> None:
    """A client with the class of a transport makes one for each event loop, and closes it with the loop."""
    made: list[httpx_aiohttp.AiohttpTransport] = []

    def transport() -> httpx_aiohttp.AiohttpTransport:
        made.append(httpx_aiohttp.AiohttpTransport())
        return made[-1]

    chat = AsyncChatClient(base_url=base_url, transport=transport)
    for count in range(1, 4):
        assert asyncio.run(chat.create(model="aio", messages="Hi.")).text
        assert len(made) == count
    by_class = AsyncChatClient(base_url=base_url, transport=httpx_aiohttp.AiohttpTransport)
    for _ in range(2):
        assert asyncio.run(by_class.create(model="aio", messages="Hi.")).text
