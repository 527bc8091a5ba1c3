"""Schemas as OpenAPI writes them, and what a validator finds by them once they are prepared."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from chatcompletions._spec.judge import _Validator
from chatcompletions._spec.schemas import Schemas

A: dict[str, Any] = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
B: dict[str, Any] = {"type": "object", "properties": {"b": {"type": "integer"}}}
REF_A = {"$ref": "#/components/schemas/A"}
REF_B = {"$ref": "#/components/schemas/B"}
REF_TREE = {"$ref": "#/components/schemas/Tree"}


def places(schema: Any, value: Any) -> list[str]:
    """Return where a value departs from a schema of a document that has A and B too."""
    components = {"A": A, "B": B, "Tree": {"properties": {"next": REF_TREE}}, "It": schema}
    schemas = Schemas({"components": {"schemas": components}})
    for prepared in schemas.root["whole"].values():
        jsonschema.Draft202012Validator.check_schema(prepared)
    errors = _Validator({**schemas.root, "$ref": "#/whole/It"}).iter_errors(value)
    return sorted({error.json_path for error in errors})


NULLABLE: dict[str, dict[str, Any]] = {
    "beside a type": {"type": "string", "nullable": True},
    "beside an enum": {"type": "string", "enum": ["x"], "nullable": True},
    "among the types of an enum": {"type": ["string", "null"], "enum": ["x"]},
    "among the types of an enum, twice said": {"type": ["string", "null"], "enum": ["x"], "nullable": True},
    "beside an enum that lists it": {"type": "string", "enum": ["x", None], "nullable": True},
    "beside a reference": {**REF_A, "nullable": True},
    "beside allOf": {"allOf": [REF_A, REF_B], "nullable": True},
    "beside oneOf": {"oneOf": [REF_A, {"type": "string"}], "nullable": True},
    "beside anyOf": {"anyOf": [REF_A, {"type": "string"}], "nullable": True},
    "beside properties": {**B, "nullable": True},
    "as a type": {"type": ["string", "null"]},
    "as a branch": {"anyOf": [REF_A, {"type": "null"}]},
}


@pytest.mark.parametrize("schema", NULLABLE.values(), ids=NULLABLE)
def test_nullable(schema: dict[str, Any]) -> None:
    """Null is allowed wherever a document says so, however it does, and nothing else besides."""
    assert places(schema, None) == []
    assert places({"type": "array", "items": schema}, [None, 5.5]) == ["$[1]"]
    assert places({**schema, "nullable": False, "type": "string"}, None) == ["$"]


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        (A, {"a": "x", "c": 1}, ["$.c"]),
        (A, {}, ["$.a"]),
        ({"type": "array", "items": REF_A}, [{"a": "x"}, {"a": "x", "c": 1}], ["$[1].c"]),
        ({"allOf": [REF_A, REF_B]}, {"a": "x", "b": 1}, []),
        ({"allOf": [REF_A, REF_B]}, {"b": "x", "c": 1}, ["$.a", "$.b", "$.c"]),
        ({"allOf": [REF_A], "properties": {"d": {}}}, {"a": "x", "d": 1, "c": 1}, ["$.c"]),
        ({**REF_A, "properties": {"d": {}}, "description": "x"}, {"a": "x", "d": 1, "c": 1}, ["$.c"]),
        ({"anyOf": [REF_A, REF_B], "description": "x"}, {"a": "x", "b": 1, "c": 1}, ["$.c"]),
        ({"anyOf": [REF_A, {"type": "null"}]}, {"a": "x", "c": 1}, ["$.c"]),
        ({"anyOf": [{"type": "string"}, {"type": "array"}]}, {"c": 1}, ["$"]),
        ({"oneOf": [REF_A, REF_B]}, {"a": "x"}, []),
        ({"properties": {"o": {"allOf": [REF_B]}}}, {"o": {"b": 1, "c": 1}}, ["$.o.c"]),
        (
            {"properties": {"t": REF_TREE}},
            {"t": {"next": {"next": {"c": 1}}}},
            ["$.t.next.next.c"],
        ),
    ],
)
def test_known_properties(schema: dict[str, Any], value: Any, expected: list[str]) -> None:
    """A property is unknown if no part of its object's schema has it, and is told at its own place, once."""
    assert places(schema, value) == expected


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object"},
        {},
        {**A, "additionalProperties": True},
        {**A, "additionalProperties": {"type": "integer"}},
        {**A, "patternProperties": {"^c": {}}},
        {"allOf": [REF_A, {"type": "object"}]},
        {"anyOf": [REF_A, {"type": "object"}]},
        {"allOf": [REF_A, {"type": "object", "additionalProperties": True}]},
    ],
)
def test_open_objects(schema: dict[str, Any]) -> None:
    """Where the document foresees properties of any name, none is unknown."""
    assert places(schema, {"a": "x", "c": 1}) == []


def test_closed_objects() -> None:
    """Where the document forbids further properties itself, they are told at their places all the same."""
    assert places({**A, "additionalProperties": False}, {"a": "x", "c": 1, "d": 2}) == ["$.c", "$.d"]


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "int64"}, 5, "x"),
        ({"type": "float"}, 5.5, "x"),
        ({"type": "map"}, {"any": 1}, 5),
        ({"type": ["int32", "null"]}, None, "x"),
        ({"minimum": 1, "exclusiveMinimum": True}, 2, 1),
        ({"minimum": 1, "exclusiveMinimum": False}, 1, 0),
        ({"maximum": 1, "exclusiveMaximum": True}, 0, 1),
    ],
)
def test_spellings(schema: dict[str, Any], good: Any, bad: Any) -> None:
    """Types and bounds that JSON Schema spells otherwise mean what they mean in the document."""
    assert (places(schema, good), places(schema, bad)) == ([], ["$"])


@pytest.mark.parametrize("schema", [{"type": "file"}, {"type": ["string", "blob"]}, {"required": True}, True])
def test_words_without_meaning(schema: Any) -> None:
    """A type that nobody knows, or a flag in the place of a list, asks for nothing and breaks nothing."""
    assert places(schema, 5) == places(schema, {"x": 1}) == []


JSON = {"application/json": {"schema": REF_A}}


def test_answers() -> None:
    """The answers of the operations are found by method and path, in place or behind references, whatever the 2xx."""
    document = {
        "paths": {
            "/a": {
                "parameters": [],
                "get": {"responses": {"200": {"content": JSON}}},
                "post": {"responses": {"2XX": {"$ref": "#/components/responses/R"}}},
                "put": {
                    "responses": {"400": {"content": JSON}, "201": {"content": JSON}, "default": {"content": JSON}}
                },
                "delete": {"responses": {"204": {"description": "Gone."}}},
            }
        },
        "components": {
            "schemas": {"A": A},
            "mediaTypes": {"M": {"schema": {"type": "string"}}},
            "responses": {"R": {"content": {"application/json; charset=utf-8": {"$ref": "#/components/mediaTypes/M"}}}},
        },
    }
    schemas = Schemas(document)
    assert [(method, path) for method, path, _ in schemas.answers] == [("GET", "/a"), ("POST", "/a"), ("PUT", "/a")]
    for (_, _, reference), value in zip(schemas.answers, [{"a": "x"}, "x", {"a": "x"}], strict=True):
        validator = _Validator({**schemas.root, "$ref": f"#/{reference}"})
        assert validator.is_valid(value)
        assert not validator.is_valid(5)
