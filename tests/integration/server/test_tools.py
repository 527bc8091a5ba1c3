"""When a canned answer calls tools, and with what."""

import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

Create = Callable[..., dict[str, Any]]

PARAMETERS = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 1}},
    "required": ["city", "days"],
    "additionalProperties": False,
}
WEATHER = {"type": "function", "function": {"name": "get_weather", "parameters": PARAMETERS}}
CLOCK = {"type": "function", "function": {"name": "get_time"}}
SHELL = {"type": "custom", "custom": {"name": "shell"}}
TOOLS = [WEATHER, CLOCK, SHELL]


def called(completion: dict[str, Any]) -> list[str]:
    calls = completion["choices"][0]["message"].get("tool_calls", [])
    return [call[call["type"]]["name"] for call in calls]


def test_a_message_that_names_a_tool_calls_it(create: Create) -> None:
    """A tool that the user mentions is called, and there is no text."""
    completion = create("Please call get_weather.", tools=TOOLS)
    assert called(completion) == ["get_weather"]
    assert completion["choices"][0]["finish_reason"] == "tool_calls"
    assert completion["choices"][0]["message"]["content"] is None


def test_a_message_that_names_no_tool_gets_text(create: Create) -> None:
    """Tools on offer do not by themselves make a call."""
    completion = create("Hello.", tools=TOOLS)
    assert called(completion) == []
    assert completion["choices"][0]["finish_reason"] == "stop"


def test_arguments_fit_the_parameters(create: Create) -> None:
    """The arguments of a call are JSON that the tool's parameters accept."""
    call = create("get_weather", tools=TOOLS)["choices"][0]["message"]["tool_calls"][0]
    jsonschema.validate(json.loads(call["function"]["arguments"]), PARAMETERS)


def test_arguments_are_an_object_even_without_parameters(create: Create) -> None:
    """A function without parameters is called with an empty object."""
    for parameters in ({}, {"parameters": {}}):
        tool = {"type": "function", "function": {"name": "get_time", **parameters}}
        call = create("get_time", tools=[tool])["choices"][0]["message"]["tool_calls"][0]
        assert json.loads(call["function"]["arguments"]) == {}


@pytest.mark.parametrize(
    ("choice", "text", "names"),
    [
        ("none", "get_weather", []),
        ("auto", "get_weather", ["get_weather"]),
        ("required", "Hello.", ["get_weather"]),
        ("required", "get_time", ["get_time"]),
        ({"type": "function", "function": {"name": "get_time"}}, "Hello.", ["get_time"]),
        ({"type": "custom", "custom": {"name": "shell"}}, "Hello.", ["shell"]),
        (
            {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": [CLOCK]}},
            "get_weather",
            ["get_time"],
        ),
        (
            {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": [CLOCK]}},
            "get_weather",
            [],
        ),
    ],
)
def test_tool_choice_decides(create: Create, choice: object, text: str, names: list[str]) -> None:
    """The tool choice forbids, allows, demands or names a call."""
    assert called(create(text, tools=TOOLS, tool_choice=choice)) == names


@pytest.mark.parametrize(("parallel", "names"), [(True, ["get_weather", "get_time"]), (False, ["get_weather"])])
def test_several_tools_are_called_at_once(create: Create, parallel: bool, names: list[str]) -> None:
    """A message that names several tools calls them all, unless parallel calls are switched off."""
    completion = create("get_weather and get_time", tools=TOOLS, parallel_tool_calls=parallel)
    assert called(completion) == names
    ids = [call["id"] for call in completion["choices"][0]["message"]["tool_calls"]]
    assert len(set(ids)) == len(names)


def test_a_custom_tool_gets_free_text(create: Create) -> None:
    """A call of a custom tool carries text, not JSON arguments."""
    call = create("shell", tools=TOOLS)["choices"][0]["message"]["tool_calls"][0]
    assert call["type"] == "custom"
    assert "canned" in call["custom"]["input"]


def test_a_tool_result_is_answered_with_text(create: Create) -> None:
    """A conversation that ends with a tool's result gets a text that quotes it, so that a loop ends."""
    first = create("get_weather", tools=TOOLS)["choices"][0]["message"]
    history = [
        {"role": "user", "content": "get_weather"},
        first,
        {"role": "tool", "tool_call_id": first["tool_calls"][0]["id"], "content": "12 degrees"},
    ]
    completion = create(messages=history, tools=TOOLS)
    assert called(completion) == []
    assert '"12 degrees"' in completion["choices"][0]["message"]["content"]


def test_a_limit_cuts_the_arguments(create: Create) -> None:
    """A limit of tokens cuts a call's arguments too, and the finish reason says so."""
    completion = create("get_weather", tools=TOOLS, max_completion_tokens=2)
    assert completion["choices"][0]["finish_reason"] == "length"
    assert completion["usage"]["completion_tokens"] == 2


@pytest.mark.parametrize(
    ("choice", "text", "finish"),
    [
        ("auto", "get_weather", "function_call"),
        ("auto", "Hello.", "stop"),
        ("none", "get_weather", "stop"),
        ({"name": "get_weather"}, "Hello.", "function_call"),
    ],
)
def test_legacy_functions_are_called(create: Create, choice: object, text: str, finish: str) -> None:
    """The deprecated functions get the deprecated function call, by the same rules."""
    completion = create(text, functions=[WEATHER["function"]], function_call=choice)
    message = completion["choices"][0]["message"]
    assert completion["choices"][0]["finish_reason"] == finish
    assert ("function_call" in message) == (finish == "function_call")
    if "function_call" in message:
        jsonschema.validate(json.loads(message["function_call"]["arguments"]), PARAMETERS)
