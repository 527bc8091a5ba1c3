"""Values made for JSON Schemas: they fit, and they stay small."""

import json
from typing import Any

import jsonschema
import pytest

from chatcompletions.server._samples import sample

NODE = {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}, "required": ["next"]}


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"const": [1, 2]},
        {"enum": ["red", "green"]},
        {"type": "null"},
        {"type": ["null", "string"], "minLength": 12},
        {"type": "string", "maxLength": 2},
        {"type": "string", "format": "date-time"},
        {"type": "integer", "minimum": 3, "multipleOf": 4},
        {"type": "integer", "exclusiveMinimum": 0},
        {"type": "integer", "maximum": -3, "multipleOf": 7},
        {"type": "integer", "exclusiveMaximum": -3},
        {"type": "number", "minimum": 0.3, "maximum": 0.4},
        {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.5},
        {"type": "number", "maximum": -5.5},
        {"type": "array", "minItems": 3, "items": {"type": "boolean"}},
        {"type": "array", "maxItems": 0},
        {"type": "array", "prefixItems": [{"const": 1}, {"type": "string"}]},
        {"properties": {"a": {"items": {"type": "number"}}}, "required": ["a", "b"]},
        {"oneOf": [{"type": "integer"}, {"type": "string"}]},
        {"type": "object", "anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
        {
            "allOf": [
                {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
                {"properties": {"b": {"type": "integer"}}, "required": ["b"]},
            ]
        },
        {
            "allOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/b"}],
            "$defs": {"a": {"type": "object", "required": ["a"]}, "b": {"type": "object", "required": ["b"]}},
        },
        {"$ref": "#/$defs/a~1b", "$defs": {"a/b": {"type": "object", "required": ["x"]}}},
        {
            "$ref": "#/$defs/node",
            "$defs": {
                "node": {
                    "type": "object",
                    "properties": {"next": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/node"}]}},
                    "required": ["next"],
                    "additionalProperties": False,
                }
            },
        },
    ],
    ids=json.dumps,
)
def test_a_sample_fits_its_schema(schema: dict[str, Any]) -> None:
    """A value made for a schema is valid by it, and the same each time."""
    value = sample(schema)
    jsonschema.Draft202012Validator(schema).validate(value)
    assert sample(schema) == value


@pytest.mark.parametrize(
    "schema",
    [
        True,
        [],
        "object",
        {"$ref": "#"},
        {"$ref": "#/nowhere/0"},
        {"$ref": "https://example.com/schema"},
        {"allOf": [{"$ref": "#"}]},
        {"allOf": [{"$ref": "#"}, {"$ref": "#"}]},
        {"anyOf": [{"$ref": "#"}]},
        {"$ref": "#/$defs/node", "$defs": {"node": NODE}},
        {"type": "object", "required": ["a", "b"], "properties": {"a": {"$ref": "#"}, "b": {"$ref": "#"}}},
        {"type": "array", "minItems": 50, "items": {"$ref": "#"}},
        {"type": "array", "minItems": 10**9},
        {"type": "array", "minItems": -1, "maxItems": -5},
        {"type": "string", "minLength": 10**12},
        {"type": "string", "maxLength": -1},
        {"type": "number", "minimum": 10**800},
        {"type": "number", "minimum": 5, "multipleOf": 1e-300},
        {"type": "integer", "minimum": 5, "maximum": 4},
        {"type": {"a": 1}, "enum": "x", "properties": [], "required": "x"},
        {"type": "object", "properties": {"a": 1}, "required": [1, "a", None]},
    ],
    ids=lambda schema: json.dumps(schema)[:60],
)
def test_a_hostile_schema_gets_a_small_value(schema: object) -> None:
    """A schema that is endless, huge, contradictory or no schema still gets a value of modest size."""
    assert len(json.dumps(sample(schema))) < 20_000
