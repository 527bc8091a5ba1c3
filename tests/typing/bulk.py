"""The types of many requests at once: checked by mypy and pyright, never run."""

# pyright: reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Generator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, assert_type

from chatcompletions import AsyncChatClient, ChatClient, ChatCompletion, Outcome, ParsedChatCompletion, user


@dataclass
class Recipe:
    title: str


def weather(city: str) -> str:
    return city


async def source() -> AsyncIterator[str]:
    yield "a"


def mapping(chat: ChatClient) -> None:
    assert_type(chat.map(["a"], model="m"), Generator[Outcome[ChatCompletion]])
    for outcome in chat.map([{"messages": [user("a")]}], model="m", concurrency=3, ordered=False, temperature=1):
        assert_type(outcome.reply, ChatCompletion | None)
        assert_type(outcome.error, Exception | None)
        assert_type(outcome.index, int)
        if outcome.reply is not None:
            assert_type(outcome.reply.text, str)
    parsed = chat.map(["a"], call="parse", model="m", response_format=Recipe, retries_on_parse=1)
    assert_type(parsed, Generator[Outcome[ParsedChatCompletion[Recipe]]])
    each_its_own = chat.map([{"messages": "a", "response_format": Recipe}], call="parse", model="m")
    assert_type(each_its_own, Generator[Outcome[ParsedChatCompletion[Any]]])
    run = chat.map(["a"], call="run_tools", model="m", tools=[weather], max_rounds=2)
    assert_type(run, Generator[Outcome[ChatCompletion]])
    typed = chat.map(["a"], call="run_tools", model="m", tools=[weather], response_format=list[Recipe])
    assert_type(typed, Generator[Outcome[ParsedChatCompletion[list[Recipe]]]])
    chat.map(["a"], model="m", journal=Path("run.sqlite"), requests_per_minute=500, tokens_per_minute=1e6)
    chat.map(
        ["a"],
        model="m",
        progress=lambda done, failed, total: print(done, failed, total),
        executor=ProcessPoolExecutor(),
    )


async def asynchronous(chat: AsyncChatClient) -> None:
    assert_type(chat.map(source(), model="m"), AsyncGenerator[Outcome[ChatCompletion]])
    async for outcome in chat.map(["a"], call="parse", model="m", response_format=Recipe, journal="run.sqlite"):
        assert_type(outcome, Outcome[ParsedChatCompletion[Recipe]])
        if outcome.reply is not None:
            assert_type(outcome.reply.parsed, Recipe)


def wrong(chat: ChatClient) -> None:
    chat.map(["a"], temprature=1)  # type: ignore[call-overload]
    chat.map(source(), model="m")  # type: ignore[call-overload]
    chat.map(["a"], call="list", model="m")  # type: ignore[call-overload]
    chat.map(["a"], model="m", executor=4)  # type: ignore[call-overload]
