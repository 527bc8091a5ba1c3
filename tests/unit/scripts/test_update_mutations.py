"""Rules for every known kind of damage, everywhere in the pin at once: all is generated, or there is one refusal."""

import copy
import importlib
import json
import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.document import dump
from scripts.errors import DocumentError
from scripts.generate import build
from scripts.naming import load_names
from scripts.pin_spec import pin
from scripts.prepare_spec import prepare_named
from scripts.schema.grammar import VALUE, actual_kind, children
from tests.unit.scripts.test_prepare_mutations import problems

ROOT = Path(__file__).resolve().parents[3]
OVERLAY = str(ROOT / "scripts/overlay.yaml")
PINNED: dict[str, Any] = yaml.load((ROOT / "openapi.yaml").read_bytes(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
PINNED.pop("x-receipt")
NULL = {"type": "null"}
pytestmark = pytest.mark.mutation
Mutation = Callable[[dict[str, Any]], None]


def every(node: Any, kind: str = "document") -> Iterator[dict[str, Any]]:
    """Yield the schemas of a document, the innermost first, so that each may be changed when it is yielded."""
    kind = actual_kind(kind, node)
    if kind == VALUE:
        return
    for _, child, of_child in list(children(kind, node)):
        yield from every(child, of_child)
    if kind == "schema" and isinstance(node, dict):
        yield node


def is_tag(schema: dict[str, Any]) -> bool:
    """Tell whether a schema is a constant: where a tag may be null, the variants are no longer told apart by it."""
    return "const" in schema or len(schema.get("enum", ())) == 1


def wherever(key: str, change: Callable[[dict[str, Any]], Any]) -> Mutation:
    """Return the mutation that changes each schema with a key, tags aside."""

    def mutate(document: dict[str, Any]) -> None:
        for schema in list(every(document)):
            if key in schema and not is_tag(schema):
                change(schema)

    return mutate


def components(change: Callable[[dict[str, Any]], Any]) -> Mutation:
    """Return the mutation that changes each component that is an object."""

    def mutate(document: dict[str, Any]) -> None:
        for schema in document["components"]["schemas"].values():
            if "properties" in schema:
                change(schema)

    return mutate


def properties(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Mutation:
    """Return the mutation that replaces each property's schema."""

    def replace(schema: dict[str, Any]) -> None:
        wanted = schema["properties"]
        schema["properties"] = {name: one if is_tag(one) else change(one) for name, one in wanted.items()}

    return wherever("properties", replace)


def redeclare(schema: dict[str, Any], change: Callable[[dict[str, Any]], dict[str, Any]], *, first: bool) -> None:
    """Turn an object into an `allOf` of itself and another declaration of its properties."""
    own = dict(schema)
    schema.clear()
    others = {name: change(one) for name, one in own["properties"].items() if not is_tag(one)}
    again = {"type": "object", "properties": others}
    schema["allOf"] = [again, own] if first else [own, again]


def or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [copy.deepcopy(schema), NULL]}


def _narrower(schema: dict[str, Any]) -> dict[str, Any]:
    branches = [one for one in schema.get("anyOf", ()) if one != NULL]
    return copy.deepcopy(branches[0] if len(branches) == 1 else schema)


def _twins(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    twins = {f"{name[0].lower()}{name[1:]}_": {"type": "object", "properties": {"a": {}}} for name in schemas}
    schemas["CreateChatCompletionResponse"]["properties"] |= {
        f"twin_{number}": {"$ref": f"#/components/schemas/{name}"} for number, name in enumerate(twins)
    }
    schemas |= twins


def _awkward_names(document: dict[str, Any]) -> None:
    names = [
        "class",
        "self",
        "None",
        "print",
        "from_dict",
        "additional_properties",
        'q"',
        "l\n1",
        "x'y",
        "",
        "1",
        "a b",
    ]
    components(lambda schema: schema["properties"].update({name: {"type": "string"} for name in names}))(document)


def _nameless(document: dict[str, Any]) -> None:
    for item in document["paths"].values():
        for operation in item.values():
            del operation["tags"], operation["operationId"]


def _listed_type(schema: dict[str, Any]) -> None:
    if isinstance(schema["type"], str) and schema["type"] != "null":
        schema["type"] = [schema["type"], "null"]


def _type(schema: dict[str, Any]) -> None:
    meant = {"integer": "int64", "object": "map", "number": "float64", "string": "str", "array": "list"}
    schema["type"] = meant.get(schema["type"], schema["type"]) if isinstance(schema["type"], str) else schema["type"]


def _untyped(schema: dict[str, Any]) -> None:
    if "enum" in schema or "properties" in schema or "items" in schema:
        del schema["type"]


MUTATIONS: dict[str, Mutation] = {
    "nullable beside $ref": wherever("$ref", lambda s: s.update(nullable=True)),
    "nullable beside enum": wherever("enum", lambda s: s.update(nullable=True)),
    "nullable beside type": wherever("type", lambda s: s.update(nullable=True)),
    "nullable beside unions": wherever("anyOf", lambda s: s.update(nullable=True)),
    "nullable in a part of allOf": properties(lambda s: {"allOf": [s, {"nullable": True}]}),
    "null in a list of types": wherever("type", _listed_type),
    "null in an enum": wherever("enum", lambda s: s["enum"].append(None)),
    "null as anyOf": properties(or_null),
    "null as oneOf": properties(lambda s: {"oneOf": [NULL, s]}),
    "null in a union in a union": properties(lambda s: {"anyOf": [{"oneOf": [s, NULL]}]}),
    "a widening redeclaration": components(lambda s: redeclare(s, or_null, first=False)),
    "a narrowing redeclaration": components(lambda s: redeclare(s, _narrower, first=False)),
    "a redeclaration before": components(lambda s: redeclare(s, or_null, first=True)),
    "a redeclaration that says nothing": components(lambda s: redeclare(s, lambda _: {}, first=False)),
    "colliding titles": wherever("type", lambda s: s.update(title="JSON schema")),
    "colliding class names": _twins,
    "types that do not exist": wherever("type", _type),
    "types left out": wherever("type", _untyped),
    "required lists with what is not there": wherever("required", lambda s: s["required"].append("gone")),
    "required lists with repetitions": wherever("required", lambda s: s["required"].extend(s["required"])),
    "required lists of 3.0's first days": properties(lambda s: {"required": True} | s),
    "required without a list": wherever("properties", lambda s: s.update(required=None)),
    "defaults of null": wherever("type", lambda s: s.update(default=None)),
    "infinite defaults and bounds": wherever("type", lambda s: s.update(default=math.inf, maximum=math.inf)),
    "defaults outside of an enum": wherever("enum", lambda s: s.update(default="outside")),
    "defaults of another type": wherever("type", lambda s: s.update(default={"a": [1]})),
    "arrays without items": wherever("items", lambda s: s.pop("items")),
    "anyOf of one": properties(lambda s: {"anyOf": [s]}),
    "oneOf of one": properties(lambda s: {"oneOf": [s]}),
    "allOf of one": properties(lambda s: {"allOf": [s]}),
    "empty unions": wherever("type", lambda s: s.update(anyOf=[], oneOf=[], allOf=[])),
    "repeated branches": wherever("anyOf", lambda s: s["anyOf"].extend(copy.deepcopy(s["anyOf"]))),
    "names that Python has": _awkward_names,
    "3.0": lambda d: d.update(openapi="3.0.3"),
    "no tags and no ids": _nameless,
}
SAME_CLASSES = MUTATIONS.keys() - {"colliding class names", "arrays without items", "types left out"}


def mutated(mutation: Mutation) -> dict[str, Any]:
    document = copy.deepcopy(PINNED)
    mutation(document)
    return document


def made(document: dict[str, Any], folder: Path, text: str = "") -> dict[str, Any]:
    """Return the prepared document that pinning and preparing make of a document."""
    path = folder / "upstream.yaml"
    path.write_text(dump(document) + text, encoding="utf-8")
    prepared: dict[str, Any] = prepare_named(pin(str(path), OVERLAY).document, load_names()).document
    return prepared


@pytest.fixture(scope="module")
def whole() -> dict[str, Any]:
    prepared: dict[str, Any] = prepare_named(PINNED, load_names()).document
    return prepared


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_broken_revision_is_repaired(name: str, whole: dict[str, Any], tmp_path: Path) -> None:
    """Whatever is broken, everywhere at once, all operations and models are generated, by the names they had."""
    prepared = made(mutated(MUTATIONS[name]), tmp_path)
    assert problems(prepared) == []
    assert prepared["paths"].keys() == whole["paths"].keys()
    if name in SAME_CLASSES:
        assert prepared["components"]["schemas"].keys() == whole["components"]["schemas"].keys()


def remove(*gone: tuple[str, str]) -> Mutation:
    """Return the mutation that removes operations."""

    def mutate(document: dict[str, Any]) -> None:
        for path, method in gone:
            del document["paths"][path][method]

    return mutate


OPERATIONS = [(path, method) for path, item in PINNED["paths"].items() for method in item]


@pytest.mark.parametrize("gone", OPERATIONS)
def test_a_missing_operation_costs_no_other(gone: tuple[str, str], tmp_path: Path) -> None:
    """A document that lacks one operation still gives the five others."""
    prepared = made(mutated(remove(gone)), tmp_path)
    assert problems(prepared) == []
    assert [(path, method) for path, item in prepared["paths"].items() for method in item] == [
        one for one in OPERATIONS if one != gone
    ]


def test_no_operation_at_all_is_refused(tmp_path: Path) -> None:
    """A document without any of the six operations is refused."""
    with pytest.raises(DocumentError, match="has no chat operation"):
        made(mutated(remove(*OPERATIONS)), tmp_path)


def test_duplicate_anchors(whole: dict[str, Any], tmp_path: Path) -> None:
    """Anchors that are defined twice, as in older documents, change nothing."""
    text = "x-a: &a {p: 1}\nx-b: *a\nx-c: &a {q: 2}\nx-d: *a\n"
    assert made(mutated(lambda _: None), tmp_path, text) == whole


@pytest.mark.parametrize(
    ("ref", "message"),
    [
        ("other.yaml#/components/schemas/Metadata", "leaves the document"),
        ("file:///etc/passwd", "leaves the document"),
        ("http://127.0.0.1:1/openapi.yaml", "leaves the document"),
        ("#/components/schemas/Gone", "dangling"),
        ("#/components/schemas/Verbosity/x/y", "dangling"),
        ("#", "is not a path"),
        ("../../../../etc/passwd", "leaves the document"),
    ],
)
def test_a_reference_that_leads_out_is_refused(ref: str, message: str, tmp_path: Path) -> None:
    """A reference that leaves the document is refused in one line, and nothing is fetched for it."""
    document = mutated(lambda d: d["components"]["schemas"]["Metadata"].update({"$ref": ref}))
    with pytest.raises(DocumentError, match=message) as caught:
        made(document, tmp_path)
    assert str(caught.value).isprintable()


REPAIRED = [
    *("nullable beside $ref", "nullable beside enum", "null in an enum", "colliding titles", "colliding class names"),
    *("required lists with what is not there", "infinite defaults and bounds", "oneOf of one", "repeated branches"),
    *("defaults outside of an enum", "names that Python has", "types that do not exist", "a widening redeclaration"),
]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return the models of a package made from a document with all of these mutations at once."""
    folder = tmp_path_factory.mktemp("mutated")
    document = mutated(lambda _: None)
    for name in REPAIRED:
        MUTATIONS[name](document)
    spec = folder / "openapi.json"
    spec.write_text(json.dumps(document).replace("Infinity", "1e999"), encoding="utf-8")
    build(spec, folder / "mutated_api")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield importlib.import_module("mutated_api.models")
        for name in [name for name in sys.modules if name.split(".")[0] == "mutated_api"]:
            del sys.modules[name]


def test_all_at_once_still_reads(models: Any) -> None:
    """A package of a document broken in many ways at once reads an answer into its classes and writes it back."""
    answer = {
        "id": "c1", "created": 1, "model": "m", "object": "chat.completion",
        "choices": [
            {
                "index": 0,
                "finish_reason": None,
                "message": {"role": "assistant", "content": "Hi.", "refusal": None, "class": "a", "q\"": "b"},
                "logprobs": None,
            }
        ],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }  # fmt: skip
    read = models.CreateChatCompletionResponse.from_dict(answer)
    assert type(read.choices[0]) is models.Choice
    assert type(read.choices[0].message) is models.ChatCompletionResponseMessage
    assert type(read.usage) is models.CompletionUsage
    assert read.to_dict() == answer


def test_all_at_once_still_tells_variants_apart(models: Any) -> None:
    """The unions of such a package still choose their class by the tag, and requests hold only what was given."""
    request = {
        "model": "m",
        "messages": [{"role": "user", "content": "Hi."}, {"role": "tool", "content": "1", "tool_call_id": "t"}],
        "reasoning_effort": None,
    }
    read = models.CreateChatCompletionRequest.from_dict(request)
    assert [type(one) for one in read.messages] == [
        models.ChatCompletionRequestUserMessage,
        models.ChatCompletionRequestToolMessage,
    ]
    assert read.to_dict() == request
