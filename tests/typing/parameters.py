"""The parameters that the calls take, and mistakes that they refuse: checked by mypy and pyright, never run.

An ignored error is part of the promise: both checkers complain where it is none.
"""

# pyright: reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

import httpx

from chatcompletions import (
    UNSET,
    AsyncChatClient,
    ChatClient,
    ChatCompletion,
    CreateParams,
    Message,
    Unset,
    assistant,
    developer,
    system,
    tool,
    user,
)
from chatcompletions_api import models

if TYPE_CHECKING:
    from collections.abc import Mapping


def parameters(chat: ChatClient, reply: ChatCompletion, extra: Mapping[str, Any]) -> None:
    weather = models.FunctionObject(name="weather")
    chat.create(
        model="a-model-of-another-server",
        messages=[
            developer("Be brief."),
            system("Be kind."),
            user("Hello", name="ada"),
            reply.message,
            assistant(tool_calls=reply.tool_calls),
            tool("4", tool_call_id="call_1"),
            {"role": "user", "content": [{"type": "text", "text": "And this?"}]},
            models.ChatCompletionRequestUserMessage(role="user", content="And that?"),
        ],
        audio={"voice": "alloy", "format": "mp3"},
        frequency_penalty=1,
        logit_bias={"50256": -100},
        max_completion_tokens=None,
        metadata={"topic": "rivers"},
        modalities=["text"],
        reasoning_effort="high",
        response_format=models.ResponseFormatText("text"),
        service_tier="flex",
        stop=("a", "b"),
        stream_options=models.ChatCompletionStreamOptions(include_usage=True),
        tool_choice="required",
        tools=[models.ChatCompletionTool("function", weather), {"type": "custom", "custom": {"name": "grep"}}],
        extra_headers={"X-Team": "a"},
        extra_query=extra,
        extra_body={"top_k": 5},
        timeout=httpx.Timeout(5),
        max_retries=0,
    )
    chat.get("id", timeout=1.5, max_retries=1, extra_headers={"X-Team": "a"})
    chat.list(metadata=None, extra_query={"project": "p"})


def history(chat: ChatClient) -> None:
    messages: list[Message] = [{"role": "user", "content": "Hello"}]
    reply = chat.create(model="m", messages=messages)
    messages.append(reply.message)
    messages += [user("And now?"), models.ChatCompletionRequestUserMessage(role="user", content="Well?")]
    chat.create(model="m", messages=messages, stream=True)
    chat.create(model="m", messages=[user("Hello"), reply.message])


def wrapped(chat: ChatClient, **params: Unpack[CreateParams]) -> ChatCompletion:
    reply: ChatCompletion = chat.create(**params)
    return reply


def optional(temperature: float | Unset = UNSET) -> bool:
    return temperature is UNSET


def mistakes(chat: ChatClient, asynchronous: AsyncChatClient) -> None:
    chat.create(model="m")  # type: ignore[call-overload]
    chat.create("m", "Hello")  # type: ignore[call-overload]
    chat.create(model="m", messages="Hello", temprature=1)  # type: ignore[call-overload]
    chat.create(model="m", messages="Hello", temperature="hot")  # type: ignore[call-overload]
    chat.create(model="m", messages="Hello", verbosity="loud")  # type: ignore[call-overload]
    chat.create(model="m", messages="Hello", user=None)  # type: ignore[call-overload]
    chat.create(model="m", messages=[1])  # type: ignore[list-item]
    asynchronous.create(model="m", messages="Hello", temprature=1)  # type: ignore[call-overload]
    chat.list(limit="5")  # type: ignore[arg-type]
    chat.list(order="up")  # type: ignore[arg-type]
    chat.list(metadata={"topic": 1})  # type: ignore[dict-item]
    chat.messages("id", metadata={})  # type: ignore[call-arg]
    chat.update("id")  # type: ignore[call-arg]
    chat.get(1)  # type: ignore[arg-type]
    ChatClient(apikey="sk")  # type: ignore[call-arg]
    ChatClient(http2="yes")  # type: ignore[arg-type]
