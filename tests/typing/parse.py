"""The types of structured answers and of runs of tools: checked by mypy and pyright, never run."""

# pyright: reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, Literal, TypedDict, TypeVar, assert_type

import pydantic
from attrs import frozen

from chatcompletions import (
    AnswerEvent,
    AsyncChatClient,
    AsyncParsedChatCompletionStream,
    AsyncToolRun,
    ChatClient,
    ChatCompletion,
    ContentDeltaEvent,
    ContentDoneEvent,
    JsonSchemaFormatDict,
    ParsedChatCompletion,
    ParsedChatCompletionStream,
    ParsedChoice,
    ToolCall,
    ToolCallEvent,
    ToolResultEvent,
    ToolRun,
    ToolRunEvent,
    custom_tool,
    function_tool,
    response_format,
)

T = TypeVar("T")


@dataclass
class Recipe:
    title: str


@dataclass
class Box(Generic[T]):
    item: T


@frozen
class Point:
    x: int


class Pair(TypedDict):
    a: int


class Model(pydantic.BaseModel):
    x: int


def weather(city: str) -> str:
    return city


def parsing(chat: ChatClient) -> None:
    assert_type(chat.parse(model="m", messages="x", response_format=Recipe), ParsedChatCompletion[Recipe])
    assert_type(chat.parse(model="m", messages="x", response_format=Recipe).parsed, Recipe)
    assert_type(chat.parse(model="m", messages="x", response_format=Model).parsed, Model)
    assert_type(chat.parse(model="m", messages="x", response_format=Point).parsed, Point)
    assert_type(chat.parse(model="m", messages="x", response_format=Pair).parsed, Pair)
    assert_type(chat.parse(model="m", messages="x", response_format=list[Recipe]).parsed, list[Recipe])
    assert_type(chat.parse(model="m", messages="x", response_format=Recipe | Point).parsed, Recipe | Point)
    assert_type(chat.parse(model="m", messages="x", response_format=int | None).parsed, int | None)
    assert_type(chat.parse(model="m", messages="x", response_format=Literal["a", "b"]).parsed, Literal["a", "b"])
    assert_type(chat.parse(model="m", messages="x", response_format=Box[int]).parsed, Box[int])
    assert_type(chat.parse(model="m", messages="x", response_format=Box[int]).parsed.item, int)
    assert_type(chat.parse(model="m", messages="x", response_format={"type": "object"}).parsed, Any)
    reply = chat.parse(model="m", messages="x", response_format=Recipe, n=2, retries_on_parse=0)
    assert_type(reply.choices, list[ParsedChoice[Recipe]])
    assert_type(reply.choices[1].message.parsed, Recipe | None)
    assert_type(reply.rejected, list[ChatCompletion])
    as_before: ChatCompletion = reply
    assert_type(as_before.text, str)


def streaming(chat: ChatClient) -> None:
    stream = chat.parse(model="m", messages="x", response_format=Recipe, stream=True)
    assert_type(stream, ParsedChatCompletionStream[Recipe])
    assert_type(stream.get_final_completion().parsed, Recipe)


async def asynchronous(chat: AsyncChatClient) -> None:
    assert_type((await chat.parse(model="m", messages="x", response_format=Recipe)).parsed, Recipe)
    async with chat.parse(model="m", messages="x", response_format=list[int], stream=True) as stream:
        assert_type(stream, AsyncParsedChatCompletionStream[list[int]])
        assert_type((await stream.get_final_completion()).parsed, list[int])
        async for event in stream.events():
            if isinstance(event, ContentDoneEvent):
                assert_type(event.parsed, list[int] | None)
    run = chat.run_tools(model="m", messages="x", tools=[weather], response_format=Recipe)
    assert_type(run, AsyncToolRun[ParsedChatCompletion[Recipe]])
    assert_type((await run.until_done()).parsed, Recipe)


def running(chat: ChatClient) -> None:
    made = function_tool(weather, name="w")
    run = chat.run_tools(model="m", messages="x", tools=[weather, made, custom_tool(weather), {"type": "function"}])
    assert_type(run, ToolRun[ChatCompletion])
    assert_type(run.until_done(), ChatCompletion)
    for event in run:
        followed(event)
    typed = chat.run_tools(model="m", messages="x", tools=[weather], response_format=list[Recipe])
    assert_type(typed.until_done().parsed, list[Recipe])
    chat.create(model="m", messages="x", tools=[function_tool(weather)], response_format=response_format(Recipe))
    assert_type(response_format(list[int]), JsonSchemaFormatDict)


def followed(event: ToolRunEvent) -> None:
    match event:
        case AnswerEvent(completion=completion):
            assert_type(completion, ChatCompletion)
        case ToolCallEvent(call=call) | ToolResultEvent(call=call):
            assert_type(call, ToolCall)
        case ContentDeltaEvent(delta=text):
            assert_type(text, str)
        case _:
            assert event.type


def wrong(chat: ChatClient) -> None:
    chat.parse(model="m", messages="x", response_format=Recipe("x"))  # type: ignore[call-overload]
    chat.parse(model="m", messages="x")  # type: ignore[call-overload]
    chat.parse(model="m", messages="x", response_format=Recipe, temprature=1)  # type: ignore[call-overload]
