"""Rules for every way to write a schema, as a parameter of each kind: the package is what the pin says."""

import copy
import re
from typing import Any

import pytest

from scripts.document import dump
from scripts.generate import build
from scripts.pin_spec import pin
from scripts.update import check
from tests.unit.scripts._documents import record, ref
from tests.unit.scripts.test_update_mutations import OVERLAY, PINNED

pytestmark = pytest.mark.mutation
TEXT, NULL, WHOLE = {"type": "string"}, {"type": "null"}, {"type": "integer"}
AB = {"type": "string", "enum": ["a", "b"]}
OPTION = {"anyOf": [TEXT, NULL]}

SHAPES: dict[str, Any] = {
    "true": True, "false": False, "empty": {}, "nullable alone": {"nullable": True}, "not": {"not": NULL},
    "a bound alone": {"minimum": 1}, "a condition": {"if": TEXT, "then": {"minLength": 1}}, "null": NULL,
    "null, nullable": {"type": "null", "nullable": True}, "a dynamic reference": {"$dynamicRef": "#node"},
    "int64": {"type": "int64"}, "map": {"type": "map"}, "no such type": {"type": "widget"}, "no type": {"type": []},
    "one type": {"type": ["string"]}, "types": {"type": ["string", "integer"]},
    "a type, null": {"type": ["string", "null"]},
    "types with items": {"type": ["array", "string", "null"], "items": TEXT},
    "types with members": {"type": ["object", "string"], "properties": {"a": TEXT}},
    "date": {"type": "string", "format": "date"}, "date-time": {"type": "string", "format": "date-time"},
    "uuid": {"type": "string", "format": "uuid", "nullable": True}, "binary": {"type": "string", "format": "binary"},
    "file": {"type": "file"}, "a format alone": {"format": "date"},
    "const": {"const": "a"}, "const text": {"type": "string", "const": "a"}, "const 3": {"const": 3},
    "const true": {"const": True}, "const null": {"const": None}, "const 1.5": {"const": 1.5},
    "consts": {"oneOf": [{"const": "a"}, {"const": "b"}]}, "text or const": {"anyOf": [TEXT, {"const": "a"}]},
    "consts, null": {"anyOf": [{"const": "a"}, AB, NULL]},
    "typed consts": {"type": "string", "anyOf": [{"const": "a"}]},
    "enums": {"anyOf": [{"enum": ["a", "b"]}, {"enum": ["c"]}]}, "text or enum": {"anyOf": [TEXT, AB]},
    "enum of one": {"enum": ["a"]}, "enum of none": {"type": "string", "enum": []}, "enum of null": {"enum": [None]},
    "enum of many": {"enum": ["auto", 1, None]}, "enum of 1.5": {"type": "number", "enum": [1.5, 2]},
    "enum of 1": {"type": "integer", "enum": [1, 2]}, "enum of flags": {"enum": [True, False]},
    "enum of true": {"type": "boolean", "enum": [True]}, "enum of lists": {"enum": [["a"], ["b"]]},
    "enum twice": {"enum": ["a", "a"]}, "enum and null": {"type": ["string", "null"], "enum": ["a", "b"]},
    "enum with null": {"type": ["string", "null"], "enum": ["a", None]}, "nullable enum": {**AB, "nullable": True},
    "a list": {"type": "array"}, "a list of anything": {"type": "array", "items": True},
    "a list of texts": {"items": TEXT}, "a tuple of 3.0": {"type": "array", "items": [TEXT, WHOLE]},
    "a tuple": {"type": "array", "prefixItems": [TEXT, WHOLE], "items": False},
    "a tuple and more": {"type": "array", "prefixItems": [TEXT], "items": WHOLE},
    "a list of lists": {"type": "array", "items": {"type": "array", "items": {"type": "number"}}},
    "a list with null": {"type": "array", "items": OPTION}, "a list with one": {"type": "array", "contains": TEXT},
    "lists": {"anyOf": [{"type": "array", "items": TEXT}, {"type": "array", "items": WHOLE}]},
    "an object": {"type": "object"}, "a closed object": {"type": "object", "additionalProperties": False},
    "members": {"properties": {"a": TEXT}}, "a map of texts": {"additionalProperties": TEXT},
    "a map by pattern": {"type": "object", "patternProperties": {"^a": TEXT}},
    "null alone": {"anyOf": [NULL]}, "one of one": {"oneOf": [TEXT]}, "text or anything": {"anyOf": [TEXT, {}]},
    "text or true": {"anyOf": [TEXT, True]}, "a union twice": {"anyOf": [{"oneOf": [TEXT, NULL]}, WHOLE]},
    "the same twice": {"anyOf": [TEXT, TEXT]}, "two unions": {"anyOf": [TEXT, WHOLE], "oneOf": [TEXT, NULL]},
    "one of two members": record(a=TEXT, b=TEXT) | {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
    "text of two kinds": {"type": "string", "anyOf": [AB, {"pattern": "^x"}]},
    "two objects": {"type": "object", "oneOf": [record(a=TEXT) | {"required": ["a"]}, record(b=TEXT)]},
    "numbers": {"anyOf": [WHOLE, {"type": "number"}]},
    "all of one": {"allOf": [TEXT]}, "all of none": {"allOf": []}, "all of true": {"allOf": [True, TEXT]},
    "all or null": {"allOf": [ref("Metadata")], "nullable": True}, "all with words": {"allOf": [ref("Verbosity"), {}]},
    "all of two types": {"allOf": [TEXT, WHOLE]}, "all of text": {"allOf": [AB, {"type": "string", "maxLength": 3}]},
    "all of two enums": {"allOf": [AB, {"enum": ["b", "c"]}]}, "all of a union": {"allOf": [OPTION, {}]},
    "all of a union and text": {"allOf": [{"anyOf": [TEXT, WHOLE, NULL]}, TEXT]},
    "all of an object and text": {"allOf": [record(a=TEXT), TEXT]},
    "nullable reference": {**ref("Verbosity"), "nullable": True},
    "a narrower reference": {**ref("Verbosity"), "enum": ["low"]},
    "a typed reference": {**ref("Metadata"), "type": "object"},
    "a defaulting one": {**ref("Metadata"), "default": None},
    "any JSON": ref("Json"), "a tree": ref("Tree"), "a list in itself": {"type": "array", "items": ref("Json")},
    "a reference into a component": {"$ref": "#/components/schemas/CompletionUsage/properties/prompt_tokens_details"},
    "a reference into a path": {"$ref": "#/paths/~1chat~1completions/get/parameters/0/schema"},
    "a reference with an escape": {"$ref": "#/components/schemas/Completion%55sage"},
}  # fmt: skip


def _parameter(where: str, name: str, schema: Any) -> dict[str, Any]:
    return {"name": name, "in": where, "schema": copy.deepcopy(schema)}


@pytest.fixture(scope="module")
def sentences(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the sentences about a package that has every shape in a body, a query, a header and an answer."""
    document, folder = copy.deepcopy(PINNED), tmp_path_factory.mktemp("shapes")
    schemas, calls = document["components"]["schemas"], document["paths"]["/chat/completions"]
    named = {re.sub(r"\W", "_", name): schema for name, schema in SHAPES.items()}
    schemas["Json"] = {"anyOf": [TEXT, NULL, {"type": "array", "items": ref("Json")}, record(a=ref("Json"))]}
    schemas["Tree"] = record(children={"type": "array", "items": ref("Tree")}, parent=ref("Tree"))
    for holder in (
        schemas["CreateChatCompletionRequest"]["allOf"][1],
        schemas["CreateChatCompletionResponse"],
        schemas["CreateChatCompletionStreamResponse"],
    ):
        holder["properties"] |= {f"p_{name}": copy.deepcopy(schema) for name, schema in named.items()}
    calls["get"]["parameters"] += [_parameter("query", f"q_{name}", schema) for name, schema in named.items()]
    calls["get"]["parameters"].append(
        {"name": "q_json", "in": "query", "content": {"application/json": {"schema": record(a=TEXT)}}}
    )
    calls["post"]["parameters"] = [_parameter("header", f"h_{name}", schema) for name, schema in named.items()]
    calls["post"]["parameters"] += [_parameter("header", name, TEXT) for name in ("Accept", "content-type")]
    (folder / "upstream.yaml").write_text(dump(document), encoding="utf-8")
    (folder / "openapi.yaml").write_text(pin(str(folder / "upstream.yaml"), OVERLAY).text, encoding="utf-8")
    build(folder / "openapi.yaml", folder / "chatcompletions_api")
    return "\n".join(check(folder / "openapi.yaml", folder / "chatcompletions_api"))


def test_every_shape_is_generated(sentences: str) -> None:
    """No shape stops an update: the only work left is to add each of the parameters to the facade."""
    for start in ("p_", "q_", "h_"):
        assert sentences.count(f"parameter '{start}") == len(SHAPES) + (start == "q_")
    assert "Accept" not in sentences
    assert "content-type" not in sentences
