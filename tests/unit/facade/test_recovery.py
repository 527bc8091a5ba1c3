"""Requests that are never paid twice: one key over all attempts, and lost answers that are looked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from chatcompletions import (
    APIConnectionError,
    APITimeoutError,
    InternalServerError,
    RateLimitError,
    StreamInterruptedError,
    Timeouts,
    TotalTimeoutError,
)

from ._support import ASK, DOT, HI, STOP, Clock, choice, chunk, completion, events, is_async, streaming

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import SyncDriver

STORED: dict[str, Any] = {**ASK, "store": True}
LOST = httpx.ReadTimeout("slow")
NOT_KNOWN = "whether it was answered is not known: the list of stored completions does not say"
EMPTY: dict[str, Any] = {"object": "list", "data": [], "has_more": False}


class Store:
    """A server whose creates have outcomes in turn, and whose lists too; text is a stored completion with the key."""

    def __init__(self, creates: list[Any], lists: list[Any]) -> None:
        self.creates: list[httpx.Request] = []
        self.lists: list[httpx.Request] = []
        self._outcomes = {"POST": creates, "GET": lists}

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self)

    @property
    def keys(self) -> list[str | None]:
        return [request.headers.get("idempotency-key") for request in self.creates]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        (self.creates if request.method == "POST" else self.lists).append(request)
        outcome = self._outcomes[request.method].pop(0)
        if callable(outcome):  # lets time pass before the next one
            outcome()
            outcome = self._outcomes[request.method].pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        if isinstance(outcome, str):
            key = json.loads(self.creates[-1].content)["metadata"]["idempotency_key"]
            return httpx.Response(200, json={**EMPTY, "data": [completion(outcome, metadata={"idempotency_key": key})]})
        return outcome if isinstance(outcome, httpx.Response) else httpx.Response(200, json=outcome)


def test_one_key_a_call(connect: Callable[..., SyncDriver], pauses: list[float]) -> None:
    """All attempts of a call have the same key, each call has another one, and a GET has none."""
    store = Store([LOST, httpx.Response(503), completion(), completion()], [EMPTY])
    driver = connect(transport=store.transport)
    for _ in range(2):
        driver.call("create", **ASK)
    driver.call("list")
    first, second, third, other = store.keys
    assert first == second == third != other
    assert first is not None
    assert len(first) == 32
    assert "idempotency-key" not in store.lists[0].headers
    assert len(pauses) == 2


@pytest.mark.parametrize(
    ("arguments", "params", "header", "value"),
    [
        ({"idempotency_header": None}, {}, "idempotency-key", None),
        ({"idempotency_header": "X-Once"}, {"extra_headers": {"X-Once": "mine"}}, "x-once", "mine"),
        ({}, {"extra_headers": {"idempotency-key": "mine"}}, "idempotency-key", "mine"),
    ],
)
def test_the_header(
    connect: Callable[..., SyncDriver], arguments: Any, params: Any, header: str, value: str | None
) -> None:
    """The header may have another name, or be left out, and a key of the caller's own stays."""
    store = Store([completion()], [])
    connect(transport=store.transport, **arguments).call("create", **ASK, **params)
    assert store.creates[0].headers.get(header) == value


@pytest.mark.parametrize("lost", [LOST, httpx.ReadError("reset"), httpx.Response(504), httpx.Response(409)], ids=repr)
def test_an_answer_that_was_lost(connect: Callable[..., SyncDriver], pauses: list[float], lost: Any) -> None:
    """An answer that got lost is found by its key, and the request is not sent again."""
    store = Store([lost], ["Hi."])
    reply = connect(transport=store.transport).call("create", **STORED, metadata={"a": "b"}, recover=True)
    assert (reply.text, len(store.creates), pauses) == ("Hi.", 1, [])
    metadata = json.loads(store.creates[0].content)["metadata"]
    assert metadata == {"a": "b", "idempotency_key": store.keys[0]}
    assert store.lists[0].url.params["metadata[idempotency_key]"] == store.keys[0]


def test_an_answer_that_shows_late(connect: Callable[..., SyncDriver], pauses: list[float]) -> None:
    """The store is asked again, for a bounded time, before the request is sent again with the same key."""
    store = Store([LOST, completion("Second.")], [EMPTY, httpx.Response(500), LOST, httpx.Response(500), *[EMPTY] * 9])
    reply = connect(transport=store.transport).call("create", **STORED, recover=5)
    assert (reply.text, len(store.creates)) == ("Second.", 2)
    assert store.keys[0] == store.keys[1]
    assert [pause for pause in pauses if pause in (0.5, 1, 2, 1.5)][:1] == [0.5]
    late = Store([LOST], [EMPTY, EMPTY, "Hi."])
    assert connect(transport=late.transport).call("create", **STORED, recover=True).text == "Hi."


@pytest.mark.parametrize("failure", [httpx.ConnectError("refused"), httpx.Response(429), httpx.Response(503)], ids=repr)
def test_what_was_never_answered(connect: Callable[..., SyncDriver], pauses: list[float], failure: Any) -> None:
    """A request that the server has not got, or refused, is sent again without a look."""
    store = Store([failure, completion()], [])
    assert connect(transport=store.transport).call("create", **STORED, recover=True).text == "Hi."
    assert (len(store.creates), len(pauses)) == (2, 1)


@pytest.mark.parametrize(
    "listing",
    [
        httpx.Response(404),
        LOST,
        {"object": "list"},
        {**EMPTY, "data": [completion("Another's.", metadata={"idempotency_key": "x"})]},
        {**EMPTY, "data": [completion("Another's.", metadata=None)]},
    ],
    ids=["404", "lost", "no data", "ignored filter", "no metadata"],
)
def test_a_store_that_does_not_say(connect: Callable[..., SyncDriver], pauses: list[float], listing: Any) -> None:
    """If the store does not say whether it has the answer, the request is not sent again: it could be paid twice."""
    store = Store([LOST], [listing] * 99)
    with pytest.raises(APITimeoutError) as caught:
        connect(transport=store.transport).call("create", **STORED, recover=2)
    assert "is not known" in caught.value.__notes__[0]
    assert len(store.creates) == 1


def test_the_time_to_look(connect: Callable[..., SyncDriver], pauses: list[float]) -> None:
    """A look that fails is not repeated by itself, so that all take no longer than was given."""
    store = Store([LOST], [httpx.Response(500)] * 99)
    with pytest.raises(APITimeoutError):
        connect(transport=store.transport, max_retries=5).call("create", **STORED, recover=2)
    assert (len(store.lists), sum(pauses)) == (4, 2)


def test_a_slow_list(connect: Callable[..., SyncDriver], pauses: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """A list that is slow is given up a little after the time to look, and the error is that of the attempt."""
    clock = Clock(monkeypatch)
    store = Store([LOST, LOST], [clock.passing(3), EMPTY] * 99)
    with pytest.raises(APITimeoutError) as caught:
        connect(transport=store.transport).call("create", **STORED, recover=2)
    assert (len(store.lists), caught.value.__notes__) == (2, [NOT_KNOWN])


def test_the_total_of_a_stream(
    connect: Callable[..., SyncDriver], pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stream that breaks off keeps its error, with what came, if the total leaves no time to look."""
    clock = Clock(monkeypatch)
    driver = connect(transport=Store([broken(HI)], [clock.passing(9), EMPTY]).transport, timeout=Timeouts(total=5))
    stream = driver.call("create", **STORED, stream=True, recover=True)
    with pytest.raises(StreamInterruptedError) as caught:
        driver.iterate(stream)
    assert (caught.value.completion.text, caught.value.__notes__) == ("Hi", [NOT_KNOWN])
    assert sum(pauses) <= 5


def test_without_retries(connect: Callable[..., SyncDriver], pauses: list[float]) -> None:
    """A lost answer is looked for where no retry is allowed, too; else the error is that of the attempt."""
    store = Store([LOST, LOST], ["Hi.", *[EMPTY] * 9])
    driver = connect(transport=store.transport, max_retries=0)
    assert driver.call("create", **STORED, recover=1).text == "Hi."
    with pytest.raises(APITimeoutError):
        driver.call("create", **STORED, recover=1)


def test_the_total(connect: Callable[..., SyncDriver], pauses: list[float]) -> None:
    """A call whose total is over does not go on to look."""
    store = Store([LOST], [])
    with pytest.raises(TotalTimeoutError):
        connect(transport=store.transport).call("create", **STORED, recover=True, timeout=Timeouts(total=1e-6))
    assert store.creates == []


@pytest.mark.parametrize(
    ("params", "cls", "told"),
    [
        ({**ASK, "recover": True}, ValueError, "needs store=True"),
        ({**STORED, "recover": "yes"}, TypeError, "recover must be True or a number of seconds"),
        ({**STORED, "recover": -1}, ValueError, "recover must be more than 0"),
        ({**STORED, "recover": True, "metadata": {f"k{n}": "v" for n in range(16)}}, ValueError, "16, the most"),
    ],
)
def test_wrong_arguments(connect: Callable[..., SyncDriver], params: Any, cls: type[Exception], told: str) -> None:
    """What could not be recovered is an error before anything is sent."""
    store = Store([], [])
    with pytest.raises(cls, match=told):
        connect(transport=store.transport).call("create", **params)
    with pytest.raises(TypeError, match=r"get\(\) takes no recover="):
        connect(transport=store.transport).call("get", "chatcmpl-1", recover=True)


def test_for_every_call(connect: Callable[..., SyncDriver], pauses: list[float]) -> None:
    """As an option of every call it counts for those that make a completion; extra_body is heeded."""
    store = Store([LOST], ["Hi.", EMPTY])
    driver = connect(transport=store.transport)
    driver.client = driver.client.with_options(recover=True)
    body = {"store": True, "metadata": {"a": "b"}}
    assert driver.call("create", **ASK, extra_body=body).text == "Hi."
    assert json.loads(store.creates[0].content)["metadata"].keys() == {"a", "idempotency_key"}
    assert driver.items("list") == []


# --- streams -------------------------------------------------------------------------------------------------------


def broken(*pieces: Any) -> httpx.Response:
    return streaming(events(*pieces), httpx.ReadError("reset"))


def test_a_stream_that_never_came(connect: Callable[..., SyncDriver], pauses: list[float]) -> None:
    """A stream that was lost before its beginning comes from the store as one chunk."""
    driver = connect(transport=Store([LOST], ["Hi."]).transport)
    stream = driver.call("create", **STORED, stream=True, recover=True)
    assert [one.choices[0].delta.content for one in driver.iterate(stream)] == ["Hi."]
    assert stream.completion.text == "Hi."


def test_a_stream_that_was_cut(connect: Callable[..., SyncDriver], pauses: list[float]) -> None:
    """A stream that breaks off is completed from the store: a chunk has what is missing."""
    driver = connect(transport=Store([broken(HI)], [EMPTY, "Hi. There."]).transport)
    stream = driver.call("create", **STORED, stream=True, recover=True)
    assert driver.iterate(stream.text_deltas()) == ["Hi", ". There."]
    reply = driver.run(stream.get_final_completion()) if is_async(driver) else stream.get_final_completion()
    assert (reply.text, reply.choices[0].finish_reason) == ("Hi. There.", "stop")
    assert reply.metadata.additional_properties.keys() == {"idempotency_key"}


def test_calls_that_were_cut(connect: Callable[..., SyncDriver], pauses: list[float]) -> None:
    """Tool calls are completed, each by its index, and what is whole is not sent twice."""
    called = [
        {"id": "a", "type": "function", "function": {"name": "f", "arguments": '{"x": 1}'}},
        {"id": "b", "type": "function", "function": {"name": "g", "arguments": "{}"}},
    ]
    whole = completion(None)
    whole["choices"][0] |= {
        "finish_reason": "tool_calls",
        "message": {**whole["choices"][0]["message"], "tool_calls": called},
    }
    begun = [{"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": '{"x"'}}]

    def stored(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            stored.metadata = json.loads(request.content)["metadata"]  # type: ignore[attr-defined]
            return broken(chunk(choice(role="assistant", tool_calls=begun)))
        return httpx.Response(200, json={**EMPTY, "data": [{**whole, "metadata": stored.metadata}]})  # type: ignore[attr-defined]

    driver = connect(transport=httpx.MockTransport(stored))
    stream = driver.call("create", **STORED, stream=True, recover=True)
    found = [event for event in driver.iterate(stream.events()) if event.type == "tool_calls.function.arguments.done"]
    assert [(event.name, event.arguments) for event in found] == [("f", '{"x": 1}'), ("g", "{}")]
    assert stream.completion.to_dict()["choices"] == whole["choices"]


def test_a_stream_that_has_another_end(connect: Callable[..., SyncDriver], pauses: list[float]) -> None:
    """A stored completion that does not begin like the stream, and a store without one, leave the error."""
    for listing in (["Another text."], [EMPTY] * 9):
        driver = connect(transport=Store([broken(HI, DOT)], listing).transport)
        stream = driver.call("create", **STORED, stream=True, recover=1)
        with pytest.raises(StreamInterruptedError) as caught:
            driver.iterate(stream)
        assert caught.value.completion is not None
        assert caught.value.completion.text == "Hi."


def test_a_stream_that_the_caller_closed(connect: Callable[..., SyncDriver], pauses: list[float]) -> None:
    """A stream that was closed on purpose is not looked for."""
    store = Store([streaming(events(HI), events(DOT, STOP))], [])
    driver = connect(transport=store.transport)
    stream = driver.call("create", **STORED, stream=True, recover=True)
    driver.run(stream.aclose()) if is_async(driver) else stream.close()
    with pytest.raises(StreamInterruptedError, match="closed before its end"):
        driver.iterate(stream)
    assert store.lists == []


def test_errors_stay_what_they_are(connect: Callable[..., SyncDriver], pauses: list[float]) -> None:
    """The classes of errors are the same with recovery as without."""
    failures = [(httpx.Response(429), RateLimitError), (httpx.Response(503), InternalServerError)]
    for failure, cls in (*failures, (httpx.ConnectError("refused"), APIConnectionError)):
        with pytest.raises(cls):
            connect(transport=Store([failure] * 3, []).transport).call("create", **STORED, recover=True)
