"""The types of the events of a stream: checked by mypy and pyright, never run.

An ignored error is part of the promise: both checkers complain where it is none.
"""

# pyright: reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_never, assert_type

from chatcompletions import (
    AsyncChatClient,
    ChatClient,
    ChatCompletion,
    ChatCompletionChunk,
    ChatCompletionStreamEvent,
    ChunkEvent,
    ContentDeltaEvent,
    ContentDoneEvent,
    CustomToolCallInputDeltaEvent,
    CustomToolCallInputDoneEvent,
    FunctionToolCallArgumentsDeltaEvent,
    FunctionToolCallArgumentsDoneEvent,
    LogprobsContentDeltaEvent,
    LogprobsContentDoneEvent,
    LogprobsRefusalDeltaEvent,
    LogprobsRefusalDoneEvent,
    RefusalDeltaEvent,
    RefusalDoneEvent,
)
from chatcompletions_api import models

Token = models.ChatCompletionTokenLogprob


def matching(event: ChatCompletionStreamEvent) -> None:
    match event:
        case ChunkEvent(chunk=chunk, snapshot=snapshot):
            assert_type(chunk, ChatCompletionChunk)
            assert_type(snapshot, ChatCompletion)
        case ContentDeltaEvent(delta=text, choice=choice) | RefusalDeltaEvent(delta=text, choice=choice):
            assert_type(text, str)
            assert_type(choice, int)
        case ContentDoneEvent(content=text) | RefusalDoneEvent(refusal=text):
            assert_type(text, str)
        case FunctionToolCallArgumentsDeltaEvent(name=name, index=index, arguments_delta=text):
            assert_type((name, index, text), tuple[str, int, str])
        case FunctionToolCallArgumentsDoneEvent(name=name, arguments=text, parsed_arguments=value):
            assert_type((name, text, value), tuple[str, str, Any])
        case CustomToolCallInputDeltaEvent(name=name, input_delta=text):
            assert_type((name, text), tuple[str, str])
        case CustomToolCallInputDoneEvent(name=name, input=text):
            assert_type((name, text), tuple[str, str])
        case LogprobsContentDeltaEvent(content=tokens) | LogprobsContentDoneEvent(content=tokens):
            assert_type(tokens, list[Token])
        case LogprobsRefusalDeltaEvent(refusal=tokens) | LogprobsRefusalDoneEvent(refusal=tokens):
            assert_type(tokens, list[Token])
        case _:
            assert_never(event)


def by_type(event: ChatCompletionStreamEvent) -> None:
    if event.type == "content.delta":
        assert_type(event, ContentDeltaEvent)
        assert_type(event.snapshot, str)
        event.delta = "x"  # type: ignore # an event is frozen
    elif event.type == "tool_calls.function.arguments.done":
        assert_type(event.parsed_arguments, Any)
    elif event.type == "logprobs.content.delta":
        assert_type(event.snapshot, Sequence[Token])


def of_a_type(event: ChatCompletionStreamEvent[int]) -> None:
    if isinstance(event, ContentDoneEvent):
        assert_type(event.parsed, int | None)


def iterating(chat: ChatClient) -> None:
    with chat.create(model="m", messages="Hello", stream=True) as stream:
        for event in stream.events():
            matching(event)


async def iterating_async(chat: AsyncChatClient) -> None:
    async with chat.create(model="m", messages="Hello", stream=True) as stream:
        async for event in stream.events():
            by_type(event)
