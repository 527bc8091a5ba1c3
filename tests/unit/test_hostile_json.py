"""JSON that no honest server sends: through every way of reading it, it is an answer or an error of the tree."""

from __future__ import annotations

import copy
import json
import math
import pickle
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from chatcompletions import (
    APIError,
    APIResponseValidationError,
    BadRequestError,
    ChatCompletion,
    InternalServerError,
    StreamError,
    StreamInterruptedError,
    deviations,
)
from chatcompletions_api.api.chat import delete_chat_completion, get_chat_completion, list_chat_completions
from tests.unit.facade._support import ASK, HI, Server, dropped_down, events, streaming

if TYPE_CHECKING:
    from collections.abc import Callable

DEEP = 10_000
ARRAYS = b"[" * DEEP + b"1" + b"]" * DEEP
OBJECTS = b'{"a":' * DEEP + b"1" + b"}" * DEEP
NO_ANSWERS: dict[str, bytes] = {
    "nothing": b"",
    "white space": b" \r\n\t",
    "an array": b"[]",
    "an array of answers": b'[{"id": "chatcmpl-1"}]',
    "text": b'"chatcmpl-1"',
    "a number": b"5",
    "true": b"true",
    "null": b"null",
    "NaN": b"NaN",
    "two objects": b"{}{}",
    "an object and more": b"{} garbage",
    "a comment": b"{} // done",
    "single quotes": b"{'id': 1}",
    "a cut object": b'{"id": "chatcmpl-1", "choices": [{"ind',
    "cut within a character": b'{"id": "\xe2\x98',
    "bytes that are no UTF-8": b'\xff{"id": 1}',
    "a control character in text": b'{"id": "a\x00b"}',
    "nested arrays": ARRAYS,
    "nested objects": OBJECTS,
    "nested arrays without an end": b"[" * DEEP,
    "nesting in a field": b'{"choices": ' + ARRAYS + b"}",
    "nesting in a field beyond the spec": b'{"id": "a", "x": ' + OBJECTS + b"}",
    "nesting beside a lone surrogate": b'{"id": "\\ud800", "x": ' + ARRAYS + b"}",
}


@pytest.mark.parametrize("body", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_no_answer(connect: Callable[..., Any], body: bytes) -> None:
    """What is no JSON object, or has no end, is the same short error for every call, dropped-down ones included."""
    driver = connect(transport=Server(httpx.Response(200, content=body)).transport, max_retries=0)
    calls: list[Callable[[], Any]] = [
        lambda: driver.call("create", **ASK),
        lambda: driver.call("get", "chatcmpl-1"),
        lambda: driver.call("list"),
        lambda: driver.call("messages", "chatcmpl-1"),
        lambda: driver.call("delete", "chatcmpl-1"),
        lambda: dropped_down(driver, get_chat_completion, "chatcmpl-1"),
        lambda: dropped_down(driver, list_chat_completions),
        lambda: dropped_down(driver, delete_chat_completion, "chatcmpl-1"),
    ]
    for call in calls:
        with pytest.raises(APIResponseValidationError) as caught:
            call()
        assert len(str(caught.value)) < 1_000
        assert "\n" not in str(caught.value)
        assert pickle.loads(pickle.dumps(caught.value)).body == caught.value.body


@pytest.mark.parametrize("body", NO_ANSWERS.values(), ids=NO_ANSWERS)
@pytest.mark.parametrize(("status", "cls"), [(400, BadRequestError), (500, InternalServerError)])
def test_no_error_body(connect: Callable[..., Any], body: bytes, status: int, cls: type[APIError]) -> None:
    """The status of an error counts, whatever its body is."""
    driver = connect(transport=Server(httpx.Response(status, content=body)).transport, max_retries=0)
    with pytest.raises(cls) as caught:
        driver.call("get", "chatcmpl-1")
    assert len(str(caught.value)) < 1_000
    assert pickle.loads(pickle.dumps(caught.value)).status_code == status


@pytest.mark.parametrize(
    "body",
    [body for body in NO_ANSWERS.values() if body.strip()],
    ids=[key for key, body in NO_ANSWERS.items() if body.strip()],
)
def test_no_chunk(connect: Callable[..., Any], body: bytes) -> None:
    """An event that is no JSON object, or has no end, ends a stream with an error that has what had arrived."""
    reply = streaming(events(HI), b"data: " + body + b"\n\n", events(HI, "[DONE]"))
    driver = connect(transport=Server(reply).transport)
    with pytest.raises(StreamError) as caught:
        driver.iterate(driver.call("create", **ASK, stream=True))
    assert caught.value.completion is not None
    assert caught.value.completion.text == "Hi"
    assert len(str(caught.value)) < 1_000
    assert pickle.loads(pickle.dumps(caught.value)).completion.text == "Hi"


def around(content: str, **members: str) -> bytes:
    """Return the text of a completion: the text of its content, then that of further members."""
    further = "".join(f', "{name}": {text}' for name, text in members.items())
    message = f'{{"role": "assistant", "content": {content}, "refusal": null}}'
    choice = f'{{"index": 0, "finish_reason": "stop", "message": {message}, "logprobs": null}}'
    head = '"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m"'
    return f'{{{head}, "choices": [{choice}]{further}}}'.encode()


NEST = "[" * 100 + "1" + "]" * 100
ANSWERS: dict[str, tuple[bytes, str]] = {
    "a byte order mark": (b"\xef\xbb\xbf" + around('"Hi."'), "Hi."),
    "white space around": (b"\n\n " + around('"Hi."') + b"\r\n\t", "Hi."),
    "lone surrogates": (around(r'"a\ud800b\udc00"'), "a\ud800b\udc00"),
    "a lone surrogate in a name": (around('"Hi."', **{r"\udfff": "1"}), "Hi."),
    "a pair of surrogates": (around(r'"\ud83d\ude00"'), "\U0001f600"),
    "a surrogate as if it were a character": (around('"?"').replace(b"?", b"\xed\xa0\x80"), "\ufffd" * 3),
    "bytes that are no UTF-8": (around('"a?"').replace(b"?", b"\xff\xe2\x98b"), "a\ufffd\ufffdb"),
    "a NUL": (around(r'"a\u0000b"'), "a\0b"),
    "line separators": (around('"a\u2028b\u2029c"'), "a\u2028b\u2029c"),
    "a member twice": (around('"no", "content": "Hi."'), "Hi."),
    "choices twice": (around('"no"', choices='[{"message": {"role": "assistant", "content": "Hi."}}]'), "Hi."),
    "NaN and infinity": (around('"Hi."', x="[NaN, Infinity, -Infinity, 1e999]"), "Hi."),
    "time that is none": (around('"Hi."', created="NaN"), "Hi."),
    "time without end": (around('"Hi."', created="Infinity"), "Hi."),
    "time beyond a clock": (around('"Hi."', created="9" * 400), "Hi."),
    "huge integers": (around('"Hi."', created="-" + "9" * 30, seed="1" + "0" * 4_000), "Hi."),
    "tiny and long numbers": (around('"Hi."', x="[1e-999, -0.0, 0.%s]" % ("1" * 5_000)), "Hi."),
    "nesting beyond the spec": (around('"Hi."', x=NEST), "Hi."),
    "nesting in a field": (around(NEST), ""),
    "many members": (around('"Hi."', **{f"x{number}": "null" for number in range(20_000)}), "Hi."),
    "a long name": (around('"Hi."', **{"x" * 1_000_000: "1"}), "Hi."),
    "an empty name": (around('"Hi."', **{"": "1"}), "Hi."),
    "names of methods": (around('"Hi."', __class__="1", __dict__="{}", to_dict="2", _headers="3"), "Hi."),
}


@pytest.mark.parametrize(("body", "text"), ANSWERS.values(), ids=ANSWERS)
def test_an_answer(connect: Callable[..., Any], body: bytes, text: str) -> None:
    """An answer with odd values is read as it is by both layers, and can be shown, copied, judged and sent back."""
    server = Server(httpx.Response(200, content=body))
    driver = connect(transport=server.transport)
    reply = driver.call("create", **ASK)
    expected = json.loads(body.decode("utf-8-sig", "replace"))
    for read in (reply, dropped_down(driver, get_chat_completion, "chatcmpl-1").parsed):
        written = read.to_dict()
        if expected["choices"][0].keys() >= {"index"}:
            assert shown(written) == shown(expected)
    assert reply.text == text
    assert isinstance(repr(reply), str)
    assert reply.created_at is None or reply.created_at.year == 1970
    assert shown(pickle.loads(pickle.dumps(reply)).to_dict()) == shown(reply.to_dict())
    assert shown(copy.deepcopy(reply).to_dict()) == shown(reply.to_dict())
    assert all("\n" not in str(one) for one in deviations(reply))
    driver.call("create", model="m", messages=[reply.message])
    assert shown(server.body["messages"]) == shown([reply.message.to_dict()])


def shown(value: Any) -> str:
    """Return a value as text, in which NaN is itself and 1 is not 1.0."""
    return json.dumps(value, sort_keys=True)


@pytest.mark.parametrize(("body", "text"), ANSWERS.values(), ids=ANSWERS)
def test_a_chunk(connect: Callable[..., Any], body: bytes, text: str) -> None:
    """A chunk with odd values is read as it is, and the completion that a stream makes up has them too."""
    data = body.strip().removeprefix(b"\xef\xbb\xbf").replace(b'"message"', b'"delta"')
    driver = connect(transport=Server(streaming(b"data: " + data + b"\n\ndata: [DONE]\n\n")).transport)
    stream = driver.call("create", **ASK, stream=True)
    (chunk,) = driver.iterate(stream)
    assert chunk.text == text
    assert stream.completion.text == text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert isinstance(repr(chunk), str)
    assert shown(copy.deepcopy(chunk).to_dict()) == shown(chunk.to_dict())
    assert isinstance(pickle.loads(pickle.dumps(stream.completion)), ChatCompletion)


def test_numbers_are_exact(connect: Callable[..., Any]) -> None:
    """Integers are exact to the last digit, and what is no number stays none."""
    body = around('"Hi."', x="[%s, NaN, -Infinity]" % ("1234567890" * 40))
    reply = connect(transport=Server(httpx.Response(200, content=body)).transport).call("create", **ASK)
    integer, nan, infinity = reply["x"]
    assert integer == int("1234567890" * 40)
    assert math.isnan(nan)
    assert infinity == -math.inf


def test_an_integer_beyond_reading(connect: Callable[..., Any]) -> None:
    """An integer with more digits than Python reads is an error of the tree, not a hang."""
    body = around('"Hi."', seed="9" * 1_000_000)
    driver = connect(transport=Server(httpx.Response(200, content=body)).transport, max_retries=0)
    with pytest.raises(APIResponseValidationError) as caught:
        driver.call("create", **ASK)
    assert len(str(caught.value)) < 1_000
    driver = connect(transport=Server(streaming(events(HI), b"data: " + body + b"\n\n")).transport)
    with pytest.raises(StreamInterruptedError):
        driver.iterate(driver.call("create", **ASK, stream=True))
