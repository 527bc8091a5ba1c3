"""The types that a caller of `ChatClient` sees: checked by mypy and pyright, never run.

An ignored error is part of the promise: both checkers complain where it is none.
"""

# pyright: reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from datetime import datetime
from typing import Any, assert_type

import httpx

from chatcompletions import (
    APIError,
    ChatClient,
    ChatCompletion,
    ChatCompletionChunk,
    ChatCompletionDeleted,
    ChatCompletionPage,
    ChatCompletionsError,
    ChatCompletionStream,
    MessagePage,
    RateLimitError,
    StreamError,
)
from chatcompletions_api import models
from chatcompletions_api.client import Client

MESSAGES: list[dict[str, str]] = [{"role": "user", "content": "Hello"}]
ToolCall = models.ChatCompletionMessageToolCall | models.ChatCompletionMessageCustomToolCall


def creating(chat: ChatClient, streamed: bool) -> None:
    assert_type(chat.create(model="m", messages="Hello"), ChatCompletion)
    assert_type(chat.create(model="m", messages=MESSAGES, stream=False), ChatCompletion)
    assert_type(chat.create(model="m", messages=MESSAGES, stream=None), ChatCompletion)
    assert_type(chat.create(model="m", messages=MESSAGES, stream=True), ChatCompletionStream)
    assert_type(chat.create(model="m", messages=MESSAGES, stream=streamed), ChatCompletion | ChatCompletionStream)


def streaming(chat: ChatClient) -> None:
    with chat.create(model="m", messages="Hello", stream=True) as stream:
        assert_type(stream, ChatCompletionStream)
        for chunk in stream:
            assert_type(chunk, ChatCompletionChunk)
            assert_type(chunk.text, str)
            assert_type(chunk.choices[0].delta.content, str | None)
        for text in stream.text_deltas():
            assert_type(text, str)
        assert_type(next(stream), ChatCompletionChunk)
        assert_type(stream.completion, ChatCompletion)
        assert_type(stream.get_final_completion(), ChatCompletion)
        assert_type(stream.request_id, str | None)
        assert_type(stream.headers, httpx.Headers)


def reading(reply: ChatCompletion) -> None:
    as_generated: models.CreateChatCompletionResponse = reply
    assert_type(as_generated.id, str)
    assert_type(reply.text, str)
    assert_type(reply.message, models.ChatCompletionResponseMessage)
    assert_type(reply.created_at, datetime | None)
    assert_type(reply.request_id, str | None)
    assert_type(reply.headers, httpx.Headers)
    assert_type(reply.choices, list[models.Choice])
    assert_type(reply.choices[0].finish_reason, models.FinishReason)
    assert_type(reply.usage, models.CompletionUsage | None)
    if reply.usage:
        assert_type(reply.usage.total_tokens, int)
    if reply.metadata:
        assert_type(reply.metadata["topic"], str)
    assert_type(reply.tool_calls, list[ToolCall])
    for call in reply.tool_calls:
        if isinstance(call, models.ChatCompletionMessageToolCall):
            assert_type(call.function.arguments, str)
        else:
            assert_type(call.custom.input, str)
    print(reply.txt)  # type: ignore[attr-defined]
    print(reply.usage.total_tokens)  # type: ignore[union-attr]


def listing(chat: ChatClient) -> None:
    page = chat.list(metadata={"topic": "rivers"}, model="m", after="id", limit=5, order="asc", max_items=50)
    assert_type(page, ChatCompletionPage)
    assert_type(page.data, list[ChatCompletion])
    assert_type(page.has_more, bool)
    assert_type(page.next_page(), ChatCompletionPage | None)
    assert_type(list(page), list[ChatCompletion])
    for stored in chat.list():
        assert_type(stored, ChatCompletion)
        assert_type(stored.id, str)
    as_generated: models.ChatCompletionList = page
    assert_type(as_generated.last_id, str)


def listing_messages(chat: ChatClient) -> None:
    page = chat.messages("id", after="id", limit=5, order="desc", max_items=50)
    assert_type(page, MessagePage)
    assert_type(page.data, list[models.ChatCompletionStoreMessage])
    assert_type(page.next_page(), MessagePage | None)
    for message in chat.messages("id"):
        assert_type(message, models.ChatCompletionStoreMessage)
        assert_type(message.content, str | None)
    as_generated: models.ChatCompletionMessageList = page
    assert_type(as_generated.first_id, str)


def stored(chat: ChatClient) -> None:
    assert_type(chat.get("id"), ChatCompletion)
    assert_type(chat.update("id", metadata={"seen": "yes"}), ChatCompletion)
    assert_type(chat.update("id", metadata=None), ChatCompletion)
    assert_type(chat.delete("id"), ChatCompletionDeleted)
    assert_type(chat.delete("id").deleted, bool)


def clients(transport: httpx.BaseTransport) -> None:
    with ChatClient(
        api_key="sk",
        base_url=httpx.URL("http://localhost"),
        timeout=5,
        max_retries=0,
        transport=transport,
        verify=False,
    ) as chat:
        assert_type(chat, ChatClient)
        assert_type(chat.base_url, httpx.URL)
        assert_type(chat.raw, Client)
    for made in (httpx.HTTPTransport, lambda: transport, None):
        ChatClient(transport=made)
    ChatClient(transport="http")  # type: ignore[arg-type]


def failing(chat: ChatClient) -> None:
    try:
        chat.get("id")
    except StreamError as error:
        assert_type(error.completion, ChatCompletion | None)
    except RateLimitError as error:
        assert_type(error.headers, httpx.Headers)
    except APIError as error:
        assert_type(error.status_code, int | None)
        assert_type(error.code, str | None)
        assert_type(error.param, str | None)
        assert_type(error.type, str | None)
        assert_type(error.request_id, str | None)
        assert_type(error.attempts, int)
        assert_type(error.body, Any)
    except ChatCompletionsError as error:
        assert_type(str(error), str)
