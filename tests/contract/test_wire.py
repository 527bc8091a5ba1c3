"""The facade and a dropped-down call put the same request on the wire, for every operation of the pin."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from chatcompletions import _params, assistant, tool, user
from chatcompletions_api import models
from scripts.contract.spec import pinned
from tests.contract._both import Server, by_facade, dropped_down
from tests.contract._instances import full

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from scripts.contract.spec import Operation
    from tests.conftest import SyncDriver

SPEC = pinned()
OPERATIONS = SPEC.operations()
CREATE = OPERATIONS["create_chat_completion"]
IDS = ["chatcmpl-1", "a b/../ü?x=1#%2F&y"]


def everything(operation: Operation) -> dict[str, Any]:
    """Return a value for each parameter; a body in the order in which its model writes it, since bytes are compared."""
    values = {name: full(SPEC, schema) for name, schema in SPEC.keywords(operation).items()}
    if operation is not CREATE:
        return values
    ordered = models.CreateChatCompletionRequest.from_dict(values).to_dict()
    assert ordered == values
    return ordered


def least(operation: Operation) -> dict[str, Any]:
    return {name: value for name, value in everything(operation).items() if name in SPEC.required_keywords(operation)}


def nulls(operation: Operation) -> dict[str, Any]:
    """Return null for each member of the body that may be null, beside what is required."""
    nullable = [name for name, one in SPEC.keywords(operation).items() if SPEC.branches(one)[-1] == {"type": "null"}]
    values = everything(operation) if operation.body else {}
    return {
        name: None if name in nullable else values[name] for name in values if name in {*nullable, *least(operation)}
    }


def ids(operation: Operation, completion_id: str) -> dict[str, str]:
    return {name: completion_id for name, one in operation.parameters.items() if one["in"] == "path"}


def wire(request: httpx.Request) -> dict[str, Any]:
    """Return all that goes out of a request; the order of the body's members is no part of it, their length is.

    The idempotency key is another one for each call.
    """
    key = request.headers.pop("idempotency-key", None)
    assert (key is None) == (request.method == "GET")
    return {
        "method": request.method,
        "url": str(request.url),
        "headers": request.headers.multi_items(),
        "body": json.loads(request.content) if request.content else None,
    }


@pytest.mark.parametrize("chosen", [least, everything, nulls])
@pytest.mark.parametrize("completion_id", IDS, ids=["plain", "awkward"])
@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_same_request(
    connect: Callable[..., SyncDriver], name: str, completion_id: str, chosen: Callable[[Operation], dict[str, Any]]
) -> None:
    """Method, URL, headers and body are the same by the facade and by the endpoint function."""
    operation, server = OPERATIONS[name], Server()
    params, path = chosen(operation), ids(operation, completion_id)
    if params.get("stream"):
        params["stream"] = False  # a dropped-down call has no streams
    driver = connect(transport=server.transport(), organization="org-1", project="proj-1", headers={"X-Team": "a"})
    by_facade(driver, operation, path, params)
    dropped_down(driver, operation, path, params)
    by_us, dropped = map(wire, server.requests)
    assert by_us == dropped
    assert by_us["method"] == operation.method
    assert by_us["body"] == (params if operation.body else None)


@pytest.mark.parametrize("chosen", [least, everything, nulls])
@pytest.mark.parametrize("name", [name for name in sorted(OPERATIONS) if OPERATIONS[name].body])
def test_same_bytes(
    connect: Callable[..., SyncDriver], name: str, chosen: Callable[[Operation], dict[str, Any]]
) -> None:
    """A body has the same bytes both ways, parameters in the order of the generated model and `stream` aside."""
    operation, server = OPERATIONS[name], Server()
    params = {key: value for key, value in chosen(operation).items() if key != "stream"}
    driver = connect(transport=server.transport())
    by_facade(driver, operation, ids(operation, "chatcmpl-1"), params)
    dropped_down(driver, operation, ids(operation, "chatcmpl-1"), params)
    by_us, dropped = server.requests
    assert by_us.content == dropped.content
    assert json.loads(by_us.content) == params


@pytest.mark.parametrize("name", [name for name in sorted(OPERATIONS) if OPERATIONS[name].query()])
def test_whole_query(connect: Callable[..., SyncDriver], name: str) -> None:
    """Every query parameter arrives once, under the name that the API has for it."""
    operation, server = OPERATIONS[name], Server()
    params = everything(operation)
    by_facade(connect(transport=server.transport()), operation, ids(operation, "chatcmpl-1"), params)
    plain = {key: str(value) for key, value in params.items() if not isinstance(value, dict)}
    deep = {
        f"{key}[{inner}]": text for key, one in params.items() if isinstance(one, dict) for inner, text in one.items()
    }
    assert dict(server.requests[0].url.params) == plain | deep


def test_models_and_mappings_mix(connect: Callable[..., SyncDriver]) -> None:
    """A generated model in the place of a mapping, anywhere in a request, puts the same bytes on the wire."""
    server = Server()
    driver = connect(transport=server.transport())
    plain = everything(CREATE) | {"stream": False}
    model = models.CreateChatCompletionRequest.from_dict(plain)
    mixed = {name: getattr(model, name) for name in plain}
    assert any(isinstance(value, models.AudioParam) for value in mixed.values())
    by_facade(driver, CREATE, {}, plain)
    by_facade(driver, CREATE, {}, mixed)
    first, second = map(wire, server.requests)
    assert first == second


def test_message_helpers(connect: Callable[..., SyncDriver]) -> None:
    """Helpers, mappings and models among the messages go out as the same JSON."""
    server = Server()
    call = models.ChatCompletionMessageToolCall("call_1", "function", models.FunctionCall(name="now", arguments="{}"))
    messages = [
        user("When?"),
        assistant(tool_calls=[call]),
        tool("Now.", "call_1"),
        models.ChatCompletionRequestUserMessage("Sure?", "user"),
    ]
    by_facade(connect(transport=server.transport()), CREATE, {}, {"model": "m", "messages": messages})
    assert json.loads(server.requests[0].content)["messages"] == [
        {"role": "user", "content": "When?"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "now", "arguments": "{}"}}],
        },
        {"role": "tool", "content": "Now.", "tool_call_id": "call_1"},
        {"role": "user", "content": "Sure?"},
    ]


def test_least_create(connect: Callable[..., SyncDriver]) -> None:
    """A create with nothing optional sends the model and the messages, and no default of anybody's."""
    server = Server()
    by_facade(connect(transport=server.transport()), CREATE, {}, least(CREATE))
    assert (
        json.loads(server.requests[0].content).keys() == {"model", "messages"} == _params.CreateParams.__required_keys__
    )


@pytest.mark.parametrize("name", [name for name in sorted(OPERATIONS) if OPERATIONS[name].query()])
@pytest.mark.parametrize("params", [{}, {"limit": None, "after": None}])
def test_least_query(connect: Callable[..., SyncDriver], name: str, params: dict[str, None]) -> None:
    """A list call without parameters sends no query, nor does one with `None` alone: a query has no null."""
    operation, server = OPERATIONS[name], Server()
    by_facade(connect(transport=server.transport()), operation, ids(operation, "chatcmpl-1"), params)
    assert server.requests[0].url.query == b""
