"""The types of the generated endpoint functions on the facade's client: checked by mypy and pyright, never run.

An ignored error is part of the promise: both checkers complain where it is none.
"""

# pyright: reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from typing import TYPE_CHECKING, assert_type

from chatcompletions_api import models
from chatcompletions_api.api.chat import (
    create_chat_completion,
    delete_chat_completion,
    get_chat_completion,
    get_chat_completion_messages,
    list_chat_completions,
    update_chat_completion,
)
from chatcompletions_api.types import Response

if TYPE_CHECKING:
    from chatcompletions import AsyncChatClient, ChatClient


def dropping_down(chat: ChatClient) -> None:
    body = models.CreateChatCompletionRequest(
        model="m", messages=[models.ChatCompletionRequestUserMessage(content="Hello", role="user")]
    )
    assert_type(
        create_chat_completion.sync(client=chat.raw, body=body),
        models.CreateChatCompletionResponse | models.ErrorResponse | None,
    )
    page = list_chat_completions.sync_detailed(client=chat.raw, limit=5)
    assert_type(page, Response[models.ChatCompletionList])
    assert_type(page.parsed, models.ChatCompletionList | None)
    assert_type(get_chat_completion.sync("id", client=chat.raw), models.CreateChatCompletionResponse | None)
    update = models.UpdateChatCompletionRequest(metadata=None)
    assert_type(
        update_chat_completion.sync("id", client=chat.raw, body=update), models.CreateChatCompletionResponse | None
    )
    assert_type(delete_chat_completion.sync("id", client=chat.raw), models.ChatCompletionDeleted | None)
    assert_type(get_chat_completion_messages.sync("id", client=chat.raw), models.ChatCompletionMessageList | None)
    list_chat_completions.sync(client=chat.raw, limit="5")  # type: ignore[arg-type]


async def dropping_down_async(chat: AsyncChatClient) -> None:
    page = await list_chat_completions.asyncio_detailed(client=chat.raw, limit=5)
    assert_type(page, Response[models.ChatCompletionList])
    assert_type(await get_chat_completion.asyncio("id", client=chat.raw), models.CreateChatCompletionResponse | None)
