"""Many requests at once: what is read, sent, yielded and left behind, in both modes."""

from __future__ import annotations

import asyncio
import copy
import gc
import itertools
import json
import pickle
import re
import signal
import threading
import warnings
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from chatcompletions import (
    AsyncChatClient,
    BadRequestError,
    ChatClient,
    ChatCompletion,
    ChatCompletionsError,
    Outcome,
    ParsedChatCompletion,
    ParseError,
    RateLimitError,
    user,
)
from chatcompletions._bulk.pace import Pace

from ._rows import TRAVELLING, Echo, Inline, mapped, never, refuse, take, texts
from ._support import KEY, completion, is_async

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from tests.conftest import Clock


@pytest.fixture
def echo(connect: Callable[..., Any]) -> Any:
    return connect(transport=Echo().transport)


def test_an_outcome_a_row(connect: Callable[..., Any]) -> None:
    """Every request has an outcome, in order, and one failure loses none of the others."""
    driver = connect(transport=Echo(refuse("b")).transport)
    requests: list[Any] = ["a", {"messages": "b"}, {"messages": [user("c")]}, 4, {"mesages": "e"}]
    outcomes = mapped(driver, requests)
    assert texts(outcomes) == ["a", "BadRequestError", "c", "TypeError", "TypeError"]
    assert [one.index for one in outcomes] == [0, 1, 2, 3, 4]
    assert all(one.request is given for one, given in zip(outcomes, requests, strict=True))
    assert "did you mean 'messages'?" in str(outcomes[4].error)
    assert type(outcomes[0].reply) is ChatCompletion
    assert outcomes[0].reply.request_id is None
    assert isinstance(outcomes[1].error, BadRequestError)


def test_shared_parameters(connect: Callable[..., Any]) -> None:
    """Parameters of the call go with each request, whose own take precedence; headers and members are merged."""
    server = Echo()
    driver = connect(transport=server.transport)
    rows = [{"messages": "a", "temperature": 0, "extra_headers": {"x-row": "1"}}, "b"]
    mapped(driver, rows, temperature=1, extra_headers={"x-all": "2"})
    first, second = server.requests
    assert (json.loads(first.content)["temperature"], json.loads(second.content)["temperature"]) == (0, 1)
    assert (first.headers["x-row"], first.headers["x-all"]) == ("1", "2")
    assert "x-row" not in second.headers


def test_an_iterator_that_is_shared(connect: Callable[..., Any]) -> None:
    """An iterator among the shared parameters goes with every request, not with the first alone."""
    server = Echo()
    mapped(connect(transport=server.transport), ["a", "b"], stop=iter(["x", "y"]))
    assert [json.loads(request.content)["stop"] for request in server.requests] == [["x", "y"]] * 2


def test_options_of_the_client(connect: Callable[..., Any]) -> None:
    """A client with options of its own keeps them in its rows."""
    server = Echo()
    driver = connect(transport=server.transport)
    driver.client = driver.client.with_options(extra_headers={"x-team": "7"})
    mapped(driver, ["a"])
    assert server.requests[0].headers["x-team"] == "7"


def test_reads_no_further_than_the_concurrency(connect: Callable[..., Any]) -> None:
    """An endless source is read as outcomes are taken, and no further ahead of them than the concurrency."""
    server, read = Echo(), itertools.count()
    driver = connect(transport=server.transport)
    outcomes = driver.client.map((str(number) for number in read), model="m", concurrency=5)
    assert texts(take(driver, 3, outcomes)) == ["0", "1", "2"]
    assert next(read) <= 3 + 5
    assert server.most <= 5


def test_concurrency(connect: Callable[..., Any]) -> None:
    """As many requests are on their way as may be, and no more."""
    server = Echo()
    mapped(connect(transport=server.transport), map(str, range(50)), concurrency=7)
    assert server.most == 7


@pytest.mark.parametrize("ordered", [True, False])
def test_order(connect: Callable[..., Any], ordered: bool) -> None:
    """Outcomes come in the order of the requests, or else as they come."""

    others = asyncio.Semaphore(0)

    async def serve(request: httpx.Request) -> httpx.Response:
        said = json.loads(request.content)["messages"][0]["content"]
        if said == "slow":
            await others.acquire()
            await others.acquire()
        others.release()
        return httpx.Response(200, json=completion(said))

    driver = connect(transport=httpx.MockTransport(serve))
    expected = ["slow", "a", "b"] if ordered else ["a", "b", "slow"]
    assert texts(mapped(driver, ["slow", "a", "b"], ordered=ordered)) == expected


def test_a_source_that_fails(echo: Any) -> None:
    """What the source raises is raised after the outcomes of the requests that came before."""
    outcomes = []

    def source() -> Iterator[str]:
        yield from "ab"
        raise OSError("the disk is gone")

    def keep(done: int, failed: int, total: int | None) -> None:
        outcomes.append((done, failed, total))

    with pytest.raises(OSError, match="the disk is gone"):
        mapped(echo, source(), progress=keep)
    assert outcomes == [(1, 0, None), (2, 0, None)]


def test_sources() -> None:
    """A sync client reads in the caller's thread; an async one takes async sources too."""
    threads = []

    def source() -> Iterator[str]:
        threads.append(threading.current_thread())
        yield "a"

    async def asource() -> AsyncIterator[str]:
        for each in "abc":
            await asyncio.sleep(0)
            yield each

    async def failing() -> AsyncIterator[str]:
        yield "a"
        raise OSError("gone")

    with ChatClient(api_key=KEY, transport=Echo().transport) as chat:
        assert texts(list(chat.map(source(), model="m"))) == ["a"]

    async def use() -> None:
        async with AsyncChatClient(api_key=KEY, transport=Echo().transport) as chat:
            assert texts([one async for one in chat.map(asource(), model="m", concurrency=2)]) == ["a", "b", "c"]
            outcomes = chat.map(failing(), model="m")
            assert texts([await anext(outcomes)]) == ["a"]
            with pytest.raises(OSError, match="gone"):
                await anext(outcomes)

    asyncio.run(use())
    assert threads == [threading.current_thread()]


def test_an_empty_source(echo: Any) -> None:
    """No requests, no outcomes."""
    assert mapped(echo, []) == []


def test_closing(connect: Callable[..., Any]) -> None:
    """Closing a run ends its rows, and leaves no thread and no task."""
    before = threading.active_count()
    ended = []

    async def serve(request: httpx.Request) -> httpx.Response:
        if json.loads(request.content)["messages"][0]["content"] == "0":
            return httpx.Response(200, json=completion())
        try:
            await asyncio.sleep(3600)
        finally:
            ended.append(request)
        raise AssertionError

    driver = connect(transport=httpx.MockTransport(serve))
    take(driver, 1, driver.client.map(map(str, itertools.count()), model="m", concurrency=4))
    assert len(ended) >= 3
    assert threading.active_count() == before


@pytest.mark.parametrize("failure", [KeyboardInterrupt, RuntimeError])
def test_leaving_a_loop(failure: type[BaseException]) -> None:
    """An exception in the loop of a sync caller, or a break, ends the run once nothing refers to it."""
    before = threading.active_count()

    def use(*, fail: bool) -> None:
        with ChatClient(api_key=KEY, transport=Echo().transport) as chat:
            for outcome in chat.map(map(str, itertools.count()), model="m"):
                if outcome.index == 3 and fail:
                    raise failure
                if outcome.index == 5:
                    break

    with pytest.raises(failure):
        use(fail=True)
    use(fail=False)
    gc.collect()
    assert threading.active_count() == before


def test_an_interrupt() -> None:
    """A Ctrl-C that comes while a sync caller waits ends the run at once, and its rows."""
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler, "another test has left its own"
    before, ended = threading.active_count(), []

    async def serve(request: httpx.Request) -> httpx.Response:
        try:
            while True:  # one that comes in the middle of a garbage collection is lost, as any exception there is
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
                await asyncio.sleep(1)
        finally:
            ended.append(request)

    with ChatClient(api_key=KEY, transport=httpx.MockTransport(serve)) as chat:
        with pytest.raises(KeyboardInterrupt):
            list(chat.map(["a"], model="m"))
        assert len(ended) == 1
        assert threading.active_count() == before


def test_a_tool_that_exits(connect: Callable[..., Any]) -> None:
    """What is no `Exception` ends the whole run, and the caller gets it."""

    def leave() -> None:
        raise SystemExit(3)

    call = {"id": "1", "type": "function", "function": {"name": "leave", "arguments": "{}"}}
    body = completion(None)
    body["choices"][0]["message"]["tool_calls"] = [call]
    driver = connect(transport=httpx.MockTransport(lambda _: httpx.Response(200, json=body)))
    with pytest.raises(SystemExit) as caught:
        mapped(driver, map(str, range(3)), call="run_tools", tools=[leave])
    assert caught.value.code == 3


def test_within_an_event_loop() -> None:
    """The sync client maps where an event loop runs already, as in a notebook."""

    async def cell() -> list[str]:
        with ChatClient(api_key=KEY, transport=Echo().transport) as chat:
            return texts(list(chat.map(["a", "b"], model="m")))

    assert asyncio.run(cell()) == ["a", "b"]


def test_an_async_break() -> None:
    """Leaving an async loop ends the run with the event loop at the latest, without a warning."""

    async def use() -> None:
        async with AsyncChatClient(api_key=KEY, transport=Echo().transport) as chat:
            async for _ in chat.map(map(str, itertools.count()), model="m"):
                break
            gc.collect()
            for _ in range(50):
                await asyncio.sleep(0)
            assert len(asyncio.all_tasks()) == 1

    asyncio.run(use())


def test_trio() -> None:
    """The async client maps under trio, too."""
    import trio

    def serve(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=completion(json.loads(request.content)["messages"][0]["content"]))

    async def use() -> list[str]:
        async with AsyncChatClient(api_key=KEY, transport=httpx.MockTransport(serve)) as chat:
            return texts([one async for one in chat.map(map(str, range(9)), model="m", concurrency=3)])

    assert trio.run(use) == [*map(str, range(9))]


def test_sync_transports_and_hooks() -> None:
    """A sync client's own transport and hooks serve its rows; the transport stays open."""

    class Transport(httpx.BaseTransport):
        closed = 0

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, json=completion(json.loads(request.content)["messages"][0]["content"]))

        def close(self) -> None:
            Transport.closed += 1

    seen: list[httpx.Request] = []
    own = Transport()
    with ChatClient(api_key=KEY, transport=own, event_hooks={"request": [seen.append]}) as chat:
        assert texts(list(chat.map(["a", "b"], model="m"))) == ["a", "b"]
        assert (len(seen), Transport.closed) == (2, 0)
    with ChatClient(api_key=KEY, transport=Transport) as chat:
        assert texts(list(chat.map(["a"], model="m"))) == ["a"]
    assert Transport.closed == 1  # the one that was made for the run


def test_parse(connect: Callable[..., Any]) -> None:
    """A row may be a parse: its reply has the value, and an answer that does not fit is its error."""

    @dataclass
    class Point:
        x: int

    driver = connect(transport=Echo().transport)
    outcomes = mapped(driver, ['{"x": 1}', "no"], call="parse", response_format=Point)
    assert isinstance(outcomes[0].reply, ParsedChatCompletion)
    assert outcomes[0].reply.parsed == Point(1)
    assert isinstance(outcomes[1].error, ParseError)


def test_run_tools(connect: Callable[..., Any]) -> None:
    """A row may be a run of tools: its reply is the last answer."""

    def double(number: int) -> int:
        """Double a number."""
        return 2 * number

    def serve(request: httpx.Request) -> httpx.Response:
        last = json.loads(request.content)["messages"][-1]
        if last["role"] == "tool":
            return httpx.Response(200, json=completion(last["content"]))
        call = {
            "id": "1",
            "type": "function",
            "function": {"name": "double", "arguments": f'{{"number": {last["content"]}}}'},
        }
        body = completion(None)
        body["choices"][0]["message"]["tool_calls"] = [call]
        return httpx.Response(200, json=body)

    driver = connect(transport=httpx.MockTransport(serve))
    assert texts(mapped(driver, ["1", "2"], call="run_tools", tools=[double])) == ["2", "4"]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"requests": "text"}, TypeError, "requests is an iterable of texts and mappings, not str"),
        ({"requests": {"messages": "a"}}, TypeError, "not dict"),
        ({"requests": 4}, TypeError, "not int"),
        ({"temprature": 1}, TypeError, "did you mean 'temperature'?"),
        ({"retries_on_parse": 1}, TypeError, "map() has no parameter 'retries_on_parse'"),
        ({"call": "stream"}, ValueError, "call must be 'create', 'parse' or 'run_tools', not 'stream'"),
        ({"stream": True}, TypeError, "leave out stream=True"),
        ({"concurrency": 0}, ValueError, "concurrency must be 1 or more"),
        ({"concurrency": 1.5}, TypeError, "concurrency must be an integer"),
        ({"requests_per_minute": 0}, ValueError, "requests_per_minute must be more than 0"),
        ({"tokens_per_minute": float("nan")}, ValueError, "tokens_per_minute must be more than 0"),
        ({"tokens_per_minute": "9"}, TypeError, "tokens_per_minute must be a number"),
        ({"progress": 3}, TypeError, "progress must be a function, True or None"),
        ({"journal": 3}, TypeError, "journal must be the path of a file, not 3"),
        ({"journal": ":memory:"}, ValueError, "journal must be the path of a file, not ':memory:'"),
        ({"ordered": "no"}, TypeError, "ordered must be True or False, not 'no'"),
        ({"executor": object()}, TypeError, "dask's Client has one by get_executor()"),
    ],
)
def test_wrong_arguments(echo: Any, arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    """A wrong argument is an error at once, which says what is wrong with it."""
    arguments = {"requests": ["a"], **arguments}
    with pytest.raises(error, match=re.escape(message)):
        echo.client.map(arguments.pop("requests"), **arguments)


def test_a_stream_is_no_row(echo: Any) -> None:
    """A request that asks for a stream fails, and no connection stays open for it."""
    assert texts(mapped(echo, [{"messages": "a", "stream": True}])) == ["TypeError"]


def test_a_closed_client(connect: Callable[..., Any]) -> None:
    """A closed client makes no rows."""
    driver = connect(transport=Echo().transport)
    driver.run(driver.client.aclose()) if is_async(driver) else driver.client.close()
    with pytest.raises(RuntimeError, match="closed"):
        mapped(driver, ["a"])


def test_outcomes() -> None:
    """An outcome is frozen, shows no request, and survives pickle and copy."""
    outcome: Outcome[Any] = Outcome(3, {"extra_headers": {"authorization": KEY}}, error=ValueError("x"))
    assert KEY not in repr(outcome)
    assert pickle.loads(pickle.dumps(outcome)).index == copy.copy(outcome).index == 3
    with pytest.raises(AttributeError):
        outcome.index = 4  # type: ignore[misc] # it is frozen


def test_no_secret_in_a_frame(connect: Callable[..., Any]) -> None:
    """An error of map shows no header of its parameters in a traceback with locals."""
    driver = connect(transport=Echo().transport)
    with pytest.raises(TypeError) as caught:
        driver.client.map(["a"], extra_headers={"x-key": KEY}, temprature=1)
    for frame, _ in __import__("traceback").walk_tb(caught.value.__traceback__):
        if "chatcompletions" in str(frame.f_globals.get("__name__")) and "tests" not in frame.f_globals["__name__"]:
            assert KEY not in repr(frame.f_locals)


def test_progress(connect: Callable[..., Any]) -> None:
    """The callback is told of each row: done, failed, and all where that is known."""
    told: list[tuple[int, int, int | None]] = []
    driver = connect(transport=Echo(refuse("b")).transport)
    mapped(driver, ["a", "b", "c"], concurrency=1, progress=lambda *numbers: told.append(numbers))
    assert told == [(1, 0, 3), (2, 1, 3), (3, 1, 3)]


def test_a_bar(echo: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A bar is shown on a terminal, and nothing elsewhere."""
    mapped(echo, ["a"], progress=True)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    mapped(echo, ["a", {}], progress=True)
    written = capsys.readouterr().err
    assert "2/2" in written
    assert "failed=1" in written


def test_a_bar_without_tqdm(echo: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where tqdm is missing, a bar on a terminal is an error that names the extra."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setitem(__import__("sys").modules, "tqdm", None)
    with pytest.raises(ImportError, match=re.escape("pip install 'chatcompletions[progress]'")):
        mapped(echo, ["a"], progress=True)


# The pace


def sent_at(clock: Clock, fail: Callable[[int], httpx.Response | None] = never) -> tuple[Any, list[float]]:
    """Return a transport, and the times at which it got its requests."""
    times: list[float] = []

    async def serve(request: httpx.Request) -> httpx.Response:
        times.append(clock.now)
        number = len(times)
        await asyncio.sleep(0)
        answer = fail(number)
        return answer or httpx.Response(200, json=completion("x", usage={"total_tokens": 100}))

    return httpx.MockTransport(serve), times


def test_requests_per_minute(connect: Callable[..., Any], clock: Clock) -> None:
    """Requests are spread evenly over the minute."""
    transport, times = sent_at(clock)
    mapped(connect(transport=transport), map(str, range(5)), requests_per_minute=30)
    assert [time - times[0] for time in times] == pytest.approx([0, 2, 4, 6, 8])


def test_tokens_per_minute(connect: Callable[..., Any], clock: Clock) -> None:
    """The first request goes alone; what it used, and what the others do, keeps to the budget of tokens."""
    transport, times = sent_at(clock)
    mapped(connect(transport=transport), map(str, range(5)), tokens_per_minute=1000)
    assert [time - times[0] for time in times] == pytest.approx([0, 6, 12, 18, 24])


def test_waits_for_what_is_left(connect: Callable[..., Any], clock: Clock) -> None:
    """When the server says that nothing is left, requests wait until it has more, before it has to refuse."""
    left = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m0s"}
    transport, times = sent_at(
        clock, lambda number: httpx.Response(200, json=completion(), headers=left) if number == 2 else None
    )
    mapped(connect(transport=transport), map(str, range(4)), concurrency=1)
    assert [time - times[0] for time in times] == pytest.approx([0, 0, 60, 60])


@pytest.mark.usefixtures("clock")
def test_keeps_to_what_is_left() -> None:
    """No more requests are on their way than the server says are left, until it has more."""
    pace = Pace()
    pace.told({"x-ratelimit-remaining-requests": "2", "x-ratelimit-reset-requests": "1h"})
    times = []
    for _ in range(3):
        times.append(pace.wait_time())
        pace.take()
    assert times == [0, 0, 60]
    pace.release()
    pace.release()
    assert pace.wait_time() == 0


def test_waits_for_tokens_that_are_left(connect: Callable[..., Any], clock: Clock) -> None:
    """Requests wait if the tokens that are left are fewer than requests use."""
    left = {"x-ratelimit-remaining-tokens": "90", "x-ratelimit-reset-tokens": "500ms"}
    body = completion(usage={"total_tokens": 100})
    transport, times = sent_at(
        clock, lambda number: httpx.Response(200, json=body, headers=left) if number == 1 else None
    )
    mapped(connect(transport=transport), map(str, range(3)), concurrency=1)
    assert [time - times[0] for time in times] == pytest.approx([0, 0.5, 0.5])


def test_all_rows_wait_after_a_refusal(connect: Callable[..., Any], clock: Clock, pauses: list[float]) -> None:
    """A 429 with a pause holds back every row, and each is answered in the end."""
    transport, times = sent_at(
        clock, lambda number: httpx.Response(429, headers={"retry-after": "7"}) if number == 2 else None
    )
    outcomes = mapped(connect(transport=transport), map(str, range(6)), concurrency=2)
    assert texts(outcomes) == ["x"] * 6
    assert pauses == [7]
    assert {round(time - times[0]) for time in times[:2]} == {0}
    assert all(time - times[0] >= 7 for time in times[3:])


def test_an_empty_account(connect: Callable[..., Any], clock: Clock) -> None:
    """A refusal for want of credit holds nobody back: no pause helps."""
    body = {"error": {"code": "insufficient_quota", "message": "no"}}
    transport, _ = sent_at(clock, lambda _: httpx.Response(429, json=body))
    outcomes = mapped(connect(transport=transport), ["a", "b"], concurrency=1)
    assert all(isinstance(one.error, RateLimitError) for one in outcomes)
    assert clock.naps == []


@pytest.mark.parametrize("reset", ["nan", "-1s", "inf", "", "9999999999999h", "1x", "²s", "soon", "1e9"])
def test_hostile_rate_limits(connect: Callable[..., Any], clock: Clock, reset: str) -> None:
    """No rate limit keeps a row for more than a minute, and what is none keeps it for no time."""
    headers = httpx.Headers(
        [(b"x-ratelimit-remaining-requests", b"0"), (b"x-ratelimit-reset-requests", reset.encode())]
    )
    transport, times = sent_at(clock, lambda _: httpx.Response(200, json=completion(), headers=headers))
    assert texts(mapped(connect(transport=transport), ["a", "b"], concurrency=1)) == ["Hi.", "Hi."]
    assert times[1] - times[0] == (60 if reset.endswith("9h") else 0)


@pytest.mark.parametrize("left", ["-1", "nan", "1e3", "", "many"])
def test_hostile_counts(connect: Callable[..., Any], clock: Clock, left: str) -> None:
    """What is no count holds nobody back."""
    headers = {"x-ratelimit-remaining-requests": left, "x-ratelimit-reset-requests": "5s"}
    transport, _ = sent_at(clock, lambda _: httpx.Response(200, json=completion(), headers=headers))
    mapped(connect(transport=transport), ["a", "b"], concurrency=1)
    assert clock.naps == []


def test_a_huge_pause(connect: Callable[..., Any], clock: Clock) -> None:
    """A server that asks for a pause of a year gets a quarter of an hour."""
    transport, times = sent_at(
        clock, lambda number: httpx.Response(429, headers={"retry-after": "31536000"}) if number == 1 else None
    )
    assert texts(mapped(connect(transport=transport), ["a", "b"], concurrency=1)) == ["RateLimitError", "x"]
    assert times[1] - times[0] == 900


# Executors


def test_executor(connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are made by the workers of an executor, in chunks, with the key of the environment there."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-worker")
    executor = Inline()
    driver = connect(transport=TRAVELLING, api_key=None)
    driver.client = driver.client.with_options(extra_headers={"x-team": "7"})
    outcomes = mapped(driver, [*map(str, range(20)), "bad"], executor=executor, concurrency=8)
    assert texts(outcomes) == [*map(str, range(20)), "BadRequestError"]
    assert max(map(len, executor.chunks)) == 8
    assert outcomes[0].reply.headers["x-key"] == "Bearer sk-worker"
    assert outcomes[0].reply.headers["x-team"] == "7"
    assert outcomes[0].reply.request_id == "r-1"


def test_a_key_that_travels(connect: Callable[..., Any]) -> None:
    """A client that was given its key warns once before the key travels, and not before threads share it."""
    driver = connect(transport=TRAVELLING, api_key=KEY)
    with pytest.warns(UserWarning, match="travels to the workers in clear text: set OPENAI_API_KEY") as warned:
        mapped(driver, [*map(str, range(40))], executor=Inline())
    assert len(warned) == 1
    assert warned[0].filename.endswith("_rows.py")  # where map is called
    with warnings.catch_warnings(), ThreadPoolExecutor(2) as executor:
        warnings.simplefilter("error")
        assert texts(mapped(driver, ["a"], executor=executor)) == ["a"]


def test_a_worker_without_a_key(connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker whose environment has no key says so in the outcome of each row."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-here")
    driver = connect(transport=TRAVELLING, api_key=None)
    outcomes = driver.client.map(["a", "b"], model="m", executor=Inline())
    monkeypatch.delenv("OPENAI_API_KEY")
    found = driver.iterate(outcomes)
    assert ["no API key" in str(one.error) for one in found] == [True, True]


def test_a_value_that_cannot_travel(connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows whose parameters have no pickle fail, and say why."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-worker")
    driver = connect(transport=TRAVELLING, api_key=None)
    rows = [{"messages": "a", "metadata": lambda: None}]
    (outcome,) = mapped(driver, rows, executor=Inline())
    assert "pickle" in str(outcome.error)


def test_a_usage_that_cannot_be(caplog: pytest.LogCaptureFixture) -> None:
    """An answer that claims an absurd usage holds back the rows for a quarter of an hour at most, and is reported."""
    pace = Pace(tokens_per_minute=60_000, clock=lambda: 0.0)
    pace.take()
    pace.used(10**9, 0)
    pace.release()
    assert pace.wait_time() == 900
    assert pace.estimate == 900_000
    assert "1000000000 tokens" in caplog.text


class Picky(Inline):
    """Refuses chunks with a row of a certain text."""

    def submit(self, function: Any, /, *arguments: Any, **keywords: Any) -> Any:
        if any(row[1]["messages"] == "bad" for row in arguments[-1]):
            raise TypeError("Could not serialize")
        return super().submit(function, *arguments, **keywords)


def test_a_row_that_an_executor_refuses(connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """A row that an executor does not take fails alone, and not with those of its chunk."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-worker")
    driver = connect(transport=TRAVELLING, api_key=None)
    outcomes = mapped(driver, ["a", "bad", "c"], executor=Picky(), concurrency=3)
    assert [None if one.error is None else type(one.error) for one in outcomes] == [None, ChatCompletionsError, None]
    assert "Could not serialize" in str(outcomes[1].error)


def test_a_row_for_processes(connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """A parameter that cannot go to another process is named, and the other rows of its chunk are made."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-worker")

    class Pool(Inline, ProcessPoolExecutor):
        """No process is begun."""

    rows = ["a", {"messages": "b", "user": lambda: 1}, "c"]
    outcomes = mapped(connect(transport=TRAVELLING, api_key=None), rows, executor=Pool(), concurrency=3)
    assert [one.error is None for one in outcomes] == [True, False, True]
    assert str(outcomes[1].error).startswith("user cannot be sent to another process (")


class Dying(Inline):
    """Its worker dies with the second chunk; or, if it is not, an outsider withdraws that chunk."""

    withdraws = False

    def submit(self, function: Any, /, *arguments: Any, **keywords: Any) -> Any:
        if not self.chunks:
            return super().submit(function, *arguments, **keywords)
        future: Future[Any] = Future()
        if self.withdraws:
            future.cancel()
        else:
            future.set_exception(BrokenProcessPool("died"))
        return future


@pytest.mark.parametrize(
    ("withdraws", "told"), [(False, "whether it has sent the row is not known"), (True, "shut down before")]
)
def test_a_worker_that_dies(
    connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, withdraws: bool, told: str
) -> None:
    """Rows whose worker died, or that an executor withdrew, have an outcome that says what is known."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-worker")
    executor = Dying()
    executor.withdraws = withdraws
    outcomes = mapped(connect(transport=TRAVELLING, api_key=None), ["a", "b"], executor=executor, concurrency=1)
    assert outcomes[0].error is None
    assert isinstance(outcomes[1].error, ChatCompletionsError)
    assert told in str(outcomes[1].error)


def test_a_progress_that_fails(connect: Callable[..., Any], caplog: pytest.LogCaptureFixture) -> None:
    """A progress function that raises loses no outcome, and is reported once."""
    outcomes = mapped(connect(transport=Echo().transport), ["a", "b"], progress=lambda *_: 1 / 0)
    assert texts(outcomes) == ["a", "b"]
    assert [record.message for record in caplog.records if "progress" in record.message] == [
        "progress failed; further failures of it are not reported"
    ]


def test_a_client_that_is_closed(connect: Callable[..., Any]) -> None:
    """A run whose client is closed reads no more requests, and says so."""
    driver, read = connect(transport=Echo().transport), list[str]()

    def source() -> Iterator[str]:
        for number in range(100):
            read.append(str(number))
            yield str(number)

    outcomes = driver.client.map(source(), model="m", concurrency=2)
    got: list[Any] = []
    if is_async(driver):

        async def follow() -> None:
            async for outcome in outcomes:
                got.append(outcome)
                await driver.client.aclose()

        with pytest.raises(RuntimeError, match="closed"):
            driver.run(follow())
    else:

        def go_on() -> None:
            for outcome in outcomes:
                got.append(outcome)
                driver.client.close()

        with pytest.raises(RuntimeError, match="closed"):
            go_on()
    assert len(got) == len(read) <= 3


def test_a_row_without_what_it_needs(connect: Callable[..., Any]) -> None:
    """A row that lacks what its call needs says so in the words of that call."""
    (outcome,) = mapped(connect(transport=Echo().transport), ["a"], call="parse")
    assert str(outcome.error) == "parse() needs 'response_format'"


def test_meta_of_a_worker(connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """What is known of a call comes back from a worker with its reply."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-worker")
    (outcome,) = mapped(connect(transport=TRAVELLING, api_key=None), ["a"], executor=Inline())
    assert outcome.reply.meta.status_code == 200
    assert outcome.reply.meta.elapsed is not None


def test_an_executor_that_is_shut_down(connect: Callable[..., Any]) -> None:
    """An executor that takes no more work ends the run, after an outcome for each request that was read."""
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    driver, seen = connect(transport=TRAVELLING), []
    with pytest.raises(ChatCompletionsError, match=r"takes no more rows \(RuntimeError: .*shutdown"):
        mapped(driver, map(str, itertools.count()), executor=executor, progress=lambda *told: seen.append(told))
    assert seen
    assert all(done == failed for done, failed, _ in seen)


def test_executor_budget(connect: Callable[..., Any], clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers are told when each row may be sent."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-worker")
    now = clock.now
    monkeypatch.setattr("chatcompletions._bulk.chunks.time.time", lambda: now)

    async def nap(seconds: float) -> None:
        if seconds:
            clock.naps.append(seconds)

    monkeypatch.setattr("chatcompletions._bulk.chunks.anyio.sleep", nap)
    driver = connect(transport=TRAVELLING, api_key=None)
    mapped(driver, ["a", "b", "c"], executor=Inline(), requests_per_minute=60, concurrency=3)
    assert clock.naps == [1, 2]


def test_closing_with_an_executor(connect: Callable[..., Any]) -> None:
    """Closing a run withdraws the chunks that have not begun."""
    hold = threading.Event()
    executor = ThreadPoolExecutor(1)
    driver = connect(transport=TRAVELLING)
    outcomes = driver.client.map(map(str, itertools.count()), model="m", executor=executor, concurrency=48)
    try:
        take(driver, 1, outcomes)
        executor.submit(hold.wait)
    finally:
        hold.set()
        executor.shutdown()
    assert executor._work_queue.qsize() <= 1  # the mark of the end
