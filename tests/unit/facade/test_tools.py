"""Functions as tools, and the run in which a model calls them."""

from __future__ import annotations

import asyncio
import copy
import functools
import json
import pickle
import threading
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, Literal

import httpx
import pydantic
import pytest

from chatcompletions import (
    AnswerEvent,
    AsyncChatClient,
    ChatCompletionsError,
    ContentFilterFinishReasonError,
    LengthFinishReasonError,
    MaxRoundsError,
    ParseError,
    RateLimitError,
    RefusalError,
    StreamInterruptedError,
    ToolCallError,
    ToolCallEvent,
    ToolResultEvent,
    custom_tool,
    function_tool,
)

from ._support import ASK, STOP, Server, choice, chunk, completion, events, is_async, streaming

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import SyncDriver


class Unit(Enum):
    CELSIUS = "c"
    FAHRENHEIT = "f"


@dataclass
class Place:
    city: str
    country: str | None = None


class Model(pydantic.BaseModel):
    """A search."""

    query: str


def weather(place: Place, unit: Unit = Unit.CELSIUS, *, days: Annotated[int, "How many."] = 3) -> str:
    """Tell the weather.

    It may rain.

    Args:
        place: Where it is.
        unit (Unit): The unit,
            of two.

    Returns:
        A text.
    """
    return f"{place.city} {unit.value} {days}"


def add(a: int, b: int) -> int:
    """Add numbers.

    :param a: The first.
    :param int b: The second.
    :returns: The sum.
    """
    return a + b


def fail(a: int = 0) -> int:
    """Fail.

    Parameters
    ----------
    a : int
        Nothing.
    """
    raise RuntimeError("no luck")


def calls(*wanted: tuple[str, Any], **members: Any) -> dict[str, Any]:
    """Return an answer that calls tools."""
    reply = completion(None, **members)
    made = [
        {"id": f"call_{place}", "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
        for place, (name, arguments) in enumerate(wanted)
    ]
    reply["choices"][0]["message"]["tool_calls"] = made
    reply["choices"][0]["finish_reason"] = "tool_calls"
    return reply


def started(connect: Callable[..., SyncDriver], *replies: Any, **params: Any) -> tuple[Any, SyncDriver, Server]:
    server = Server(*replies)
    driver = connect(transport=server.transport, max_retries=0)
    return driver.client.run_tools(**{**ASK, **params}), driver, server


def until_done(driver: SyncDriver, run: Any) -> Any:
    return driver.run(run.until_done()) if is_async(driver) else run.until_done()


def collected(driver: SyncDriver, run: Any) -> list[Any]:
    async def collect() -> list[Any]:
        return [event async for event in run]

    return driver.run(collect()) if is_async(driver) else [*run]


def contents(run: Any) -> list[str]:
    return [message["content"] for message in run.messages if message["role"] == "tool"]


def test_a_tool_of_a_function() -> None:
    """Name, description and strict parameters come from signature, annotations and docstring."""
    tool = function_tool(weather)
    function = tool["function"]
    assert (tool["type"], function["name"], function["strict"]) == ("function", "weather", True)
    assert function["description"] == "Tell the weather.\n\nIt may rain."
    properties, sentences = function["parameters"]["properties"], ["Where it is.", "The unit, of two.", "How many."]
    assert function["parameters"]["required"] == ["place", "unit", "days"]
    assert [properties[name]["description"] for name in properties] == sentences
    assert properties["unit"]["anyOf"] == [{"enum": ["c", "f"], "type": "string"}, {"type": "null"}]


@pytest.mark.parametrize(
    ("function", "told"),
    [(add, {"a": "The first.", "b": "The second."}), (fail, {"a": "Nothing."})],
    ids=["Sphinx", "NumPy"],
)
def test_docstrings(function: Any, told: dict[str, str]) -> None:
    """Docstrings in the styles of Sphinx and NumPy are read like Google's."""
    tool = function_tool(function)["function"]
    assert {name: one["description"] for name, one in tool["parameters"]["properties"].items()} == told
    assert tool["description"] in ("Add numbers.", "Fail.")


class Weather:
    def tell(self, city: str) -> str:
        return city

    def __call__(self, city: str) -> str:
        return city


@pytest.mark.parametrize(
    ("function", "name", "parameters"),
    [
        (Weather().tell, "tell", ["city"]),
        (Weather(), "Weather", ["city"]),
        (functools.partial(add, b=2), "add", ["a"]),
        (functools.partial(add, 1), "add", ["b"]),
        (Model, "Model", ["query"]),
        (Place, "Place", ["city", "country"]),
    ],
)
def test_callables(function: Any, name: str, parameters: list[str]) -> None:
    """Methods, objects, partial functions and classes are tools, too."""
    tool = function_tool(function)["function"]
    assert (tool["name"], tool["parameters"]["required"]) == (name, parameters)


@pytest.mark.parametrize(
    ("make", "cls", "told"),
    [
        (lambda: function_tool(lambda x: x), ValueError, "name='get_weather'"),
        (lambda: function_tool(lambda x: x, name="f"), TypeError, "'x' of f.. has no annotation: write x: str"),
        (lambda: function_tool(add, name="a b"), ValueError, "'a b'"),
        (lambda: function_tool(Weather.tell), TypeError, "method of an object"),
        (lambda: function_tool(dict[str, int]), TypeError, "open mapping"),
        (lambda: function_tool(Weather), TypeError, "^Weather has no JSON form"),
        (lambda: function_tool("weather"), TypeError, "not 'weather'"),  # type: ignore[arg-type] # wrong on purpose
    ],
)
def test_what_is_no_tool(make: Callable[[], Any], cls: type[Exception], told: str) -> None:
    """What no tool can be made of is refused with a line that says what to write."""
    with pytest.raises(cls, match=told):
        make()


def test_a_run(connect: Callable[..., SyncDriver]) -> None:
    """The model's calls are made, their results are sent back in order, and the last answer is returned."""
    arguments = {"place": {"city": "Paris", "country": None}, "unit": None, "days": 1}
    first = calls(("weather", arguments), ("add", {"a": 1, "b": 2}))
    run, driver, server = started(connect, first, completion("Done."), tools=[weather, add])
    assert until_done(driver, run).text == "Done."
    assert contents(run) == ["Paris c 1", "3"]
    assert [message["role"] for message in run.messages] == ["user", "assistant", "tool", "tool", "assistant"]
    assert run.messages[1] == first["choices"][0]["message"]
    assert server.body["messages"] == run.messages[:-1]
    assert [tool["function"]["name"] for tool in server.body["tools"]] == ["weather", "add"]


def test_events(connect: Callable[..., SyncDriver]) -> None:
    """Iterating gives each answer, each call and each result; the caller's messages are not changed."""
    messages = [{"role": "user", "content": "Add."}]
    replies = (calls(("add", {"a": 1, "b": 2})), completion("3"))
    run, driver, _ = started(connect, *replies, tools=[add], messages=messages)
    found = collected(driver, run)
    assert [type(event) for event in found] == [AnswerEvent, ToolCallEvent, ToolResultEvent, AnswerEvent]
    assert (found[1].call.arguments, found[2].result, found[2].message["content"]) == ({"a": 1, "b": 2}, 3, "3")
    assert messages == [{"role": "user", "content": "Add."}]


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (("fail", {"a": 1}), "Error: RuntimeError: no luck"),
        (
            ("add", {"a": "1", "b": 2}),
            'Error: the arguments cannot be used: $.a: expected a whole number, received "1"',
        ),
        (("ad", {}), "Error: there is no tool 'ad'; there is add"),
    ],
)
def test_failures(connect: Callable[..., SyncDriver], call: tuple[str, Any], told: str) -> None:
    """A call that fails is told to the model in a line, or ends the run with an error that has the exchange so far."""
    tools = [add, fail]
    run, driver, _ = started(connect, calls(call), completion("Sorry."), tools=tools)
    assert until_done(driver, run).text == "Sorry."
    assert contents(run) == [told]
    run, driver, _ = started(connect, calls(call), completion("Sorry."), tools=tools, on_error="raise")
    with pytest.raises(ToolCallError) as caught:
        until_done(driver, run)
    assert (caught.value.call.name, caught.value.messages) == (call[0], run.messages)
    assert [message["role"] for message in run.messages] == ["user", "assistant", "tool"]
    assert isinstance(caught.value.__cause__, RuntimeError) == (call[0] == "fail")


def test_rounds(connect: Callable[..., SyncDriver]) -> None:
    """A run that uses up its rounds is an error, from whose messages another run goes on."""
    run, driver, server = started(connect, calls(("add", {"a": 1, "b": 2})), tools=[add], max_rounds=2)
    with pytest.raises(MaxRoundsError, match="2 rounds") as caught:
        until_done(driver, run)
    assert len(server.requests) == 2
    assert caught.value.completion.tool_calls
    again, driver, server = started(connect, completion("3"), tools=[add], messages=caught.value.messages)
    assert until_done(driver, again).text == "3"
    assert server.body["messages"] == run.messages


@pytest.mark.parametrize(
    ("change", "cls"),
    [
        ({"finish_reason": "length"}, LengthFinishReasonError),
        ({"finish_reason": "content_filter"}, ContentFilterFinishReasonError),
        ({"refusal": "No."}, RefusalError),
    ],
)
def test_bad_ends(connect: Callable[..., SyncDriver], change: Any, cls: type[ChatCompletionsError]) -> None:
    """An answer that is cut or refused ends the run with an error that has the exchange so far."""
    last = completion("No")
    choice = last["choices"][0]
    (choice["message"] if "refusal" in change else choice).update(change)
    run, driver, _ = started(connect, calls(("add", {"a": 1, "b": 2})), last, tools=[add])
    with pytest.raises(cls) as caught:
        until_done(driver, run)
    assert caught.value.messages is not None
    assert [message["role"] for message in caught.value.messages] == ["user", "assistant", "tool"]


def test_a_request_that_fails(connect: Callable[..., SyncDriver]) -> None:
    """An error of a request keeps its type and has the exchange so far; the same run can go on."""
    limited = httpx.Response(429, json={"error": {"message": "slow down"}})
    replies = (calls(("add", {"a": 1, "b": 2})), limited, completion("3"))
    run, driver, _ = started(connect, *replies, tools=[add])
    with pytest.raises(RateLimitError) as caught:
        until_done(driver, run)
    assert caught.value.messages == run.messages
    assert until_done(driver, run).text == "3"
    assert contents(run) == ["3"]


def test_errors_survive_pickle(connect: Callable[..., SyncDriver]) -> None:
    """An error of a run survives pickle and copy with the exchange."""
    run, driver, _ = started(connect, calls(("ad", {})), tools=[add], on_error="raise")
    with pytest.raises(ToolCallError) as caught:
        until_done(driver, run)
    for again in (pickle.loads(pickle.dumps(caught.value)), copy.copy(caught.value)):
        assert (str(again), again.messages) == (str(caught.value), caught.value.messages)


@pytest.mark.parametrize(
    ("verdict", "told"),
    [
        (None, "3"),
        (True, "3"),
        ({"a": 5, "b": 5}, "10"),
        ("Ask me later.", "Ask me later."),
        (False, "The call was refused."),
    ],
)
def test_a_hook(connect: Callable[..., SyncDriver], verdict: Any, told: str) -> None:
    """A hook may allow a call, change its arguments, or refuse it with a reason that the model is told."""
    asked: list[Any] = []

    def decide(call: Any) -> Any:
        asked.append(call.arguments)
        return verdict

    replies = (calls(("add", {"a": 1, "b": 2})), completion("Done."))
    run, driver, _ = started(connect, *replies, tools=[add], before_call=decide)
    until_done(driver, run)
    assert (contents(run), asked) == ([told], [{"a": 1, "b": 2}])


def test_a_verdict_that_is_none(connect: Callable[..., SyncDriver]) -> None:
    """A hook that returns something else ends the run, and the error has the exchange."""
    run, driver, _ = started(connect, calls(("add", {"a": 1, "b": 2})), tools=[add], before_call=lambda _: 42)
    with pytest.raises(ToolCallError, match="not a value of type int") as caught:
        until_done(driver, run)
    assert [message["role"] for message in caught.value.messages or ()] == ["user", "assistant", "tool"]


class UnspeakableError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("nothing to say")


def unspeakable() -> str:
    raise UnspeakableError


def cancelled() -> str:
    raise asyncio.CancelledError


def half() -> str:
    return "a\ud800"


def halves() -> Any:
    return [{"type": "text", "text": "a\ud800"}]


def of_file() -> str:
    raise OSError("no file b\ud800")


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (unspeakable, "Error: UnspeakableError"),
        (cancelled, "Error: CancelledError"),
        (half, "Error: UnicodeEncodeError: "),
        (halves, "Error: UnicodeEncodeError: "),
        (of_file, "Error: OSError: no file b\\ud800"),
    ],
)
@pytest.mark.parametrize("count", [1, 2])
def test_odd_ends(connect: Callable[..., SyncDriver], function: Any, told: str, count: int) -> None:
    """However a function ends, the model is told in text that can be sent, and the run goes on."""
    replies = (calls(*[(function.__name__, {})] * count), completion("Done."))
    run, driver, _ = started(connect, *replies, tools=[function_tool(function, description="Odd.")])
    until_done(driver, run)
    assert [content.startswith(told) for content in contents(run)] == [True] * count


def test_a_task_that_is_cancelled() -> None:
    """An async function that ends in a cancellation of its own has failed, and took no longer than it may."""
    server = Server(calls(("wait", {})), completion("Done."))

    async def wait() -> str:
        raise asyncio.CancelledError

    async def main() -> list[str]:
        async with AsyncChatClient(base_url="http://localhost", transport=server.transport) as chat:
            run = chat.run_tools(**ASK, tools=[wait])
            await run.until_done()
            return contents(run)

    assert asyncio.run(main()) == ["Error: CancelledError"]


def test_an_interrupt(connect: Callable[..., SyncDriver]) -> None:
    """What ends the whole program has the exchange, too."""

    def stop() -> str:
        raise SystemExit

    run, driver, _ = started(connect, calls(("stop", {})), tools=[stop])
    with pytest.raises(SystemExit) as caught:
        until_done(driver, run)
    error: Any = caught.value
    assert [message["role"] for message in error.messages] == ["user", "assistant", "tool"]


def test_a_call_without_tools(connect: Callable[..., SyncDriver]) -> None:
    """A model that calls a tool where there is none is told that there is none."""
    run, driver, _ = started(connect, calls(("add", {})), completion("Done."), tools=[])
    until_done(driver, run)
    assert contents(run) == ["Error: there is no tool 'add'; there is none"]


def test_parameters_that_can_be_read_once(connect: Callable[..., SyncDriver]) -> None:
    """Each round has the parameters that the first request had, also if they came from a generator."""
    replies = (calls(("add", {"a": 1, "b": 2})), completion("Done."))
    messages = ({"role": "user", "content": text} for text in ("Hello.", "Add."))
    run, driver, server = started(connect, *replies, tools=[add], messages=messages, stop=(text for text in ("a", "b")))
    until_done(driver, run)
    asked = [json.loads(one.content)["messages"] for one in server.requests]
    assert [[message["content"] for message in one[:2]] for one in asked] == [["Hello.", "Add."]] * 2
    assert [json.loads(one.content)["stop"] for one in server.requests] == [["a", "b"]] * 2


def test_side_by_side(connect: Callable[..., SyncDriver]) -> None:
    """The calls of a round run side by side, in the caller's context; their results come in order."""
    both, seen = threading.Barrier(2, timeout=30), ContextVar("seen", default="")

    def meet(name: str) -> str:
        both.wait()
        return name + seen.get()

    seen.set("!")
    replies = (calls(("meet", {"name": "a"}), ("meet", {"name": "b"})), completion("Done."))
    run, driver, _ = started(connect, *replies, tools=[meet])
    until_done(driver, run)
    assert [content[0] for content in contents(run)] == ["a", "b"]


def test_one_after_another(connect: Callable[..., SyncDriver]) -> None:
    """With parallel=False the calls of a round run one after another."""
    order: list[str] = []

    def note(name: str) -> None:
        order.append(f"{name} in")
        order.append(f"{name} out")

    replies = (calls(("note", {"name": "a"}), ("note", {"name": "b"})), completion("Done."))
    run, driver, _ = started(connect, *replies, tools=[note], parallel=False)
    until_done(driver, run)
    assert order == ["a in", "a out", "b in", "b out"]
    assert contents(run) == ["null", "null"]


def test_a_time_limit(connect: Callable[..., SyncDriver]) -> None:
    """A call that takes too long is told to the model; the run goes on."""
    end = threading.Event()

    def wait() -> None:
        end.wait(30)

    replies = (calls(("wait", {})), completion("Done."))
    run, driver, _ = started(connect, *replies, tools=[wait], tool_timeout=0.01)
    until_done(driver, run)
    end.set()
    assert contents(run) == ["Error: TimeoutError: it took longer than 0.01 s"]


def test_tools_without_a_function(connect: Callable[..., SyncDriver]) -> None:
    """A call of a tool without a function ends the run, which has it as a pending call."""
    plain = {"type": "function", "function": {"name": "ask", "parameters": {"type": "object", "properties": {}}}}
    replies = (calls(("add", {"a": 1, "b": 2}), ("ask", {"x": 1})), completion("Done."))
    run, driver, _ = started(connect, *replies, tools=[add, plain])
    until_done(driver, run)
    assert [(call.name, call.arguments) for call in run.pending_calls] == [("ask", {"x": 1})]
    assert contents(run) == ["3"]
    answered = [*run.messages, {"role": "tool", "tool_call_id": "call_1", "content": "4"}]
    again, driver, server = started(connect, completion("7"), tools=[add, plain], messages=answered)
    assert until_done(driver, again).text == "7"
    assert server.body["messages"] == answered


def test_custom_tools(connect: Callable[..., SyncDriver]) -> None:
    """A custom tool takes the text that the model writes."""

    def shout(text: str) -> str:
        """Shout."""
        return text.upper()

    reply = completion(None)
    call = {"id": "c", "type": "custom", "custom": {"name": "shout", "input": "hi"}}
    reply["choices"][0]["message"]["tool_calls"] = [call]
    run, driver, server = started(connect, reply, completion("Done."), tools=[custom_tool(shout)])
    until_done(driver, run)
    assert contents(run) == ["HI"]
    assert server.body["tools"] == [{"type": "custom", "custom": {"name": "shout", "description": "Shout."}}]


def test_a_forced_choice(connect: Callable[..., SyncDriver]) -> None:
    """A tool choice that forces a call holds for the first request alone."""
    replies = (calls(("add", {"a": 1, "b": 2})), completion("3"))
    run, driver, server = started(connect, *replies, tools=[add], tool_choice="required")
    until_done(driver, run)
    sent = [json.loads(request.content)["tool_choice"] for request in server.requests]
    assert sent == ["required", "auto"]


def test_a_typed_answer(connect: Callable[..., SyncDriver]) -> None:
    """The last answer may be a value of a type."""
    replies = (calls(("add", {"a": 1, "b": 2})), completion('{"city": "Paris", "country": null}'))
    run, driver, _ = started(connect, *replies, tools=[add], response_format=Place)
    assert until_done(driver, run).parsed == Place("Paris")


def streamed_calls(*wanted: tuple[str, Any]) -> bytes:
    made = calls(*wanted)["choices"][0]["message"]["tool_calls"]
    numbered = [{"index": index, **call} for index, call in enumerate(made)]
    return events(chunk(choice(tool_calls=numbered)), chunk(choice(finish_reason="tool_calls")), "[DONE]")


def test_streamed_answers(connect: Callable[..., SyncDriver]) -> None:
    """With stream=True the events of each answer come as they arrive, between those of the run."""
    text = events(chunk(choice(content="Thr")), chunk(choice(content="ee.")), STOP, "[DONE]")
    first, second = (streaming(body) for body in (streamed_calls(("add", {"a": 1, "b": 2})), text))
    run, driver, server = started(connect, first, second, tools=[add], stream=True)
    found = collected(driver, run)
    assert [event.type for event in found if event.type != "chunk"] == [
        "tool_calls.function.arguments.delta",
        "tool_calls.function.arguments.done",
        "answer",
        "tool_call",
        "tool_result",
        "content.delta",
        "content.delta",
        "content.done",
        "answer",
    ]
    assert (run.completion.text, contents(run)) == ("Three.", ["3"])
    assert [json.loads(request.content)["stream"] for request in server.requests] == [True, True]


def test_a_streamed_typed_answer(connect: Callable[..., SyncDriver]) -> None:
    """A streamed answer that calls tools need not fit the type; the last one is read, or its error raised."""
    asking = events(chunk(choice(content="Let me add."))) + streamed_calls(("add", {"a": 1, "b": 2}))
    for pieces, told in (('{"city": "Paris", "country": null}', ""), ("[]", "expected an object")):
        last = events(*(chunk(choice(content=piece)) for piece in pieces), STOP, "[DONE]")
        replies = streaming(asking), streaming(last)
        run, driver, _ = started(connect, *replies, tools=[add], response_format=Place, stream=True)
        if told:
            with pytest.raises(ParseError, match=told) as caught:
                until_done(driver, run)
            assert [message["role"] for message in caught.value.messages] == ["user", "assistant", "tool"]
        else:
            assert until_done(driver, run).parsed == Place("Paris")


def test_a_stream_that_breaks_off(connect: Callable[..., SyncDriver]) -> None:
    """The error of a stream has the exchange so far, and the run asks again when it goes on."""
    cut = streaming(events(chunk(choice(content="Thr"))))
    whole = streaming(events(chunk(choice(content="Three.")), STOP, "[DONE]"))
    replies = streaming(streamed_calls(("add", {"a": 1, "b": 2}))), cut, whole
    run, driver, _ = started(connect, *replies, tools=[add], stream=True)
    with pytest.raises(StreamInterruptedError) as caught:
        until_done(driver, run)
    assert caught.value.completion.text == "Thr"
    assert [message["role"] for message in caught.value.messages] == ["user", "assistant", "tool"]
    assert until_done(driver, run).text == "Three."


def test_a_run_is_no_answer(connect: Callable[..., SyncDriver]) -> None:
    """An attribute of an answer is not looked for in a run in vain: the error says how to get the answer."""
    run, _, _ = started(connect, tools=[add])
    with pytest.raises(AttributeError, match=r"'\w+' object has no attribute 'text': until_done\(\) returns"):
        _ = run.text


def test_async_functions(connect: Callable[..., SyncDriver]) -> None:
    """The async client awaits async functions; the sync one refuses them before it asks."""

    async def double(a: Literal[1, 2]) -> int:
        return 2 * a

    server = Server(calls(("double", {"a": 2})), completion("4"))
    driver = connect(transport=server.transport)
    if is_async(driver):
        run = driver.client.run_tools(**ASK, tools=[double])
        until_done(driver, run)
        assert contents(run) == ["4"]
    else:
        with pytest.raises(TypeError, match="AsyncChatClient"):
            driver.client.run_tools(**ASK, tools=[double])
        assert server.requests == []


@pytest.mark.parametrize(
    ("params", "cls", "told"),
    [
        ({"max_round": 3}, TypeError, "max_rounds"),
        ({"max_rounds": 0}, ValueError, "1 or more"),
        ({"n": 2}, ValueError, "leave out n=2"),
        ({"tools": add}, TypeError, r"\[get_weather\]"),
        ({"tools": [add, add]}, ValueError, "two tools are named 'add'"),
        ({"on_error": "ignore"}, ValueError, "'report' or 'raise'"),
        ({"tool_timeout": 0}, ValueError, "more than 0"),
        ({"before_call": 1}, TypeError, "before_call"),
        ({"messages": None}, TypeError, "messages"),
        ({"functions": []}, TypeError, "tools="),
        ({"response_format": dict[str, int]}, TypeError, "open mapping"),
    ],
)
def test_wrong_arguments(connect: Callable[..., SyncDriver], params: Any, cls: type[Exception], told: str) -> None:
    """A wrong argument is an error before anything is sent."""
    with pytest.raises(cls, match=told):
        started(connect, completion(), **{"tools": [add], **params})


def test_break_off(connect: Callable[..., SyncDriver]) -> None:
    """A run whose iteration is broken off answers every call, so that its messages can be sent."""
    run, driver, _ = started(connect, calls(("add", {"a": 1, "b": 2})), completion("3"), tools=[add])

    async def first() -> Any:
        return await anext(aiter(run))

    driver.run(first()) if is_async(driver) else next(iter(run))
    assert contents(run) == ["This call was not made."]
    assert until_done(driver, run).text == "3"
    assert contents(run) == ["3"]
