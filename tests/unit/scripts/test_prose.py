"""Rules for telling facts from prose."""

from typing import Any

import pytest

from scripts.defaults import allow_null_defaults
from scripts.prose import strip

PROSE = {
    "title": "Words",
    "summary": "Words",
    "description": "Words",
    "example": {"description": "Words"},
    "examples": [{"$ref": "#/nowhere"}],
    "externalDocs": {"url": "https://example.com"},
    "$comment": "Words",
    "x-anything": {"type": "string"},
}


@pytest.mark.parametrize("kind", ["schema", "parameter", "header", "operation", "media type", "path item", "tag"])
def test_prose_goes(kind: str) -> None:
    """Titles, descriptions, examples and extensions are removed wherever an object may have them."""
    assert strip({**PROSE, "deprecated": True}, kind) == {"deprecated": True}


def test_names_stay() -> None:
    """A property, component or header with the name of a keyword is a fact."""
    names = [*PROSE, "default", "enum", "$ref", "x-id", "properties"]
    schema = {"properties": {name: {"type": "string", **PROSE} for name in names}}
    assert strip(schema, "schema") == {"properties": {name: {"type": "string"} for name in names}}
    components = {
        "schemas": {"title": {"type": "string"}},
        "headers": {"x-rate": {**PROSE, "required": True}},
    }
    assert strip(components, "components") == {
        "schemas": {"title": {"type": "string"}},
        "headers": {"x-rate": {"required": True}},
    }


@pytest.mark.parametrize("keyword", ["enum", "const", "default"])
def test_values_stay(keyword: str) -> None:
    """Everything inside a value is data, whatever its keys are called."""
    value = [{"description": "Words", "x-id": 1, "title": None, "properties": {"example": 1}}]
    assert strip({keyword: value, "title": "Words"}, "schema") == {keyword: value}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "int64", "nullable": True, "required": None, "items": None, "properties": []},
        {"$ref": "#/components/schemas/A", "nullable": True, "deprecated": True},
        {"additionalProperties": True, "not": {}, "items": [{"type": "string"}, False]},
        {"type": ["string", "null"], "minLength": 1, "pattern": "^x-", "format": "uuid", "readOnly": True},
        {"discriminator": {"propertyName": "title", "mapping": {"description": "#/components/schemas/A"}}},
        {
            "properties": {"a": True, "b": None},
            "patternProperties": {"^x-": {}},
            "unevaluatedProperties": False,
        },
    ],
)
def test_facts_stay(schema: dict[str, Any]) -> None:
    """Every other keyword stays as it is, known or not, well-formed or not."""
    assert strip(schema, "schema") == schema


@pytest.mark.parametrize(
    "place",
    [
        *("items", "not", "if", "then", "else", "contains", "propertyNames", "additionalProperties"),
        *("unevaluatedItems", "unevaluatedProperties", "contentSchema"),
    ],
)
def test_schema_in_schema(place: str) -> None:
    """A schema inside a schema loses its prose, alone and in a list."""
    assert strip({place: {**PROSE, "minimum": 1}}, "schema") == {place: {"minimum": 1}}
    assert strip({place: [{**PROSE, "minimum": 1}]}, "schema") == {place: [{"minimum": 1}]}


def test_what_must_be_there() -> None:
    """A response keeps an empty description and a scope an empty text, because OpenAPI demands them."""
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "API",
            "version": "1",
            "description": "Words",
            "contact": {},
            "license": {"name": "MIT"},
        },
        "paths": {"x-y": {}, "/a": {"get": {"responses": {"200": {"description": "Words"}, "x-y": {}}}}},
        "components": {
            "responses": {"A": {"$ref": "#/components/responses/B", "description": "Words"}},
            "securitySchemes": {
                "o": {
                    "type": "oauth2",
                    "flows": {"implicit": {"scopes": {"read": "Words"}}},
                    "description": "Words",
                }
            },
        },
    }
    assert strip(document) == {
        "openapi": "3.1.0",
        "info": {"title": "API", "version": "1", "license": {"name": "MIT"}},
        "paths": {"/a": {"get": {"responses": {"200": {"description": ""}}}}},
        "components": {
            "responses": {"A": {"$ref": "#/components/responses/B"}},
            "securitySchemes": {"o": {"type": "oauth2", "flows": {"implicit": {"scopes": {"read": ""}}}}},
        },
    }


def test_input_stays() -> None:
    """The input is left as it was."""
    document = {"paths": {"/a": {"summary": "Words"}}}
    strip(document)
    assert document == {"paths": {"/a": {"summary": "Words"}}}


NULL = {"type": "null"}


@pytest.mark.parametrize(
    ("schema", "allowed"),
    [
        (
            {"anyOf": [{"type": "object", "default": None}, NULL]},
            {"anyOf": [{"type": "object", "default": None, "nullable": True}, NULL]},
        ),
        (
            {"items": {"oneOf": [NULL, {"type": "string", "default": None}]}},
            {"items": {"oneOf": [NULL, {"type": "string", "default": None, "nullable": True}]}},
        ),
    ],
)
def test_null_default_is_allowed(schema: dict[str, Any], allowed: dict[str, Any]) -> None:
    """A branch that defaults to null is marked as nullable if its union allows null."""
    allow_null_defaults(schema, "schema")
    assert schema == allowed


@pytest.mark.parametrize(
    "schema",
    [
        {"anyOf": [{"type": "string", "default": None}, {"type": "integer"}]},
        {"anyOf": [{"type": "string", "default": None, "nullable": True}, NULL]},
        {"anyOf": [{"type": ["string", "null"], "default": None}, NULL]},
        {"anyOf": [{"type": "string", "default": "a"}, NULL]},
        {
            "anyOf": None,
            "oneOf": [True, NULL],
            "default": None,
            "enum": [{"anyOf": [{"default": None}, NULL]}],
        },
        {"type": "string", "default": None},
    ],
)
def test_other_defaults_stay(schema: dict[str, Any]) -> None:
    """Nothing is added beside any other default, however odd it is."""
    before = repr(schema)
    allow_null_defaults(schema, "schema")
    assert repr(schema) == before
