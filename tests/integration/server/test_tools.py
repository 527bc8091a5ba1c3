"""When a canned answer calls tools, and with what."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import jsonschema
import pytest

from chatcompletions.server import LocalServer

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


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("What is the weather in Paris?", "get_weather"),
        ("what's the WEATHER like", "getWeather"),
        ("The weather, please", "fetch-weather2"),
        ("Any HTTP errors?", "listHTTPErrors"),
        ("Find an open hotel", "search_hotels"),
        ("Which cities are near?", "city_lookup"),
        ("Search for it.", "search"),
        ("Please use get_it.", "get_it"),
        ("Wie ist das Wetter in Köln?", "hole_wetter"),
    ],
)
def test_a_word_of_its_name_calls_a_tool(create: Create, text: str, name: str) -> None:
    """A whole word of a tool's name is a mention, in singular or plural and in either case."""
    tool = {"type": "function", "function": {"name": name}}
    assert called(create(text, tools=[tool])) == [name]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Do some research.", "search"),
        ("Get the list for me.", "get_weather"),
        ("Whether or not", "get_weather"),
        ("My weathering steel", "get_weather"),
        ("Call get_weather_tomorrow", "get_weather"),
        ("Call get-weather", "get_date"),
        ("", "search"),
    ],
)
def test_part_of_a_word_calls_nothing(create: Create, text: str, name: str) -> None:
    """Neither a part of a word nor a word that says nothing is a mention."""
    tool = {"type": "function", "function": {"name": name}}
    assert called(create(text, tools=[tool])) == []


def test_a_tool_that_is_mentioned_twice_is_called_twice(create: Create) -> None:
    """Each mention is a call, in order, with what the message says of each; one call where no more are wanted."""
    text = "What is the weather in Paris, the weather in New York, and the time?"
    calls = create(text, tools=TOOLS)["choices"][0]["message"]["tool_calls"]
    arguments = [(call["function"]["name"], json.loads(call["function"]["arguments"]).get("city")) for call in calls]
    assert arguments == [("get_weather", "Paris"), ("get_weather", "New York"), ("get_time", None)]
    assert called(create(text, tools=TOOLS, parallel_tool_calls=False)) == ["get_weather"]
    named = {"type": "function", "function": {"name": "get_weather"}}
    assert called(create(text, tools=TOOLS, tool_choice=named)) == ["get_weather"]


def test_a_message_cannot_ask_for_any_number_of_calls(create: Create) -> None:
    """However often a tool is mentioned, there are a few calls."""
    assert len(called(create("weather " * 10_000, tools=TOOLS))) == 16


def test_what_is_quoted_becomes_an_argument(create: Create) -> None:
    """Texts among the arguments come from what is quoted, and from names; the rest is canned."""
    texts = {name: {"type": "string"} for name in ("subject", "to", "body")}
    mail = {"type": "function", "function": {"name": "send_mail", "parameters": {"properties": texts}}}
    call = create('Mail "see you soon" to Ada Lovelace.', tools=[mail])["choices"][0]["message"]["tool_calls"][0]
    given = {"subject": "see you soon", "to": "Ada Lovelace", "body": "canned"}
    assert json.loads(call["function"]["arguments"]) == given


def exchange(create: Create, *, rounds: int, tools: list[dict[str, Any]], **parameters: Any) -> list[list[str]]:
    """Answer each call with a result, as an agent does, and list the names of the calls of each round."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": "Do it."}]
    names = []
    for _ in range(rounds):
        message = create(messages=messages, tools=tools, **parameters)["choices"][0]["message"]
        names.append([call[call["type"]]["name"] for call in message.get("tool_calls", ())])
        results = [
            {"role": "tool", "tool_call_id": call["id"], "content": "1"} for call in message.get("tool_calls", ())
        ]
        messages += [message, *results]
    return names


def test_a_required_call_goes_through_the_tools_and_ends_with_the_last(create: Create) -> None:
    """With results there, a required call is of a tool not called yet, in order, and then of the last one again."""
    final = {"type": "function", "function": {"name": "final_result"}}
    names = exchange(create, rounds=5, tools=[WEATHER, SHELL, final], tool_choice="required")
    assert names == [["get_weather"], ["shell"], ["final_result"], ["final_result"], ["final_result"]]
    allowed = {"mode": "required", "tools": [CLOCK, final]}
    choice = {"type": "allowed_tools", "allowed_tools": allowed}
    assert exchange(create, rounds=2, tools=[WEATHER, CLOCK, final], tool_choice=choice) == [
        ["get_time"],
        ["final_result"],
    ]


def test_a_new_question_begins_anew(create: Create) -> None:
    """Calls and results before the last user message do not count."""
    first = create("get_weather", tools=TOOLS)["choices"][0]["message"]
    history = [
        {"role": "user", "content": "get_weather"},
        first,
        {"role": "tool", "tool_call_id": first["tool_calls"][0]["id"], "content": "12 degrees"},
        {"role": "assistant", "content": "12 degrees."},
        {"role": "user", "content": "And the weather tomorrow?"},
    ]
    assert called(create(messages=history, tools=TOOLS)) == ["get_weather"]


def test_a_structured_answer_follows_a_result(create: Create) -> None:
    """With a response format, what follows a result is an answer in that format."""
    first = create("get_weather", tools=TOOLS)["choices"][0]["message"]
    result = {"role": "tool", "tool_call_id": first["tool_calls"][0]["id"], "content": "12 degrees"}
    layout = {"type": "json_schema", "json_schema": {"name": "a", "schema": PARAMETERS}}
    history = [{"role": "user", "content": "get_weather"}, first, result]
    message = create(messages=history, tools=TOOLS, response_format=layout)["choices"][0]["message"]
    jsonschema.validate(json.loads(message["content"]), PARAMETERS)


@pytest.mark.parametrize(
    ("choice", "reason"),
    [
        ("auto", "tool_calls"),
        ("required", "tool_calls"),
        ({"type": "function", "function": {"name": "get_weather"}}, "stop"),
        ({"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": [WEATHER]}}, "tool_calls"),
    ],
)
def test_the_finish_reason_of_a_call(create: Create, choice: object, reason: str) -> None:
    """A call ends with "tool_calls", but with "stop" where the request named its tool, as the service does."""
    completion = create("get_weather", tools=TOOLS, tool_choice=choice, stop="city")
    assert completion["choices"][0]["finish_reason"] == reason
    arguments = completion["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"]
    jsonschema.validate(json.loads(arguments), PARAMETERS)


def test_the_input_of_a_custom_tool_fits_its_grammar(create: Create) -> None:
    """A custom tool whose input must match a regular expression gets one that does."""
    grammar = {"syntax": "regex", "definition": r"^\d{4}-\d\d$"}
    tool = {"type": "custom", "custom": {"name": "month", "format": {"type": "grammar", "grammar": grammar}}}
    call = create("Which month?", tools=[tool])["choices"][0]["message"]["tool_calls"][0]
    assert call["custom"] == {"name": "month", "input": "0000-00"}


@pytest.mark.parametrize(
    ("parameters", "param"),
    [
        (
            {"tools": [CLOCK, {"type": "function", "function": {"name": "x", "parameters": {"$ref": "#/none"}}}]},
            "tools[1].function.parameters",
        ),
        (
            {
                "functions": [
                    {"name": "x", "parameters": {"type": "object", "properties": {"a": False}, "required": ["a"]}}
                ]
            },
            "functions[0].parameters",
        ),
        (
            {
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "x", "schema": {"type": "integer", "minimum": 2, "maximum": 1}},
                }
            },
            "response_format.json_schema.schema",
        ),
    ],
)
def test_a_schema_without_a_value_is_refused(client: httpx.Client, parameters: dict[str, Any], param: str) -> None:
    """Where no value is found that fits a schema, the answer is a 400 that names the schema and the reason."""
    body = {"model": "m", "messages": [{"role": "user", "content": "x"}], **parameters}
    response = client.post("/chat/completions", json=body)
    assert response.status_code == 400
    error = response.json()["error"]
    assert (error["code"], error["param"]) == ("no_sample", param)
    assert "no value was found that fits it: " in error["message"]


def test_a_script_answers_where_no_value_is_found() -> None:
    """An entry with an answer of its own is played, whatever the schemas of the request."""
    layout = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "string", "pattern": r"\p{L}"}}}
    body = {"model": "m", "messages": [{"role": "user", "content": "x"}], "response_format": layout}
    with LocalServer(script=["text"]) as server:
        response = httpx.post(f"{server.base_url}/chat/completions", json=body, trust_env=False, timeout=60)
    assert response.json()["choices"][0]["message"]["content"] == "text"


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
    ("choice", "text", "is_called", "finish"),
    [
        ("auto", "get_weather", True, "function_call"),
        ("auto", "Hello.", False, "stop"),
        ("none", "get_weather", False, "stop"),
        ({"name": "get_weather"}, "Hello.", True, "stop"),
    ],
)
def test_legacy_functions_are_called(create: Create, choice: object, text: str, is_called: bool, finish: str) -> None:
    """The deprecated functions get the deprecated function call, by the same rules."""
    completion = create(text, functions=[WEATHER["function"]], function_call=choice)
    message = completion["choices"][0]["message"]
    assert completion["choices"][0]["finish_reason"] == finish
    assert ("function_call" in message) == is_called
    if "function_call" in message:
        jsonschema.validate(json.loads(message["function_call"]["arguments"]), PARAMETERS)
