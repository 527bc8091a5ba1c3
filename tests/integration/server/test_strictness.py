"""What the server refuses as the service does, beyond the spec, and what a lenient one takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from chatcompletions.server import LocalServer
from chatcompletions.server._strictness import strict_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

USER = {"role": "user", "content": "Hello."}


@pytest.fixture(scope="module")
def lenient() -> Iterator[httpx.Client]:
    with LocalServer(lenient=True) as server, httpx.Client(base_url=server.base_url, trust_env=False) as client:
        yield client


def schema(properties: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """Make a strict schema of an object, with changes."""
    properties = {"city": {"type": "string"}} if properties is None else properties
    own = {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
    return {name: value for name, value in {**own, **more}.items() if value is not ...}


def called(*names: str) -> dict[str, Any]:
    calls = [{"id": name, "type": "function", "function": {"name": "f", "arguments": "{}"}} for name in names]
    return {"role": "assistant", "content": None, "tool_calls": calls}


def result(name: str) -> dict[str, Any]:
    return {"role": "tool", "content": "12", "tool_call_id": name}


def function(name: str = "f", **more: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, **more}}


def layout(**more: Any) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "a", "strict": True, "schema": schema(), **more}}


def deep(levels: int) -> dict[str, Any]:
    return schema() if levels == 1 else schema({"a": deep(levels - 1)})


REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "an open schema": (
        {"response_format": layout(schema=schema(additionalProperties=...))},
        "response_format",
        "Invalid schema for response_format 'a': In context=(), 'additionalProperties' is required to be supplied and "
        "to be false.",
    ),
    "an optional property": (
        {"tools": [function(strict=True, parameters=schema(required=[]))]},
        "tools[0].function.parameters",
        "Invalid schema for function 'f': In context=(), 'required' is required to be supplied and to be an array "
        "including every key in properties; missing 'city'.",
    ),
    "the name of a schema": (
        {"response_format": layout(name="a b")},
        "response_format.json_schema.name",
        "'a b' is not made of 1 to 64 letters",
    ),
    "calls at the end": ({"messages": [USER, called("c1")]}, "messages[1]", "there is none for c1"),
    "calls that nobody answered": (
        {"messages": [USER, called("c1", "c2"), result("c2"), USER]},
        "messages[1]",
        "must be followed by a tool message for each 'tool_call_id'; there is none for c1",
    ),
    "an unknown id": (
        {"messages": [USER, called("c1"), result("c2")]},
        "messages[2].tool_call_id",
        "'c2' is the id of no call",
    ),
    "a result of nothing": (
        {"messages": [USER, result("c1")]},
        "messages[1].role",
        "must follow an assistant message with 'tool_calls'",
    ),
    "a result that is too late": (
        {"messages": [called("c1"), result("c1"), USER, result("c1")]},
        "messages[3].role",
        "must follow an assistant message",
    ),
    "no word of JSON": (
        {"response_format": {"type": "json_object"}},
        "messages",
        "'messages' must contain the word 'json'",
    ),
    "a name with a dot": ({"tools": [function("a.b")]}, "tools[0].function.name", "'a.b' is not made of"),
    "a long name": ({"tools": [function("a" * 65)]}, "tools[0].function.name", "is not made of 1 to 64"),
    "no name": ({"functions": [{"name": ""}]}, "functions[0].name", "'' is not made of"),
    "a custom tool's name": (
        {"tools": [{"type": "custom", "custom": {"name": "é"}}]},
        "tools[0].custom.name",
        "'é' is not made of",
    ),
    "a name twice": (
        {"tools": [function(), {"type": "custom", "custom": {"name": "f"}}]},
        "tools[1].custom.name",
        "another tool is called 'f' too",
    ),
}


@pytest.mark.parametrize(("change", "param", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(
    client: httpx.Client, lenient: httpx.Client, change: dict[str, Any], param: str, message: str
) -> None:
    """What the service refuses is a 400 that names the parameter; a lenient server takes it."""
    body = {"model": "m", "messages": [USER], **change}
    response = client.post("/chat/completions", json=body)
    assert response.status_code == 400
    assert (response.json()["error"]["param"], response.json()["error"]["type"]) == (param, "invalid_request_error")
    assert message in response.json()["error"]["message"]
    assert lenient.post("/chat/completions", json=body).status_code == 200


TAKEN: dict[str, dict[str, Any]] = {
    "a strict schema": {"response_format": layout()},
    "a schema that is not called strict": {"response_format": layout(strict=False, schema={"type": "array"})},
    "a strict function": {"tools": [function("A-b_9", strict=True, parameters=schema())]},
    "a strict function without parameters": {"tools": [function(strict=True)]},
    "an open function": {"tools": [function(parameters={"type": "object"})]},
    "answered calls": {"messages": [USER, called("c1", "c2"), result("c2"), result("c1"), USER]},
    "a result twice": {"messages": [USER, called("c1"), result("c1"), result("c1")]},
    "the word JSON": {
        "response_format": {"type": "json_object"},
        "messages": [{"role": "user", "content": [{"type": "text", "text": "as JSON"}]}],
    },
}


@pytest.mark.parametrize("change", TAKEN.values(), ids=TAKEN)
def test_what_is_taken(client: httpx.Client, change: dict[str, Any]) -> None:
    """What the service takes is taken."""
    response = client.post("/chat/completions", json={"model": "m", "messages": [USER], **change})
    assert response.status_code == 200, response.text


def test_a_lenient_server_takes_other_parameters(client: httpx.Client, lenient: httpx.Client) -> None:
    """A parameter beyond the spec is refused, or let through by a lenient server; one of a wrong type never is."""
    body = {"model": "m", "messages": [USER], "top_k": 5}
    assert client.post("/chat/completions", json=body).status_code == 400
    assert lenient.post("/chat/completions", json=body).status_code == 200
    assert lenient.post("/chat/completions", json={**body, "n": "x"}).status_code == 400


PROBLEMS: dict[str, tuple[Any, str]] = {
    "no object": ({"type": "array", "items": {"type": "string"}}, "the root must be an object"),
    "a union": (schema(anyOf=[schema()]), "the root must be an object, and no union"),
    "no type": (schema({"a": {}}), "('properties', 'a') a schema must have a 'type' key"),
    "an unknown type": (schema({"a": {"type": "text"}}), "this is no JSON Schema"),
    "a truth": (schema({"a": True}), "('properties', 'a') true and false are no schemas here"),
    "an open object within": (
        schema({"a": {"type": "array", "items": {"type": "object"}}}),
        "('properties', 'a', 'items') 'additionalProperties' is required",
    ),
    "an open branch": (schema({"a": {"anyOf": [{"type": "null"}, schema(required=...)]}}), "'anyOf', '1') 'required'"),
    "an open definition": (schema(**{"$defs": {"A": {"type": "object"}}}), "('$defs', 'A') 'additionalProperties'"),
    "a default": (schema({"a": {"type": "string", "default": "x"}}), "'default' is not permitted"),
    "one of": (schema({"a": {"oneOf": [{"type": "string"}]}}), "'oneOf' is not permitted"),
    "a length": (schema({"a": {"type": "string", "minLength": 1}}), "'minLength' is not permitted"),
    "a format": (schema({"a": {"type": "string", "format": "uri"}}), "the format 'uri' is not one of date"),
    "an array of anything": (schema({"a": {"type": "array"}}), "an array needs 'items'"),
    "a described reference": (
        schema({"a": {"$ref": "#/$defs/A", "description": "x"}}, **{"$defs": {"A": schema()}}),
        "'$ref' cannot have the keywords description beside it",
    ),
    "a lost reference": (schema({"a": {"$ref": "#/$defs/B"}}), "the reference '#/$defs/B' leads nowhere"),
    "a foreign reference": (schema({"a": {"$ref": "https://x/y"}}), "leads nowhere"),
    "11 levels": (deep(11), "objects are nested more than 10 levels deep"),
    "properties": (schema({f"p{n}": {"type": "null"} for n in range(5_001)}), "there are more than 5000 properties"),
    "values": (schema({"a": {"enum": list(range(1_001))}}), "there are more than 1000 enum values"),
    "characters": (schema({"a" * 120_001: {"type": "null"}}), "there are more than 120000 characters"),
}


@pytest.mark.parametrize(("value", "problem"), PROBLEMS.values(), ids=PROBLEMS)
def test_schemas_that_are_not_strict(value: Any, problem: str) -> None:
    """Whatever keeps a schema from being strict is found, with its place."""
    assert problem in "; ".join(f"{path} {text}" for path, text in strict_problems(value))


STRICT: dict[str, dict[str, Any]] = {
    "recursive": schema({"a": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}),
    "definitions": schema({"a": {"$ref": "#/$defs/A"}}, **{"$defs": {"A": schema()}}),
    "keywords": schema(
        {
            "a": {"type": ["string", "null"], "pattern": "^a", "format": "uuid", "title": "A", "description": "An a."},
            "b": {"type": "integer", "minimum": 1, "maximum": 9, "multipleOf": 2},
            "c": {"type": "array", "items": {"const": "x"}, "minItems": 1, "maxItems": 3},
            "d": {"enum": ["x", 1, None]},
        }
    ),
    "empty": {"type": "object", "additionalProperties": False},
    "10 levels": deep(10),
    "1000 values": schema({"a": {"type": "integer", "enum": list(range(1_000))}}),
}


@pytest.mark.parametrize("value", STRICT.values(), ids=STRICT)
def test_strict_schemas(value: dict[str, Any]) -> None:
    """A schema within the strict subset has no problem."""
    assert list(strict_problems(value)) == []
