"""What comes with an answer beside its body."""

from __future__ import annotations

import copy
import pickle
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from chatcompletions import (
    APIConnectionError,
    Attempt,
    ChatCompletion,
    RateLimit,
    RateLimitError,
    StreamInterruptedError,
)
from chatcompletions._answers.meta import duration

from ._support import ASK, HI, STOP, Clock, Server, choice, chunk, completion, events, is_async, page, streaming

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import SyncDriver

HEADERS = {
    "x-request-id": "req_1",
    "x-ratelimit-limit-requests": "10000",
    "x-ratelimit-remaining-requests": "9999",
    "x-ratelimit-reset-requests": "6ms",
    "x-ratelimit-limit-tokens": "2000000",
    "x-ratelimit-remaining-tokens": "1999978",
    "x-ratelimit-reset-tokens": "1m30s",
}
USAGE = {"prompt_tokens": 1, "completion_tokens": 30, "total_tokens": 31}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


class Timed(Server):
    """A server whose answers take two seconds each."""

    def __init__(self, clock: Clock, *replies: Any) -> None:
        super().__init__(*replies)
        self._clock = clock

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self._clock.now += 2
        return super().__call__(request)


def test_an_answer(connect: Callable[..., SyncDriver], clock: Clock, pauses: list[float]) -> None:
    """An answer has its status, limits, time and speed, and the attempts before it with their reasons."""
    whole = httpx.Response(200, json=completion(usage=USAGE), headers=HEADERS)
    server = Timed(clock, httpx.Response(503, headers={"retry-after": "3"}), httpx.ReadError("reset"), whole)
    meta = connect(transport=server.transport).call("create", **ASK).meta
    assert (meta.request_id, meta.status_code, meta.recovered) == ("req_1", 200, False)
    assert meta.rate_limits.requests == RateLimit(10_000, 9_999, timedelta(milliseconds=6))
    assert meta.rate_limits.tokens == RateLimit(2_000_000, 1_999_978, timedelta(seconds=90))
    assert (meta.elapsed, meta.tokens_per_second, meta.time_to_first_token) == (timedelta(seconds=6), 5.0, None)
    first, second = meta.attempts
    assert (first.status_code, first.delay) == (503, timedelta(seconds=3))
    assert "503 Service Unavailable" in first.reason
    assert (second.status_code, second.delay) == (None, timedelta(seconds=pauses[1]))
    assert "ReadError: reset" in second.reason


@pytest.mark.parametrize(
    ("call", "args", "reply"),
    [
        ("list", (), page(["a"])),
        ("get", ("c",), completion()),
        ("update", ("c",), completion()),
        ("delete", ("c",), {"id": "c", "object": "chat.completion.deleted", "deleted": True}),
        ("messages", ("c",), page([])),
    ],
)
def test_every_kind_of_answer(connect: Callable[..., SyncDriver], call: str, args: Any, reply: Any) -> None:
    """Completions, pages and deletions have it, and so have their copies and pickles."""
    server = Server(httpx.Response(200, json=reply, headers=HEADERS))
    params = {"metadata": {}} if call == "update" else {}
    answer = connect(transport=server.transport).call(call, *args, **params)
    for one in (answer, copy.copy(answer), copy.deepcopy(answer), pickle.loads(pickle.dumps(answer))):
        assert (one.meta.request_id, one.meta.status_code) == ("req_1", 200)
        assert one.meta.rate_limits.tokens.limit == 2_000_000
        assert one.meta == answer.meta


def test_items_and_models_of_ones_own(connect: Callable[..., SyncDriver]) -> None:
    """What came within a page, or from no answer at all, has none of it."""
    item = connect(transport=Server(page(["a"])).transport).call("list").data[0]
    for one in (item, ChatCompletion.from_dict(completion())):
        assert (one.meta.request_id, one.meta.status_code, one.meta.attempts, one.meta.elapsed) == (
            None,
            None,
            (),
            None,
        )


def test_a_stream(connect: Callable[..., SyncDriver], clock: Clock) -> None:
    """A stream has the time to its first token, and the speed of those behind it, and so has its completion."""
    role = chunk(choice(role="assistant", content=""))
    end = chunk(usage=USAGE)
    body = [events(role), clock.passing(1), events(HI), clock.passing(3), events(HI, STOP, end, "[DONE]")]
    server = Timed(clock, streaming(*body, **HEADERS))
    driver = connect(transport=server.transport)
    stream = driver.call("create", **ASK, stream=True)
    assert stream.meta.time_to_first_token is None
    driver.iterate(stream)
    clock.now += 100
    for meta in (stream.meta, stream.completion.meta):
        assert (meta.time_to_first_token, meta.elapsed) == (timedelta(seconds=3), timedelta(seconds=6))
        assert (meta.tokens_per_second, meta.request_id) == (10.0, "req_1")


@pytest.mark.parametrize("delta", [{"refusal": "No"}, {"tool_calls": [{"index": 0}]}, {"reasoning_content": "Hm"}])
def test_what_counts_as_a_token(connect: Callable[..., SyncDriver], clock: Clock, delta: dict[str, Any]) -> None:
    """Refusals, reasoning and tool calls are tokens as well; a role is none."""
    body = events(chunk(choice(role="assistant"))), clock.passing(1), events(chunk(choice(**delta)), STOP)
    driver = connect(transport=Server(streaming(*body)).transport)
    stream = driver.call("create", **ASK, stream=True)
    driver.iterate(stream)
    assert stream.meta.time_to_first_token == timedelta(seconds=1)


def test_errors(connect: Callable[..., SyncDriver], clock: Clock, pauses: list[float]) -> None:
    """An error has it, too, with the attempts before the last one, and keeps it in a pickle."""
    refused = httpx.Response(429, headers=HEADERS, json={"error": {"message": "slow down"}})
    with pytest.raises(RateLimitError) as caught:
        connect(transport=Timed(clock, refused).transport).call("create", **ASK)
    for error in (caught.value, pickle.loads(pickle.dumps(caught.value))):
        assert (error.meta.status_code, error.meta.request_id, error.attempts) == (429, "req_1", 3)
        assert [one.status_code for one in error.meta.attempts] == [429, 429]
        assert (error.meta.elapsed, error.meta.rate_limits.requests.remaining) == (timedelta(seconds=6), 9_999)
    with pytest.raises(APIConnectionError) as failed:
        connect(transport=Server(httpx.ReadError("x")).transport, max_retries=0).call("create", **ASK)
    assert (failed.value.meta.status_code, failed.value.meta.attempts) == (None, ())
    assert RateLimitError("mine").meta.status_code is None


def test_an_error_of_a_stream(connect: Callable[..., SyncDriver], clock: Clock) -> None:
    """The error of a stream has the times of the stream."""
    driver = connect(transport=Server(streaming(events(HI), clock.passing(4), httpx.ReadError("x"))).transport)
    with pytest.raises(StreamInterruptedError) as caught:
        driver.iterate(driver.call("create", **ASK, stream=True))
    assert (caught.value.meta.time_to_first_token, caught.value.meta.elapsed) == (timedelta(0), timedelta(seconds=4))


def test_an_answer_that_was_recovered(connect: Callable[..., SyncDriver], pauses: list[float]) -> None:
    """An answer that was found in the store says so; so does a stream that was completed from it."""
    from .test_recovery import STORED, Store, broken

    reply = connect(transport=Store([httpx.ReadTimeout("slow")], ["Hi."]).transport).call(
        "create", **STORED, recover=True
    )
    assert (reply.meta.recovered, reply.meta.status_code) == (True, 200)
    driver = connect(transport=Store([broken(HI)], ["Hi."]).transport)
    stream = driver.call("create", **STORED, stream=True, recover=True)
    assert not stream.meta.recovered
    driver.run(stream.get_final_completion()) if is_async(driver) else stream.get_final_completion()
    assert stream.meta.recovered


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("6ms", 0.006),
        ("1s", 1),
        ("1m30.5s", 90.5),
        ("2h", 7_200),
        ("1d2h3m4s5ms", 93_784.005),
        ("12", 12),
        ("0.5", 0.5),
        ("0s", 0),
        *((odd, None) for odd in ("", "-1", "-5s", "nan", "inf", "1e300", "99999999d", "soon", "1x", "٣s", None)),
    ],
)
def test_durations(text: str | None, seconds: float | None) -> None:
    """The time until a reset is read as the API writes it; what is none, or beyond all bounds, is None."""
    found = duration(text)
    assert (found and found.total_seconds()) == (seconds and pytest.approx(seconds)) or (found, seconds) == (
        timedelta(0),
        0,
    )


@pytest.mark.parametrize("odd", ["-1", "nan", "1.5", "many", "", "9" * 30, "٣"])
def test_odd_counts(connect: Callable[..., SyncDriver], odd: str) -> None:
    """A count that is none reads as None, and the answer is not lost."""
    headers = httpx.Headers({"x-ratelimit-limit-requests": odd}, encoding="utf-8")
    server = Server(httpx.Response(200, json=completion(), headers=headers))
    assert connect(transport=server.transport).call("create", **ASK).meta.rate_limits.requests == RateLimit()


def test_reprs(connect: Callable[..., SyncDriver], pauses: list[float]) -> None:
    """A repr shows what is asked most often, and no headers."""
    reply = connect(transport=Server(httpx.Response(503), completion()).transport).call("create", **ASK)
    assert repr(reply.meta).startswith("Meta(request_id=None, status_code=200, attempts=(Attempt(status_code=503,")
    assert "headers" not in repr(reply.meta)
    assert Attempt(None, "reset", timedelta(1)).reason == "reset"
