"""Both clients end to end against the local server, over real HTTP and with a real store."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from chatcompletions import (
    AuthenticationError,
    BadRequestError,
    ChatCompletion,
    NotFoundError,
    assistant,
    developer,
    tool,
    user,
)
from chatcompletions.server import LocalServer
from chatcompletions_api import models
from chatcompletions_api.api.chat import (
    create_chat_completion,
    delete_chat_completion,
    get_chat_completion,
    get_chat_completion_messages,
    list_chat_completions,
    update_chat_completion,
)
from tests.unit.facade._support import dropped_down

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ASK: dict[str, Any] = {"model": "gpt-5.4-mini", "messages": "Name three rivers."}
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
CUSTOM = {"type": "custom", "custom": {"name": "sql"}}


@pytest.fixture
def base_url() -> Iterator[str]:
    with LocalServer() as server:
        yield server.base_url


@pytest.fixture
def driver(connect: Callable[..., Any], base_url: str) -> Any:
    return connect(base_url=base_url, api_key=None)


def stored(driver: Any, count: int, **params: Any) -> list[str]:
    """Store some completions and return their ids."""
    return [driver.call("create", **ASK, store=True, **params).id for _ in range(count)]


def without_annotations(reply: ChatCompletion) -> dict[str, Any]:
    """Return an answer without its empty lists of annotations, which streams do not have."""
    written = reply.to_dict()
    for choice in written["choices"]:
        assert choice["message"].pop("annotations") == []
    return written


def test_create(driver: Any) -> None:
    """A create returns a completion with text, usage and a time."""
    reply = driver.call("create", **ASK)
    assert type(reply) is ChatCompletion
    assert reply.text
    assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens
    assert (reply.choices[0].finish_reason, reply.message.role) == ("stop", "assistant")
    assert reply.created_at.year >= 2025
    assert reply.to_dict() == models.CreateChatCompletionResponse.from_dict(reply.to_dict()).to_dict()


def test_stream(driver: Any) -> None:
    """A streamed create gives the same completion as an unstreamed one, piece by piece."""
    whole = driver.call("create", **ASK)
    stream = driver.call("create", **ASK, stream=True, stream_options={"include_usage": True})
    pieces = driver.iterate(stream.text_deltas())
    assert len(pieces) > 1
    assert "".join(pieces) == stream.completion.text == whole.text
    own = {name: stream.completion.to_dict()[name] for name in ("id", "created")}
    assert {**without_annotations(whole), **own} == stream.completion.to_dict()
    assert stream.completion.usage.total_tokens == whole.usage.total_tokens


def test_events(driver: Any) -> None:
    """The events of a stream have the texts and the calls of its completion, for each choice."""
    params = {**ASK, "n": 2, "logprobs": True, "tools": [TOOL, CUSTOM], "tool_choice": "auto"}
    for choice in ("auto", "required"):
        stream = driver.call("create", **{**params, "tool_choice": choice}, stream=True)
        found = driver.iterate(stream.events())
        for one in stream.completion.choices:
            done = [event for event in found if event.type.endswith(".done") and event.choice == one.index]
            texts = [event.content for event in done if event.type == "content.done"]
            calls = [event.name for event in done if event.type.startswith("tool_calls")]
            assert texts == ([one.message.content] if one.message.content else [])
            assert calls == [getattr(call, call.type).name for call in one.message.tool_calls or ()]
            assert texts or calls
        assert found[0].snapshot.id == stream.completion.id


def test_several_choices_streamed(driver: Any) -> None:
    """Several choices with log probabilities are the same streamed and whole."""
    params = {**ASK, "n": 3, "logprobs": True, "top_logprobs": 2}
    whole = driver.call("create", **params)
    stream = driver.call("create", **params, stream=True)
    found = driver.run(stream.get_final_completion())
    assert len(found.choices) == 3
    assert found.to_dict()["choices"] == without_annotations(whole)["choices"]


@pytest.mark.parametrize("tools", [[TOOL], [CUSTOM], [TOOL, CUSTOM]], ids=["function", "custom", "both"])
def test_tool_calls(driver: Any, tools: list[dict[str, Any]]) -> None:
    """Tool calls are the same streamed and whole, and their results can be sent with the message that holds them."""
    params = {**ASK, "tools": tools, "tool_choice": "required"}
    reply = driver.call("create", **params)
    stream = driver.call("create", **params, stream=True)
    streamed = driver.run(stream.get_final_completion())
    assert reply.tool_calls
    assert [call.type for call in streamed.tool_calls] == [call.type for call in reply.tool_calls]
    for call in reply.tool_calls:
        if isinstance(call, models.ChatCompletionMessageToolCall):
            assert "city" in json.loads(call.function.arguments)
    results = [tool("sunny", call.id) for call in reply.tool_calls]
    assert driver.call("create", model="m", messages=[user("Weather?"), reply.message, *results]).text


def test_a_conversation(driver: Any) -> None:
    """A reply's message can go into messages, beside helpers, mappings and models."""
    first = driver.call("create", **ASK)
    messages = [
        developer("Be brief."),
        {"role": "user", "content": "Name three rivers."},
        first.message,
        models.ChatCompletionRequestUserMessage(content="And three lakes?", role="user"),
        assistant("Baikal."),
        user([{"type": "text", "text": "Go on."}]),
    ]
    second = driver.call("create", model="m", messages=messages, store=True)
    assert second.text
    kept = [message.content for message in driver.items("messages", second.id)]
    assert first.text in kept


def test_list(driver: Any) -> None:
    """A list yields the stored completions with its metadata and model, over as many pages as needed."""
    rivers = stored(driver, 5, metadata={"topic": "rivers", "odd [key] & more": "a=b ]\u00e9"})
    lakes = stored(driver, 2, metadata={"topic": "lakes"})
    found = driver.items("list", metadata={"topic": "rivers"}, limit=2)
    assert [item.id for item in found] == rivers
    assert all(type(item) is ChatCompletion and item.text for item in found)
    assert [item.id for item in driver.items("list", metadata={"odd [key] & more": "a=b ]\u00e9"})] == rivers
    assert [item.id for item in driver.items("list", order="desc", limit=3)] == [*rivers, *lakes][::-1]
    assert [item.id for item in driver.items("list", max_items=3, limit=2)] == rivers[:3]
    assert [item.id for item in driver.items("list", after=rivers[-1])] == lakes
    assert driver.items("list", metadata={"topic": "seas"}) == []
    assert driver.items("list", model="no-such-model") == []


def test_pages_by_hand(driver: Any) -> None:
    """Going page by page gives the same as iterating."""
    ids = stored(driver, 5)
    page = driver.call("list", limit=2)
    pages = []
    while page is not None:
        pages.append([item.id for item in page.data])
        page = driver.run(page.next_page())
    assert pages == [ids[:2], ids[2:4], ids[4:]]


def test_get_update_delete(driver: Any) -> None:
    """A stored completion can be fetched, its metadata replaced, and the completion deleted."""
    reply = driver.call("create", **ASK, store=True, metadata={"topic": "rivers"})
    assert driver.call("get", reply.id) == reply
    changed = driver.call("update", reply.id, metadata={"seen": "yes"})
    assert changed.metadata.to_dict() == {"seen": "yes"}
    assert driver.call("get", reply.id).metadata.to_dict() == {"seen": "yes"}
    assert driver.call("get", reply.id).text == reply.text
    assert driver.items("list", metadata={"topic": "rivers"}) == []
    receipt = driver.call("delete", reply.id)
    assert (receipt.deleted, receipt.id) == (True, reply.id)
    for call, params in (("get", {}), ("delete", {}), ("update", {"metadata": {}}), ("messages", {})):
        with pytest.raises(NotFoundError) as caught:
            driver.call(call, reply.id, **params)
        assert caught.value.status_code == 404
        assert caught.value.body["error"]["message"]


def test_messages(driver: Any) -> None:
    """The messages of a stored completion come in order, over as many pages as needed."""
    texts = [f"message {number}" for number in range(7)]
    reply = driver.call("create", model="m", messages=[user(text) for text in texts], store=True)
    found = driver.items("messages", reply.id, limit=3)
    assert [message.content for message in found][:7] == texts
    assert len({message.id for message in found}) == len(found)
    assert [m.content for m in driver.items("messages", reply.id, max_items=2)] == texts[:2]
    assert [m.id for m in driver.items("messages", reply.id, order="desc")] == [m.id for m in found][::-1]


@pytest.mark.parametrize("name", ["no/such id", "?limit=1", "#", "%2e%2e", "\u00e9\u2603", "..a"])
def test_ids_reach_no_other_endpoint(driver: Any, name: str) -> None:
    """An odd id is not found, and never leads to another endpoint."""
    stored(driver, 1)
    for call, params in (("get", {}), ("update", {"metadata": {}}), ("delete", {}), ("messages", {})):
        with pytest.raises(NotFoundError):
            driver.call(call, name, **params)
    assert len(driver.items("list")) == 1


def test_bad_values_are_the_servers_to_judge(driver: Any) -> None:
    """A value that the server refuses raises its error, with the parameter that it blames."""
    with pytest.raises(BadRequestError) as caught:
        driver.call("create", **ASK, temperature="hot")
    assert caught.value.param == "temperature"
    assert caught.value.type == "invalid_request_error"
    assert caught.value.attempts == 1


def test_keys(connect: Callable[..., Any]) -> None:
    """A wrong key is refused and not shown, the right one is accepted."""
    with LocalServer(api_key="sk-right-0123") as server:
        with pytest.raises(AuthenticationError) as caught:
            connect(base_url=server.base_url, api_key="sk-wrong-9876").call("create", **ASK)
        assert "9876" not in str(caught.value) + repr(caught.value.__dict__)
        assert connect(base_url=server.base_url, api_key="sk-right-0123").call("create", **ASK).text


def test_dropping_down(driver: Any) -> None:
    """All six operations of the generated package work through raw, on the completions that the facade stored."""
    body = models.CreateChatCompletionRequest.from_dict(
        {"model": "m", "messages": [{"role": "user", "content": "Hi."}], "store": True, "metadata": {"a": "b"}}
    )
    made = dropped_down(driver, create_chat_completion, body=body).parsed
    assert type(made) is models.CreateChatCompletionResponse
    assert driver.call("get", made.id) == made
    assert dropped_down(driver, get_chat_completion, made.id).parsed == made
    found = dropped_down(driver, list_chat_completions, metadata=models.MetadataFilter.from_dict({"a": "b"}), limit=5)
    assert [item.id for item in found.parsed.data] == [made.id]
    messages = dropped_down(driver, get_chat_completion_messages, made.id).parsed
    assert next(message.content for message in messages.data) == "Hi."
    change = models.UpdateChatCompletionRequest.from_dict({"metadata": {"c": "d"}})
    assert dropped_down(driver, update_chat_completion, made.id, body=change).parsed.metadata.to_dict() == {"c": "d"}
    assert dropped_down(driver, delete_chat_completion, made.id).parsed.deleted
    with pytest.raises(NotFoundError):
        dropped_down(driver, get_chat_completion, made.id)


def test_the_readme_tour(driver: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The calls work together in the order in which a newcomer makes them."""
    reply = driver.call("create", **ASK, store=True, metadata={"topic": "rivers"})
    print(reply.text, reply.usage.total_tokens, reply.request_id)
    for item in driver.items("list", metadata={"topic": "rivers"}, max_items=50):
        driver.call("update", item.id, metadata={"topic": "rivers", "seen": "yes"})
        for message in driver.items("messages", item.id):
            print(message.role, message.content)
    assert driver.call("get", reply.id).metadata["seen"] == "yes"
    assert driver.call("delete", reply.id).deleted
    assert ASK["messages"] in capsys.readouterr().out
