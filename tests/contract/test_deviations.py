"""What `deviations` finds agrees with the pin: nothing in what the pin allows, something in all that it does not."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from chatcompletions import AsyncChatClient, ChatClient, deviations
from chatcompletions._spec.deviations import _BY_OBJECT
from chatcompletions._spec.schema import at
from chatcompletions._spec.strict import CHUNK
from chatcompletions.server import LocalServer
from scripts.contract.spec import pinned
from scripts.operations import CHAT_OPERATIONS
from tests.contract._instances import Instances
from tests.contract.test_server_answers import CONVERSATION, explicit_nulls

if TYPE_CHECKING:
    from collections.abc import Callable

SPEC = pinned()
INSTANCES = Instances(SPEC)
REGISTRY = Registry().with_resource("urn:pin", Resource(explicit_nulls(SPEC.document), DRAFT202012))
ANSWERS = SPEC.document["components"]["schemas"].keys() & {
    "CreateChatCompletionResponse",
    "CreateChatCompletionStreamResponse",
    "ChatCompletionList",
    "ChatCompletionMessageList",
    "ChatCompletionDeleted",
}
whole_api = pytest.mark.skipif(len(SPEC.operations()) < len(CHAT_OPERATIONS), reason="the pin lacks an operation")
FURTHER = SPEC.document["components"]["schemas"].keys() & {
    "CreateChatCompletionRequest",
    "ChatCompletionResponseMessage",
}
NAMES = sorted({*ANSWERS, *FURTHER})
ODD: list[Any] = [None, 5, 1.5, True, "odd", [], {}, [None], {"type": "odd"}]

some = settings(max_examples=40)


def schema(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def real(value: Any, name: str) -> list[str]:
    """Return the departures that a validator sees too."""
    return [str(one) for one in deviations(value, schema=name) if one.expected != "no such property"]


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_what_the_pin_allows(name: str) -> None:
    """In what the pin allows nothing departs but properties that it does not list."""

    @given(INSTANCES.of(schema(name)))
    @some
    def check(value: dict[str, Any]) -> None:
        assert real(value, name) == []

    check()


@pytest.mark.parametrize("name", NAMES)
def test_what_the_pin_does_not_allow(name: str) -> None:
    """In something broken at random a departure is found if, and only if, a plain validator finds it invalid."""
    validator = jsonschema.Draft202012Validator({"$ref": f"urn:pin{schema(name)['$ref']}"}, registry=REGISTRY)

    @given(INSTANCES.of(schema(name)), st.data())
    @some
    def check(value: dict[str, Any], data: st.DataObject) -> None:
        broken = copy.deepcopy(value)
        place: Any = broken
        while place:
            keys = sorted(place) if isinstance(place, dict) else range(len(place))
            key = data.draw(st.sampled_from(keys))
            if not (isinstance(place[key], dict | list) and place[key]) or data.draw(st.booleans()):
                place[key] = data.draw(st.sampled_from(ODD))
                break
            place = place[key]
        assert bool(real(broken, name)) is not validator.is_valid(broken)

    check()


@whole_api
def test_names() -> None:
    """Every schema that the facade judges by is in the pin."""
    places = [CHUNK, *(f"$defs/{name}" for name in [*_BY_OBJECT.values(), *ANSWERS])]
    assert [one for one in places if at(one) is None] == []


ASK: dict[str, Any] = {"model": "small-1", "messages": CONVERSATION, "store": True, "metadata": {"topic": "sky"}}
TOOLS: list[Any] = [
    {"type": "function", "function": {"name": "sky", "parameters": {"type": "object", "properties": {}}}},
    {"type": "custom", "custom": {"name": "sea"}},
]


@whole_api
def test_the_local_server_passes(connect: Callable[..., Any]) -> None:
    """The local server's answers pass a strict client: streams, stored messages of users, calls of custom tools."""
    with LocalServer() as server:
        driver = connect(base_url=server.base_url, strict=True)
        reply = driver.call("create", **ASK, logprobs=True, top_logprobs=2)
        for params in (
            {},
            {"tools": TOOLS, "tool_choice": TOOLS[1]},
            {"tools": TOOLS, "tool_choice": "required"},
            {"stream_options": {"include_usage": True}},
        ):
            assert driver.iterate(driver.call("create", **ASK, **params, stream=True))
        assert driver.call("get", reply.id).id == reply.id
        assert driver.call("update", reply.id, metadata=None).metadata in (None, {})
        assert driver.items("list", limit=1)
        assert len(driver.items("messages", reply.id)) == len(CONVERSATION)
        assert driver.call("delete", reply.id).deleted is True


@pytest.mark.parametrize("cls", [ChatClient, AsyncChatClient])
def test_documented(cls: Any) -> None:
    """Both clients take the argument, and the one that documents it says what it raises."""
    assert cls(api_key="k", strict=True)._stream_options
    assert "StreamValidationError" in (ChatClient.__doc__ or "")
