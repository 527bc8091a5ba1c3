"""Rules for schemas that are settled, written as JSON Schema, and used to judge values."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

import chatcompletions_api
from chatcompletions._spec import judge as judging
from chatcompletions._spec.schema import spec_schema
from scripts.contract.shapes import ANYTHING, Shape, of_schema
from scripts.contract.spec import Spec
from scripts.naming import load_names
from scripts.prepare_spec import prepare_named
from scripts.schema.repairs import repair
from tests.unit.scripts._documents import record, ref
from tests.unit.scripts.test_update_mutations import PINNED
from tests.unit.scripts.test_update_shapes import NULL, SHAPES, TEXT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Places = Callable[[Any, Any], list[str]]
    Judge = Callable[..., Callable[[Any, str], list[str]]]

A: dict[str, Any] = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
B: dict[str, Any] = {"type": "object", "properties": {"b": {"type": "integer"}}}
REF_A, REF_B, REF_TREE = ref("A"), ref("B"), ref("Tree")


@pytest.fixture
def judge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Judge]:
    """Return a function that settles a document and returns where a value departs from the schema at a place in it."""
    caches = (spec_schema, judging._validator)

    def settled(document: dict[str, Any], names: dict[str, str] | None = None) -> Callable[[Any, str], list[str]]:
        schema = prepare_named(document, names or {}).schema
        jsonschema.Draft202012Validator.check_schema(schema)
        (tmp_path / "schema.json").write_text(json.dumps(schema), encoding="utf-8")
        monkeypatch.setattr(chatcompletions_api, "__file__", str(tmp_path / "__init__.py"))
        for one in caches:
            one.cache_clear()
        return lambda value, place: sorted({error.json_path for error in judging.errors(value, place)})

    yield settled
    for one in caches:
        one.cache_clear()


@pytest.fixture
def places(judge: Judge) -> Places:
    """Return a function that returns where a value departs from a schema of a document that has A and B too."""

    def found(schema: Any, value: Any) -> list[str]:
        components = {"A": A, "B": B, "Tree": {"properties": {"next": REF_TREE}}, "Holder": record(it=schema)}
        document = {"openapi": "3.1.0", "paths": {}, "components": {"schemas": copy.deepcopy(components)}}
        departures = judge(document)({"it": value}, "$defs/Holder")
        return [place.replace("$.it", "$", 1) for place in departures]

    return found


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
def test_nullable(places: Places, schema: dict[str, Any]) -> None:
    """Every spelling of null in a document allows null and nothing else besides."""
    assert places(schema, None) == []
    assert places({"type": "array", "items": schema}, [None, 5.5]) == ["$[1]"]


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        (A, {"a": "x", "c": 1}, ["$.c"]),
        (A, {}, ["$.a"]),
        ({"type": "array", "items": REF_A}, [{"a": "x"}, {"a": "x", "c": 1}], ["$[1].c"]),
        ({"allOf": [REF_A, {"type": "object"}]}, {"a": "x", "c": 1}, ["$.c"]),
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
def test_known_properties(places: Places, schema: dict[str, Any], value: Any, expected: list[str]) -> None:
    """A property is unknown if no part of its object's schema has it, and is reported once, at its own place."""
    assert places(schema, value) == expected


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object"},
        {},
        {**A, "additionalProperties": True},
        {**A, "additionalProperties": {"type": "integer"}},
        {**A, "patternProperties": {"^c": {}}},
        {"anyOf": [REF_A, {"type": "object"}]},
        {"allOf": [REF_A, {"type": "object", "additionalProperties": True}]},
    ],
)
def test_open_objects(places: Places, schema: dict[str, Any]) -> None:
    """No property is unknown where the document allows properties of any name."""
    assert places(schema, {"a": "x", "c": 1}) == []


def test_closed_objects(places: Places) -> None:
    """Further properties are reported at their places where the document itself forbids them, too."""
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
def test_spellings(places: Places, schema: dict[str, Any], good: Any, bad: Any) -> None:
    """Types and bounds that JSON Schema spells differently keep the meaning that they have in the document."""
    assert (places(schema, good), places(schema, bad)) == ([], ["$"])


@pytest.mark.parametrize("schema", [{"type": "widget"}, {"type": ["string", "blob"]}, {"required": True}, True])
def test_words_without_meaning(places: Places, schema: Any) -> None:
    """An unknown type, or a flag where a list should be, requires nothing and breaks nothing."""
    assert places(schema, 5) == places(schema, {"x": 1}) == []


@pytest.mark.parametrize(
    ("branches", "values"),
    [
        ([{"type": "string", "maxLength": 1}, {"type": "string", "pattern": "^x"}], ["xx", "a", "long"]),
        ([{"type": "array", "items": {"minimum": 5}}, {"type": "array", "items": {"maximum": 1}}], [[9], [0], [3]]),
    ],
)
def test_bounds_of_one_branch(places: Places, branches: list[Any], values: list[Any]) -> None:
    """Branches of one shape become one, and a bound that only one of them has does not hold for the union."""
    assert [places({"anyOf": branches}, value) for value in values] == [[]] * len(values)


def test_bounds_of_one_place(judge: Judge) -> None:
    """Two places that share a class share its bounds only where both have them."""
    low, high = record(a={"type": "integer", "maximum": 1}), record(a={"type": "integer", "minimum": 5})
    document = {"openapi": "3.1.0", "paths": {}, "components": {"schemas": {"Owner": record(one=low, two=high)}}}
    found = judge(document, {"Owner.one": "Pair", "Owner.two": "Pair"})
    assert found({"one": {"a": 0}, "two": {"a": 9}}, "$defs/Owner") == []
    assert found({"one": {"a": "x"}}, "$defs/Owner") == ["$.one.a"]


JSON = {"application/json": {"schema": REF_A}}
LIMIT = {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 100, "default": 20}}


def test_operations() -> None:
    """The schemas that an operation takes and answers are found by its id, inline or by reference, for any 2xx."""
    document = {
        "openapi": "3.1.0",
        "paths": {
            "/a": {
                "get": {"operationId": "list_a", "parameters": [LIMIT], "responses": {"200": {"content": JSON}}},
                "post": {
                    "operationId": "make_a",
                    "requestBody": {"content": JSON},
                    "responses": {"2XX": {"$ref": "#/components/responses/R"}},
                },
                "put": {
                    "operationId": "put_a",
                    "responses": {"400": {"content": JSON}, "201": {"content": JSON}, "default": {"content": JSON}},
                },
                "delete": {"operationId": "drop_a", "responses": {"204": {"description": "Gone."}}},
            }
        },
        "components": {
            "schemas": {"A": A},
            "mediaTypes": {"M": {"schema": TEXT}},
            "responses": {
                "R": {
                    "content": {
                        "application/json; charset=utf-8": {"$ref": "#/components/mediaTypes/M"},
                        "text/event-stream": {"schema": REF_A},
                    }
                }
            },
        },
    }
    none: dict[str, Any] = {"type": "object", "properties": {}, "required": []}
    limit = {"type": "integer", "maximum": 100, "default": 20}
    a = {"$ref": "#/$defs/A"}
    assert prepare_named(document, {}).schema["operations"] == {
        "list_a": {"method": "GET", "path": "/a", "query": {**none, "properties": {"limit": limit}}, "answer": a},
        "make_a": {"method": "POST", "path": "/a", "query": none, "body": a, "answer": TEXT, "event": a},
        "put_a": {"method": "PUT", "path": "/a", "query": none, "answer": a},
        "drop_a": {"method": "DELETE", "path": "/a", "query": none},
    }


#: Values of each type, among them some that the enumerations and constants allow.
SAMPLES: dict[str, list[Any]] = {
    "null": [None],
    "boolean": [True, False],
    "integer": [3, 1, 0],
    "number": [2.5, 1.5],
    "string": ["", "x y", "xa", "a", "b", "low"],
    "array": [[], [None], ["a"], [1], [[1.5]]],
    "object": [{}, {"a": "x"}, {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}],
}


def test_every_shape(judge: Judge) -> None:
    """However a schema is written, the judge works and accepts values of the types that the document allows."""
    document = copy.deepcopy(PINNED)
    schemas = document["components"]["schemas"]
    schemas["Json"] = {"anyOf": [TEXT, NULL, {"type": "array", "items": ref("Json")}, record(a=ref("Json"))]}
    schemas["Tree"] = record(children={"type": "array", "items": ref("Tree")}, parent=ref("Tree"))
    schemas["Shapes"] = record(**copy.deepcopy(SHAPES))
    find, spec, wrong = judge(document, load_names()), Spec(document), {}
    for name, schema in SHAPES.items():
        taken = [kind for kind, some in SAMPLES.items() if any(not find({name: one}, "$defs/Shapes") for one in some)]
        if taken != (allowed := allowed_types(of_schema(spec, schema))):
            wrong[name] = (taken, allowed)
    assert wrong == {}


def allowed_types(shape: Shape) -> list[str]:
    """Return the JSON types that a shape allows; a number may be an integer."""
    kinds = SAMPLES.keys() if shape == ANYTHING else shape.kinds - {"enum"}
    values = {"string" if isinstance(value, str) else "integer" for value in shape.values}
    return [kind for kind in SAMPLES if kind in {*kinds, *values} or (kind == "integer" and "number" in kinds)]


STORED = {"role": {"type": "string", "const": "assistant"}, "content": TEXT}
CHUNK = {"type": {"type": "string", "const": "function"}, "function": record(name=TEXT)}


def test_repairs() -> None:
    """The judge is corrected where upstream contradicts its own service, and only as long as it does."""
    schemas = {"ChatCompletionStoreMessage": record(**STORED), "ChatCompletionMessageToolCallChunk": record(**CHUNK)}
    repair(schemas)
    message, chunk = (one["properties"] for one in schemas.values())
    assert "user" in message["role"]["enum"]
    assert {"name", "tool_call_id", "content"} <= message.keys()
    assert chunk["type"]["enum"] == ["function", "custom"]
    assert chunk["custom"]["properties"].keys() == {"name", "input"}
    mended = copy.deepcopy(schemas)
    repair(schemas)
    assert schemas == mended


def test_repairs_are_needed() -> None:
    """Each repair still finds its fault in the pin; one that does not can be removed, with its line in `repair`."""
    plain = prepare_named(PINNED, load_names()).document["components"]["schemas"]
    assert plain["ChatCompletionStoreMessage"]["properties"]["role"]["const"] == "assistant"
    call = plain["ChatCompletionMessageToolCallChunk"]["properties"]
    assert call["type"]["const"] == "function"
    assert "custom" not in call
