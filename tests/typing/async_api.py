"""The types that a caller of `AsyncChatClient` sees: checked by mypy and pyright, never run.

An ignored error is part of the promise: both checkers complain where it is none.
"""

# pyright: reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

import asyncio
from typing import assert_type

import httpx

from chatcompletions import (
    AsyncChatClient,
    AsyncChatCompletionPage,
    AsyncChatCompletionStream,
    AsyncMessagePage,
    ChatCompletion,
    ChatCompletionChunk,
    ChatCompletionDeleted,
)
from chatcompletions_api import models
from chatcompletions_api.client import Client

MESSAGES: list[dict[str, str]] = [{"role": "user", "content": "Hello"}]


async def creating_async(chat: AsyncChatClient, streamed: bool) -> None:
    assert_type(await chat.create(model="m", messages="Hello"), ChatCompletion)
    assert_type(await chat.create(model="m", messages=MESSAGES, stream=False), ChatCompletion)
    assert_type(await chat.create(model="m", messages=MESSAGES, stream=True), AsyncChatCompletionStream)
    either = await chat.create(model="m", messages=MESSAGES, stream=streamed)
    assert_type(either, ChatCompletion | AsyncChatCompletionStream)


async def tasks(chat: AsyncChatClient, streamed: bool) -> None:
    whole = asyncio.create_task(chat.create(model="m", messages="Hello"))
    assert_type(await whole, ChatCompletion)
    stream = asyncio.create_task(chat.create(model="m", messages="Hello", stream=True))
    assert_type(await stream, AsyncChatCompletionStream)
    either = asyncio.create_task(chat.create(model="m", messages="Hello", stream=streamed))
    assert_type(await either, ChatCompletion | AsyncChatCompletionStream)
    async with asyncio.TaskGroup() as group:
        page = group.create_task(chat.list())
        messages = group.create_task(chat.messages("id"))
        group.create_task(chat.get("id"))
    assert_type(page.result(), AsyncChatCompletionPage)
    assert_type(messages.result(), AsyncMessagePage)


def running(chat: AsyncChatClient) -> None:
    assert_type(asyncio.run(chat.create(model="m", messages="Hello")), ChatCompletion)
    assert_type(asyncio.run(chat.list()), AsyncChatCompletionPage)


async def streaming_async(chat: AsyncChatClient) -> None:
    async with chat.create(model="m", messages="Hello", stream=True) as stream:
        assert_type(stream, AsyncChatCompletionStream)
        async for chunk in stream:
            assert_type(chunk, ChatCompletionChunk)
        async for text in stream.text_deltas():
            assert_type(text, str)
        assert_type(await anext(stream), ChatCompletionChunk)
        assert_type(stream.completion, ChatCompletion)
        assert_type(await stream.get_final_completion(), ChatCompletion)


async def listing_async(chat: AsyncChatClient) -> None:
    async for stored in chat.list(metadata={"topic": "rivers"}, max_items=50):
        assert_type(stored, ChatCompletion)
    page = await chat.list(limit=5)
    assert_type(page, AsyncChatCompletionPage)
    assert_type(page.data, list[ChatCompletion])
    assert_type(await page.next_page(), AsyncChatCompletionPage | None)
    assert_type([each async for each in page], list[ChatCompletion])
    async for message in chat.messages("id"):
        assert_type(message, models.ChatCompletionStoreMessage)
    messages = await chat.messages("id", order="asc")
    assert_type(messages, AsyncMessagePage)
    assert_type(messages.data, list[models.ChatCompletionStoreMessage])
    assert_type(await messages.next_page(), AsyncMessagePage | None)
    for each in chat.list():  # type: ignore[attr-defined]
        print(each)


async def stored_async(chat: AsyncChatClient) -> None:
    assert_type(await chat.get("id"), ChatCompletion)
    assert_type(await chat.update("id", metadata={"seen": "yes"}), ChatCompletion)
    assert_type(await chat.delete("id"), ChatCompletionDeleted)


async def clients_async() -> None:
    async with AsyncChatClient(proxy="http://localhost:3128", limits=httpx.Limits(), headers={"X-Team": "a"}) as chat:
        assert_type(chat, AsyncChatClient)
        assert_type(chat.raw, Client)
