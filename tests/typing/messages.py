"""Every way to write messages, tools and formats, and typos in annotated ones: checked by mypy and pyright, never run.

An ignored error is part of the promise: both checkers complain where it is none.
"""

# pyright: reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Literal, TypedDict, assert_type

from chatcompletions import (
    AllowedToolsChoiceDict,
    AssistantMessageDict,
    AsyncChatClient,
    AudioPartDict,
    ChatClient,
    ChatCompletion,
    CustomToolCallDict,
    CustomToolChoiceDict,
    CustomToolDict,
    DeveloperMessageDict,
    FilePartDict,
    FunctionMessageDict,
    FunctionToolCallDict,
    FunctionToolChoiceDict,
    FunctionToolDict,
    ImagePartDict,
    JsonObjectFormatDict,
    JsonSchemaFormatDict,
    Message,
    RefusalPartDict,
    SystemMessageDict,
    TextFormatDict,
    TextPartDict,
    ToolMessageDict,
    UserMessageDict,
    assistant,
    audio,
    developer,
    file,
    image,
    system,
    text,
    tool,
    user,
)
from chatcompletions_api import models

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from chatcompletions import ChatCompletionPage, ChatCompletionStream


class OwnMessage(TypedDict):
    """A message as an application declares it."""

    role: str
    content: str


def annotated(chat: ChatClient) -> None:
    text: TextPartDict = {"type": "text", "text": "What is this?"}
    image: ImagePartDict = {"type": "image_url", "image_url": {"url": "https://a.test/a.png", "detail": "low"}}
    audio: AudioPartDict = {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}
    file: FilePartDict = {"type": "file", "file": {"file_id": "file-1"}}
    refusal: RefusalPartDict = {"type": "refusal", "refusal": "No."}
    call: FunctionToolCallDict = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    custom_call: CustomToolCallDict = {"id": "call_2", "type": "custom", "custom": {"name": "g", "input": "x"}}
    dev: DeveloperMessageDict = {"role": "developer", "content": "Be brief."}
    sys: SystemMessageDict = {"role": "system", "content": [text]}
    usr: UserMessageDict = {"role": "user", "content": [text, image, audio, file], "name": "ada"}
    ast: AssistantMessageDict = {"role": "assistant", "content": [refusal], "tool_calls": [call, custom_call]}
    answer: ToolMessageDict = {"role": "tool", "content": "4", "tool_call_id": "call_1"}
    old: FunctionMessageDict = {"role": "function", "content": None, "name": "f"}
    function: FunctionToolDict = {
        "type": "function",
        "function": {"name": "f", "parameters": {"type": "object", "properties": {}}, "strict": True},
    }
    custom: CustomToolDict = {"type": "custom", "custom": {"name": "g", "format": {"type": "text"}}}
    chat.create(model="m", messages=[dev, sys, usr, ast, answer, old], tools=[function, custom])

    history: list[SystemMessageDict | UserMessageDict | AssistantMessageDict] = [sys]
    history.append({"role": "user", "content": "Hello"})
    chat.create(model="m", messages=history)
    only_users: list[UserMessageDict] = [usr]
    chat.create(model="m", messages=only_users, stream=True)
    only_functions: list[FunctionToolDict] = [function]
    chat.create(model="m", messages="Hello", tools=only_functions)

    plain: TextFormatDict = {"type": "text"}
    json_object: JsonObjectFormatDict = {"type": "json_object"}
    schema: JsonSchemaFormatDict = {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}}
    for response_format in (plain, json_object, schema):
        chat.create(model="m", messages="Hello", response_format=response_format)

    allowed: AllowedToolsChoiceDict = {
        "type": "allowed_tools",
        "allowed_tools": {"mode": "auto", "tools": [{"type": "function", "function": {"name": "f"}}]},
    }
    named: FunctionToolChoiceDict = {"type": "function", "function": {"name": "f"}}
    named_custom: CustomToolChoiceDict = {"type": "custom", "custom": {"name": "g"}}
    for tool_choice in (allowed, named, named_custom):
        chat.create(model="m", messages="Hello", tool_choice=tool_choice)


def annotated_with_models(reply: ChatCompletion, calls: list[models.ChatCompletionMessageToolCall]) -> None:
    again: AssistantMessageDict = {"role": "assistant", "tool_calls": reply.tool_calls}
    some: AssistantMessageDict = {"role": "assistant", "tool_calls": calls}
    part = models.ChatCompletionRequestMessageContentPartText("text", "Hello")
    mixed: UserMessageDict = {"role": "user", "content": [part, {"type": "text", "text": "And this?"}]}
    described: FunctionToolDict = {"type": "function", "function": models.FunctionObject("f")}
    print(again, some, mixed["role"], described.get("function"))


def typos() -> None:
    a: UserMessageDict = {"role": "usr", "content": "Hello"}  # type: ignore[typeddict-item]
    b: UserMessageDict = {"role": "user", "contnt": "Hello"}  # type: ignore[typeddict-item]
    c: UserMessageDict = {"role": "user"}  # type: ignore[typeddict-item]
    d: UserMessageDict = {"role": "user", "content": "Hello", "nme": "ada"}  # type: ignore[typeddict-unknown-key]
    e: ToolMessageDict = {"role": "tool", "content": "4", "tool_call": "call_1"}  # type: ignore[typeddict-item]
    f: AssistantMessageDict = {"role": "assistant", "content": 1}  # type: ignore[typeddict-item]
    g: FunctionToolDict = {"type": "function", "function": {"nam": "f"}}  # type: ignore[typeddict-item]
    h: JsonSchemaFormatDict = {"type": "json_schema", "json_schema": {"shema": {}}}  # type: ignore[typeddict-item]
    i: FunctionToolChoiceDict = {"type": "tool", "function": {"name": "f"}}  # type: ignore[typeddict-item]
    j: UserMessageDict = {"role": "user", "content": [{"type": "txt", "text": ""}]}  # type: ignore[list-item]
    k: ImagePartDict = {"type": "image_url", "image_url": {"url": "", "detail": "lo"}}  # type: ignore[typeddict-item]
    print(a, b, c, d, e, f, g, h, i, j, k)
    a["contents"] = ""  # type: ignore[typeddict-unknown-key]
    print(a["nam"])  # type: ignore[typeddict-item]
    history: list[UserMessageDict | AssistantMessageDict] = []
    history.append({"role": "user", "contnt": "Hello"})  # type: ignore[arg-type]
    history.append({"role": "usr", "content": "Hello"})  # type: ignore[misc, arg-type]


def unannotated(
    chat: ChatClient, reply: ChatCompletion, role: str, text: str, speaker: Literal["user", "tool"]
) -> None:
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}]
    messages.append({"role": "assistant", "content": reply.text})
    chat.create(model="m", messages=messages)
    parts = [{"type": "text", "text": "Hello"}, {"type": "image_url", "image_url": {"url": "https://a.test/a.png"}}]
    with_parts = [{"role": "user", "content": parts}]
    chat.create(model="m", messages=with_parts)
    chat.create(model="m", messages=[{"role": "user", "content": parts}, {"role": "user", "content": "And?"}])
    tools = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]
    response_format = {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}}
    tool_choice = {"type": "function", "function": {"name": "f"}}
    chat.create(model="m", messages="Hello", tools=tools, tool_choice=tool_choice, response_format=response_format)
    chat.create(model="m", messages=[{"role": role, "content": text}])
    chat.create(model="m", messages=[{"role": speaker, "content": text}])
    chat.create(model="m", messages=[{"role": "user" if text else "system", "content": text}])
    chat.create(model="m", messages=[dict(role="user", content=text)])  # noqa: C408 - one of the ways
    chat.create(model="m", messages=({"role": "user", "content": line} for line in text.splitlines()))
    chat.create(model="m", messages=tuple(messages))
    chat.create(model="m", messages=deque(messages))
    chat.create(model="m", messages=[*messages, {"role": "user", "content": text}, reply.message, reply])
    chat.create(model="m", messages=messages + [{"role": "user", "content": text}])  # noqa: RUF005 - one of the ways


def histories(
    chat: ChatClient,
    anything: list[dict[str, Any]],
    texts: list[dict[str, str]],
    objects: list[dict[str, object]],
    mappings: list[Mapping[str, Any]],
    whatever: list[Any],
    own: list[OwnMessage],
    one: dict[str, Any],
    lines: Iterator[dict[str, str]],
) -> None:
    for messages in (anything, texts, objects, mappings, whatever, own, [one], lines):
        chat.create(model="m", messages=messages)
    chat.create(model="m", messages=anything, tools=anything, tool_choice=one, response_format=one)
    chat.create(model="m", messages=[*anything, *texts, *own, one, {"role": "user", "content": "Hello"}])


def beyond_the_spec(chat: ChatClient) -> None:
    chat.create(
        model="m",
        messages=[
            {"role": "system", "content": [{"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}]},
            {"role": "assistant", "content": "Par", "prefix": True, "reasoning_content": "..."},
            {"role": "ipython", "content": "4"},
            {"role": "user", "content": [{"type": "video_url", "video_url": {"url": "https://a.test/a.mp4"}}]},
            user([{"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}], cache=True),
        ],
        tools=[{"type": "web_search", "max_uses": 3}, {"type": "function", "function": {"name": "f", "x": 1}}],
        tool_choice={"type": "any"},
        response_format={"type": "grammar", "grammar": "..."},
    )


def replies(chat: ChatClient, reply: ChatCompletion, page: ChatCompletionPage, stream: ChatCompletionStream) -> None:
    chat.create(model="m", messages=[{"role": "user", "content": "Hello"}, reply])
    chat.create(model="m", messages=[reply])
    chat.create(model="m", messages=page.data)
    chat.create(model="m", messages=[user("Hello"), stream.completion, {"role": "user", "content": "And?"}])
    chat.create(model="m", messages=[choice.message for choice in reply.choices])
    mixed: list[Any] = [{"role": "user", "content": "Hello"}]
    mixed += [reply, reply.message]
    chat.create(model="m", messages=mixed)
    chat.create(model="m", messages=[{"role": "user", "content": "Hello"}, reply.message.to_dict()])


def helpers(chat: ChatClient, reply: ChatCompletion, one: dict[str, Any], part: TextPartDict) -> None:
    assert_type(user("Hello"), Message)
    messages = [system("Be brief."), user("Hello")]
    messages.append(reply.message)
    messages.append(reply)
    messages.append({"role": "user", "content": "And?"})
    messages.append(one)
    messages += [assistant("Yes."), tool("4", "call_1"), developer("Be kind.")]
    chat.create(model="m", messages=messages)
    loop = [user("Weather?"), reply.message, *(tool("4", call.id) for call in reply.tool_calls)]
    chat.create(model="m", messages=loop)
    chat.create(model="m", messages=[user("Hello"), {"role": "user", "content": "And?"}, one, reply])
    user([part, {"type": "text", "text": "Hello"}, one])
    user([models.ChatCompletionRequestMessageContentPartText("text", "Hello")])
    user([{"type": "image_url", "image_url": {"url": "https://a.test/a.png"}}])
    parts = [{"type": "text", "text": "Hello"}]
    user(parts)
    print(user("Hello").get("content"))
    plain: list[dict[str, Any]] = []
    plain.append(user("Hello"))  # type: ignore[arg-type]


async def asynchronous(chat: AsyncChatClient, reply: ChatCompletion, anything: list[dict[str, Any]]) -> None:
    message: UserMessageDict = {"role": "user", "content": "Hello"}
    await chat.create(model="m", messages=[message, reply, user("And?"), *anything])
    await chat.create(model="m", messages=anything, tools=anything)
    async with chat.create(model="m", messages=[{"role": "user", "content": "Hello"}, reply], stream=True) as stream:
        await chat.create(model="m", messages=[stream.completion])


def mistakes(chat: ChatClient, page: ChatCompletionPage) -> None:
    chat.create(model="m", messages=["Hello"])  # type: ignore[list-item]
    chat.create(model="m", messages=page.data[0].choices)  # type: ignore[arg-type]
    chat.create(model="m", messages="Hello", tools=[print])  # type: ignore[list-item]
    chat.create(model="m", messages="Hello", tool_choice="alwys")  # type: ignore[call-overload]
    user([1])  # type: ignore[list-item]


def parts(chat: ChatClient, path: Path, content: bytes) -> None:
    assert_type(text("a"), TextPartDict)
    assert_type(image(path, detail="low"), ImagePartDict)
    assert_type(audio(content, format="wav"), AudioPartDict)
    assert_type(file(file_id="file-1"), FilePartDict)
    chat.create(
        model="m", messages=[user([text("a"), image("a.png"), audio("a.wav"), file(content, filename="a.pdf")])]
    )
    chat.create(model="m", messages=[{"role": "user", "content": [text("a"), image("https://example.com/a.png")]}])
    mixed: UserMessageDict = {"role": "user", "content": [text("a"), {"type": "text", "text": "b"}, file(path)]}
    chat.create(model="m", messages=[mixed])
    image(1)  # type: ignore # a path, a URL or bytes
    image(path, details="low")  # type: ignore # a typo
