"""The properties of answers, on answers as the spec has them and on odd ones."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from attrs import define

from chatcompletions import ChatCompletion, ChatCompletionChunk, ChatCompletionDeleted
from chatcompletions._answers.models import Answer
from chatcompletions_api import models

from ._support import ASK, Server, choice, chunk, completion, page

if TYPE_CHECKING:
    from collections.abc import Callable

CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}


def answer(connect: Callable[..., Any], reply: Any) -> Any:
    return connect(transport=Server(reply).transport).call("create", **ASK)


def with_message(**members: Any) -> dict[str, Any]:
    reply = completion()
    reply["choices"][0]["message"].update(members)
    return reply


def test_subclasses_of_attrs() -> None:
    """A subclass of the reader's own may be a class of attrs, with or without slots."""
    for slots in (False, True):
        cls: Any = define(type("Own", (ChatCompletion,), {"__annotations__": {}}), slots=slots)
        assert cls.from_dict({"id": "c"}).id == "c"


def test_an_answer_is_the_generated_model(connect: Callable[..., Any]) -> None:
    """An answer is the generated class with all its fields, and equals it."""
    reply = completion(usage={"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}, new=[1])
    found = answer(connect, reply)
    plain = models.CreateChatCompletionResponse.from_dict(reply)
    assert isinstance(found, models.CreateChatCompletionResponse)
    assert (found.id, found.model, found.created, found.usage.total_tokens) == ("chatcmpl-1", "m", 1_700_000_000, 3)
    assert isinstance(found.choices[0], models.Choice)
    assert found["new"] == [1]
    assert found == plain
    assert plain == found
    assert found.to_dict() == plain.to_dict() == reply


def test_a_field_goes_before_a_member_of_ours() -> None:
    """A field of the spec takes precedence over a property of the facade with the same name."""

    @define
    class River:
        text: str
        headers: int

    class Ours(Answer, River):
        __slots__ = ("_headers",)

        @property
        def text(self) -> str:  # type: ignore[override]
            raise AssertionError("the facade's property hides the field")

    found: Any = Ours("Rhine", 5)
    found._headers = httpx.Headers({"x-request-id": "req_1"})
    found.text += "!"
    assert (found.text, found.headers, found.request_id) == ("Rhine!", 5, "req_1")
    assert ChatCompletion.text is not Ours.text


def test_inequality(connect: Callable[..., Any]) -> None:
    """Answers are unequal if a field differs, and unequal to anything that is no answer."""
    found = answer(connect, completion())
    assert found != answer(connect, completion("Ho."))
    assert found != models.CreateChatCompletionResponse.from_dict(completion("Ho."))
    assert found != completion()
    assert found != None  # noqa: E711 - the comparison itself is tested


def test_headers_play_no_part_in_equality(connect: Callable[..., Any]) -> None:
    """Answers with the same JSON are equal, whatever their headers."""
    first, second = (
        answer(connect, httpx.Response(200, json=completion(), headers={"x-request-id": name})) for name in "ab"
    )
    assert first == second
    assert "request" not in repr(first)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda found: pickle.loads(pickle.dumps(found))])
def test_copies(connect: Callable[..., Any], copied: Callable[[Any], Any]) -> None:
    """An answer survives copying and pickle: its fields, the absent ones, its headers and its properties."""
    reply = httpx.Response(200, json=completion(new={"a": 1}), headers={"x-request-id": "req_1"})
    found = answer(connect, reply)
    again = copied(found)
    assert type(again) is ChatCompletion
    assert again == found
    assert again.to_dict() == found.to_dict()
    assert (again.text, again.request_id, "usage" in again) == ("Hi.", "req_1", False)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda found: pickle.loads(pickle.dumps(found))])
def test_copies_of_made_up_answers(copied: Callable[[Any], Any]) -> None:
    """An answer that was read from a mapping, and so has no headers, survives copying and pickle too."""
    for cls, data in (
        (ChatCompletion, completion()),
        (ChatCompletionChunk, chunk(choice(content="a"))),
        (ChatCompletionDeleted, {"object": "chat.completion.deleted", "id": "a", "deleted": True}),
    ):
        found: Any = cls.from_dict(data)
        assert copied(found) == found
        assert copied(found).to_dict() == data


def test_no_headers_without_a_response() -> None:
    """An answer that was read from a mapping has no headers and no request id."""
    found = ChatCompletion.from_dict(completion())
    assert (dict(found.headers), found.request_id) == ({}, None)


@pytest.mark.parametrize(
    ("call", "args", "params"),
    [
        ("create", (), ASK),
        ("get", ("a",), {}),
        ("update", ("a",), {"metadata": {}}),
        ("delete", ("a",), {}),
        ("list", (), {}),
        ("messages", ("a",), {}),
    ],
)
def test_every_answer_has_its_headers(
    connect: Callable[..., Any], call: str, args: tuple[str, ...], params: dict[str, Any]
) -> None:
    """Each answer has its request id and the headers with the rate limits."""
    headers = {"x-request-id": "req_1", "x-ratelimit-remaining-tokens": "99"}
    found = connect(transport=Server(httpx.Response(200, json={"object": ""}, headers=headers)).transport).call(
        call, *args, **params
    )
    assert (found.request_id, found.headers["x-ratelimit-remaining-tokens"]) == ("req_1", "99")


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        (completion("Hi."), "Hi."),
        (completion(""), ""),
        (completion(None), ""),
        (
            with_message(content=[{"type": "text", "text": "a"}, {"type": "image"}, "b", {"text": "c"}, {"text": 5}]),
            "ac",
        ),
        (with_message(content={"text": "a"}), ""),
        (with_message(content=5), ""),
        (completion(choices=[]), ""),
        (completion(choices=None), ""),
        (completion(choices=5), ""),
        (completion(choices="abc"), ""),
        (completion(choices={"0": {}}), ""),
        (completion(choices=[None, 5, {}]), ""),
        (completion(choices=[{"message": None}]), ""),
        (completion(choices=[{"message": "text"}]), ""),
        (completion(choices=[{"message": {}}]), ""),
        ({"object": "chat.completion"}, ""),
    ],
)
def test_text(connect: Callable[..., Any], reply: dict[str, Any], text: str) -> None:
    """The text is that of the first choice; without one it is empty."""
    found = answer(connect, reply)
    assert found.text == text


def test_text_of_the_first_choice(connect: Callable[..., Any]) -> None:
    """With several choices, text, message and tool calls are those of the first."""
    reply = completion("first")
    reply["choices"].append(completion("second")["choices"][0] | {"index": 1})
    assert answer(connect, reply).text == "first"


@pytest.mark.parametrize("choices", [[], None, 5, [{}], [{"message": 7}]])
def test_no_message(connect: Callable[..., Any], choices: Any) -> None:
    """The message of an answer without one is an error that names the answer."""
    with pytest.raises(LookupError, match="chatcmpl-1"):
        _ = answer(connect, completion(choices=choices)).message


def test_message(connect: Callable[..., Any]) -> None:
    """The message is the model in the first choice, not a copy."""
    found = answer(connect, completion())
    assert found.message is found.choices[0].message
    assert found.message.role == "assistant"


@pytest.mark.parametrize(
    ("members", "ids"),
    [
        ({"tool_calls": [CALL]}, ["call_1"]),
        (
            {"tool_calls": [CALL, {"id": "call_2", "type": "custom", "custom": {"name": "c", "input": "i"}}]},
            ["call_1", "call_2"],
        ),
        ({"tool_calls": []}, []),
        ({"tool_calls": None}, []),
        ({"tool_calls": 5}, []),
        ({"tool_calls": {"a": 1}}, []),
        ({}, []),
    ],
)
def test_tool_calls(connect: Callable[..., Any], members: dict[str, Any], ids: list[str]) -> None:
    """The tool calls are those of the first choice, in their generated classes; none is an empty list."""
    found = answer(connect, with_message(**members))
    assert [call.id for call in found.tool_calls] == ids
    classes = (models.ChatCompletionMessageToolCall, models.ChatCompletionMessageCustomToolCall)
    for call, cls in zip(found.tool_calls, classes, strict=False):
        assert type(call) is cls


@pytest.mark.parametrize("no_type", [{}, {"type": None}, {"type": ""}])
def test_tool_calls_without_a_type(connect: Callable[..., Any], no_type: dict[str, Any]) -> None:
    """The type of a tool call without one follows from its member, as in a stream; any other call is left as it is."""
    function, custom = {"name": "f", "arguments": "{}"}, {"name": "c", "input": "i"}
    sent = [{"id": "a", "function": function}, {"id": "b", "custom": custom}, {"id": "c", "function": None}]
    found = answer(connect, with_message(tool_calls=[{**call, **no_type} for call in sent]))
    first, second, third = found.tool_calls
    assert isinstance(first, models.ChatCompletionMessageToolCall)
    assert isinstance(second, models.ChatCompletionMessageCustomToolCall)
    assert (first.type, first.function.name, second.type, second.custom.name) == ("function", "f", "custom", "c")
    assert third == {"id": "c", "function": None, **no_type}
    assert found.message.to_dict()["tool_calls"] == [{**call, **no_type} for call in sent]


@pytest.mark.parametrize(
    ("created", "expected"),
    [
        (1_700_000_000, datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
        (1_700_000_000.5, datetime(2023, 11, 14, 22, 13, 20, 500_000, tzinfo=UTC)),
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        (None, None),
        ("1700000000", datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
        (10**30, None),
        (-(10**30), None),
        (1e300, None),
        ([], None),
    ],
)
def test_created_at(connect: Callable[..., Any], created: Any, expected: datetime | None) -> None:
    """The time of creation is in UTC, and None if the server sent no time."""
    assert answer(connect, completion(created=created)).created_at == expected


def test_created_at_missing(connect: Callable[..., Any]) -> None:
    """Without created there is no time of creation."""
    assert answer(connect, {"object": "chat.completion"}).created_at is None


def test_created_at_nan(connect: Callable[..., Any]) -> None:
    """If created is no number, there is no time of creation."""
    assert answer(connect, httpx.Response(200, content=b'{"created": NaN}')).created_at is None


OFF_SPEC: dict[str, dict[str, Any]] = {
    "nothing but its kind": {"object": "chat.completion"},
    "unknown finish reason": completion(choices=[{"index": 0, "finish_reason": "eos", "message": {"content": "a"}}]),
    "no index": completion(choices=[{"message": {"role": "assistant", "content": "a"}}]),
    "another role": with_message(role="model"),
    "nulls": dict.fromkeys(completion()) | {"usage": None, "system_fingerprint": None},
    "null calls": with_message(tool_calls=None, function_call=None, annotations=None, audio=None),
    "unknown call": with_message(tool_calls=[{"id": "a", "type": "search", "search": {"q": 1}}]),
    "untyped call": with_message(tool_calls=[{"id": "a", "function": {"name": "f", "arguments": "{}"}}]),
    "arguments as an object": with_message(tool_calls=[CALL | {"function": {"name": "f", "arguments": {"a": 1}}}]),
    "reasoning": with_message(reasoning_content="hm", reasoning={"steps": [1]}),
    "odd usage": completion(usage={"prompt_tokens": 1.5, "x": None}),
    "usage as text": completion(usage="much"),
    "unknown tier": completion(service_tier="warp"),
    "numbers as text": completion(created="now", id=7),
    "numbers": completion(created=1.5),
    "an extra field": completion(timings={"predicted_ms": 1.5}, **{"odd name": 1, "class": 2, "to_dict": 3}),
    "large": completion(created=10**25),
}


@pytest.mark.parametrize("reply", OFF_SPEC.values(), ids=OFF_SPEC)
@pytest.mark.parametrize("call", ["create", "list"])
def test_reading_is_tolerant(connect: Callable[..., Any], call: str, reply: dict[str, Any]) -> None:
    """Odd members are read, and written back as they came; a missing required one may be written as null."""
    if call == "create":
        found = answer(connect, reply)
    else:
        (found,) = connect(transport=Server(page([], data=[reply])).transport).items("list")
    written = found.to_dict()
    assert without_nulls(written) == without_nulls(reply)
    assert found.text is not None
    assert isinstance(found.tool_calls, list)
    assert found.created_at is None or isinstance(found.created_at, datetime)


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_nulls(item) for name, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("choices", "text"),
    [
        ([choice(content="a")], "a"),
        ([choice(1, content="b"), choice(0, content="a")], "a"),
        ([choice(1, content="b")], ""),
        ([choice(None, content="a")], "a"),
        ([choice(content=[{"type": "text", "text": "a"}])], "a"),
        ([choice(content=None)], ""),
        ([choice()], ""),
        ([{"index": 0, "delta": None}], ""),
        ([{"index": 0}], ""),
        ([None, 5, {}], ""),
        ([], ""),
        (None, ""),
        (5, ""),
    ],
)
def test_text_of_a_chunk(choices: Any, text: str) -> None:
    """The text of a chunk is the text that it adds to the first choice."""
    assert ChatCompletionChunk.from_dict({**chunk(), "choices": choices}).text == text


class Renamed:
    """A model with a name that the facade does not know."""

    def __init__(self, **members: Any) -> None:
        self.__dict__.update(members)


def test_text_by_any_other_name() -> None:
    """Choices and messages are recognised by their members, whatever the names of their schemas."""
    piece = ChatCompletionChunk.from_dict(chunk())
    piece.choices = [Renamed(index=1, delta=Renamed(content="b")), Renamed(index=0, delta=Renamed(content="a"))]  # type: ignore[list-item]
    reply = ChatCompletion.from_dict(completion())
    message = Renamed(content="a", tool_calls=[1])
    reply.choices = [Renamed(message=message)]  # type: ignore[list-item]
    assert (piece.text, reply.text, reply.tool_calls) == ("a", "a", [1])
    assert reply.message is message


def test_receipt_of_a_deletion(connect: Callable[..., Any]) -> None:
    """Deleting returns the generated receipt."""
    reply = {"object": "chat.completion.deleted", "id": "a", "deleted": True}
    found = connect(transport=Server(reply).transport).call("delete", "a")
    assert (found.deleted, found.id, type(found)) == (True, "a", ChatCompletionDeleted)
    assert isinstance(found, models.ChatCompletionDeleted)
    assert found.to_dict() == reply


@pytest.mark.parametrize(
    ("own", "generated", "data"),
    [
        (ChatCompletion, models.CreateChatCompletionResponse, completion()),
        (ChatCompletionChunk, models.CreateChatCompletionStreamResponse, chunk(choice(content="a"))),
        (ChatCompletionDeleted, models.ChatCompletionDeleted, {"object": "x", "id": "a", "deleted": True}),
    ],
)
def test_equality_with_the_generated_model(own: Any, generated: Any, data: dict[str, Any]) -> None:
    """Each model of the facade equals the generated one with the same JSON, from both sides."""
    assert own.from_dict(data) == generated.from_dict(data)
    assert generated.from_dict(data) == own.from_dict(data)
    assert own.from_dict(data) != generated.from_dict({**data, "id": "other"})


def test_answers_are_not_hashable() -> None:
    """An answer is mutable, and so has no hash."""
    with pytest.raises(TypeError, match="unhashable"):
        hash(ChatCompletion.from_dict(completion()))
