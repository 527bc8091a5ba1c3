"""Answers that are read into values of a type."""

from __future__ import annotations

import copy
import json
import pickle
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Annotated, Any, Literal

import httpx
import msgspec
import pydantic
import pytest
from attrs import frozen

from chatcompletions import (
    BadRequestError,
    ChatCompletion,
    ContentFilterFinishReasonError,
    LengthFinishReasonError,
    ParseError,
    RefusalError,
    response_format,
    user,
)

from ._support import ASK, STOP, Server, choice, chunk, completion, events, is_async, streaming

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import SyncDriver


@dataclass
class Step:
    title: str
    when: datetime | None = None


@dataclass
class Recipe:
    """A dish."""

    steps: list[Step]
    kind: Literal["soup", "cake"] = "soup"
    tags: list[str] = field(default_factory=list)


@frozen
class Point:
    x: int
    y: float


class Model(pydantic.BaseModel):
    x: int


GOOD = {"steps": [{"title": "Cut.", "when": "2026-01-31T12:00:00Z"}], "kind": "cake", "tags": None}
VALUE = Recipe([Step("Cut.", datetime(2026, 1, 31, 12, tzinfo=UTC))], "cake")


def answer(value: Any, **members: Any) -> dict[str, Any]:
    return completion(value if isinstance(value, str) else json.dumps(value), **members)


def failed(driver: SyncDriver, cls: type[ParseError] = ParseError, **params: Any) -> ParseError:
    with pytest.raises(ParseError) as caught:
        driver.call("parse", **{**ASK, "response_format": Recipe, **params})
    assert type(caught.value) is cls
    return caught.value


def test_a_value(connect: Callable[..., SyncDriver]) -> None:
    """The answer has a value of the type, and is the whole completion; the request has the type's strict schema."""
    server = Server(answer(GOOD))
    reply = connect(transport=server.transport).call("parse", **ASK, response_format=Recipe)
    assert reply.parsed == reply.choices[0].message.parsed == VALUE
    assert isinstance(reply, ChatCompletion)
    assert reply.to_dict() == answer(GOOD)
    assert (reply.parse_attempts, reply.rejected, reply.headers["content-type"]) == (1, [], "application/json")
    assert server.body["response_format"] == response_format(Recipe)
    sent = server.body["response_format"]["json_schema"]
    assert (sent["name"], sent["strict"], sent["description"]) == ("Recipe", True, "A dish.")


def test_several_choices(connect: Callable[..., SyncDriver]) -> None:
    """Each choice has a value of its own; if one has none, the error has the values of the others."""
    good, bad = answer(GOOD)["choices"][0], answer({"steps": 1})["choices"][0]
    driver = connect(transport=Server({**answer(GOOD), "choices": [good, {**good, "index": 1}]}).transport)
    reply = driver.call("parse", **ASK, response_format=Recipe, n=2)
    assert [choice.message.parsed for choice in reply.choices] == [VALUE, VALUE]
    driver = connect(transport=Server({**answer(GOOD), "choices": [good, {**bad, "index": 1}]}).transport)
    error = failed(driver, n=2)
    assert (error.choice, error.path) == (1, "$.steps")
    assert error.completion.parsed == VALUE


@pytest.mark.parametrize("change", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_copies(connect: Callable[..., SyncDriver], change: Any) -> None:
    """A reply and an error survive pickle and copy with their values."""
    server = Server(answer({"x": 1, "y": 2}), answer({"x": "1"}))
    driver = connect(transport=server.transport)
    reply = change(driver.call("parse", **ASK, response_format=Point))
    assert (reply.parsed, reply.choices[0].message.parsed, reply.parse_attempts) == (Point(1, 2.0), Point(1, 2.0), 1)
    error = failed(driver, response_format=Point)
    again = change(error)
    assert (str(again), again.path, again.value) == (str(error), "$.x", {"x": "1"})


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("", "$: expected JSON, received nothing"),
        ("Sorry, no.", "$: expected JSON, received Sorry, no."),
        ({"steps": [{"title": 1}]}, "$.steps[0].title: expected text, received 1"),
        ({"steps": [{}]}, "$.steps[0].title: expected a value, received nothing"),
        ({"steps": [], "kind": "pie"}, '$.kind: expected "soup" or "cake", received "pie"'),
        ([], "$: expected an object (Recipe), received []"),
    ],
)
def test_what_does_not_fit(connect: Callable[..., SyncDriver], value: Any, told: str) -> None:
    """An error says where the answer departs from the type, what was expected, and what came."""
    error = failed(connect(transport=Server(answer(value)).transport))
    assert str(error) == told
    assert error.completion.text == (value if isinstance(value, str) else json.dumps(value))


@pytest.mark.parametrize(
    ("reason", "cls"), [("length", LengthFinishReasonError), ("content_filter", ContentFilterFinishReasonError)]
)
def test_cut_off(connect: Callable[..., SyncDriver], reason: str, cls: type[ParseError]) -> None:
    """An answer that was cut off is an error with what there is of the value, and is not asked for again."""
    reply = answer('{"steps": [{"title": "Cu')
    reply["choices"][0]["finish_reason"] = reason
    server = Server(reply)
    error = failed(connect(transport=server.transport), cls, retries_on_parse=1)
    assert error.value == {"steps": [{"title": "Cu"}]}
    assert error.completion.choices[0].finish_reason == reason
    assert len(server.requests) == 1


def test_refusal(connect: Callable[..., SyncDriver]) -> None:
    """A refusal is an error with the model's words."""
    reply = completion(None)
    reply["choices"][0]["message"]["refusal"] = "I won't."
    error = failed(connect(transport=Server(reply).transport), RefusalError)
    assert isinstance(error, RefusalError)
    assert (error.refusal, str(error)) == ("I won't.", "the model refused: I won't.")


def test_tool_calls(connect: Callable[..., SyncDriver]) -> None:
    """An answer that calls tools has no value, and is no error."""
    reply = completion(None)
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    reply["choices"][0]["message"]["tool_calls"] = [call]
    assert connect(transport=Server(reply).transport).call("parse", **ASK, response_format=Recipe).parsed is None


def test_retries(connect: Callable[..., SyncDriver]) -> None:
    """With retries the model is told what is wrong and asked again; nothing that was paid for is lost."""
    server = Server(answer({"steps": 1}), answer(GOOD))
    reply = connect(transport=server.transport).call("parse", **ASK, response_format=Recipe, retries_on_parse=1)
    assert (reply.parsed, reply.parse_attempts) == (VALUE, 2)
    assert [one.text for one in reply.rejected] == ['{"steps": 1}']
    asked, rejected, advice = server.body["messages"]
    assert asked == {"role": "user", "content": ASK["messages"]}
    assert rejected == reply.rejected[0].message.to_dict()
    assert "$.steps: expected an array, received 1" in advice["content"]


def test_retries_used_up(connect: Callable[..., SyncDriver]) -> None:
    """The error of the last answer has the answers before it."""
    server = Server(answer({"steps": 1}), answer({"steps": 2}))
    error = failed(connect(transport=server.transport), retries_on_parse=1)
    assert (error.received, [one.text for one in error.rejected]) == ("2", ['{"steps": 1}'])


def test_a_retry_that_fails(connect: Callable[..., SyncDriver]) -> None:
    """Whatever ends the second request, the error has the answer before it."""
    server = Server(answer({"steps": 1}), httpx.Response(400, json={"error": {"message": "No."}}))
    with pytest.raises(BadRequestError) as caught:
        connect(transport=server.transport).call("parse", **ASK, response_format=Recipe, retries_on_parse=1)
    assert [one.text for one in caught.value.rejected] == ['{"steps": 1}']
    assert [one.text for one in pickle.loads(pickle.dumps(caught.value)).rejected] == ['{"steps": 1}']


def test_messages_that_can_be_read_once(connect: Callable[..., SyncDriver]) -> None:
    """A retry has the messages that the first request had, also if they came from a generator."""
    server = Server(answer({"steps": 1}), answer(GOOD))
    messages = (user(text) for text in ("a", "b"))
    params = {**ASK, "messages": messages, "response_format": Recipe, "retries_on_parse": 1}
    connect(transport=server.transport).call("parse", **params)
    assert [one["content"] for one in server.body["messages"][:2]] == ["a", "b"]


@dataclass
class Own:
    x: int

    def __post_init__(self) -> None:
        raise KeyError(self.x)


class OwnModel(pydantic.BaseModel):
    x: int

    @pydantic.model_validator(mode="after")
    def check(self) -> OwnModel:
        raise KeyError(self.x)


class OwnStruct(msgspec.Struct):
    x: int

    def __post_init__(self) -> None:
        raise KeyError(self.x)


class UnspeakableError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("nothing to say")


@dataclass
class Silent:
    x: int

    def __post_init__(self) -> None:
        raise UnspeakableError


Bound = Annotated[int, SimpleNamespace(multiple_of=0)]


@pytest.mark.parametrize(
    ("cls", "cause", "told"),
    [
        (Own, KeyError, "values that Own takes .KeyError: 9."),
        (OwnModel, KeyError, "values that OwnModel takes .KeyError: 9."),
        (OwnStruct, KeyError, "values that OwnStruct takes .KeyError: 9."),
        (list[OwnModel], KeyError, r"\$\.value\[0\]: expected values that OwnModel"),
        (Silent, UnspeakableError, "values that Silent takes .UnspeakableError."),
        (Bound, ZeroDivisionError, "ZeroDivisionError"),
    ],
)
def test_exceptions_of_the_type(connect: Callable[..., SyncDriver], cls: Any, cause: Any, told: str) -> None:
    """Whatever a type raises at a value, the error has the answer that was paid for."""
    value: Any = {"value": [{"x": 9}]} if cls == list[OwnModel] else {"value": 9} if cls is Bound else {"x": 9}
    driver = connect(transport=Server(answer(value)).transport)
    with pytest.raises(ParseError, match=told) as caught:
        driver.call("parse", **ASK, response_format=cls, strict=False)
    assert caught.value.completion.text == json.dumps(value)
    assert isinstance(caught.value.__cause__, cause)


class Short(pydantic.BaseModel):
    x: str = pydantic.Field(max_length=1)
    y: int = 5


class Tagged(msgspec.Struct, tag="a"):
    x: int


class Other(msgspec.Struct, tag="b"):
    x: int


@pytest.mark.parametrize(
    ("cls", "text", "told"),
    [
        (Short, '{"x": "long"}', r"expected a value that pydantic takes \(String should have at most 1"),
        (Short, '{"x": "s", "y": null}', "expected a valid integer, received null"),
        (Tagged | Other, '{"value": {"type": "c", "x": 1}}', "expected"),
        (int, "9" * 5000, r"expected JSON that can be read \(Exceeds"),
        (int, "[" * 100_000, "expected JSON of fewer levels"),
    ],
)
def test_words_for_a_value(connect: Callable[..., SyncDriver], cls: Any, text: str, told: str) -> None:
    """A model is told what is expected, and not what is wrong as if that were expected."""
    driver = connect(transport=Server(answer(text)).transport)
    with pytest.raises(ParseError, match=told):
        driver.call("parse", **ASK, response_format=cls)


@pytest.mark.parametrize(
    ("params", "cls", "told"),
    [
        ({"response_format": dict[str, int]}, TypeError, r"dict\[str, int\]: .* open mapping; write a list"),
        ({"response_format": Recipe([])}, TypeError, r"not Recipe\("),
        ({"response_format": "json"}, TypeError, "not 'json'"),
        ({"response_format": None}, TypeError, "not None"),
        ({"response_format": Recipe, "stict": True}, TypeError, "strict"),
        ({"response_format": Recipe, "strict": None}, TypeError, "not None"),
        ({"response_format": Recipe, "retries_on_parse": 1, "stream": True}, ValueError, "leave out stream"),
        ({"response_format": Recipe, "retries_on_parse": 1, "n": 2}, ValueError, "leave out n"),
        ({"response_format": Recipe, "retries_on_parse": -1}, ValueError, "retries_on_parse"),
    ],
)
def test_wrong_arguments(connect: Callable[..., SyncDriver], params: Any, cls: type[Exception], told: str) -> None:
    """A wrong argument is an error before anything is sent."""
    server = Server(answer(GOOD))
    with pytest.raises(cls, match=told):
        connect(transport=server.transport).call("parse", **ASK, **params)
    assert server.requests == []


def test_a_json_schema(connect: Callable[..., SyncDriver]) -> None:
    """A JSON Schema is sent as strict mode takes it, and its value is the JSON that came; it is not changed itself."""
    schema = {"type": "array", "items": {"type": "object", "properties": {"a": {"type": "integer", "default": 1}}}}
    before = copy.deepcopy(schema)
    server = Server(answer({"value": [{"a": 1}]}))
    reply = connect(transport=server.transport).call("parse", **ASK, response_format=schema)
    assert reply.parsed == [{"a": 1}]
    assert schema == before
    item = server.body["response_format"]["json_schema"]["schema"]["properties"]["value"]["items"]
    assert item == {
        "type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": False
    }  # fmt: skip


def test_a_ready_made_format(connect: Callable[..., SyncDriver]) -> None:
    """A whole response_format is sent as it is."""
    given = {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}}
    server = Server(answer({"a": 1}))
    reply = connect(transport=server.transport).call("parse", **ASK, response_format=given)
    assert (reply.parsed, server.body["response_format"]) == ({"a": 1}, given)


def test_fences(connect: Callable[..., SyncDriver]) -> None:
    """JSON in a fence of Markdown is read all the same."""
    server = Server(answer('```json\n{"x": 1, "y": 2}\n```'))
    reply = connect(transport=server.transport).call("parse", **ASK, response_format=Point)
    assert reply.parsed == Point(1, 2.0)


def test_a_value_without_its_wrapper(connect: Callable[..., SyncDriver]) -> None:
    """A server that ignores the schema may send the bare value of a type that is no object."""
    for sent in ({"value": [1, 2]}, [1, 2]):
        server = Server(answer(sent))
        assert connect(transport=server.transport).call("parse", **ASK, response_format=list[int]).parsed == [1, 2]


def test_repr(connect: Callable[..., SyncDriver]) -> None:
    """A repr shows the value; what is sent back does not have it."""
    reply = connect(transport=Server(completion("[1]")).transport).call("parse", **ASK, response_format=list[int])
    assert repr(reply.message).endswith(", parsed=[1])")
    assert reply.message.to_dict() == completion("[1]")["choices"][0]["message"]


def test_streamed(connect: Callable[..., SyncDriver]) -> None:
    """A stream has the value once it is whole, and no error before."""
    pieces = ['{"x"', ": 1, ", '"y": 2}']
    chunks = [*(chunk(choice(content=one)) for one in pieces), STOP]
    driver = connect(transport=Server(streaming(events(*chunks))).transport)
    stream = driver.call("parse", **ASK, response_format=Point, stream=True)
    assert stream.completion.parsed is None
    reply = driver.run(stream.get_final_completion()) if is_async(driver) else stream.get_final_completion()
    assert (reply.parsed, stream.completion.parsed) == (Point(1, 2.0), Point(1, 2.0))


@pytest.mark.parametrize(
    ("end", "cls"),
    [
        (STOP, None),
        (chunk(choice(finish_reason="length")), LengthFinishReasonError),
        (chunk(choice(refusal="No.")), RefusalError),
    ],
)
def test_events_of_a_type(connect: Callable[..., SyncDriver], end: Any, cls: type[ParseError] | None) -> None:
    """A piece has what there is of the value, the whole text the value or the error of `get_final_completion`."""
    chunks = [chunk(choice(content=piece)) for piece in ('{"value": [1', ", 2]}")]
    driver = connect(transport=Server(streaming(events(*chunks, end, STOP, "[DONE]"))).transport)
    stream = driver.call("parse", **ASK, response_format=list[int], stream=True)
    found = [event for event in driver.iterate(stream.events()) if event.type.startswith("content")]
    assert [event.parsed for event in found[:-1]] == [[1], [1, 2]]
    if cls is None:
        assert found[-1].parsed == [1, 2]
    else:
        with pytest.raises(cls):
            _ = found[-1].parsed


def test_a_stream_that_does_not_fit(connect: Callable[..., SyncDriver]) -> None:
    """The whole completion of a stream that does not fit is an error."""
    driver = connect(transport=Server(streaming(events(chunk(choice(content="[]")), STOP))).transport)
    stream = driver.call("parse", **ASK, response_format=Point, stream=True)
    with pytest.raises(ParseError, match=r"expected an object \(Point\), received \[\]"):
        driver.run(stream.get_final_completion()) if is_async(driver) else stream.get_final_completion()


def test_no_cost_for_others() -> None:
    """The room is not imported by a client that does not use it."""
    import subprocess
    import sys

    code = "import sys, chatcompletions; chatcompletions.ChatClient(api_key='k'); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)  # noqa: S603 - ours
    loaded = done.stdout.split()
    assert not [name for name in loaded if "_structured" in name or "_tools" in name]
    assert "chatcompletions._client" in loaded
