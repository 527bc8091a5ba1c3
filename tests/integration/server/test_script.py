"""The server plays a script: answers as it words them, and every fault as the clients meet it."""

from __future__ import annotations

import asyncio
import dataclasses
import email.utils
import json
from collections import deque
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import pytest

from chatcompletions import (
    APIConnectionError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    AsyncChatClient,
    BadRequestError,
    FilterIgnoredError,
    InternalServerError,
    NotFoundError,
    PagingError,
    RateLimitError,
    StreamError,
    StreamInterruptedError,
    StreamRateLimitError,
    StreamTimeoutError,
)
from chatcompletions.server import LocalServer, ScriptError, app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ASK: dict[str, Any] = {"model": "m", "messages": "Hello."}


@pytest.fixture
def server() -> Iterator[LocalServer]:
    with LocalServer() as server:
        yield server


@pytest.fixture
def driver(connect: Callable[..., Any], server: LocalServer, pauses: list[float]) -> Any:
    """A client of the server, whose retries do not wait."""
    return connect(base_url=server.base_url)


def both(server: LocalServer, driver: Any, **entry: Any) -> Any:
    """Play an entry whole and streamed, check that both are the same, and return the completion."""
    server.then(**entry, times=2, id="chatcmpl-1")
    params = {**ASK, "stream_options": {"include_usage": True}, "stream": True}
    streamed = driver.run(driver.call("create", **params).get_final_completion()).to_dict()
    del params["stream"], params["stream_options"]
    whole = driver.call("create", **params)
    written = whole.to_dict()
    for choice in written["choices"]:
        assert choice["message"].pop("annotations") == []
    assert {**streamed, "created": 0} == {**written, "created": 0}
    return whole


@dataclasses.dataclass
class Weather:
    city: str
    degrees: float


ANSWERS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "text": ({"text": "Hello you."}, {"content": "Hello you."}, "stop"),
    "nothing": ({"text": ""}, {"content": ""}, "stop"),
    "a model": ({"parsed": Weather("Paris", 12.5)}, {"content": '{"city":"Paris","degrees":12.5}'}, "stop"),
    "JSON": ({"parsed": {"a": [1, None]}}, {"content": '{"a":[1,null]}'}, "stop"),
    "a refusal": ({"refusal": "I will not."}, {"content": None, "refusal": "I will not."}, "stop"),
    "a reason": ({"text": "Hel", "finish_reason": "length"}, {"content": "Hel"}, "length"),
    "reasoning": (
        {"text": "4", "reasoning_content": "2 + 2"},
        {"content": "4", "reasoning_content": "2 + 2"},
        "stop",
    ),
    "further members": (
        {"text": "4", "message": {"audio_url": "x", "sources": [{"id": 1}]}},
        {"content": "4", "audio_url": "x", "sources": [{"id": 1}]},
        "stop",
    ),
    "calls": (
        {
            "tool_calls": [
                {"name": "get_weather", "arguments": {"city": "Paris"}, "id": "c1"},
                {"name": "sql", "input": "SELECT 1", "id": "c2"},
                {"name": "odd", "arguments": "{not JSON", "id": "c3"},
                {"type": "function", "function": {"name": "f", "arguments": {"a": 1}}, "id": "c4"},
                {"name": "cut", "pieces": ['{"a', '":', "1}"], "id": "c5"},
            ]
        },
        {
            "content": None,
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city":"Paris"}'}},
                {"id": "c2", "type": "custom", "custom": {"name": "sql", "input": "SELECT 1"}},
                {"id": "c3", "type": "function", "function": {"name": "odd", "arguments": "{not JSON"}},
                {"id": "c4", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}},
                {"id": "c5", "type": "function", "function": {"name": "cut", "arguments": '{"a":1}'}},
            ],
        },
        "tool_calls",
    ),
}


@pytest.mark.parametrize(("entry", "message", "reason"), ANSWERS.values(), ids=ANSWERS)
def test_answers(server: LocalServer, driver: Any, entry: dict[str, Any], message: dict[str, Any], reason: str) -> None:
    """An answer has what the script says, the same whole and streamed."""
    reply = both(server, driver, **entry)
    expected = {"role": "assistant", "refusal": None, "annotations": [], **message}
    assert reply.choices[0].message.to_dict() == expected
    assert reply.choices[0].finish_reason == reason


def test_further_members(server: LocalServer, driver: Any) -> None:
    """Id, model, usage, moderation and any other member can be given; counted tokens add up."""
    moderation = {
        "input": {"type": "error", "code": "x", "message": "y"},
        "output": {"type": "error", "code": "x", "message": "y"},
    }
    usage = {"prompt_tokens": 5, "completion_tokens": 7}
    reply = both(server, driver, text="a", model="m-1", usage=usage, moderation=moderation, completion={"timings": [1]})
    assert (reply.id, reply.model, reply.to_dict()["timings"]) == ("chatcmpl-1", "m-1", [1])
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens, reply.usage.total_tokens) == (5, 7, 12)
    assert reply.to_dict()["moderation"] == moderation


def test_no_usage(server: LocalServer, driver: Any) -> None:
    """A usage of null comes as null."""
    server.then("a", usage=None)
    assert driver.call("create", **ASK).to_dict()["usage"] is None


def test_odd_answers(server: LocalServer, driver: Any) -> None:
    """Members as some servers send them come as they are, streamed or not."""
    server.then("a", message={"tool_calls": None, "role": "model"}, usage={"prompt_tokens": None}, times=2)
    reply = driver.call("create", **ASK)
    assert (reply.message.role, reply.message.to_dict()["tool_calls"]) == ("model", None)
    assert (reply.usage.to_dict()["prompt_tokens"], reply.usage.total_tokens) == (None, 1)
    assert driver.run(driver.call("create", **ASK, stream=True).get_final_completion()).message.role == "model"
    server.then("a b", logprobs={"content": [{"logprob": 0}]})
    streamed = driver.run(driver.call("create", **ASK, stream=True).get_final_completion())
    assert streamed.to_dict()["choices"][0]["logprobs"]["content"] == [{"logprob": 0}]


def test_choices(server: LocalServer, driver: Any) -> None:
    """Choices each have an answer of their own; without them each of the n gets the same."""
    choices = [{"text": "a b"}, {"refusal": "no"}, {"tool_calls": [{"name": "f", "id": "c1"}], "finish_reason": "stop"}]
    reply = both(server, driver, choices=choices)
    assert [one.finish_reason for one in reply.choices] == ["stop"] * 3
    assert [one.message.content for one in reply.choices] == ["a b", None, None]
    assert reply.choices[2].message.tool_calls[0].function.arguments == "{}"
    server.then("same")
    assert [one.message.content for one in driver.call("create", **ASK, n=2).choices] == ["same", "same"]


def test_log_probabilities(server: LocalServer, driver: Any) -> None:
    """Log probabilities are the script's, however its text is cut, or made for the text if they are asked for."""
    scores = [{"token": token, "logprob": -1.0, "bytes": None, "top_logprobs": []} for token in ("Hel", "lo", "!")]
    given = {"content": scores, "refusal": None}
    assert both(server, driver, pieces=["Hello", "!"], logprobs=given).choices[0].logprobs.to_dict() == given
    server.then("One two")
    found = driver.call("create", **ASK, logprobs=True).choices[0].logprobs
    assert [one.token for one in found.content] == ["One", " two"]


def test_a_value_is_wrapped_as_the_schema_asks(server: LocalServer, driver: Any) -> None:
    """A value that is no object goes into the member that the request's schema has for it."""
    schema = {
        "type": "object",
        "properties": {"value": {"type": "array", "items": {"type": "integer"}}},
        "required": ["value"],
        "additionalProperties": False,
    }
    layout = {"type": "json_schema", "json_schema": {"name": "numbers", "schema": schema, "strict": True}}
    server.then(parsed=[1, 2], times=2).then(parsed={"value": [3]})
    assert driver.call("create", **ASK, response_format=layout).text == '{"value":[1,2]}'
    assert driver.call("create", **ASK).text == "[1,2]"
    assert driver.call("create", **ASK, response_format=layout).text == '{"value":[3]}'


def test_pieces(server: LocalServer, driver: Any) -> None:
    """A text is streamed in the pieces that are given."""
    server.then(pieces=["Hel", "", "lo you"])
    stream = driver.call("create", **ASK, stream=True)
    assert driver.iterate(stream.text_deltas()) == ["Hel", "lo you"]
    assert stream.completion.text == "Hello you"


def test_chunks(server: LocalServer, driver: Any) -> None:
    """Chunks are sent as they are given, of whatever shape."""
    delta = {"choices": [{"index": 0, "delta": {"content": "A"}, "finish_reason": "stop"}]}
    server.then(chunks=[delta, json.dumps(delta)]).then(chunks=[delta, "{nonsense"])
    assert driver.run(driver.call("create", **ASK, stream=True).get_final_completion()).text == "AA"
    with pytest.raises(StreamError) as caught:
        driver.iterate(driver.call("create", **ASK, stream=True))
    assert caught.value.completion is not None
    assert caught.value.completion.text == "A"


@pytest.mark.parametrize("writes", [1, [3, 5, 7], [10_000]])
def test_writes(server: LocalServer, driver: Any, writes: Any) -> None:
    """A body comes whole in writes of whatever size."""
    server.then("Hello \u2603 you", writes=writes, times=2)
    assert driver.call("create", **ASK).text == "Hello \u2603 you"
    assert driver.run(driver.call("create", **ASK, stream=True).get_final_completion()).text == "Hello \u2603 you"


def test_the_sizes_of_writes() -> None:
    """Each write has the size that is given, the last one the rest."""
    sizes: list[int] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sizes.append(len(message.get("body", b"")))

    script = [{"operation": "list", "body": "x" * 12, "writes": writes} for writes in ([2, 7], 5)]
    application = app(script=script)
    scope = {"type": "http", "method": "GET", "path": "/v1/chat/completions", "scheme": "http", "headers": []}
    for _ in script:
        asyncio.run(application({**scope, "query_string": b"", "root_path": ""}, receive, send))
    application.state.store.close()
    assert sizes == [0, 2, 7, 3, 0, 0, 5, 5, 2, 0]


def test_order_and_conditions(server: LocalServer, driver: Any) -> None:
    """Requests get the entries that fit them; a script that is used up is told at once, without retries."""
    server.then("rain", when={"text": "weather"}).then("hello")
    assert driver.call("create", **ASK).text == "hello"
    with pytest.raises(InternalServerError, match="entry 2 is used up; entry 1 wants text to hold 'weather'") as caught:
        driver.call("create", **ASK)
    assert (caught.value.code, caught.value.attempts) == ("script_ended", 1)
    assert driver.call("create", model="m", messages="The weather?").text == "rain"


def test_the_end_of_a_script(connect: Callable[..., Any]) -> None:
    """With script_end="canned" the server goes on as if it had no script."""
    with LocalServer(script=["a"], script_end="canned") as server:
        driver = connect(base_url=server.base_url)
        assert [driver.call("create", **ASK).text[:4] for _ in range(2)] == ["a", "This"]


def test_an_agent(server: LocalServer, driver: Any) -> None:
    """A call and the answer to its result are played by what the conversation ends with."""
    server.then(when={"messages[-1].role": "tool"}, text="12 degrees in Paris.")
    server.then(when="Paris", tool_calls=[{"name": "get_weather", "arguments": {"city": "Paris"}}])
    question = {"role": "user", "content": "Paris?"}
    tools = [{"type": "function", "function": {"name": "get_weather"}}]
    first = driver.call("create", model="m", messages=[question], tools=tools)
    result = {"role": "tool", "content": "12", "tool_call_id": first.tool_calls[0].id}
    messages = [question, first.message, result]
    assert driver.call("create", model="m", messages=messages, tools=tools).text == "12 degrees in Paris."


def test_what_came(server: LocalServer, driver: Any) -> None:
    """What came is kept in order, refused requests included, with the status of each answer."""
    driver.call("create", **ASK, temperature=0.5)
    with pytest.raises(BadRequestError):
        driver.call("create", model="m", messages=[])
    with pytest.raises(NotFoundError):
        driver.call("get", "chatcmpl-none")
    driver.items("list", limit=5)
    found = server.requests
    assert [(one.operation, one.status_code) for one in found] == [
        ("create", 200),
        ("create", 400),
        ("get", 404),
        ("list", 200),
    ]
    assert (found[0].messages[-1].content, found[0].temperature, found[0].tools) == ("Hello.", 0.5, None)
    assert found[0].headers["authorization"] == "Bearer sk-test"
    assert (found[1].messages, found[2].id, found[3].query["limit"]) == ([], "chatcmpl-none", "5")


def test_what_came_is_there_afterwards() -> None:
    """Requests can be read after the end, those without the key among them."""
    with LocalServer(api_key="made-up") as server:
        httpx.get(f"{server.base_url}/chat/completions", trust_env=False, timeout=60)
        httpx.put(f"{server.base_url}/elsewhere", trust_env=False, timeout=60)
    assert [(one.operation, one.status_code) for one in server.requests] == [("list", 401), (None, 401)]


STATUSES: dict[str, tuple[dict[str, Any], type[APIStatusError]]] = {
    "400": ({"status_code": 400}, BadRequestError),
    "404": ({"status_code": 404, "error": "No such model."}, NotFoundError),
    "quota": ({"status_code": 429, "error": {"code": "insufficient_quota", "message": "Pay."}}, RateLimitError),
    "no retry": ({"status_code": 429, "x_should_retry": False}, RateLimitError),
    "a long wait": ({"status_code": 503, "retry_after": 3600}, InternalServerError),
    "418": ({"status_code": 418}, APIStatusError),
    "HTML": ({"status_code": 403, "body": "<html>Go away.</html>"}, APIStatusError),
    "JSON": ({"status_code": 422, "body": {"detail": [1]}}, APIStatusError),
    "an unknown status": ({"status_code": 499}, APIStatusError),
}


@pytest.mark.parametrize(("entry", "error"), STATUSES.values(), ids=STATUSES)
def test_statuses(server: LocalServer, driver: Any, entry: dict[str, Any], error: type[APIStatusError]) -> None:
    """A status comes as its error, with the API's body or that of the script, for each operation alike."""
    for operation in ("create", "get", "list", "update", "delete", "messages"):
        server.then(**entry, operation=operation)
        params = {"create": ASK, "update": {"metadata": {}}}.get(operation, {})
        names = () if operation in ("create", "list") else ("chatcmpl-1",)
        with pytest.raises(error) as caught:
            driver.call(operation, *names, **params)
        assert (caught.value.status_code, caught.value.attempts) == (entry["status_code"], 1)
        if "body" in entry:
            assert caught.value.body == entry["body"]
        elif isinstance(given := entry.get("error"), dict):
            assert (caught.value.code, caught.value.body["error"]["message"]) == (given["code"], given["message"])
        else:
            assert (given or f"The script answers with {entry['status_code']}") in caught.value.body["error"]["message"]


RETRIES: dict[str, tuple[dict[str, Any], tuple[float, float]]] = {
    "no header": ({}, (0.37, 0.5)),
    "seconds": ({"retry_after": 7}, (7, 7)),
    "fractions": ({"retry_after": 1.5}, (1.5, 1.5)),
    "milliseconds": ({"retry_after_ms": 20}, (0.02, 0.02)),
    "a date": ({"retry_after_date": 30}, (28, 30)),
    "asked for": ({"x_should_retry": True, "status_code": 400}, (0.37, 0.5)),
    "another header": ({"headers": {"Retry-After": "9"}}, (9, 9)),
}


@pytest.mark.parametrize(("entry", "bounds"), RETRIES.values(), ids=RETRIES)
def test_retries(
    server: LocalServer, driver: Any, pauses: list[float], entry: dict[str, Any], bounds: tuple[float, float]
) -> None:
    """Each form of a retry header is obeyed, and the next entry is the answer."""
    server.then(**{"status_code": 429, **entry}).then("at last")
    assert driver.call("create", **ASK).text == "at last"
    assert len(pauses) == 1
    assert bounds[0] <= pauses[0] <= bounds[1]
    assert [one.status_code for one in server.requests] == [entry.get("status_code", 429), 200]


def test_a_date_is_told_by_the_server_s_clock() -> None:
    """A date to retry at counts from the clock that the server was given."""
    script = [{"status_code": 503, "retry_after_date": 90}]
    with LocalServer(script=script, clock=lambda: 1_700_000_000.0) as server:
        body = {"model": "m", "messages": [{"role": "user", "content": "x"}]}
        response = httpx.post(f"{server.base_url}/chat/completions", json=body, trust_env=False, timeout=60)
    assert email.utils.parsedate_to_datetime(response.headers["retry-after"]).timestamp() == 1_700_000_090


def test_an_error_in_the_stream(server: LocalServer, driver: Any) -> None:
    """An error after some chunks comes in the stream, with the completion so far; a whole answer fails with 500."""
    server.then("One two three", error="It broke.", error_after=3)
    stream = driver.call("create", **ASK, stream=True)
    with pytest.raises(StreamError, match="It broke") as caught:
        driver.iterate(stream)
    assert caught.value.completion is not None
    assert caught.value.completion.text == "One two"
    server.then(error={"code": "rate_limit_exceeded", "message": "Slow down."}, error_after=0)
    with pytest.raises(StreamRateLimitError):
        driver.iterate(driver.call("create", **ASK, stream=True))
    server.then("x", error="late", error_after=99).then("x", error="It broke.", times=3)
    with pytest.raises(StreamError, match="late"):
        driver.iterate(driver.call("create", **ASK, stream=True))
    with pytest.raises(InternalServerError, match="It broke"):
        driver.call("create", **ASK)


def test_cuts(server: LocalServer, driver: Any) -> None:
    """A connection that is closed after some bytes is an error that is retried; a stream keeps what had come."""
    server.then("a", cut=40).then("a", cut=0).then("b")
    assert driver.call("create", **ASK).text == "b"
    assert len(server.requests) == 3
    server.then("One two three", cut=900)
    with pytest.raises(StreamInterruptedError) as caught:
        driver.iterate(driver.call("create", **ASK, stream=True))
    assert caught.value.completion is not None
    assert "One two three".startswith(caught.value.completion.text or "-")
    server.then("a", cut=1_000_000)
    assert driver.call("create", **ASK).text == "a"


def test_cuts_to_the_byte(server: LocalServer) -> None:
    """Exactly as many bytes come as the script says, of a whole answer and of a stream."""
    body = {"model": "m", "messages": [{"role": "user", "content": "x"}]}
    with httpx.Client(base_url=server.base_url, trust_env=False, timeout=60) as client:
        for cut in (0, 1, 57, 300):
            for streamed in (False, True):
                server.then("Hello", cut=cut)
                got = bytearray()
                request = client.build_request("POST", "/chat/completions", json={**body, "stream": streamed})
                response = client.send(request, stream=True)
                with pytest.raises(httpx.RemoteProtocolError):
                    # Piece by piece: read() would lose what came before the error.
                    deque(map(got.extend, response.iter_raw()), maxlen=0)
                assert (len(got), response.status_code) == (cut, 200)


def test_resets(server: LocalServer, driver: Any) -> None:
    """A reset before the answer, or within it, is an error that is retried; within a stream it interrupts that."""
    server.then(reset=True).then("a", reset=True, cut=10).then("b")
    assert driver.call("create", **ASK).text == "b"
    assert [one.status_code for one in server.requests] == [None, 200, 200]
    server.then("One two three", cut=700, reset=True)
    with pytest.raises(StreamInterruptedError):
        driver.iterate(driver.call("create", **ASK, stream=True))


def test_keepalives(server: LocalServer, connect: Callable[..., Any]) -> None:
    """Comments between chunks are no chunks; a stream of nothing else ends with the client's patience."""
    driver = connect(base_url=server.base_url, max_retries=0)
    server.then("Hello you", keepalives=3)
    assert driver.run(driver.call("create", **ASK, stream=True).get_final_completion()).text == "Hello you"
    server.then(keepalives_only=True, chunk_delay=0.001)
    with pytest.raises(StreamTimeoutError):
        driver.iterate(driver.call("create", **ASK, stream=True, timeout=0.05))


def test_ends(server: LocalServer, driver: Any) -> None:
    """A stream without [DONE] is whole if it has a reason, one with neither is interrupted."""
    server.then("Hello you", done=False).then("Hello you", finish_reason=None).then(
        "Hi", finish_reason=None, done=False
    )
    assert driver.run(driver.call("create", **ASK, stream=True).get_final_completion()).text == "Hello you"
    found = driver.run(driver.call("create", **ASK, stream=True).get_final_completion())
    assert (found.text, found.choices[0].finish_reason) == ("Hello you", None)
    with pytest.raises(StreamInterruptedError):
        driver.iterate(driver.call("create", **ASK, stream=True))


def test_duplicate_indexes(server: LocalServer, driver: Any) -> None:
    """Calls that share an index in the stream are told apart by their ids."""
    calls = [{"name": "f", "arguments": {"a": n}, "index": 0, "id": f"c{n}"} for n in range(2)]
    server.then(tool_calls=calls, times=2)
    found = driver.run(driver.call("create", **ASK, stream=True).get_final_completion()).tool_calls
    assert [(call.id, call.function.arguments) for call in found] == [("c0", '{"a":0}'), ("c1", '{"a":1}')]
    assert "index" not in driver.call("create", **ASK).tool_calls[0].to_dict()


def test_pages_of_another_kind(server: LocalServer, driver: Any) -> None:
    """HTML behind a 200, for a stream too, is an error of the tree."""
    server.then(body="<html>Sign in</html>", times=2)
    with pytest.raises(APIResponseValidationError):
        driver.call("create", **ASK)
    with pytest.raises(APIResponseValidationError):
        driver.iterate(driver.call("create", **ASK, stream=True))


def test_bodies(server: LocalServer) -> None:
    """A body is sent as it is, with the media type that it looks like, or the one that is given."""
    url = f"{server.base_url}/chat/completions"
    given: list[tuple[Any, str]] = [
        ("<html>", "text/html; charset=utf-8"),
        (b"\xff\x00", "text/plain; charset=utf-8"),
        ({"a": 1}, "application/json"),
        ([], "application/json"),
    ]
    for body, kind in given:
        server.then(operation="list", body=body)
        response = httpx.get(url, trust_env=False, timeout=60)
        assert response.headers["content-type"] == kind
    server.then(operation="list", body="a", headers={"content-type": "text/csv", "x-request-id": "req_1"})
    response = httpx.get(url, trust_env=False, timeout=60)
    assert (response.headers["content-type"], response.headers["x-request-id"]) == ("text/csv", "req_1")


def test_redirects(server: LocalServer, connect: Callable[..., Any]) -> None:
    """A redirect is an error, or followed if the client is told to."""
    server.then(redirect=f"{server.base_url}/chat/completions", times=2).then("there").then("x", status_code=201)
    driver = connect(base_url=server.base_url)
    with pytest.raises(APIStatusError) as caught:
        driver.call("create", **ASK)
    assert caught.value.status_code == 307
    following = connect(base_url=server.base_url, follow_redirects=True)
    assert following.call("create", **ASK).text == "there"
    assert driver.call("create", **ASK).text == "x"
    server.then(redirect="/v1/x", status_code=308)
    with pytest.raises(APIStatusError) as caught:
        driver.call("create", **ASK)
    assert (caught.value.status_code, caught.value.headers["location"]) == (308, "/v1/x")


def test_delays(connect: Callable[..., Any]) -> None:
    """The server waits as long as the script says: before the answer, before each further chunk, and as it reads."""
    waits: list[float] = []

    async def note(seconds: float) -> None:
        waits.append(seconds)

    with LocalServer(sleep=note) as server:
        driver = connect(base_url=server.base_url)
        server.then("a", delay=30).then(pieces=["a", "b"], chunk_delay=20).then("c", read_delay=10)
        driver.call("create", **ASK)
        driver.iterate(driver.call("create", **ASK, stream=True))
        driver.call("create", **ASK)
        server.then(operation="list", delay=5)
        driver.call("list")
    assert waits == [30, 20, 20, 20, 10, 5]


def test_an_answer_that_is_too_late(server: LocalServer, connect: Callable[..., Any]) -> None:
    """An answer that comes after the client's patience is a timeout, and holds up nobody else, nor the end."""
    driver = connect(base_url=server.base_url, max_retries=0)
    server.then("a", delay=600).then("b")
    with pytest.raises(APITimeoutError):
        driver.call("create", **ASK, timeout=0.05)
    assert driver.call("create", **ASK).text == "b"


def test_a_slow_reader(server: LocalServer, connect: Callable[..., Any]) -> None:
    """A server that leaves a large request unread stops the client's writing, which has a time limit."""
    driver = connect(base_url=server.base_url, max_retries=0, timeout=httpx.Timeout(60, write=0.05))
    server.then(read_delay=600)
    with pytest.raises(APITimeoutError):
        driver.call("create", model="m", messages="x" * 16_000_000)
    assert server.requests[0].content == b""


def test_late_items(connect: Callable[..., Any]) -> None:
    """A stored completion can be found after as many lists, or as many seconds, as the script says."""
    now = [1_000.0]
    with LocalServer(clock=lambda: now[0]) as server:
        driver = connect(base_url=server.base_url)
        server.then("a", visible_after_lists=2).then("b", visible_after=60).then("c", visible_after=60)
        name = driver.call("create", **ASK, store=True, metadata={"k": "v"}).id
        with pytest.raises(NotFoundError):
            driver.call("get", name)
        assert [[one.id for one in driver.items("list")] for _ in range(3)] == [[], [], [name]]
        assert driver.call("get", name).metadata.to_dict() == {"k": "v"}
        later = driver.call("create", **ASK, store=True).id
        driver.call("create", **ASK)
        assert len(driver.items("list")) == 1
        now[0] += 60
        assert [one.id for one in driver.items("list")] == [name, later]


def test_ignored_filters(server: LocalServer, driver: Any) -> None:
    """A list that ignores parameters has what they would leave out, which the client refuses."""
    server.then(operation="list", ignore=["metadata", "limit"])
    for topic in ("a", "b"):
        driver.call("create", **ASK, store=True, metadata={"topic": topic})
    with pytest.raises(FilterIgnoredError):
        driver.call("list", metadata={"topic": "a"}, limit=1)
    assert len(driver.call("list", metadata={"topic": "a"}).data) == 1


def test_circular_pages(server: LocalServer, driver: Any) -> None:
    """A list that begins again with each page is an error for the client."""
    names = [driver.call("create", **ASK, store=True).id for _ in range(3)]
    server.then(operation="list", circular=True, forever=True).then(operation="messages", circular=True, forever=True)
    assert driver.call("list", limit=2).has_more
    for call, args in (("list", {"limit": 2}), ("messages", {"completion_id": names[0]})):
        with pytest.raises(PagingError):
            driver.items(call, **args)


def test_then_before_the_start() -> None:
    """Entries can be added before the server starts, and the script goes on when it starts again."""
    server = LocalServer(script=["a"]).then("b").then("c")
    body = {"model": "m", "messages": [{"role": "user", "content": "x"}]}
    texts = []
    for count in (2, 1):
        with server:
            for _ in range(count):
                response = httpx.post(f"{server.base_url}/chat/completions", json=body, trust_env=False, timeout=60)
                texts.append(response.json()["choices"][0]["message"]["content"])
    assert texts == ["a", "b", "c"]
    assert len(server.requests) == 3


def test_then_takes_one_text(server: LocalServer) -> None:
    """A text by position and another by keyword are a ScriptError."""
    with pytest.raises(ScriptError, match="two texts"):
        server.then("a", text="b")


def test_servers_have_scripts_of_their_own() -> None:
    """Two servers play their own scripts, and keep their own requests."""
    with LocalServer(script=["a"]) as one, LocalServer(script=["b"]) as other:
        body = {"model": "m", "messages": [{"role": "user", "content": "x"}]}
        found = [httpx.post(f"{it.base_url}/chat/completions", json=body, trust_env=False) for it in (other, one)]
    assert [response.json()["choices"][0]["message"]["content"] for response in found] == ["b", "a"]
    assert [len(it.requests) for it in (one, other)] == [1, 1]


def test_a_misspelt_option() -> None:
    """An option that there is not is a TypeError at once, with the nearest name."""
    for make in (LocalServer, app):
        with pytest.raises(TypeError, match="the unknown option 'scirpt': did you mean 'script'"):
            make(scirpt=[])  # type: ignore[call-arg]


def test_an_application() -> None:
    """The application plays scripts without a network, and cuts by an exception, which the client takes for a cut."""

    async def run() -> None:
        application = app(script=["a", {"text": "b", "cut": 10}, {"reset": True}])
        transport = httpx.ASGITransport(application)
        async with AsyncChatClient(base_url="http://local/v1", api_key="k", transport=transport, max_retries=0) as chat:
            assert (await chat.create(model="m", messages="Hi")).text == "a"
            for _ in range(2):
                with pytest.raises(APIConnectionError, match="HungUpError"):
                    await chat.create(model="m", messages="Hi")
            application.state.script.then({"text": "c", "cut": 300})
            with pytest.raises(APIConnectionError, match="HungUpError"):
                await chat.create(model="m", messages="Hi", stream=True)
        assert [one.operation for one in application.state.recorder.requests] == ["create"] * 4
        application.state.store.close()

    anyio.run(run)
