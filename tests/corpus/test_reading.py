"""Every entry of the corpus is read without loss, through both layers and through HTTP, and can be worked with."""

from __future__ import annotations

import copy
import json
import pickle
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from chatcompletions import APIError, ChatCompletion, ChatCompletionChunk
from chatcompletions_api import models
from chatcompletions_api.api.chat import (
    delete_chat_completion,
    get_chat_completion,
    get_chat_completion_messages,
    list_chat_completions,
)
from tests.corpus._entries import Entry, each, entries, lost
from tests.integration.rawserver import RawServer, http_response, sse
from tests.unit.facade._support import ASK, Server, completion, dropped_down, events, streaming

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import SyncDriver

MODELS: dict[str, Any] = {
    "completions": models.CreateChatCompletionResponse,
    "chunks": models.CreateChatCompletionStreamResponse,
    "lists": models.ChatCompletionList,
    "messages": models.ChatCompletionMessageList,
    "deletions": models.ChatCompletionDeleted,
    "failures": models.CreateChatCompletionResponse,
}
CALLS: dict[str, list[tuple[str, tuple[str, ...], dict[str, Any]]]] = {
    "completions": [("create", (), ASK), ("get", ("chatcmpl-1",), {}), ("update", ("chatcmpl-1",), {"metadata": None})],
    "lists": [("list", (), {})],
    "messages": [("messages", ("chatcmpl-1",), {})],
    "deletions": [("delete", ("chatcmpl-1",), {})],
}
ENDPOINTS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "completions": (get_chat_completion, ("chatcmpl-1",)),
    "lists": (list_chat_completions, ()),
    "messages": (get_chat_completion_messages, ("chatcmpl-1",)),
    "deletions": (delete_chat_completion, ("chatcmpl-1",)),
}
ANSWERS = tuple(CALLS)


def check(read: Any, body: dict[str, Any]) -> None:
    """Check that a model has lost nothing, and that whatever one does with it goes well."""
    assert lost(body, read.to_dict()) == []
    assert isinstance(repr(read), str)
    assert pickle.loads(pickle.dumps(read)) == read
    assert copy.deepcopy(read) == read
    if isinstance(read, ChatCompletion | ChatCompletionChunk):
        assert isinstance(read.text, str)
    if isinstance(read, ChatCompletion):
        assert isinstance(read.tool_calls, list)
        assert read.created_at is None or isinstance(read.created_at, datetime)
        with suppress(LookupError):
            assert isinstance(read.message, models.ChatCompletionResponseMessage)
    for item in getattr(read, "data", None) or ():
        if isinstance(item, ChatCompletion | models.ChatCompletionStoreMessage):
            check(item, item.to_dict())


@pytest.mark.parametrize(
    ("body", "written", "places"),
    [
        ({"a": [1, {"b": "x"}]}, {"a": [1, {"b": "x"}]}, []),
        ({"a": 1}, {"a": True}, ["$.a"]),
        ({"a": 1}, {"a": 1.0}, ["$.a"]),
        ({"a": [1, 2]}, {"a": [1]}, ["$.a"]),
        ({"a": [{"b": 1}]}, {"a": [{}]}, ["$.a[0].b"]),
        ({"a": None}, {}, ["$.a"]),
        ({}, {"a": None}, ["$.a"]),
        ({}, {"id": 5}, ["$.id"]),
    ],
)
def test_lost(body: dict[str, Any], written: dict[str, Any], places: list[str]) -> None:
    """Whatever is lost, changed or added is found at its place."""
    assert lost(body, written) == places


@each()
def test_generated_model(entry: Entry) -> None:
    """The generated model reads an entry and writes it back as it came."""
    read = MODELS[entry.kind].from_dict(entry.body)
    check(read, entry.body)
    assert MODELS[entry.kind].from_dict(read.to_dict()) == read


@each(*ANSWERS)
def test_facade(connect: Callable[..., SyncDriver], entry: Entry) -> None:
    """Every call of the facade that can get an entry reads it without loss."""
    driver = connect(transport=Server(entry.body).transport)
    for name, args, params in CALLS[entry.kind]:
        check(driver.call(name, *args, **params), entry.body)


@each(*ANSWERS)
def test_dropped_down(connect: Callable[..., SyncDriver], entry: Entry) -> None:
    """A dropped-down call reads an entry without loss."""
    driver = connect(transport=Server(entry.body).transport)
    endpoint, args = ENDPOINTS[entry.kind]
    check(dropped_down(driver, endpoint, *args).parsed, entry.body)


@each("failures")
@pytest.mark.parametrize("params", [{}, {"stream": True}], ids=["whole", "in the place of a stream"])
def test_failure(connect: Callable[..., SyncDriver], entry: Entry, params: dict[str, Any]) -> None:
    """What is sent in the place of an answer, or says that it is none, is an error with all that came."""
    driver = connect(transport=Server(entry.body).transport)
    with pytest.raises(APIError) as caught:
        driver.iterate(driver.call("create", **ASK, **params))
    assert (caught.value.status_code, caught.value.body) == (200, entry.body)
    assert pickle.loads(pickle.dumps(caught.value)).body == entry.body


@each("lists", "messages")
def test_iteration(connect: Callable[..., SyncDriver], entry: Entry) -> None:
    """Iterating over a page yields all its items, as they came, and comes to an end."""
    driver = connect(transport=Server(entry.body).transport)
    ((name, args, params),) = CALLS[entry.kind]
    items = driver.items(name, *args, **params)
    written = [item.to_dict() if hasattr(item, "to_dict") else item for item in items]
    assert lost(entry.body["data"] or [], written) == []


@each("completions")
def test_listed_completion(connect: Callable[..., SyncDriver], entry: Entry) -> None:
    """A completion off the spec reads as an item of a page as it does alone."""
    page = {"object": "list", "data": [completion(), entry.body], "has_more": False}
    _, item = connect(transport=Server(page).transport).items("list")
    assert isinstance(item, ChatCompletion)
    check(item, entry.body)


@each("chunks")
def test_stream(connect: Callable[..., SyncDriver], entry: Entry) -> None:
    """A stream hands out a chunk off the spec without loss, and makes up a completion with what it held."""
    driver = connect(transport=Server(streaming(events(entry.body, entry.body, "[DONE]"))).transport)
    stream = driver.call("create", **ASK, stream=True)
    chunks = driver.iterate(stream)
    assert len(chunks) == 2
    for chunk in chunks:
        assert isinstance(chunk, ChatCompletionChunk)
        check(chunk, entry.body)
    check(stream.completion, stream.completion.to_dict())
    # A whole message in the place of a delta is no piece of text, for a server may send it behind the pieces.
    whole = "message" in entry.body.get("choices", [{}])[0] if "$.choices[0].message" in entry.departs else False
    assert whole or stream.completion.text == "".join(chunk.text for chunk in chunks)


@each("completions")
def test_completion_in_place_of_a_stream(connect: Callable[..., SyncDriver], entry: Entry) -> None:
    """A server that answers a streamed call with a whole completion off the spec gives its text all the same."""
    driver = connect(transport=Server(entry.body).transport)
    stream = driver.call("create", **ASK, stream=True)
    (chunk,) = driver.iterate(stream)
    assert chunk.text == stream.completion.text == ChatCompletion.from_dict(entry.body).text
    check(stream.completion, stream.completion.to_dict())


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize("kind", [*ANSWERS, "chunks"])
def test_real_http(connect: Callable[..., SyncDriver], kind: str) -> None:
    """All entries of a kind, one behind the other over one real connection, arrive as they were sent."""
    found = entries(kind)
    whole = [http_response(200, sse(one.body, "[DONE]"), content_type="text/event-stream") for one in found]
    calls = CALLS.get(kind, [("create", (), {**ASK, "stream": True})])
    with RawServer(whole if kind == "chunks" else [_json(one.body) for one in found]) as server:
        driver = connect(base_url=server.base_url, max_retries=0)
        name, args, params = calls[0]
        for one in found:
            answer = driver.call(name, *args, **params)
            for read in driver.iterate(answer) if kind == "chunks" else [answer]:
                check(read, one.body)
        assert (len(server.requests), server.connections) == (len(found), 1)


def _json(body: dict[str, Any]) -> bytes:
    return http_response(200, json.dumps(body))
