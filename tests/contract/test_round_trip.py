"""Random answers and requests that the pin allows are read and written back without loss, alike through both layers."""

from __future__ import annotations

import inspect
import json
from typing import TYPE_CHECKING, Any

import attrs
import httpx
import pytest
from hypothesis import given, settings

from chatcompletions import ChatCompletion, ChatCompletionChunk
from chatcompletions._params import CreateParams
from chatcompletions_api import Client, models
from scripts.contract.layers import endpoint_modules
from scripts.contract.spec import pinned
from tests.contract._both import Server, by_facade, dropped_down
from tests.contract._instances import Instances

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import SyncDriver

SPEC = pinned()
OPERATIONS = SPEC.operations()
INSTANCES = Instances(SPEC)
CREATE = OPERATIONS["create_chat_completion"]
CHUNK = {"$ref": "#/components/schemas/CreateChatCompletionStreamResponse"}

some = settings(max_examples=50)
# Where only the way that a value takes is tried: what it may hold is the matter of the tests above.
few = settings(max_examples=12)


def answer_model(name: str) -> Any:
    """Return the generated model of an operation's answer, as its endpoint module reads it."""
    response = httpx.Response(OPERATIONS[name].status, json={})
    return type(endpoint_modules()[name]._parse_response(client=Client(base_url=""), response=response))


def same(left: Any, right: Any) -> bool:
    """Tell whether two JSON values are the same: unlike for Python, a boolean is no number and 1 is not 1.0."""
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


def fields(answer: Any, like: Any) -> dict[str, Any]:
    """Return the fields that an answer has in common with a generated model: parts compare by class and by value."""
    return {one.name: getattr(answer, one.name) for one in attrs.fields(type(like))}


def path(name: str) -> dict[str, str]:
    return {one: "chatcmpl-1" for one, described in OPERATIONS[name].parameters.items() if described["in"] == "path"}


@pytest.mark.parametrize("name", sorted(name for name in OPERATIONS if OPERATIONS[name].answer))
def test_answers(name: str) -> None:
    """An answer that the pin allows reads into the generated model and is written back as it came."""
    model = answer_model(name)

    @given(INSTANCES.of(OPERATIONS[name].answer))
    @some
    def check(answer: dict[str, Any]) -> None:
        before = json.dumps(answer)
        read = model.from_dict(answer)
        assert same(read.to_dict(), answer)
        assert read == model.from_dict(read.to_dict())
        assert json.dumps(answer) == before

    check()


@pytest.mark.parametrize("name", sorted(name for name in OPERATIONS if OPERATIONS[name].body))
def test_requests(name: str) -> None:
    """A request that the pin allows reads into the generated model and is written back as it came."""
    operation = OPERATIONS[name]
    model = inspect.signature(endpoint_modules()[name]._get_kwargs).parameters["body"].annotation
    assert operation.body is not None

    @given(INSTANCES.of(operation.body))
    @some
    def check(request: dict[str, Any]) -> None:
        assert same(model.from_dict(request).to_dict(), request)

    check()


@pytest.mark.parametrize("model", [models.CreateChatCompletionStreamResponse, ChatCompletionChunk])
def test_chunks(model: Any) -> None:
    """A stream's chunk that the pin allows reads in both layers and is written back as it came."""

    @given(INSTANCES.of(CHUNK))
    @some
    def check(chunk: dict[str, Any]) -> None:
        assert same(model.from_dict(chunk).to_dict(), chunk)

    check()


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_answers_over_http(connect: Callable[..., SyncDriver], name: str) -> None:
    """The facade and a dropped-down call read an answer into the same model; the facade adds the answer's headers."""
    server, operation = Server(), OPERATIONS[name]
    driver = connect(transport=server.transport())
    needed: dict[str, dict[str, Any]] = {
        "create_chat_completion": {"messages": [{"role": "user", "content": "Hello"}], "model": "m"},
        "update_chat_completion": {"metadata": None},
    }
    params = needed.get(name, {})

    @given(INSTANCES.of(operation.answer))
    @few
    def check(answer: dict[str, Any]) -> None:
        server.answer = json.dumps(answer).encode()
        ours = by_facade(driver, operation, path(name), params)
        theirs = dropped_down(driver, operation, path(name), params)
        assert isinstance(ours, type(theirs))
        assert fields(ours, theirs) == fields(theirs, theirs)
        assert same(ours.to_dict(), answer)
        assert same(theirs.to_dict(), answer)
        assert ours.request_id == "req_1"

    check()


def test_listed_completions(connect: Callable[..., SyncDriver]) -> None:
    """The items of a page are the facade's completions, as random as the page."""
    server = Server()
    driver = connect(transport=server.transport())

    @given(INSTANCES.of(CREATE.answer))
    @few
    def check(completion: dict[str, Any]) -> None:
        server.answer = json.dumps({"object": "list", "data": [completion], "has_more": False}).encode()
        (item,) = driver.items("list")
        assert isinstance(item, ChatCompletion)
        assert same(item.to_dict(), completion)
        assert isinstance(item.text, str)

    check()


def test_streamed_chunks(connect: Callable[..., SyncDriver]) -> None:
    """A streamed chunk reads into the model, and is written back, as if it had not come in a stream."""
    server = Server(content_type="text/event-stream")
    driver = connect(transport=server.transport())

    @given(INSTANCES.of(CHUNK))
    @few
    def check(chunk: dict[str, Any]) -> None:
        server.answer = b"data: " + json.dumps(chunk).encode() + b"\n\ndata: [DONE]\n\n"
        (read,) = driver.iterate(driver.call("create", model="m", messages="Hello", stream=True))
        assert same(read.to_dict(), chunk)
        assert isinstance(read.text, str)

    check()


def test_requests_over_http(connect: Callable[..., SyncDriver]) -> None:
    """The facade puts a request that the pin allows on the wire as it is, unnamed members by extra_body."""
    server = Server()
    driver = connect(transport=server.transport())
    known = {*CreateParams.__annotations__, "stream"} & SPEC.properties(CREATE.body or {}).keys()

    @given(INSTANCES.of(CREATE.body or {}))
    @few
    def check(request: dict[str, Any]) -> None:
        params = {name: value for name, value in request.items() if name in known}
        further = {name: value for name, value in request.items() if name not in known}
        by_facade(driver, CREATE, {}, {**params, "extra_body": further})
        assert same(json.loads(server.requests.pop().content), request)

    check()
