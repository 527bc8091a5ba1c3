"""Values made for JSON Schemas: they fit, and they stay small."""

import datetime as dt
import enum
import ipaddress
import json
import re
import uuid
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, NotRequired

import jsonschema
import pydantic
import pytest
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from typing_extensions import TypedDict

from chatcompletions.server._patterns import matches, matching
from chatcompletions.server._samples import NoSampleError, sample

NODE = {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}, "required": ["next"]}
DOUBLING = {str(n): {"allOf": [{"$ref": f"#/$defs/{n + 1}"}] * 2} for n in range(40)} | {"40": {"type": "string"}}


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
        {"type": "string", "minLength": 50_000},
        {"type": "string", "minLength": 3, "maxLength": 4, "pattern": "^[A-Z]+$"},
        {"type": "string", "pattern": "^(?=.*[A-Z])(?=.*[0-9]).{8,}$"},
        {"allOf": [{"type": "string", "pattern": "^a"}, {"pattern": "b$"}, {"maxLength": 4}], "pattern": "^a.*b$"},
        {"type": "string", "contentEncoding": "base64", "minLength": 17},
        {"type": "string", "not": {"const": "canned"}},
        {"not": {"type": "string"}},
        {"type": "array", "uniqueItems": True, "minItems": 5, "items": {"type": "integer", "minimum": 3}},
        {"type": "array", "uniqueItems": True, "minItems": 2, "items": {"type": "boolean"}},
        {"type": "array", "uniqueItems": True, "minItems": 3, "items": {"type": "string", "maxLength": 1}},
        {"type": "array", "uniqueItems": True, "minItems": 3, "items": {"enum": ["a", "b", "c"]}},
        {"type": "array", "uniqueItems": True, "minItems": 3, "items": {"properties": {"a": {"type": "number"}}}},
        {"type": "array", "contains": {"const": 7}, "items": {"type": "integer"}, "minContains": 2},
        {"type": "array", "minItems": 2_000, "items": {"type": "string"}},
        {"type": "object", "minProperties": 3},
        {"type": "object", "properties": {"a": {}, "b": {}}, "required": ["a"], "minProperties": 3},
        {"type": "object", "properties": {"a": {}, "b": {}}, "maxProperties": 1},
        {"type": "object", "patternProperties": {"^x-": {"type": "integer"}}, "additionalProperties": False},
        {
            "type": "object",
            "patternProperties": {"^x-[a-z]$": {"type": "integer"}},
            "additionalProperties": False,
            "minProperties": 2,
        },
        {"type": "object", "patternProperties": {"^a": {"minimum": 5}}, "properties": {"ab": {"type": "integer"}}},
        {"type": "object", "propertyNames": {"pattern": "^[A-Z]+$"}, "minProperties": 2},
        {"type": "object", "dependentRequired": {"a": ["b"]}, "required": ["a"]},
        {"anyOf": [False, {"type": "integer", "minimum": 5, "maximum": 4}, {"const": 3}]},
        {"anyOf": [{"type": "null"}, {"type": "string", "pattern": "\\p{L}"}]},
        {"oneOf": [{"type": "integer"}, {"type": "number"}]},
        {"type": "object", "if": {"required": ["a"]}, "then": {"required": ["b"]}},
        {"type": "object", "if": {"required": ["a"]}, "else": {"required": ["b"]}, "not": {"required": ["a"]}},
        {
            "allOf": [
                {"properties": {"a": {"type": "string", "minLength": 2}}, "required": ["a"]},
                {"properties": {"a": {"type": ["string", "null"], "minLength": 9}}, "additionalProperties": False},
            ]
        },
        {"allOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/a"}], "$defs": {"a": {"enum": [1, 2]}}},
        {"$ref": "#/anyOf/1", "anyOf": [{"type": "null"}, {"type": "integer"}]},
        {
            "$ref": "#/$defs/tree",
            "$defs": {
                "tree": {
                    "type": "object",
                    "properties": {
                        "children": {"type": "array", "items": {"$ref": "#/$defs/tree"}},
                        "parent": {"anyOf": [{"$ref": "#/$defs/tree"}, {"type": "null"}]},
                        "optional": {"$ref": "#/$defs/tree"},
                    },
                    "required": ["children", "parent"],
                }
            },
        },
        {  # whatever is not empty holds one more of itself, until the second time
            "type": "object",
            "properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}},
            "required": ["next"],
            "$defs": {},
        },
    ],
    ids=lambda schema: json.dumps(schema)[:60],
)
def test_a_sample_fits_its_schema(schema: dict[str, Any]) -> None:
    """A value made for a schema is valid by it, and the same each time."""
    value = sample(schema)
    jsonschema.Draft202012Validator(schema).validate(value)
    assert sample(schema) == value


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "object", "properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}}, {"next": None}),
        ({"type": "object", "properties": {"all": {"type": "array", "items": {"$ref": "#"}}}}, {"all": []}),
        ({"type": "object", "properties": {"a": {"const": 1}, "next": {"$ref": "#"}}}, {"a": 1}),
        ({"anyOf": [{"type": "null"}, {"type": "integer"}]}, 0),
        ({"type": "array", "items": [{"const": 1}, {"const": 2}], "additionalItems": False}, [1, 2]),
        ({"type": "string", "contentMediaType": "application/json", "contentSchema": {"const": [1]}}, "[1]"),
    ],
)
def test_a_sample_is_as_small_as_it_shows_something(schema: dict[str, Any], value: object) -> None:
    """What is recursive ends at once, and a value is preferred to null."""
    assert sample(schema) == value


def test_texts_of_the_caller_come_where_any_text_will_do() -> None:
    """Texts that are given fill plain texts, in order and as far as they fit."""
    texts = {"a": {"type": "string"}, "b": {"type": "string", "maxLength": 3}, "c": {"type": "string"}}
    schema = {"type": "object", "properties": {"day": {"type": "string", "format": "date"}, **texts}}
    assert sample(schema, ["Paris", "Rome"]) == {"day": "2025-01-01", "a": "Paris", "b": "can", "c": "canned"}


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    HIGH = 3


class Item(BaseModel):
    model_config = ConfigDict(frozen=True)
    number: int


class Node(BaseModel):
    value: str
    next: "Node | None"
    children: "list[Node]"


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: Annotated[int, Field(ge=3, multiple_of=7)]


class Dog(BaseModel):
    kind: Literal["dog"]


class Options(TypedDict):
    a: int
    b: NotRequired[str]


class Pair(NamedTuple):
    a: int
    b: str


PYDANTIC: dict[str, Any] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": bool,
    "None": None,
    "bytes": bytes,
    "Decimal": Annotated[Decimal, Field(max_digits=5, decimal_places=2)],
    "date": dt.date,
    "datetime": dt.datetime,
    "time": dt.time,
    "timedelta": dt.timedelta,
    "UUID": uuid.UUID,
    "UUID1": pydantic.UUID1,
    "UUID5": pydantic.UUID5,
    "Enum": Colour,
    "IntEnum": Level,
    "Literal": Literal["a", 2],
    "list": list[int],
    "set": Annotated[set[str], Field(min_length=3)],
    "frozenset of models": Annotated[frozenset[Item], Field(min_length=3)],
    "set of dates": Annotated[set[dt.date], Field(min_length=3)],
    "tuple": tuple[int, str, bool],
    "tuple of any length": tuple[int, ...],
    "dict": Annotated[dict[str, int], Field(min_length=2)],
    "dict by pattern": Annotated[dict[Annotated[str, Field(pattern="^[a-z]{3}$")], int], Field(min_length=2)],
    "dict by enum": Annotated[dict[Colour, int], Field(min_length=2)],
    "dict by UUID": Annotated[dict[uuid.UUID, list[tuple[int, bool]]], Field(min_length=1)],
    "optional": int | None,
    "union": int | str | None,
    "recursive model": Node,
    "tagged union": Annotated[Cat | Dog, Field(discriminator="kind")],
    "TypedDict": Options,
    "NamedTuple": Pair,
    "RootModel": pydantic.RootModel[list[Cat]],
    "pattern": Annotated[str, Field(pattern=r"^[A-Z]{2}-\d{4}$")],
    "pattern and length": Annotated[str, Field(pattern=r"^\w+$", min_length=30, max_length=40)],
    "pattern of alternatives": Annotated[str, Field(pattern=r"^(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}(-[0-9a-z-]+)?$")],
    "long text": Annotated[str, Field(min_length=5_000)],
    "short text": Annotated[str, Field(min_length=1, max_length=2)],
    "Base64Bytes": pydantic.Base64Bytes,
    "Base64UrlStr": pydantic.Base64UrlStr,
    "Json": pydantic.Json[list[int]],
    "HttpUrl": pydantic.HttpUrl,
    "IPv4Address": ipaddress.IPv4Address,
    "IPv6Address": ipaddress.IPv6Address,
    "IPv4Network": ipaddress.IPv4Network,
    "IPv6Interface": ipaddress.IPv6Interface,
    "IPvAnyNetwork": pydantic.IPvAnyNetwork,
    "Path": Path,
    "DirectoryPath": pydantic.DirectoryPath,
    "Pattern": re.Pattern,
    "SecretStr": pydantic.SecretStr,
    "ByteSize": pydantic.ByteSize,
    "PositiveInt": pydantic.PositiveInt,
    "float between": Annotated[float, Field(gt=0, lt=0.001)],
    "JsonValue": pydantic.JsonValue,
    "PastDate": pydantic.PastDate,
    "AwareDatetime": pydantic.AwareDatetime,
}


@pytest.mark.parametrize("name", PYDANTIC)
def test_a_sample_of_a_pydantic_type_is_read_by_it(name: str) -> None:
    """A value made for the schema of a pydantic type is valid by it, alone and as a model's field."""
    model = pydantic.create_model("Model", first=(PYDANTIC[name], ...), second=(list[PYDANTIC[name]], ...))
    for adapter in (TypeAdapter(PYDANTIC[name]), TypeAdapter(model)):
        adapter.validate_json(json.dumps(sample(adapter.json_schema())))


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        (False, "nothing fits"),
        ([], "no JSON Schema"),
        ("object", "no JSON Schema"),
        ({"$ref": "#"}, "endless"),
        ({"$ref": "#/nowhere/0"}, "'#/nowhere/0' leads to nothing"),
        ({"$ref": "https://example.com/schema"}, "leads to nothing"),
        ({"allOf": [{"$ref": "#"}, {"$ref": "#"}]}, "endless"),
        ({"anyOf": [{"$ref": "#"}]}, "endless"),
        ({"$ref": "#/$defs/node", "$defs": {"node": NODE}}, "endless"),
        ({"type": "object", "required": ["a"], "properties": {"a": {"$ref": "#"}}}, "endless"),
        ({"$ref": "#/$defs/0", "$defs": DOUBLING}, "takes too long"),
        ({"type": "array", "minItems": 10**9}, "takes too long"),
        ({"type": "array", "minItems": 5_000, "uniqueItems": True}, "takes too long"),
        ({"const": [{"a": n} for n in range(20_000)], "uniqueItems": True}, "takes too long"),
        ({"type": "array", "uniqueItems": True, "minItems": 3, "items": {"type": "boolean"}}, "too short"),
        ({"type": "string", "minLength": 10**12}, "more than 100000 characters"),
        ({"type": "integer", "minimum": 5, "maximum": 4}, "nothing fits"),
        ({"type": "number", "minimum": 10**800}, "less than the minimum"),
        ({"type": "integer", "multipleOf": 0}, "no JSON Schema"),
        ({"not": {"type": "text"}}, "no JSON Schema"),
        ({"not": {}}, "should not be valid"),
        ({"$id": 5}, "no JSON Schema"),
        ({"type": {"a": 1}}, "no JSON Schema"),
        ({"type": "object", "properties": []}, "no JSON Schema"),
        ({"type": "string", "pattern": "\\p{L}"}, "cannot be read"),
        ({"type": "string", "pattern": "(((a{1000}){1000}){1000})"}, "too long a text"),
        ({"type": "string", "pattern": "[a" * 1_500}, "more than 2000 characters"),
        ({"type": "string", "pattern": "^a$", "minLength": 3}, "nothing fits"),
        ({"type": "string", "pattern": "^a(?!b)b"}, "does not match"),
        ({"type": "string", "const": 5}, "is not of type"),
        ({"properties": {"a": {"type": "text"}}, "required": ["a"]}, r"\$\.properties\.a\.type: 'text'"),
        ({"properties": {"a": False}, "required": ["a"]}, "nothing fits its member 'a'"),
    ],
    ids=lambda one: str(one)[:60],
)
def test_what_no_value_was_found_for_is_said_with_a_reason(schema: object, problem: str) -> None:
    """A schema that is endless, huge, contradictory or no schema is refused soon, in one line that says why."""
    with pytest.raises(NoSampleError, match=problem) as caught:
        sample(schema)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("depth", [100, 5_000])
def test_a_deep_schema_is_followed_as_far_as_it_can_be(depth: int) -> None:
    """A schema that is nested as no real one is gets a value or is refused, without a crash."""
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(depth):
        schema = {"type": "object", "properties": {"a": schema}, "required": ["a"]}
    if depth == 100:
        assert "canned" in json.dumps(sample(schema))
    else:
        with pytest.raises(NoSampleError, match="nested too deeply"):
            sample(schema)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "^(a|a)*b$",
        "(x+x+)+y",
        "(){1000000000}",
        "(?i)[\x00-\U0010ffff]{3}",
        r"^\w+([\.-]?\w+)*@\w+([\.-]?\w+)*(\.\w{2,3})+$",
    ],
)
def test_a_pattern_that_could_run_for_ages_is_not_run(pattern: str) -> None:
    """A text for it is made all the same; of a text that is long enough to make it slow, nothing is said."""
    assert isinstance(sample({"type": "string", "pattern": pattern}), str)
    assert matches(pattern, "a" * 40)[0] is None


@pytest.mark.parametrize(
    "pattern",
    [
        r"^\+?[1-9]\d{1,14}$",
        r"(a|b)*c",
        r"^(?<year>\d{4})-(?P<month>0[1-9]|1[0-2])$",
        r"^(\w)\1$",
        r"\bfoo\b",
        r"[^a-zA-Z0-9]{3}",
        r"^#(?:[0-9a-fA-F]{3}){1,2}$",
        r"^(?!foo)[a-z]+$",
        r"^(?>a+)b$",
        r"(?<=a)b|a",
        r"^.[^x]\S\W$",
        r"^(a)?(?(1)b|c)$",
        r"^a{2,}+$",
        r"^$",
    ],
)
def test_texts_match_their_pattern(pattern: str) -> None:
    """Each text that is made for a pattern matches it, by Python's own reckoning."""
    texts = list(islice(matching(pattern), 20))
    assert texts
    assert len(set(texts)) == len(texts)
    python = pattern.replace("(?<year", "(?P<year")
    assert [text for text in texts if not re.search(python, text)] == []
