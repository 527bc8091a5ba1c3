"""A strict client: the answers that pass, and the errors for those that do not."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from chatcompletions import (
    APIError,
    APIResponseValidationError,
    ChatClient,
    ChatCompletionChunk,
    Deviation,
    NotFoundError,
    StreamError,
    StreamInterruptedError,
    StreamValidationError,
    UnsupportedOperationError,
    deviations,
)
from chatcompletions._spec import strict as _strict
from chatcompletions_api.api.chat import get_chat_completion, list_chat_completions
from tests.unit.facade._support import (
    ASK,
    DOT,
    HI,
    KEY,
    STOP,
    Pieces,
    Server,
    choice,
    chunk,
    completion,
    dropped_down,
    events,
    page,
    streaming,
)

if TYPE_CHECKING:
    from collections.abc import Callable

DELETED = {"object": "chat.completion.deleted", "id": "chatcmpl-1", "deleted": True}
MESSAGES = {
    "object": "list",
    "data": [{"id": "m", "role": "assistant", "content": "Hi.", "refusal": None}],
    "first_id": "m",
    "last_id": "m",
    "has_more": False,
}
CALLS: dict[str, tuple[tuple[str, ...], dict[str, Any], dict[str, Any]]] = {
    "create": ((), ASK, completion()),
    "get": (("chatcmpl-1",), {}, completion()),
    "update": (("chatcmpl-1",), {"metadata": None}, completion(metadata=None)),
    "list": ((), {}, page(["a", "b"])),
    "messages": (("chatcmpl-1",), {}, MESSAGES),
    "delete": (("chatcmpl-1",), {}, DELETED),
}
ODD = chunk(choice(content="!"), system_fingerprint=None)


def strict(connect: Callable[..., Any], *replies: Any, **arguments: Any) -> Any:
    return connect(transport=Server(*replies).transport, **{"strict": True, "max_retries": 0, **arguments})


@pytest.mark.parametrize("name", CALLS)
def test_what_passes(connect: Callable[..., Any], name: str) -> None:
    """An answer as the spec has it passes, and is the same as from a client that is not strict."""
    args, params, body = CALLS[name]
    found = strict(connect, body).call(name, *args, **params)
    assert found == connect(transport=Server(body).transport).call(name, *args, **params)
    assert found.to_dict() == body


@pytest.mark.parametrize(
    "base_url", ["https://example.com", "https://example.com/a/chat/completions/v1", "http://[::1]:8/%20"]
)
@pytest.mark.parametrize("name", CALLS)
def test_what_raises(connect: Callable[..., Any], name: str, base_url: str) -> None:
    """Each call judges its answer by its own schema, wherever the server has its paths."""
    args, params, body = CALLS[name]
    driver = strict(connect, {**body, "object": "thing"}, base_url=base_url)
    with pytest.raises(APIResponseValidationError, match=r"\$\.object: '") as caught:
        driver.call(name, *args, **params)
    assert caught.value.deviation is not None
    assert caught.value.deviation.expected == repr(body["object"])


def test_what_the_error_tells(connect: Callable[..., Any]) -> None:
    """The error shows the request, the path, the expected and the found value, and has all attributes of the tree."""
    body = completion(created="now", id=5)
    driver = strict(connect, httpx.Response(200, json=body, headers={"x-request-id": "req_1"}))
    with pytest.raises(APIResponseValidationError) as caught:
        driver.call("create", **ASK)
    error = pickle.loads(pickle.dumps(caught.value))
    assert error.deviation in deviations(body)
    assert "POST https://api.openai.com/v1/chat/completions answered 200" in str(error)
    assert str(error.deviation) in str(error)
    assert "\n" not in str(error)
    assert (error.status_code, error.request_id, error.body, error.attempts) == (200, "req_1", body, 1)


def test_the_key_stays_secret(connect: Callable[..., Any]) -> None:
    """A key that a server repeats at a deviation is shown nowhere."""
    driver = strict(connect, completion(**{KEY: KEY}), api_key=KEY)
    with pytest.raises(APIResponseValidationError) as caught:
        driver.call("create", **ASK)
    error = caught.value
    assert KEY not in f"{error} {error!r} {error.body} {error.deviation}"


def test_no_answer_is_asked_for_twice(connect: Callable[..., Any]) -> None:
    """An answer that departs is not retried, because the call has had its effect."""
    server = Server(completion(id=5))
    with pytest.raises(APIResponseValidationError):
        connect(transport=server.transport, strict=True, max_retries=5).call("create", **ASK)
    assert len(server.requests) == 1


def test_a_later_page(connect: Callable[..., Any]) -> None:
    """The pages that an iteration fetches are judged like the first."""
    replies = [page(["a", "b"], has_more=True), page(["c"], has_more=None)]
    with pytest.raises(APIResponseValidationError, match=r"\$\.has_more: boolean; found null"):
        strict(connect, *replies).items("list")


@pytest.mark.parametrize(
    ("endpoint", "args", "body"),
    [(get_chat_completion, ("a/b?c",), completion()), (list_chat_completions, (), page(["a"]))],
)
def test_dropped_down(connect: Callable[..., Any], endpoint: Any, args: tuple[str, ...], body: dict[str, Any]) -> None:
    """A dropped-down call is judged too."""
    assert dropped_down(strict(connect, body), endpoint, *args).parsed.to_dict() == body
    with pytest.raises(APIResponseValidationError, match=r"\$\.x: no such property; found 1"):
        dropped_down(strict(connect, {**body, "x": 1}), endpoint, *args)


def test_behind_a_redirect(connect: Callable[..., Any]) -> None:
    """An answer after a redirect is judged by the operation that was called."""
    replies = [httpx.Response(307, headers={"location": "https://example.com/elsewhere"}), completion(id=5)]
    with pytest.raises(APIResponseValidationError, match=r"\$\.id"):
        strict(connect, *replies, follow_redirects=True).call("create", **ASK)


@pytest.mark.parametrize(
    ("reply", "cls"),
    [
        (httpx.Response(404, json={"error": {"message": "No."}}), NotFoundError),
        (httpx.Response(200, content=b"<html>"), APIResponseValidationError),
        (httpx.Response(200, json={"error": {"message": "No."}}), APIError),
    ],
)
def test_other_errors(connect: Callable[..., Any], reply: httpx.Response, cls: type[APIError]) -> None:
    """An answer that is an error for any client is the same error for a strict one."""
    with pytest.raises(APIError) as caught:
        strict(connect, reply).call("get", "chatcmpl-1")
    assert type(caught.value) is cls
    assert getattr(caught.value, "deviation", None) is None


def test_a_stream_that_passes(connect: Callable[..., Any]) -> None:
    """A stream as the spec has it passes, and gives the same completion."""
    driver = strict(connect, streaming(events(HI, DOT, DOT, STOP, "[DONE]")))
    stream = driver.call("create", stream=True, **ASK)
    assert "".join(each.text for each in driver.iterate(stream)) == stream.completion.text == "Hi.."
    assert deviations(stream.completion) == []


def test_a_stream_that_raises(connect: Callable[..., Any]) -> None:
    """A chunk that departs raises with the completion so far, its own text included, and the stream is closed."""
    body = Pieces(events(HI, DOT), events(ODD, STOP, "[DONE]"))
    reply = httpx.Response(200, headers={"content-type": "text/event-stream", "x-request-id": "req_1"}, stream=body)
    driver = strict(connect, reply)
    stream = driver.call("create", stream=True, **ASK)
    with pytest.raises(StreamValidationError, match=r"\$\.system_fingerprint: string; found null") as caught:
        driver.iterate(stream.text_deltas())
    error = pickle.loads(pickle.dumps(caught.value))
    assert isinstance(error, StreamError)
    assert isinstance(error, APIResponseValidationError)
    assert not isinstance(error, StreamInterruptedError)
    assert error.deviation == Deviation("$.system_fingerprint", "string", "null")
    assert (error.completion.text, error.body, error.request_id) == ("Hi.!", ODD, "req_1")
    assert body.closed


def test_departures_hide_in_no_repetition(connect: Callable[..., Any]) -> None:
    """A chunk that repeats the one before it but for a deviation raises, however many repeated before."""
    texts = [chunk(choice(content=f"word {number}")) for number in range(20)]
    for odd in (chunk(choice(content=5)), chunk(choice(content=["a"])), chunk(choice(content="a", x=1))):
        driver = strict(connect, streaming(events(*texts, odd, STOP, "[DONE]")))
        with pytest.raises(StreamValidationError) as caught:
            driver.iterate(driver.call("create", stream=True, **ASK))
        assert caught.value.body == odd


def test_a_completion_in_place_of_a_stream(connect: Callable[..., Any]) -> None:
    """A whole completion in the place of a stream is judged as a completion."""
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    whole = completion(usage=usage)
    whole["choices"][0]["message"]["annotations"] = []
    driver = strict(connect, whole)
    (one,) = driver.iterate(driver.call("create", stream=True, **ASK))
    assert one.text == "Hi."
    driver = strict(connect, {**whole, "x": 1})
    with pytest.raises(APIResponseValidationError, match=r"\$\.x: no such property"):
        driver.iterate(driver.call("create", stream=True, **ASK))


def test_a_spec_without_chunks(monkeypatch: pytest.MonkeyPatch, connect: Callable[..., Any]) -> None:
    """A strict client cannot be made if the pinned spec does not name the schema of a chunk."""
    monkeypatch.setattr(_strict, "CHUNK", "whole/NoChunk")
    with pytest.raises(UnsupportedOperationError, match="the pinned spec has no NoChunk, by which strict=True"):
        connect(strict=True)


def test_strict_is_an_argument_like_any_other() -> None:
    """A strict client stays strict when it is pickled; without the argument nothing is judged."""
    for given, raises in (({"strict": True}, True), ({"strict": False}, False), ({}, False)):
        with pickle.loads(pickle.dumps(ChatClient(api_key="k", **given))) as chat:
            chat._http_options["transport"] = Server(completion(id=5)).transport
            if raises:
                with pytest.raises(APIResponseValidationError):
                    chat.create(**ASK)
            else:
                assert chat.create(**ASK).id == 5


def test_others_pay_nothing(connect: Callable[..., Any]) -> None:
    """A client that is not strict reads the chunks of a stream by the model's own method."""
    driver = connect(transport=Server(streaming(events(HI, "[DONE]"))).transport)
    stream = driver.call("create", stream=True, **ASK)
    assert stream._reader._read_chunk == ChatCompletionChunk.from_dict
    driver.iterate(stream)
