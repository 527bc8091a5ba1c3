"""The request of each call on the wire."""

from __future__ import annotations

import json
from collections import deque
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatcompletions import APIError, ChatClient, NotFoundError, developer, system, tool, user
from chatcompletions._params import CallOptions, CreateParams, ListParams, MessagesParams
from chatcompletions_api import models
from chatcompletions_api.api.chat import (
    create_chat_completion,
    delete_chat_completion,
    get_chat_completion,
    get_chat_completion_messages,
    list_chat_completions,
    update_chat_completion,
)
from chatcompletions_api.types import UNSET

from ._support import ASK, KEY, STOP, Server, choice, chunk, completion, dropped_down, events, is_async, page, streaming

if TYPE_CHECKING:
    from collections.abc import Callable

ID = "chatcmpl-1"
CALLS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "create": ((), ASK),
    "list": ((), {}),
    "get": ((ID,), {}),
    "update": ((ID,), {"metadata": {"a": "b"}}),
    "delete": ((ID,), {}),
    "messages": ((ID,), {}),
}
EACH_CALL = pytest.mark.parametrize("call", CALLS)


def send(connect: Callable[..., Any], call: str, *args: Any, **params: Any) -> httpx.Request:
    """Return the request that a call sends; without arguments, those of `CALLS`."""
    usual_args, usual = CALLS[call]
    server = Server({"id": ID, "data": []})
    driver = connect(transport=server.transport, idempotency_header=None)
    driver.call(call, *(args or usual_args), **{**usual, **params})
    assert len(server.requests) == 1
    return server.requests[0]


@pytest.mark.parametrize(
    ("call", "method", "path", "body"),
    [
        ("create", "POST", "", {"messages": [{"role": "user", "content": "Hello."}], "model": "m"}),
        ("list", "GET", "", None),
        ("get", "GET", f"/{ID}", None),
        ("update", "POST", f"/{ID}", {"metadata": {"a": "b"}}),
        ("delete", "DELETE", f"/{ID}", None),
        ("messages", "GET", f"/{ID}/messages", None),
    ],
)
def test_minimal_calls(connect: Callable[..., Any], call: str, method: str, path: str, body: Any) -> None:
    """A call sends the caller's parameters, and no defaults."""
    request = send(connect, call)
    assert (request.method, str(request.url)) == (method, f"https://api.openai.com/v1/chat/completions{path}")
    assert (json.loads(request.content) if request.content else None) == body
    assert request.headers.get("content-type") == ("application/json" if body else None)


def test_minimal_body_bytes(connect: Callable[..., Any]) -> None:
    """A minimal create puts exactly the model and the messages on the wire."""
    content = send(connect, "create").content
    assert json.loads(content).keys() == {"model", "messages"}
    assert len(content) == len(json.dumps(json.loads(content), separators=(",", ":")))


NULLABLE = sorted(CreateParams.__annotations__.keys() - {"messages", *CallOptions.__annotations__})


@pytest.mark.parametrize("name", [*NULLABLE, "stream"])
def test_none_is_null(connect: Callable[..., Any], name: str) -> None:
    """An option given as None is sent as null; the server judges it."""
    body = json.loads(send(connect, "create", **{name: None}).content)
    assert body[name] is None
    assert body.keys() == {"model", "messages", name}


def test_stream_false_is_sent(connect: Callable[..., Any]) -> None:
    """A stream=False of the caller's is sent, and the call returns the whole completion."""
    server = Server(completion())
    assert connect(transport=server.transport).call("create", stream=False, **ASK).text == "Hi."
    assert server.body["stream"] is False


def test_values_are_not_second_guessed(connect: Callable[..., Any]) -> None:
    """Values that the spec forbids are sent as they are; the server judges them."""
    odd = {"temperature": "hot", "n": -1, "reasoning_effort": "extreme", "stop": {"a": []}, "model": ""}
    assert json.loads(send(connect, "create", **odd).content) == {
        **odd,
        "messages": [{"role": "user", "content": "Hello."}],
    }


@pytest.mark.parametrize(
    ("call", "given", "nearest", "way"),
    [
        ("create", "temprature", "temperature", "extra_body"),
        ("create", "max_token", "max_tokens", "extra_body"),
        ("create", "max_items", "max_tokens", "extra_body"),
        ("update", "meta_data", "metadata", "extra_body"),
        ("list", "modle", "model", "extra_query"),
        ("messages", "limits", "limit", "extra_query"),
        ("get", "time_out", "timeout", "extra_query"),
        ("delete", "extra_header", "extra_headers", "extra_query"),
    ],
)
def test_unknown_names(connect: Callable[..., Any], call: str, given: str, nearest: str, way: str) -> None:
    """A name that the spec does not have is a TypeError with the nearest match and the option to use instead."""
    server = Server(completion())
    driver = connect(transport=server.transport)
    args, params = CALLS[call]
    with pytest.raises(TypeError) as caught:
        driver.call(call, *args, **params, **{given: 1})
    for told in (f"{call}()", repr(given), way):
        assert told in str(caught.value)
    assert "did you mean" in str(caught.value)
    if given != "max_items":
        assert repr(nearest) in str(caught.value)
    assert server.requests == []


@pytest.mark.parametrize("missing", ["model", "messages"])
def test_missing_names(connect: Callable[..., Any], missing: str) -> None:
    """A required parameter that is missing is named before anything is sent."""
    driver = connect(transport=Server(completion()).transport)
    with pytest.raises(TypeError, match=rf"^create\(\) needs '{missing}'$"):
        driver.call("create", **{name: value for name, value in ASK.items() if name != missing})
    with pytest.raises(TypeError, match=r"^update\(\) needs 'metadata'$"):
        driver.call("update", ID)


@EACH_CALL
def test_extras(connect: Callable[..., Any], call: str) -> None:
    """Every call takes extra headers, query and body members, and its own timeout."""
    request = send(
        connect,
        call,
        extra_headers={"X-A": "1"},
        extra_query={"q": "1", "r": ["2", "3"]},
        extra_body={"new": {"a": models.Metadata.from_dict({"b": "c"})}},
        timeout=7,
    )
    assert request.headers["x-a"] == "1"
    assert list(request.url.params.multi_items())[-3:] == [("q", "1"), ("r", "2"), ("r", "3")]
    assert json.loads(request.content)["new"] == {"a": {"b": "c"}}
    assert request.headers["content-type"] == "application/json"
    assert set(request.extensions["timeout"].values()) == {7}


@EACH_CALL
def test_no_extras(connect: Callable[..., Any], call: str) -> None:
    """Extras that are empty or None change nothing."""
    plain = send(connect, call)
    for nothing in ({}, None, UNSET):
        request = send(connect, call, extra_headers=nothing, extra_query=nothing, extra_body=nothing)
        assert (request.url, request.content, request.headers) == (plain.url, plain.content, plain.headers)


@EACH_CALL
def test_unset_options(connect: Callable[..., Any], call: str) -> None:
    """An option that is UNSET is left out, and the client's own setting applies."""
    plain = send(connect, call)
    assert send(connect, call, timeout=UNSET, max_retries=UNSET).extensions == plain.extensions


EXTRAS = ["extra_headers", "extra_query", "extra_body"]


@EACH_CALL
@pytest.mark.parametrize("name", EXTRAS)
def test_extras_are_mappings(connect: Callable[..., Any], call: str, name: str) -> None:
    """An extra that is no mapping is refused by name and without being shown, by every call."""
    with pytest.raises(TypeError, match=f"^{name} must be a mapping") as caught:
        send(connect, call, **{name: [("a", "s3cr3t")]})
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize("value", [[1], "x=1", b"x", 5, True, (), [], 0, ""], ids=repr)
def test_what_is_no_mapping(connect: Callable[..., Any], value: Any) -> None:
    """Whatever else stands in place of a mapping is refused, an empty one included."""
    for name in EXTRAS:
        with pytest.raises(TypeError, match=f"^{name} must be a mapping"):
            send(connect, "create", **{name: value})


@EACH_CALL
def test_mappings_in_extra_query(connect: Callable[..., Any], call: str) -> None:
    """A mapping within extra_query is sent with its keys in brackets, however deep."""
    query = {"metadata": {"a": "b", "c": {"d": [1, True]}, "e": {}}, "f": None}
    params = send(connect, call, extra_query=query).url.params.multi_items()
    assert params == [("metadata[a]", "b"), ("metadata[c][d]", "1"), ("metadata[c][d]", "true"), ("f", "")]
    with pytest.raises(TypeError, match=r"extra_query: a\[b\] is a list with mappings"):
        send(connect, call, extra_query={"a": {"b": [{"c": "d"}]}})


@EACH_CALL
def test_no_timeout(connect: Callable[..., Any], call: str) -> None:
    """A timeout of None waits for ever."""
    assert set(send(connect, call, timeout=None).extensions["timeout"].values()) == {None}


def test_extra_body_replaces(connect: Callable[..., Any]) -> None:
    """A member of extra_body takes precedence over the parameter of the same name."""
    body = json.loads(send(connect, "create", extra_body={"model": "other", "new": None}).content)
    assert (body["model"], body["new"]) == ("other", None)


@pytest.mark.parametrize("spelling", [str.lower, str.upper, str.title])
def test_extra_headers_replace(connect: Callable[..., Any], spelling: Callable[[str], str]) -> None:
    """A header of a call replaces the client's and the package's of that name, however it is spelled."""
    headers = {spelling(name): "mine" for name in ("content-type", "authorization", "user-agent")}
    request = send(connect, "create", extra_headers=headers)
    for name in headers:
        assert request.headers.get_list(name) == ["mine"]


@EACH_CALL
@pytest.mark.parametrize("header", [{"X-A": "a\r\nX-Evil: 1"}, {"X-A\r\nX-Evil": "1"}, {"X-A": "\u00fc"}])
def test_headers_cannot_be_injected(connect: Callable[..., Any], call: str, header: dict[str, str]) -> None:
    """A header with a line break is refused before anything is sent."""
    with pytest.raises(ValueError, match="the header"):
        send(connect, call, extra_headers=header)


@pytest.mark.parametrize("value", [-1, 1.5, "2", None, True])
def test_max_retries_is_a_count(connect: Callable[..., Any], value: Any) -> None:
    """A call's number of retries is a count."""
    with pytest.raises((TypeError, ValueError), match="max_retries"):
        send(connect, "create", max_retries=value)


def test_messages_of_all_kinds(connect: Callable[..., Any]) -> None:
    """Mappings, helpers, generated models, answers and generators mix freely in messages."""
    server = Server(completion())
    driver = connect(transport=server.transport)
    reply = driver.call("create", **ASK)
    answer = reply.message.to_dict()
    parts = (models.ChatCompletionRequestMessageContentPartText(text=text, type="text") for text in ("a", "b"))
    given = [
        developer("d"),
        system("s", name="n"),
        {"role": "user", "content": "u", "new": 1},
        user(parts),
        models.ChatCompletionRequestUserMessage(content="m", role="user"),
        reply.message,
        tool("t", "call_1"),
    ]
    driver.call("create", model="m", messages=(message for message in given))
    assert server.body["messages"] == [
        {"role": "developer", "content": "d"},
        {"role": "system", "content": "s", "name": "n"},
        {"role": "user", "content": "u", "new": 1},
        {"role": "user", "content": [{"text": "a", "type": "text"}, {"text": "b", "type": "text"}]},
        {"role": "user", "content": "m"},
        answer,
        {"role": "tool", "content": "t", "tool_call_id": "call_1"},
    ]


MESSAGE = {
    "role": "assistant",
    "content": "Hi.",
    "refusal": None,
    "annotations": [
        {"type": "url_citation", "url_citation": {"url": "u", "title": "t", "start_index": 0, "end_index": 1}}
    ],
    "tool_calls": [
        {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}", "thought": "x"}, "signature": "s"},
        {"id": "b", "type": "custom", "custom": {"name": "g", "input": "x"}},
    ],
    "audio": {"id": "audio_1", "data": "AAAA", "transcript": "Hi.", "expires_at": 1},
    "reasoning_content": "Hm.",
    "reasoning_details": [{"type": "text", "text": "Hm.", "index": 0, "signature": None}],
    "provider": {"name": "p", "nothing": None},
}


def test_messages_go_back_unchanged(connect: Callable[..., Any]) -> None:
    """A message that came is sent as it came, unknown members, nulls and what was absent included."""
    for message in (MESSAGE, {"role": "assistant", "content": "Hi."}, {"content": None, "tool_calls": None, "x": []}):
        whole = completion(choices=[{"index": 0, "finish_reason": "stop", "message": message}])
        server = Server(whole)
        driver = connect(transport=server.transport)
        reply = driver.call("create", **ASK)
        driver.call("create", model="m", messages=[reply.message])
        assert server.body["messages"] == [message]


def test_streamed_messages_go_back_unchanged(connect: Callable[..., Any]) -> None:
    """A message that came in pieces is sent as if it had come whole, unknown members included."""
    calls = [{"index": index, **call} for index, call in enumerate(MESSAGE["tool_calls"])]  # type: ignore[arg-type]
    deltas = [{**MESSAGE, "content": "H", "reasoning_content": "H", "tool_calls": calls}, {"content": "i."}]
    sent = [*(chunk(choice(**delta)) for delta in deltas), chunk(choice(reasoning_content="m.")), STOP]
    server = Server(streaming(events(*sent, "[DONE]")), completion())
    driver = connect(transport=server.transport)
    stream = driver.call("create", **ASK, stream=True)
    driver.iterate(stream)
    driver.call("create", model="m", messages=[stream.completion.message])
    assert server.body["messages"] == [MESSAGE]


def test_a_completion_stands_for_its_message(connect: Callable[..., Any]) -> None:
    """A completion among messages is sent as its message, whatever holds the messages, and nothing else changes."""
    server = Server(completion("Seine."))
    driver = connect(transport=server.transport)
    reply = driver.call("create", **ASK)
    wanted = [{"role": "user", "content": "u"}, completion("Seine.")["choices"][0]["message"]]
    given: list[Any] = [user("u"), reply]
    for messages in (given, tuple(given), deque(given), (message for message in given)):
        driver.call("create", model="m", messages=messages)
        assert server.body["messages"] == wanted
    assert given[1] is reply
    generated = models.CreateChatCompletionResponse.from_dict(reply.to_dict())
    driver.call("create", model="m", messages=[generated])
    assert server.body["messages"] == [reply.to_dict()]


def test_a_streamed_completion_stands_for_its_message(connect: Callable[..., Any]) -> None:
    """A completion that was assembled from a stream is sent as its message, too, and a streamed call takes one."""
    first = chunk(choice(role="assistant", content="Se"))
    last = chunk(choice(finish_reason="stop", content="ine."))
    server = Server(*(streaming(events(first, last, "[DONE]")) for _ in range(2)))
    driver = connect(transport=server.transport)
    stream = driver.call("create", **ASK, stream=True)
    driver.iterate(stream)
    driver.iterate(driver.call("create", model="m", messages=[user("u"), stream.completion], stream=True))
    assert server.body["messages"][1] == stream.completion.message.to_dict()
    assert server.body["messages"][1]["content"] == "Seine."


def test_a_completion_without_a_message(connect: Callable[..., Any]) -> None:
    """A completion that has no message cannot stand for it: the call says so, and sends nothing."""
    server = Server(completion() | {"choices": []})
    driver = connect(transport=server.transport)
    reply = driver.call("create", **ASK)
    with pytest.raises(LookupError, match="no choice with a message"):
        driver.call("create", model="m", messages=[reply])
    assert len(server.requests) == 1


@pytest.mark.parametrize("messages", [{"role": "user"}, b"Hello", {1}, 5, None, dict])
def test_messages_that_are_no_array(connect: Callable[..., Any], messages: Any) -> None:
    """Messages that are no array are sent, or refused, as any other value is."""
    server = Server(completion())
    driver = connect(transport=server.transport)
    if messages is None or isinstance(messages, dict | int):
        driver.call("create", model="m", messages=messages)
        assert server.body["messages"] == messages
    else:
        with pytest.raises(TypeError, match=r"^messages: "):
            driver.call("create", model="m", messages=messages)


def test_parameters_of_all_kinds(connect: Callable[..., Any]) -> None:
    """Models can replace mappings anywhere: in tools, response_format, metadata, stream_options."""
    function = models.FunctionObject(name="f")
    body = json.loads(
        send(
            connect,
            "create",
            tools=[models.ChatCompletionTool(function=function, type="function"), {"type": "custom"}],
            response_format=models.ResponseFormatText(type="text"),
            metadata=models.Metadata.from_dict({"a": "b"}),
            modalities=("text",),
        ).content
    )
    assert body["tools"] == [{"function": {"name": "f"}, "type": "function"}, {"type": "custom"}]
    assert (body["response_format"], body["metadata"], body["modalities"]) == ({"type": "text"}, {"a": "b"}, ["text"])


def test_what_the_caller_gave_stays_as_it_was(connect: Callable[..., Any]) -> None:
    """No call changes the caller's own objects."""
    messages = [{"role": "user", "content": "a"}]
    extra = {"new": {"a": 1}}
    headers = {"X-A": "1"}
    send(connect, "create", messages=messages, extra_body=extra, extra_headers=headers)
    assert (messages, extra, headers) == ([{"role": "user", "content": "a"}], {"new": {"a": 1}}, {"X-A": "1"})


def test_unwritable_values_are_named(connect: Callable[..., Any]) -> None:
    """The error for a value without a JSON form names its path, before anything is sent."""
    server = Server(completion())
    driver = connect(transport=server.transport)
    with pytest.raises(TypeError, match=r"^messages\[0\]\.content: .*set"):
        driver.call("create", model="m", messages=[{"role": "user", "content": {1}}])
    with pytest.raises(ValueError, match=r"^temperature: .*nan"):
        driver.call("create", **ASK, temperature=float("nan"))
    assert server.requests == []


@pytest.mark.parametrize("text", ["", "\ud800", "\u2028", 'quote " and \\', "\U0001f600", "\0"])
def test_any_text(connect: Callable[..., Any], text: str) -> None:
    """Text of any characters arrives as it was given."""
    assert json.loads(send(connect, "create", messages=text).content)["messages"][0]["content"] == text


@pytest.mark.parametrize(
    "metadata",
    [
        {"topic": "rivers"},
        {
            "a b": "c d",
            "e&f": "g=h",
            "i[j]": "k]l",
            "": "",
            "m+n": "o+p",
            "q%5D": "r%20",
            "s#t": "u?v",
            "\u00e9": "\u2603",
        },
        {},
        models.Metadata.from_dict({"a": "b"}),
    ],
)
def test_metadata_filter(connect: Callable[..., Any], metadata: Any) -> None:
    """A metadata filter is sent as one bracketed parameter for each pair, whatever characters it has."""
    params = send(connect, "list", metadata=metadata).url.params
    assert dict(params.multi_items()) == {f"metadata[{key}]": value for key, value in dict(metadata).items()}


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")), max_size=3))
def test_any_metadata_filter(metadata: dict[str, str]) -> None:
    """Any text survives in a metadata filter."""
    server = Server(page([]))
    with ChatClient(api_key=KEY, transport=server.transport) as chat:
        chat.list(metadata=metadata)
    params = httpx.QueryParams(server.requests[0].url.query)
    assert dict(params.multi_items()) == {f"metadata[{key}]": value for key, value in metadata.items()}


def test_no_metadata_filter(connect: Callable[..., Any]) -> None:
    """A query has no null, so that `None` leaves any filter out."""
    assert send(connect, "list", metadata=None, after=None, limit=None, order=None).url.query == b""


def test_metadata_filter_that_is_not_text(connect: Callable[..., Any]) -> None:
    """A filter that is not text is refused before anything is sent."""
    with pytest.raises(TypeError, match="metadata filter"):
        send(connect, "list", metadata={"a": 1})


@pytest.mark.parametrize(("call", "params"), [("list", ListParams), ("messages", MessagesParams)])
def test_query_parameters(connect: Callable[..., Any], call: str, params: Any) -> None:
    """The parameters of a paged call are sent in its query by their own names."""
    given = {"after": "a b", "limit": 5, "order": "desc"} | ({"model": "m&n"} if call == "list" else {})
    assert given.keys() <= params.__annotations__.keys()
    query = send(connect, call, **given).url.params
    assert dict(query.multi_items()) == {name: str(value) for name, value in given.items()}


@pytest.mark.parametrize("call", ["get", "update", "delete", "messages"])
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("a/b", "a%2Fb"),
        ("a b", "a%20b"),
        ("a?b=c", "a%3Fb%3Dc"),
        ("a#b", "a%23b"),
        ("a%2Fb", "a%252Fb"),
        ("%2e%2e", "%252e%252e"),
        ("\u00e9\u2603", "%C3%A9%E2%98%83"),
        ("../../models", "..%2F..%2Fmodels"),
        ("a.", "a."),
        (".hidden", ".hidden"),
        ("a\nb", "a%0Ab"),
        ("a;b,c:d@e&f=g+h", "a%3Bb%2Cc%3Ad%40e%26f%3Dg%2Bh"),
    ],
)
def test_ids_are_quoted(connect: Callable[..., Any], call: str, name: str, path: str) -> None:
    """An id of any characters stays one segment of the path."""
    target = send(connect, call, name).url.raw_path.decode()
    assert target == f"/v1/chat/completions/{path}" + ("/messages" if call == "messages" else "")


@pytest.mark.parametrize("call", ["get", "update", "delete", "messages"])
@pytest.mark.parametrize("name", ["", ".", "..", "/", "//", "../..", " ", None, 5])
def test_ids_that_are_none(connect: Callable[..., Any], call: str, name: Any) -> None:
    """An id that would address another endpoint is refused before anything is sent."""
    server = Server(completion())
    driver = connect(transport=server.transport)
    with pytest.raises((ValueError, TypeError), match="completion id"):
        driver.call(call, name, **CALLS[call][1])
    assert server.requests == []


@pytest.mark.parametrize("call", ["get", "update", "delete", "messages"])
def test_ids_too_long_for_a_url(connect: Callable[..., Any], call: str) -> None:
    """An id that makes the address too long is an error of the tree, and nothing is sent."""
    server = Server(completion())
    driver = connect(transport=server.transport)
    with pytest.raises(APIError, match=r"cannot be sent .*too long") as caught:
        driver.call(call, "a" * 100_000, **CALLS[call][1])
    assert (server.requests, caught.value.attempts) == ([], 0)


@pytest.mark.parametrize("call", ["get", "update", "delete", "messages"])
def test_not_found(connect: Callable[..., Any], call: str) -> None:
    """An unknown id is a NotFoundError in every call that takes one."""
    driver = connect(transport=Server(httpx.Response(404, json={"error": {"message": "No such thing."}})).transport)
    with pytest.raises(NotFoundError, match="No such thing"):
        driver.call(call, ID, **CALLS[call][1])


def test_unset_is_left_out(connect: Callable[..., Any]) -> None:
    """UNSET, the value of an absent optional field, leaves a parameter out."""
    assert json.loads(send(connect, "create", stream=UNSET).content).keys() == {"model", "messages"}
    assert send(connect, "list", after=UNSET, model=UNSET).url.query == b""
    assert json.loads(send(connect, "create", temperature=UNSET, stop=UNSET).content).keys() == {"model", "messages"}


@pytest.mark.parametrize("name", ["model", "messages"])
def test_unset_is_no_value(connect: Callable[..., Any], name: str) -> None:
    """A required parameter that is UNSET is missing."""
    with pytest.raises(TypeError, match=rf"needs '{name}'"):
        send(connect, "create", **{name: UNSET})


HALVES = ["\ud83d", "a\udc00b", "\udfff\ud800"]


@pytest.mark.parametrize("call", ["get", "update", "delete", "messages"])
@pytest.mark.parametrize("name", HALVES)
def test_half_a_character_in_an_id(connect: Callable[..., Any], call: str, name: str) -> None:
    """An id with half a surrogate pair, which no address can hold, is refused with a sentence."""
    server = Server(completion())
    driver = connect(transport=server.transport)
    with pytest.raises(ValueError, match=r"^the completion id holds '\\u\w+', half of a surrogate pair") as caught:
        driver.call(call, name, **CALLS[call][1])
    assert str(caught.value).isascii()
    assert server.requests == []


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize(
    ("call", "params", "name"),
    [
        ("list", lambda half: {"metadata": {"topic": half}}, r"'metadata\[topic\]'"),
        ("list", lambda half: {"metadata": {half: "rivers"}}, r"'metadata\[.*\\u.*\]'"),
        ("list", lambda half: {"model": half}, "'model'"),
        ("list", lambda half: {"after": half}, "'after'"),
        ("list", lambda half: {"extra_query": {"q": half}}, "'q'"),
        ("list", lambda half: {"extra_query": {"q": ["a", half]}}, "'q'"),
        ("messages", lambda half: {"order": half}, "'order'"),
    ],
)
def test_half_a_character_in_a_filter(
    connect: Callable[..., Any], call: str, params: Callable[[str], dict[str, Any]], name: str, half: str
) -> None:
    """A filter or another part of a query with half a surrogate pair is refused by its name."""
    server = Server(page([]))
    driver = connect(transport=server.transport)
    with pytest.raises(ValueError, match=rf"^the query parameter {name} holds .*half of a surrogate pair"):
        driver.call(call, *CALLS[call][0], **params(half))
    assert server.requests == []


def test_half_a_character_of_the_clients_own(connect: Callable[..., Any]) -> None:
    """Half a character among the query parameters of the client is an error as well."""
    server = Server(page([]))
    with pytest.raises(ValueError, match="surrogates not allowed"):
        connect(transport=server.transport, params={"q": "\ud83d"}).call("list")
    assert server.requests == []


@pytest.mark.parametrize("stream", ["yes", "", "false", 1, 0, [], b"x"])
def test_stream_is_a_boolean(connect: Callable[..., Any], stream: Any) -> None:
    """A stream that is neither a boolean nor None is a TypeError before anything is sent."""
    server = Server(completion())
    with pytest.raises(TypeError, match=r"^stream must be True or False, not "):
        connect(transport=server.transport).call("create", **ASK, stream=stream)
    assert server.requests == []


BY_ID = {
    get_chat_completion: {},
    update_chat_completion: {"body": models.UpdateChatCompletionRequest.from_dict({"metadata": None})},
    delete_chat_completion: {},
    get_chat_completion_messages: {},
}


@pytest.mark.parametrize("endpoint", BY_ID, ids=lambda module: module.__name__.rpartition(".")[2])
@pytest.mark.parametrize("name", ["", ".", "..", "/", "../..", "\\", " ", "\n"])
def test_dropped_down_ids_that_are_none(connect: Callable[..., Any], endpoint: Any, name: str) -> None:
    """A dropped-down call with an id that would address another endpoint is refused before it is sent."""
    server = Server(completion())
    driver = connect(transport=server.transport)
    with pytest.raises(ValueError, match="no completion id"):
        dropped_down(driver, endpoint, name, **BY_ID[endpoint])
    assert server.requests == []


@pytest.mark.parametrize("endpoint", BY_ID, ids=lambda module: module.__name__.rpartition(".")[2])
@pytest.mark.parametrize("name", [ID, "a/b", "../../models", ".hidden", "%2e%2e", "\u00e9"])
def test_dropped_down_ids_that_are_some(connect: Callable[..., Any], endpoint: Any, name: str) -> None:
    """A dropped-down call with any other id is sent."""
    server = Server({"id": ID, "data": [], "deleted": True})
    dropped_down(connect(transport=server.transport), endpoint, name, **BY_ID[endpoint])
    assert len(server.requests) == 1


def test_a_dropped_down_stream(connect: Callable[..., Any]) -> None:
    """A dropped-down call that asks for a stream, which it could not read, is refused with the call to make instead."""
    server = Server(completion())
    driver = connect(transport=server.transport)
    for stream in (True, False, None):
        body = models.CreateChatCompletionRequest.from_dict({"model": "m", "messages": [], "stream": stream})
        if stream:
            with pytest.raises(TypeError, match=r"create\(stream=True\)"):
                dropped_down(driver, create_chat_completion, body=body)
            assert server.requests == []
        else:
            dropped_down(driver, create_chat_completion, body=body)
    assert len(server.requests) == 2


def test_calls_of_the_callers_own(connect: Callable[..., Any]) -> None:
    """A call of another endpoint, through the same httpx client, may have any path and body."""
    server = Server({})
    driver = connect(transport=server.transport)

    async def ask() -> Any:
        return await driver.client.raw.get_async_httpx_client().post("/completions/", json={"stream": True})

    if is_async(driver):
        driver.run(ask())
    else:
        driver.client.raw.get_httpx_client().post("/completions/", json={"stream": True})
    assert server.body == {"stream": True}


def test_half_a_character_dropped_down(connect: Callable[..., Any]) -> None:
    """A query parameter of a dropped-down call with half a surrogate pair is refused by its name, too."""
    server = Server(page([]))
    driver = connect(transport=server.transport)
    with pytest.raises(ValueError, match=r"^the query parameter 'after' holds .*half of a surrogate pair"):
        dropped_down(driver, list_chat_completions, after="\ud83d")
    assert server.requests == []
