"""Streams: their chunks, their completion, and every way in which they end."""

from __future__ import annotations

import asyncio
import gc
import itertools
import json
import pickle
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatcompletions import (
    APIError,
    APIResponseValidationError,
    AsyncChatClient,
    AsyncChatCompletionStream,
    ChatClient,
    ChatCompletion,
    ChatCompletionChunk,
    ChatCompletionStream,
    InternalServerError,
    RateLimitError,
    StreamError,
    StreamInterruptedError,
    StreamTimeoutError,
    StreamTooLargeError,
)
from chatcompletions_api import models

from ._support import (
    ASK,
    DOT,
    HI,
    KEY,
    STOP,
    Clock,
    Pieces,
    Server,
    choice,
    chunk,
    completion,
    events,
    is_async,
    streaming,
    within,
)

if TYPE_CHECKING:
    from collections.abc import Callable

WHOLE = events(HI, DOT, STOP, "[DONE]")


def streamed(connect: Callable[..., Any], *pieces: Any, **arguments: Any) -> tuple[Any, Any]:
    """Return a driver and the open stream of these pieces."""
    driver = connect(transport=Server(streaming(*pieces)).transport, **arguments)
    return driver, driver.call("create", stream=True, **ASK)


def broken(connect: Callable[..., Any], *pieces: Any) -> StreamError:
    """Return the error that a stream ends with, and check that its connection is closed."""
    body = Pieces(*pieces)
    response = httpx.Response(200, headers={"content-type": "text/event-stream", "x-request-id": "req_1"}, stream=body)
    driver = connect(transport=Server(response).transport)
    stream = driver.call("create", stream=True, **ASK)
    with pytest.raises(StreamError) as caught:
        driver.iterate(stream)
    assert body.closed
    assert (caught.value.status_code, caught.value.request_id) == (200, "req_1")
    return caught.value


def test_chunks(connect: Callable[..., Any]) -> None:
    """A stream yields each chunk as the generated model with the facade's text."""
    driver, stream = streamed(connect, WHOLE)
    chunks = driver.iterate(stream)
    assert [each.text for each in chunks] == ["Hi", ".", ""]
    for each in chunks:
        assert type(each) is ChatCompletionChunk
        assert isinstance(each, models.CreateChatCompletionStreamResponse)
    assert [each.to_dict() for each in chunks] == [HI, DOT, STOP]
    assert chunks[2].choices[0].finish_reason == "stop"


def test_the_completion(connect: Callable[..., Any]) -> None:
    """The completion of a stream equals that of an unstreamed call."""
    driver, stream = streamed(connect, WHOLE)
    driver.iterate(stream)
    found = stream.completion
    assert type(found) is ChatCompletion
    assert (found.text, found.choices[0].finish_reason, found.created) == ("Hi.", "stop", 1_700_000_000)
    assert found == models.CreateChatCompletionResponse.from_dict(completion("Hi."))


def test_headers(connect: Callable[..., Any]) -> None:
    """A stream has its headers before the first chunk, and its completion has them too."""
    driver = connect(transport=Server(streaming(WHOLE, **{"x-request-id": "req_1"})).transport)
    stream = driver.call("create", stream=True, **ASK)
    assert (stream.request_id, stream.headers["x-request-id"]) == ("req_1", "req_1")
    assert stream.completion.request_id == "req_1"


def test_types(connect: Callable[..., Any]) -> None:
    """Each client has its own class of stream."""
    driver, stream = streamed(connect, WHOLE)
    assert type(stream) is (AsyncChatCompletionStream if is_async(driver) else ChatCompletionStream)
    driver.iterate(stream)


def test_the_request(connect: Callable[..., Any]) -> None:
    """A streamed create sends stream=true, and no other parameter that the caller did not give."""
    server = Server(streaming(WHOLE))
    driver = connect(transport=server.transport)
    driver.iterate(driver.call("create", stream=True, **ASK))
    assert server.body.keys() == {"model", "messages", "stream"}
    assert server.body["stream"] is True


def test_text_deltas(connect: Callable[..., Any]) -> None:
    """The text deltas are the pieces of the first choice's text, without empty ones."""
    other = chunk(choice(1, content="other"))
    driver, stream = streamed(
        connect, events(chunk(choice(role="assistant", content="")), HI, other, DOT, STOP, "[DONE]")
    )
    assert driver.iterate(stream.text_deltas()) == ["Hi", "."]
    assert [each.message.content for each in stream.completion.choices] == ["Hi.", "other"]


def test_text_deltas_fail_like_chunks(connect: Callable[..., Any]) -> None:
    """A stream that breaks raises from its text deltas as well."""
    driver, stream = streamed(connect, events(HI))
    with pytest.raises(StreamInterruptedError):
        driver.iterate(stream.text_deltas())


def test_the_final_completion(connect: Callable[..., Any]) -> None:
    """get_final_completion reads the rest and returns the whole completion, however often it is called."""
    driver, stream = streamed(connect, WHOLE)
    for _ in range(2):
        assert driver.run(stream.get_final_completion()).text == "Hi."


def stop_here() -> None:
    raise StopHereError


@pytest.mark.parametrize(
    "then", [stop_here, httpx.ReadTimeout("slow"), b"", events({"error": {"message": "Out of memory."}}), events("{")]
)
def test_a_stream_that_failed(connect: Callable[..., Any], then: Any) -> None:
    """A stream that failed or was cancelled raises again when it is iterated over, with the completion so far."""
    driver, stream = streamed(connect, events(HI), then)
    with pytest.raises((StreamError, StopHereError)):
        driver.iterate(stream)
    for ask in (lambda: driver.iterate(stream), lambda: step(driver, stream)):
        with pytest.raises(StreamInterruptedError, match="was closed before its end") as caught:
            ask()
        assert caught.value.completion is not None
        assert caught.value.completion.text == "Hi"


def test_the_final_completion_of_a_broken_stream(connect: Callable[..., Any]) -> None:
    """get_final_completion of a stream that broke off raises, also when the first error was caught."""
    driver, stream = streamed(connect, events(HI))
    for _ in range(2):
        with pytest.raises(StreamInterruptedError) as caught:
            driver.run(stream.get_final_completion())
        assert caught.value.completion is not None
        assert caught.value.completion.text == "Hi"


def test_the_completion_so_far(connect: Callable[..., Any]) -> None:
    """Until a stream has ended, its completion holds the chunks so far."""
    seen: list[str] = []
    driver = connect(transport=Server(streaming(WHOLE)).transport)
    stream = None

    def note(each: Any) -> None:
        nonlocal stream
        stream = stream or each
        seen.append(stream.completion.text)

    within(driver, driver.client.create(stream=True, **ASK), note)
    assert seen == ["", "Hi", "Hi.", "Hi."]


@pytest.mark.parametrize(
    "ending",
    [
        events(STOP, "[DONE]"),
        events("[DONE]"),
        events(STOP),
        events(STOP).rstrip(),
        events(STOP) + b"data: [DONE]",
        events(STOP) + b"data:[DONE]\r\n\r\n",
        events(STOP, "[DONE] "),
        events(STOP, "[DONE]") + b"data: {broken\n\n",
        events(STOP, "[DONE]", "[DONE]"),
        events(STOP) + b": ping\n\n",
        events(STOP) + b"event: error\n\n",
        events(STOP, "", " "),
    ],
    ids=[
        "as it should be",
        "no finish reason",
        "no [DONE]",
        "no blank line",
        "no blank line behind [DONE]",
        "CRLF",
        "a space behind [DONE]",
        "more behind [DONE]",
        "[DONE] twice",
        "a comment",
        "an event without data",
        "blank data",
    ],
)
def test_good_endings(connect: Callable[..., Any], ending: bytes) -> None:
    """A stream with a finish reason or [DONE] is whole."""
    driver, stream = streamed(connect, events(HI, DOT), ending)
    assert "".join(each.text for each in driver.iterate(stream)) == "Hi."
    assert driver.run(stream.get_final_completion()).text == "Hi."


@pytest.mark.parametrize(
    "failure",
    [httpx.RemoteProtocolError("cut"), httpx.ReadError(""), httpx.ReadTimeout("slow")],
    ids=lambda e: type(e).__name__,
)
def test_a_cut_behind_the_finish_reason(connect: Callable[..., Any], failure: Exception) -> None:
    """A connection that breaks after every choice has its finish reason is no error."""
    driver, stream = streamed(connect, events(HI, DOT, STOP), failure)
    assert driver.run(stream.get_final_completion()).text == "Hi."


@pytest.mark.parametrize("last", [b"", b": ping\n\n", b"data: ", b"da", b'data: {"choices": [', b"data: {}\n"])
def test_a_stream_that_just_ends(connect: Callable[..., Any], last: bytes) -> None:
    """A stream that ends before a finish reason and [DONE] raises with the completion so far."""
    error = broken(connect, events(HI, DOT), last)
    assert type(error) is StreamInterruptedError
    assert error.completion is not None
    assert (error.completion.text, error.completion.choices[0].finish_reason) == ("Hi.", None)


def test_a_stream_without_events(connect: Callable[..., Any]) -> None:
    """A stream that ends before its first event raises, and there is no partial answer."""
    for pieces in ([], [b""], [b": ping\n\n"], [b"\xef\xbb"], [b" ", b"\r\n"]):
        error = broken(connect, *pieces)
        assert type(error) is StreamInterruptedError
        assert error.completion is None


@pytest.mark.parametrize(
    ("pieces", "came"),
    [
        ([b"Sign in"], "Sign in"),
        ([b"\xef\xbb\xbf\n", b"Si", b"gn", b" in\n\n"], "Sign in"),
        ([b"id: 1\n\n", b": busy\n\n"], "id: 1 : busy"),
        ([b"Sign in ", b"x" * 100_000, b"y" * 100_000], "Sign in xxx"),
        ([b"Sign", httpx.ReadError("reset")], "Sign"),
    ],
)
def test_a_body_without_events(connect: Callable[..., Any], pieces: list[Any], came: str) -> None:
    """If no event comes, the error shows the start of the body, and keeps no more of it."""
    error = broken(connect, *pieces)
    assert type(error) is StreamInterruptedError
    assert came in str(error)
    assert came[:2] == error.body[:2]
    assert len(error.body) <= 2_000


ONE = chunk(choice(0, content="Hi."), choice(0, finish_reason="stop"))
OTHER = chunk(choice(1, content="Ho."), choice(1, finish_reason="stop"))
USAGE = chunk(usage={"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3})
TWO = {"n": 2}
COUNTED = {"stream_options": {"include_usage": True}}
CUTS = [[], [b": ping\n\n"], [httpx.ReadError("reset")], [httpx.ReadTimeout("slow")], [b"data: [DO"], [b"data:\n"]]


def asked(connect: Callable[..., Any], ask: dict[str, Any], *pieces: Any) -> tuple[Any, Any]:
    """Return a driver and the open stream of these pieces, which answers a call with these parameters."""
    driver = connect(transport=Server(streaming(*pieces)).transport)
    return driver, driver.call("create", stream=True, **{**ASK, **ask})


@pytest.mark.parametrize("cut", CUTS, ids=str)
@pytest.mark.parametrize(
    ("ask", "came", "missing"),
    [
        (TWO, [ONE], "choice 1 of the 2"),
        (TWO, [OTHER], "choice 0 of the 2"),
        ({"n": 3}, [ONE, chunk(choice(2, finish_reason="stop"))], "choice 1 of the 3"),
        (COUNTED, [ONE], "the usage"),
        (COUNTED, [ONE, chunk(usage=None), chunk(usage={})], "the usage"),
        ({"stream_options": models.ChatCompletionStreamOptions(include_usage=True)}, [ONE], "the usage"),
        ({"extra_body": COUNTED}, [ONE], "the usage"),
        ({"n": 1, "extra_body": TWO}, [ONE], "choice 1 of the 2"),
        ({**TWO, **COUNTED}, [ONE, USAGE], "choice 1 of the 2"),
        ({**TWO, **COUNTED}, [ONE, OTHER], "the usage"),
    ],
)
def test_what_was_asked_for_has_to_come(
    connect: Callable[..., Any], ask: dict[str, Any], came: list[dict[str, Any]], missing: str, cut: list[Any]
) -> None:
    """A stream that ends before all that the request asked for, and without [DONE], is interrupted."""
    driver, stream = asked(connect, ask, events(*came), *cut)
    with pytest.raises(StreamInterruptedError, match=missing) as caught:
        driver.iterate(stream)
    assert caught.value.completion is not None
    assert {each.message.content for each in caught.value.completion.choices} <= {"Hi.", "Ho.", None}
    with pytest.raises(StreamInterruptedError, match="was closed before its end"):
        driver.run(stream.get_final_completion())


@pytest.mark.parametrize("cut", [*CUTS, [events("[DONE]")]], ids=str)
@pytest.mark.parametrize(
    ("ask", "came"),
    [
        ({}, [ONE]),
        ({"n": None, "stream_options": None}, [ONE]),
        ({"n": True, "stream_options": {"include_usage": False}}, [ONE]),
        ({"stream_options": models.ChatCompletionStreamOptions()}, [ONE]),
        ({**TWO, "extra_body": {"n": 1}}, [ONE]),
        (TWO, [OTHER, ONE]),
        (COUNTED, [ONE, USAGE]),
        (COUNTED, [USAGE, ONE, chunk(usage=None)]),
        ({**TWO, **COUNTED}, [ONE, OTHER, USAGE]),
    ],
)
def test_only_done_is_missing(
    connect: Callable[..., Any], ask: dict[str, Any], came: list[dict[str, Any]], cut: list[Any]
) -> None:
    """A stream that has brought all that the request asked for is whole, however the connection ends."""
    driver, stream = asked(connect, ask, events(*came), *cut)
    assert driver.run(stream.get_final_completion()).text == "Hi."


@pytest.mark.parametrize("ask", [TWO, COUNTED, {**TWO, **COUNTED}])
def test_done_is_the_end_whatever_was_asked_for(connect: Callable[..., Any], ask: dict[str, Any]) -> None:
    """A server that ignores what was asked for, and ends by [DONE], has ended."""
    driver, stream = asked(connect, ask, events(ONE, "[DONE]"))
    assert driver.run(stream.get_final_completion()).text == "Hi."


@pytest.mark.parametrize("ask", [{}, TWO, COUNTED])
def test_silence_before_all_has_come(
    connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, ask: dict[str, Any]
) -> None:
    """A stream that goes silent before all that the request asked for, or within an event, has timed out."""
    clock = Clock(monkeypatch)
    half = b'data: {"usage"\n' if not ask else b""
    wait = [piece for _ in range(3) for piece in (clock.passing(60), b": ping\n")]
    reply = streaming(events(ONE), half, *wait)
    driver = connect(transport=Server(reply).transport, timeout=30)
    with pytest.raises(StreamTimeoutError, match="30 s"):
        driver.iterate(driver.call("create", stream=True, **{**ASK, **ask}))


@pytest.mark.parametrize("end", [None, httpx.ReadError("reset"), httpx.RemoteProtocolError("cut")], ids=repr)
@pytest.mark.parametrize(
    "half",
    [
        b'data: {"choices": [',
        b"data: {",
        b'data: {"usage": nul',
        b'event: ping\ndata: {"ty',
        b"data: [DONE",
        b"data: err",
    ],
)
@pytest.mark.parametrize("before", [[HI], [HI, STOP]], ids=["unfinished", "finished"])
def test_half_an_event(
    connect: Callable[..., Any], before: list[dict[str, Any]], half: bytes, end: Exception | None
) -> None:
    """A stream that ends within an event is cut, finished or not; half a [DONE] tells nothing, and loses nothing."""
    pieces = [events(*before), half, *([end] if end else [])]
    if half.endswith(b"[DONE"):
        if STOP in before:
            driver, stream = streamed(connect, *pieces)
            assert driver.run(stream.get_final_completion()).text == "Hi"
        else:
            assert "before a finish reason" in str(broken(connect, *pieces))
        return
    error = broken(connect, *pieces)
    assert type(error) is StreamInterruptedError
    assert "the stream was cut within an event" in str(error)
    assert error.__cause__ is end
    assert error.body == half.partition(b"data: ")[2].decode()
    assert error.completion is not None
    assert error.completion.text == "Hi"


def test_too_much_behind_the_finish_reason(connect: Callable[..., Any]) -> None:
    """Comments beyond the bound do no harm to an answer that is whole, but an event that is cut there does."""
    driver, stream = streamed(connect, events(HI, STOP), b": ping\n\n", b": ping\n\n" * 100, max_answer_bytes=500)
    assert driver.run(stream.get_final_completion()).text == "Hi"
    driver, stream = streamed(connect, events(HI, STOP), b'data: {"a', b"a" * 1_000, max_answer_bytes=500)
    with pytest.raises(StreamTooLargeError, match="500 bytes"):
        driver.iterate(stream)


@pytest.mark.parametrize("end", [[], [httpx.ReadError("reset")]], ids=["a clean end", "a reset"])
def test_an_event_that_lacks_its_blank_line(connect: Callable[..., Any], end: list[Exception]) -> None:
    """A last event that is whole counts without the blank line behind it, however the connection ends."""
    for last in (
        events(STOP),
        events("[DONE]"),
        events(STOP, "[done]"),
        events(STOP) + b"event: done\ndata: bye",
        events(STOP) + b"event: done\ndata: {}",
    ):
        driver, stream = streamed(connect, events(HI), last.rstrip(), *end)
        assert driver.run(stream.get_final_completion()).text == "Hi"


@pytest.mark.parametrize("end", ["[DONE] x", "[done]", "[Done]", " [DONE]\t", "[DONE]{}", "[DONE] {}"])
def test_done_in_other_words(connect: Callable[..., Any], end: str) -> None:
    """Behind a complete answer [DONE] is the end, in any letters and with anything behind it."""
    driver, stream = asked(connect, {**TWO, **COUNTED}, events(ONE, end), b"data: {broken\n\n")
    assert driver.run(stream.get_final_completion()).text == "Hi."
    if end.strip() != "[DONE]":
        assert "not JSON" in str(broken(connect, events(HI, end)))


def test_one_choice_of_two_is_cut(connect: Callable[..., Any]) -> None:
    """A stream that ends while one of its choices has no finish reason is not whole."""
    two = chunk(choice(0, content="a"), choice(1, content="b"))
    error = broken(connect, events(two, chunk(choice(0, finish_reason="stop"))))
    assert type(error) is StreamInterruptedError


@pytest.mark.parametrize(
    ("failure", "cls"),
    [
        (httpx.ReadError("reset"), StreamInterruptedError),
        (httpx.RemoteProtocolError("incomplete chunked read"), StreamInterruptedError),
        (httpx.DecodingError("bad gzip"), StreamInterruptedError),
        (httpx.ReadTimeout("slow"), StreamTimeoutError),
    ],
    ids=["reset", "cut", "garbled", "silent"],
)
def test_a_connection_that_breaks(connect: Callable[..., Any], failure: Exception, cls: type[StreamError]) -> None:
    """A connection that breaks in the middle raises with httpx's error as the cause and the completion so far."""
    error = broken(connect, events(HI), failure)
    assert type(error) is cls
    assert error.__cause__ is failure
    assert type(failure).__name__ in str(error)
    assert error.completion is not None
    assert error.completion.text == "Hi"


@pytest.mark.parametrize(
    ("event", "told", "code"),
    [
        (
            events({"error": {"message": "Overloaded.", "code": "overloaded", "type": "server_error"}}),
            "Overloaded.",
            "overloaded",
        ),
        (events({"error": "Overloaded."}), "Overloaded.", None),
        (
            events({"error": {"code": 502, "message": "Bad."}, "choices": [choice(finish_reason="error")]}),
            "Bad.",
            "502",
        ),
        (events({"error": {"message": "No."}, "id": "gen-1", "object": "error", "choices": []}), "No.", None),
        (events({"object": "error", "message": "No.", "code": 50001}), "No.", "50001"),
        (b"event: error\n" + events({"error": {"message": "No."}}), "No.", None),
        (b"event: error\n" + events({"message": "No.", "code": "c"}), "No.", "c"),
        (b"event: error\n" + events("plain words"), "plain words", None),
        (b"event: error\n" + events(["No."]), "No.", None),
        (b"event: error\n" + events('"No."'), "No.", None),
        (b'error: {"message": "No.", "code": 500}\n\n', "No.", "500"),
        (b"error:plain words\n\n", "plain words", None),
    ],
)
def test_an_error_in_the_band(connect: Callable[..., Any], event: bytes, told: str, code: str | None) -> None:
    """An error event raises with the error's details and the completion so far."""
    error = broken(connect, events(HI), event, WHOLE)
    assert not isinstance(error, StreamInterruptedError)
    assert told in str(error)
    assert error.code == code
    assert error.completion is not None
    assert error.completion.text == "Hi"


@pytest.mark.parametrize(
    ("error", "cls"),
    [
        ({"code": 429}, RateLimitError),
        ({"code": "429"}, RateLimitError),
        ({"code": "rate_limit_exceeded", "type": "requests"}, RateLimitError),
        ({"code": None, "type": "rate_limit_error"}, RateLimitError),
        ({"code": "insufficient_quota"}, RateLimitError),
        ({"status": "RESOURCE_EXHAUSTED"}, RateLimitError),
        ({"type": "TooManyRequests"}, RateLimitError),
        ({"code": 500}, InternalServerError),
        ({"code": "503"}, InternalServerError),
        ({"status_code": 529}, InternalServerError),
        ({"type": "server_error", "code": None}, InternalServerError),
        ({"type": "InternalServerError"}, InternalServerError),
        ({"type": "overloaded_error"}, InternalServerError),
        ({"type": "server_error", "code": 429}, RateLimitError),
        ({"code": 400, "type": "invalid_request_error"}, None),
        ({"code": "context_length_exceeded"}, None),
        ({"code": 50001}, None),
        ({"code": 600}, None),
        ({"code": {"deep": 429}}, None),
        ({}, None),
    ],
    ids=str,
)
def test_an_error_in_the_band_by_its_status(
    connect: Callable[..., Any], error: dict[str, Any], cls: type[APIError] | None
) -> None:
    """An error that says 429 or 5xx is caught as such an error and as a stream's, wherever it stands in the event."""
    error = {"message": "No.", **error}
    failed = choice(finish_reason="error")
    for event in (
        events({"error": error}),
        events({**error, "error": "No."}),
        events({**error, "object": "error"}),
        b"event: error\n" + events(error),
        b"event: error\n" + events([{"error": error}]),
        b"error: " + json.dumps(error).encode() + b"\n\n",
        events(chunk(failed | {"error": error})),
    ):
        found = broken(connect, events(HI), event, WHOLE)
        expected = {StreamError, *([cls] if cls else [])}
        classes = (StreamError, RateLimitError, InternalServerError, StreamInterruptedError)
        assert {each for each in classes if isinstance(found, each)} == expected
        assert "No." in str(found)
        again = pickle.loads(pickle.dumps(found))
        assert (type(again), again.body) == (type(found), found.body)
        assert found.completion is not None
        assert found.completion.text == "Hi"


@pytest.mark.parametrize("failed", [{"error": {"message": "Bad."}}, {"error": "Bad."}, {"error": None}])
def test_a_choice_that_fails(connect: Callable[..., Any], failed: dict[str, Any]) -> None:
    """A choice that has an error, or ends by one, raises with what had arrived, and the stream is not whole."""
    last = chunk(choice(content=".", finish_reason="error") | failed)
    driver, stream = streamed(connect, events(HI, last, USAGE, "[DONE]"))
    with pytest.raises(StreamError, match="reported an error") as caught:
        driver.iterate(stream)
    assert ("Bad." in str(caught.value)) is bool(failed["error"])
    assert caught.value.body == last
    assert caught.value.completion is not None
    assert caught.value.completion.text == "Hi."
    with pytest.raises(StreamInterruptedError, match="was closed before its end"):
        driver.run(stream.get_final_completion())


def test_an_error_behind_the_finish_reason(connect: Callable[..., Any]) -> None:
    """A stream that reported an error is not whole, though its choices have their finish reasons."""
    driver, stream = streamed(connect, events(HI, STOP, {"error": "Bad."}, "[DONE]"))
    with pytest.raises(StreamError, match=r"Bad\."):
        driver.iterate(stream)
    with pytest.raises(StreamInterruptedError, match="was closed before its end"):
        driver.iterate(stream)


BUSY = {"detail": "busy", "status": 503}


DONE = events("[DONE]")
RESET = httpx.ReadError("reset")


@pytest.mark.parametrize(
    ("pieces", "end"),
    [
        *([[BUSY], end] for end in (DONE, b"", RESET)),
        *([[BUSY, {}, USAGE], end] for end in (DONE, b"", RESET)),
        *([pieces, end] for pieces in ([HI, BUSY], [BUSY, {}, HI], [HI, BUSY, {"time": 1}]) for end in (b"", RESET)),
    ],
)
def test_an_object_that_is_no_chunk(connect: Callable[..., Any], pieces: list[dict[str, Any]], end: Any) -> None:
    """An object that has nothing of a chunk is the error if no choice ever comes, or the answer has no good end."""
    error = broken(connect, events(*pieces), end)
    assert "reported an error" in str(error)
    assert error.body in pieces
    if error.body == BUSY:
        assert "busy" in str(error)
        assert isinstance(error, InternalServerError)
    assert getattr(error.completion, "text", "") == ("Hi" if HI in pieces else "")


@pytest.mark.parametrize("end", [events("[DONE]"), b""])
def test_an_object_that_is_no_chunk_in_between(connect: Callable[..., Any], end: bytes) -> None:
    """An object that has nothing of a chunk does no harm to an answer that has its finish reason, or [DONE]."""
    for last in (events(STOP, BUSY), DONE):
        driver, stream = streamed(connect, events(BUSY, HI, BUSY), last, end)
        assert driver.run(stream.get_final_completion()).text == "Hi"


FOREIGN = [
    b'event: ping\ndata: {"type":"ping"}\n\n',
    b"event: done\ndata: {}\n\n",
    b'event: status\ndata: {"id":"x","model":"y","detail":"queued"}\n\n',
    b'event: ping\ndata: {"type":"ping",\ndata: "time":1}\n\n',
]


@pytest.mark.parametrize("foreign", FOREIGN, ids=str)
def test_events_of_foreign_types(connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, foreign: bytes) -> None:
    """An object of a foreign type is no chunk, leaves no trace, and does not hold the timeout off."""
    parts = [foreign, events(HI), foreign, events(DOT) + foreign + events(STOP), foreign]
    for end in (events("[DONE]"), b"", httpx.ReadError("reset")):
        driver, stream = streamed(connect, *parts, end)
        assert [each.text for each in driver.iterate(stream)] == ["Hi", ".", ""]
        assert stream.completion == ChatCompletion.from_dict(completion("Hi."))
    driver, stream = streamed(connect, foreign, events(HI), foreign, events("[DONE]"))
    assert len(driver.iterate(stream)) == 1
    assert type(broken(connect, foreign, events(HI), foreign)) is StreamInterruptedError
    clock = Clock(monkeypatch)
    body = Pieces(events(HI), *[piece for _ in range(10) for piece in (clock.passing(9), foreign)], WHOLE)
    reply = httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=body)
    driver = connect(transport=Server(reply).transport, timeout=30)
    with pytest.raises(StreamTimeoutError, match="30 s"):
        driver.iterate(driver.call("create", stream=True, **ASK))
    assert body.taken == 5


def test_objects_without_a_type_are_no_sign_of_life(
    connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An object that has nothing of a chunk does not hold the timeout off, whatever its type."""
    clock = Clock(monkeypatch)
    pings = [piece for _ in range(10) for piece in (clock.passing(9), events({"ping": 1}), b": ping\n\n")]
    driver = connect(transport=Server(streaming(events(HI), *pings, WHOLE)).transport, timeout=30)
    with pytest.raises(StreamTimeoutError, match="30 s"):
        driver.iterate(driver.call("create", stream=True, **ASK))


def test_nothing_but_foreign_types(connect: Callable[..., Any]) -> None:
    """If no choice ever came, an object of a foreign type is what the error shows."""
    error = broken(
        connect, b'event: failed\ndata: {"detail": "busy"}\n\n', b"event: ping\ndata: {}\n\n", events("[DONE]")
    )
    assert error.body == {"detail": "busy"}
    assert error.completion is None


def test_chunks_under_a_name(connect: Callable[..., Any]) -> None:
    """An event of any type that holds a chunk, or an error, is read."""
    named = [b"event: chunk\n" + events(each) for each in (HI, chunk(choice(finish_reason="stop")))]
    usage = {name: value for name, value in USAGE.items() if name != "choices"}
    driver, stream = asked(connect, COUNTED, *named, b"event: usage\n" + events(usage))
    assert len(driver.iterate(stream)) == 3
    assert stream.completion.usage.total_tokens == 3
    assert "No." in str(broken(connect, b"event: failure\n" + events({"error": {"message": "No."}})))


@pytest.mark.parametrize("data", ['{"choices": [', "<html>", "{'a': 1}", "hello", "[" * 10_000])
def test_an_event_that_is_no_json(connect: Callable[..., Any], data: str) -> None:
    """An event that is not JSON raises, with its start in the message and all of it in the body."""
    error = broken(connect, events(HI, data, DOT, "[DONE]"))
    assert isinstance(error, StreamInterruptedError)
    assert data[:5] in str(error)
    assert error.body == data
    assert len(str(error)) < 600


@pytest.mark.parametrize("data", ["ping", "1", '"queued"', "null", "[]", "", "2026-01-01 12:00"])
def test_a_heartbeat(connect: Callable[..., Any], data: str) -> None:
    """An event of an unknown type that holds no object is a sign of life, and is ignored."""
    beat = b"event: ping\n" + events(data)
    driver, stream = streamed(connect, beat, events(HI), beat, events(DOT, STOP, "[DONE]"))
    assert "".join(each.text for each in driver.iterate(stream)) == "Hi."
    assert "Hi" in str(broken(connect, events(HI), b"event: chunk\n" + events('{"cut')).completion)


@pytest.mark.parametrize("data", ["[]", "5", '"text"', "null", "true"])
def test_an_event_that_is_no_object(connect: Callable[..., Any], data: str) -> None:
    """An event that is JSON but no object raises, and is kept as the body."""
    error = broken(connect, events(HI, data, "[DONE]"))
    assert "no object" in str(error)
    assert error.body == json.loads(data)


def test_bytes_that_are_no_text(connect: Callable[..., Any]) -> None:
    """Bytes that are not UTF-8 become U+FFFD, as the WHATWG says, and the rest is read, streamed or whole."""
    bad, read = b"a\xffb\xe2\x98\xed\xa0\x80c", "a\ufffdb\ufffd\ufffd\ufffd\ufffdc"
    data = events(HI, DOT, chunk(choice(content="?"), **{"??": "?"}), DOT, STOP).replace(b"?", bad)
    driver, stream = streamed(connect, *(data[at : at + 1] for at in range(len(data))))
    assert [each.text for each in driver.iterate(stream)] == ["Hi", ".", read, ".", ""]
    assert (stream.completion.text, stream.completion[read * 2]) == (f"Hi.{read}.", read)
    whole = json.dumps(completion("?")).encode().replace(b"?", bad)
    driver = connect(transport=Server(httpx.Response(200, content=whole)).transport)
    assert driver.call("create", **ASK).text == read


def test_an_event_that_is_cut_within_a_character(connect: Callable[..., Any]) -> None:
    """A stream that ends within a character is cut, too."""
    last = events(chunk(choice(content="\u2603")))
    error = broken(connect, events(HI), last[: last.index("\u2603".encode()) + 2])
    assert "cut within an event" in str(error)


SPLIT = ["a\ud83d", "\ude00b", "\ud83d", "", "\ude01", "\ude02", "\ud83d", "c\ud83d"]
WHOLE_TEXT = "a\U0001f600b\U0001f601\ufffd\ufffdc\ufffd"


def test_halves_of_a_character(connect: Callable[..., Any]) -> None:
    """The halves of a character that come in two events are one, a lone half is U+FFFD, in every text that grows."""
    calls = [{"tool_calls": [{"index": 0, "function": {"arguments": piece}}]} for piece in SPLIT]
    begin = chunk(choice(tool_calls=[{"index": 0, "id": "c", "type": "function", "function": {"name": "f"}}]))
    members = [{name: piece} for name in ("content", "refusal", "reasoning_content") for piece in SPLIT]
    chunks = [chunk(choice(**delta)) for delta in members + calls]
    data = [json.dumps(each) for each in (begin, *chunks, STOP)]
    driver, stream = streamed(connect, events(*data))
    driver.iterate(stream)
    message = stream.completion.message
    assert [message.content, message.refusal, message["reasoning_content"]] == [WHOLE_TEXT] * 3
    assert message.tool_calls[0].function.arguments == WHOLE_TEXT
    driver, stream = streamed(connect, events(*data))
    texts = driver.iterate(stream.text_deltas())
    assert texts == ["a", "\U0001f600b", "\U0001f601", "\ufffd", "\ufffdc", "\ufffd"]


def test_half_a_character_at_a_bad_end(connect: Callable[..., Any]) -> None:
    """Half a character is not made up for when the stream breaks off: its other half may have been on the way."""
    driver, stream = streamed(connect, events(json.dumps(chunk(choice(content="a\ud83d")))))
    texts = []

    def plain_loop() -> None:
        texts.extend(stream.text_deltas())

    async def loop() -> None:
        async for text in stream.text_deltas():
            texts.append(text)  # noqa: PERF401 - the texts before the failure count

    with pytest.raises(StreamInterruptedError):
        driver.run(loop()) if is_async(driver) else plain_loop()
    assert texts == ["a"]


@pytest.mark.parametrize("texts", [["H", "Hi", "Hi."], ["ha", "haha"]])
def test_deltas_add_up(connect: Callable[..., Any], texts: list[str]) -> None:
    """Each delta is added to the ones before it, also if it begins with all of them, as it may by chance."""
    driver, stream = streamed(connect, events(*(chunk(choice(content=text)) for text in texts), STOP))
    assert driver.iterate(stream.text_deltas()) == texts
    assert stream.completion.text == "".join(texts)


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"choices": None},
        {"choices": []},
        {"choices": 5},
        {"choices": [None]},
        {"choices": [{"delta": None}]},
        {"choices": [{"delta": {"content": None}}]},
        {"error": None},
        {"object": "ping"},
    ],
)
def test_odd_chunks(connect: Callable[..., Any], event: dict[str, Any]) -> None:
    """A chunk of an odd shape is yielded, and does no harm to the others."""
    driver, stream = streamed(connect, events(HI, event, DOT, STOP, "[DONE]"))
    assert "".join(each.text for each in driver.iterate(stream)) == stream.completion.text == "Hi."


def test_an_error_before_the_stream(connect: Callable[..., Any]) -> None:
    """A streamed call that fails before it begins raises the error of its status, with the whole body."""
    reply = httpx.Response(429, json={"error": {"message": "Slow down."}})
    driver = connect(transport=Server(reply).transport, max_retries=0)
    with pytest.raises(RateLimitError, match=r"Slow down\."):
        driver.call("create", stream=True, **ASK)
    with pytest.raises(RateLimitError, match=r"Slow down\."):
        within(driver, driver.client.create(stream=True, **ASK), print)


CALLS = [{"id": f"call_{name}", "type": "function", "function": {"name": name, "arguments": "{}"}} for name in "ab"]


TYPES = [
    "application/json; charset=utf-8",
    "text/event-stream",
    "text/plain",
    "TEXT/HTML",
    "application/problem+json",
    "",
]


# The type is one rule and the cuts are another: no code that looks at the one knows of the other.
TYPES_AND_SIZES = [*((content_type, 3) for content_type in TYPES), (TYPES[0], 1), (TYPES[0], 1_000)]


@pytest.mark.parametrize(("content_type", "size"), TYPES_AND_SIZES)
def test_a_stream_by_any_content_type(connect: Callable[..., Any], content_type: str, size: int) -> None:
    """A stream is read as a stream, whatever its content type, and wherever its first bytes are cut."""
    for before in (b"", b"\xef\xbb\xbf", b"\n\n", b": {\n\n", b"event: x\nid: [\n"):
        data = before + WHOLE
        pieces = (data[at : at + size] for at in range(0, len(data), size))
        reply = httpx.Response(200, headers={"content-type": content_type}, stream=Pieces(*pieces))
        driver = connect(transport=Server(reply).transport)
        stream = driver.call("create", stream=True, **ASK)
        assert len(driver.iterate(stream)) == 3
        assert stream.completion.text == "Hi."


@pytest.mark.parametrize(("content_type", "size"), TYPES_AND_SIZES)
def test_a_whole_body_by_any_content_type(connect: Callable[..., Any], content_type: str, size: int) -> None:
    """What begins with a bracket is one body, whatever it calls itself and however its first bytes come."""
    bodies: list[tuple[bytes, type[APIError], str]] = [
        (b'{"error": {"message": "Sign in"}}', APIError, "Sign in"),
        (b'{"detail":\n\n"Sign in", "object": "error"}', APIError, "Sign in"),
        (b"<html>\n\ndata: Sign in</html>", APIResponseValidationError, "is not JSON"),
        (b'[{"error": "Sign in"}]', APIResponseValidationError, "an array"),
        (b'{"choices": [', APIResponseValidationError, '{"choices": ['),
    ]
    blanks = (b"", b"\xef\xbb\xbf", b" \r\n\n", b"\n" * 10_000)
    for (body, cls, told), before in itertools.product(bodies, blanks):
        data = before + body
        pieces = (data[at : at + size] for at in range(0, len(data), size))
        reply = httpx.Response(200, headers={"content-type": content_type}, stream=Pieces(*pieces))
        driver = connect(transport=Server(reply).transport)
        with pytest.raises(APIError) as caught:
            driver.iterate(driver.call("create", stream=True, **ASK))
        assert (type(caught.value), caught.value.status_code) == (cls, 200)
        assert told in str(caught.value)


@pytest.mark.parametrize("content_type", TYPES)
@pytest.mark.parametrize("ids", [True, False], ids=["ids", "no ids"])
def test_a_server_that_cannot_stream(connect: Callable[..., Any], content_type: str, ids: bool) -> None:
    """A whole completion in the place of a stream comes as one chunk, and is the stream's completion."""
    calls = CALLS if ids else [{name: value for name, value in call.items() if name != "id"} for call in CALLS]
    reply = completion("Hi.", usage={"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3})
    reply["choices"][0]["message"]["tool_calls"] = calls
    server = Server(httpx.Response(200, content=json.dumps(reply), headers={"content-type": content_type}))
    driver = connect(transport=server.transport)
    stream = driver.call("create", stream=True, **ASK)
    (only,) = driver.iterate(stream)
    assert (type(only), only.text, only.object) == (ChatCompletionChunk, "Hi.", "chat.completion.chunk")
    assert driver.run(stream.get_final_completion()) == ChatCompletion.from_dict(reply)


@pytest.mark.parametrize(
    ("content", "content_type", "cls"),
    [
        (b"<html>Sign in</html>", "text/html; charset=utf-8", APIResponseValidationError),
        (b'{"choices": [', "application/json", APIResponseValidationError),
        (b"[]", "application/json", APIResponseValidationError),
        (b"", "application/json", StreamInterruptedError),
        (b'{"error": {"message": "Sign in"}}', "application/json", APIError),
        (b"Sign in", "text/plain", StreamInterruptedError),
        (b'"Sign in"', "application/json", StreamInterruptedError),
    ],
)
def test_no_stream_at_all(connect: Callable[..., Any], content: bytes, content_type: str, cls: type[APIError]) -> None:
    """A body that is neither a stream nor a completion is an error with the status, whatever its content type."""
    reply = httpx.Response(200, content=content, headers={"content-type": content_type})
    driver = connect(transport=Server(reply).transport)
    stream = driver.call("create", stream=True, **ASK)
    with pytest.raises(APIError) as caught:
        driver.iterate(stream)
    assert type(caught.value) is cls
    assert caught.value.status_code == 200
    with pytest.raises(APIError):
        driver.run(stream.get_final_completion())


@pytest.mark.parametrize("sign_of_life", [b": keep-alive\n\n", b"\n", b"data: \n\n", b"event: ping\n\n", b"id: 1\n\n"])
def test_silence_behind_comments(
    connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, sign_of_life: bytes
) -> None:
    """Comments and empty events do not hold a stream open beyond the read timeout."""
    clock = Clock(monkeypatch)
    pieces = [piece for _ in range(10) for piece in (clock.passing(9), sign_of_life)]
    body = Pieces(events(HI), *pieces, WHOLE)
    reply = httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=body)
    driver = connect(transport=Server(reply).transport, timeout=30)
    stream = driver.call("create", stream=True, **ASK)
    with pytest.raises(StreamTimeoutError, match="30 s") as caught:
        driver.iterate(stream)
    assert body.taken == 5
    assert body.closed
    assert caught.value.completion is not None
    assert caught.value.completion.text == "Hi"


def test_patience_begins_anew_with_each_event(connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream has no time limit as long as events come within the read timeout."""
    clock = Clock(monkeypatch)
    wait = [clock.passing(20), b": ping\n\n"]
    driver, stream = streamed(connect, *wait, events(HI), *wait, events(DOT), *wait, events(STOP, "[DONE]"), timeout=30)
    assert len(driver.iterate(stream)) == 3


def test_no_timeout_no_limit(connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a read timeout a stream may be silent for ever."""
    clock = Clock(monkeypatch)
    for timeout in (None, httpx.Timeout(5, read=None)):
        driver, stream = streamed(connect, clock.passing(1e9), b": ping\n\n", WHOLE, timeout=timeout)
        assert len(driver.iterate(stream)) == 3


def test_the_timeout_of_the_call_counts(connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """A read timeout of the call replaces the client's."""
    clock = Clock(monkeypatch)
    driver = connect(transport=Server(streaming(clock.passing(8), b": ping\n\n", WHOLE)).transport, timeout=600)
    stream = driver.call("create", stream=True, **ASK, timeout=7)
    with pytest.raises(StreamTimeoutError, match="7 s"):
        driver.iterate(stream)


def test_a_slow_reader_is_no_silence(connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Time that the caller spends on a chunk does not count against the read timeout."""
    clock = Clock(monkeypatch)
    pieces = (events(HI), b": ping\n\n", events(DOT), b": ping\n\n", events(STOP, "[DONE]"))
    driver = connect(transport=Server(streaming(*pieces)).transport, timeout=30)
    slow = clock.passing(100)
    stream = within(driver, driver.client.create(stream=True, **ASK), lambda _: slow())
    assert stream.completion.text == "Hi."


def test_patience_begins_with_the_first_read(connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Time that passes before the caller reads does not count against the read timeout."""
    clock = Clock(monkeypatch)
    driver, stream = streamed(connect, b": ping\n\n", WHOLE, timeout=30)
    clock.passing(100)()
    assert len(driver.iterate(stream)) == 3


@pytest.mark.parametrize("before", [b"", b": ping\n", b"event: message\n"])
def test_an_event_that_grows_is_no_silence(
    connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, before: bytes
) -> None:
    """An event that grows may take longer than the read timeout."""
    clock, whole = Clock(monkeypatch), before + events(HI, HI)
    trickle = [piece for at in range(0, len(whole), 20) for piece in (clock.passing(20), whole[at : at + 20])]
    driver, stream = streamed(connect, *trickle, events(STOP), timeout=30)
    assert driver.run(stream.get_final_completion()).text == "HiHi"


@pytest.mark.parametrize("drip", [b"\n", b" "])
def test_a_body_that_is_no_stream_has_a_clock(
    connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, drip: bytes
) -> None:
    """A whole answer in place of a stream must come within the read timeout, whatever drips in the meantime."""
    clock, whole = Clock(monkeypatch), json.dumps(completion("HiHi")).encode()
    driver, stream = streamed(connect, clock.passing(20), whole[:5], clock.passing(20), whole[5:], timeout=30)
    assert driver.run(stream.get_final_completion()).text == "HiHi"
    drips = [piece for _ in range(10) for piece in (clock.passing(9), drip)]
    driver, stream = streamed(connect, whole[:-1], *drips, whole[-1:], timeout=30)
    with pytest.raises(StreamTimeoutError, match="30 s"):
        driver.run(stream.get_final_completion())


@pytest.mark.parametrize("sign_of_life", [b": ping\n", b"data:\n", b"id: 1\n"])
def test_silence_within_an_event(
    connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, sign_of_life: bytes
) -> None:
    """Comments and empty lines of data after the start of an event do not hold a stream open either."""
    clock = Clock(monkeypatch)
    pings = [piece for _ in range(20) for piece in (clock.passing(9), sign_of_life)]
    driver, stream = streamed(connect, events(HI) + b'data: {"choices":\n', *pings, timeout=30)
    with pytest.raises(StreamTimeoutError, match="30 s"):
        driver.iterate(stream)


def test_silence_behind_the_finish_reason(connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Comments without end after the last finish reason are no error."""
    clock = Clock(monkeypatch)
    driver, stream = streamed(connect, events(HI, DOT, STOP), clock.passing(60), b": ping\n\n", timeout=30)
    assert driver.run(stream.get_final_completion()).text == "Hi."


class StopHereError(Exception):
    """An exception of a test's own loop."""


@pytest.mark.parametrize("failure", [StopHereError, KeyboardInterrupt, GeneratorExit])
def test_the_callers_own_error_closes_the_stream(connect: Callable[..., Any], failure: type[BaseException]) -> None:
    """An exception of the caller's loop is raised as it is, and the connection is closed."""
    body = Pieces(events(HI), events(DOT, STOP, "[DONE]"))
    reply = httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=body)
    driver = connect(transport=Server(reply).transport)

    def stop(each: Any) -> None:
        if isinstance(each, ChatCompletionChunk):
            raise failure

    opening = driver.client.create(stream=True, **ASK)
    if failure is KeyboardInterrupt and is_async(driver):
        return  # asyncio hands an interrupt to the loop, not to the task
    with pytest.raises(failure):
        within(driver, opening, stop)
    assert (body.closed, body.taken) == (True, 1)


def step(driver: Any, stream: Any) -> Any:
    """Return the next chunk."""
    return driver.run(anext(stream)) if is_async(driver) else next(stream)


def shut(driver: Any, stream: Any) -> None:
    driver.run(stream.aclose()) if is_async(driver) else stream.close()


def test_leaving_early_closes_the_stream(connect: Callable[..., Any]) -> None:
    """A stream that is closed before its end closes its connection and keeps the completion so far."""
    body = Pieces(events(HI), events(DOT, STOP, "[DONE]"))
    reply = httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=body)
    driver = connect(transport=Server(reply).transport)
    stream = driver.call("create", stream=True, **ASK)
    first = step(driver, stream)
    shut(driver, stream)
    assert (first.text, body.closed, body.taken) == ("Hi", True, 1)
    assert stream.completion.text == "Hi"


@pytest.mark.parametrize(
    "pieces",
    [[WHOLE], [events(HI), events(DOT, STOP, "[DONE]")], [events(HI), httpx.ReadError("closed")], [events(HI, DOT)]],
    ids=["in one piece", "in two", "torn", "cut"],
)
@pytest.mark.parametrize("read", [0, 1])
def test_a_stream_closed_before_its_end(connect: Callable[..., Any], pieces: list[Any], read: int) -> None:
    """A stream that is closed before its end yields no more chunks: reading it raises, with the completion so far."""
    driver, stream = streamed(connect, *pieces)
    for _ in range(read):
        step(driver, stream)
    shut(driver, stream)
    shut(driver, stream)
    for ask in (
        lambda: driver.iterate(stream),
        lambda: step(driver, stream),
        lambda: driver.iterate(stream.text_deltas()),
        lambda: driver.run(stream.get_final_completion()),
    ):
        with pytest.raises(StreamInterruptedError, match="was closed before its end") as caught:
            ask()
        assert getattr(caught.value.completion, "text", "") == stream.completion.text == "Hi"[: 2 * read]


@pytest.mark.parametrize("pieces", [[WHOLE], [events(HI), events(DOT, STOP, "[DONE]")]], ids=["in one piece", "in two"])
def test_a_stream_closed_within_its_loop(connect: Callable[..., Any], pieces: list[bytes]) -> None:
    """A loop in which the stream is closed ends with the error, whatever bytes have come already."""
    driver, stream = streamed(connect, *pieces)
    seen = []

    async def loop() -> None:
        async for each in stream:
            seen.append(each.text)
            await stream.aclose()

    def plain_loop() -> None:
        for each in stream:
            seen.append(each.text)
            stream.close()

    with pytest.raises(StreamInterruptedError, match="was closed before its end"):
        driver.run(loop()) if is_async(driver) else plain_loop()
    assert seen == ["Hi"]


def test_a_stream_closed_behind_its_finish_reason(connect: Callable[..., Any]) -> None:
    """A stream that is closed after every choice has its finish reason is no error."""
    for pieces in ([WHOLE], [events(HI, DOT, STOP), events("[DONE]")]):
        driver, stream = streamed(connect, *pieces)
        for _ in range(3):
            step(driver, stream)
        shut(driver, stream)
        assert driver.iterate(stream) == []
        assert driver.run(stream.get_final_completion()).text == "Hi."


def test_closing_an_ended_stream(connect: Callable[..., Any]) -> None:
    """Closing a stream that has ended changes nothing."""
    driver, stream = streamed(connect, WHOLE)
    driver.iterate(stream)
    shut(driver, stream)
    assert driver.iterate(stream) == []
    assert driver.run(stream.get_final_completion()).text == "Hi."


@pytest.mark.parametrize("then", [events(DOT, STOP, "[DONE]"), httpx.ReadError("closed"), httpx.StreamClosed(), b""])
def test_a_stream_closed_while_it_waits(connect: Callable[..., Any], then: Any) -> None:
    """A stream that another thread or task closes while it waits for bytes raises, however the read ends."""
    holder: list[Any] = []
    driver, stream = streamed(connect, events(HI), lambda: holder[0]._reader.close(), then)
    holder.append(stream)
    with pytest.raises(StreamInterruptedError, match="was closed before its end") as caught:
        driver.iterate(stream)
    assert caught.value.completion is not None
    assert caught.value.completion.text == "Hi"


def test_a_response_closed_behind_the_streams_back(connect: Callable[..., Any]) -> None:
    """A stream raises no error of httpx, whatever was done to its response."""
    driver, stream = streamed(connect, WHOLE)
    driver.run(stream.response.aclose()) if is_async(driver) else stream.response.close()
    with pytest.raises(StreamInterruptedError, match="StreamClosed"):
        driver.iterate(stream)


def test_a_stream_that_is_dropped_closes_itself() -> None:
    """Without a with statement, a stream whose loop was left by break closes its connection when it is dropped."""
    body = Pieces(events(HI), events(DOT, STOP, "[DONE]"))
    reply = httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=body)
    with ChatClient(api_key=KEY, transport=Server(reply).transport) as chat:
        for _ in chat.create(stream=True, **ASK):
            break
        gc.collect()
        assert body.closed


def test_a_read_stream_is_closed(connect: Callable[..., Any]) -> None:
    """A stream closes its response at its end, without a with statement."""
    body = Pieces(WHOLE, b"more")
    reply = httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=body)
    driver = connect(transport=Server(reply).transport)
    driver.iterate(driver.call("create", stream=True, **ASK))
    assert body.closed


def test_an_ended_stream_stays_ended(connect: Callable[..., Any]) -> None:
    """A stream that has ended yields no more chunks."""
    driver, stream = streamed(connect, WHOLE)
    assert len(driver.iterate(stream)) == 3
    assert driver.iterate(stream) == []


def test_iterating_goes_on_where_it_was(connect: Callable[..., Any]) -> None:
    """A stream is its own iterator: a second loop goes on where the first one stopped."""
    driver, stream = streamed(connect, WHOLE)
    first = step(driver, stream)
    assert (first.text, [each.text for each in driver.iterate(stream)]) == ("Hi", [".", ""])


@given(
    cuts=st.lists(st.integers(0, 600), max_size=20),
    text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30),
)
def test_any_chunking_of_the_bytes(cuts: list[int], text: str) -> None:
    """Wherever the network cuts the bytes, within characters or within JSON, the text is the same."""
    pieces = [chunk(choice(content=character)) for character in text]
    data = events(*pieces, STOP, "[DONE]")
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    parts = [data[start:end] for start, end in itertools.pairwise(places)]
    with ChatClient(api_key=KEY, transport=Server(streaming(*parts)).transport) as chat:
        assert "".join(chat.create(stream=True, **ASK).text_deltas()) == text


def test_line_separators_in_text(connect: Callable[..., Any]) -> None:
    """Unicode's line and paragraph separators, which JSON may hold as they are, do not split an event."""
    text = "a\u2028b\u2029c\x85d"
    driver, stream = streamed(connect, events(chunk(choice(content=text)), STOP, "[DONE]"))
    assert "".join(driver.iterate(stream.text_deltas())) == text


def test_a_chunk_of_ten_megabytes(connect: Callable[..., Any]) -> None:
    """A huge event in small pieces is read like a small one."""
    text = "x" * 10_000_000
    data = events(chunk(choice(content=text)), STOP, "[DONE]")
    parts = (data[start : start + 65_536] for start in range(0, len(data), 65_536))
    driver, stream = streamed(connect, *parts)
    assert driver.run(stream.get_final_completion()).text == text


def test_a_compressed_stream(connect: Callable[..., Any]) -> None:
    """A stream that comes compressed is decompressed on the way."""
    import gzip

    reply = httpx.Response(
        200,
        headers={"content-type": "text/event-stream", "content-encoding": "gzip"},
        stream=Pieces(*(bytes([byte]) for byte in gzip.compress(WHOLE))),
    )
    driver = connect(transport=Server(reply).transport)
    assert driver.run(driver.call("create", stream=True, **ASK).get_final_completion()).text == "Hi."


def test_repr(connect: Callable[..., Any]) -> None:
    """The repr of a stream shows its status and state, that of an opening how to use it; neither shows text."""
    driver = connect(transport=Server(streaming(WHOLE), streaming(WHOLE)).transport)
    opening = driver.client.create(model="m", messages="Hi.", stream=True)
    if is_async(driver):
        assert repr(opening) == "<AsyncStreamOpening, to be awaited or opened by async with>"
        with pytest.raises(AttributeError, match="'events': await it, or open it with async with"):
            opening.events()
    stream = driver.run(opening)
    name = type(stream).__name__
    assert repr(stream) == f"<{name} [200 OK], open>"
    driver.iterate(stream)
    assert repr(stream) == f"<{name} [200 OK], complete>"
    stream = driver.call("create", model="m", messages="Hi.", stream=True)
    driver.run(stream.aclose() if is_async(driver) else stream.close())
    assert repr(stream) == f"<{name} [200 OK], closed>"


def test_a_stream_that_was_not_awaited() -> None:
    """Iterating over a call that was not awaited says what to write."""

    async def main() -> None:
        async with AsyncChatClient(api_key="k", transport=Server(completion()).transport) as chat:
            call: Any = chat.create(**ASK, stream=True)
            async for _ in call:
                pass

    with pytest.raises(TypeError, match="is no stream yet: await it, or open it with async with"):
        asyncio.run(main())
