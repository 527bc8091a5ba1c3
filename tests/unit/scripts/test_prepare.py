"""Rules of preparing a document as a whole."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from scripts.document import DocumentError, load
from scripts.pin_spec import pin
from scripts.prepare_spec import PrepareError, check, prepare, prepare_named
from tests.unit.scripts._documents import document, json_content, operation, prepared, record, ref

ROOT = Path(__file__).resolve().parents[3]
UPSTREAM = ROOT.parent / "shared/upstream"
CHAT = "/chat/completions"
ODD_NAME = {"name": "a\nb", "in": "query", "schema": {}}


def chat_paths(prefix: str = "", parameter: str = "completion_id") -> dict[str, Any]:
    one = f"{prefix}{CHAT}/{{{parameter}}}"
    named = {"parameters": [{"name": parameter, "in": "path", "required": True, "schema": {"type": "string"}}]}
    return {
        f"{prefix}{CHAT}": {"get": operation(), "post": operation()},
        one: {"get": operation(), "post": operation(), "delete": operation(), **named},
        f"{one}/messages": {"get": operation(), **named},
    }


def test_the_document_given_is_left_as_it_was() -> None:
    """Preparing works on a copy."""
    source = load(str(ROOT / "openapi.yaml"))
    before = copy.deepcopy(source)
    prepare(source)
    assert source == before


def test_the_same_document_gives_the_same_copy() -> None:
    """Preparing depends on nothing but the document, the order of its members included."""
    first, second = (json.dumps(prepare(load(str(ROOT / "openapi.yaml")))) for _ in range(2))
    assert first == second


@pytest.mark.skipif(not UPSTREAM.is_dir(), reason="the upstream documents are not beside this checkout")
@pytest.mark.parametrize("revision", ["2025-04-29-498c71dd", "2026-07-22-f9400172", "2026-08-21-f85dbe2"])
def test_every_upstream_revision_prepares(revision: str) -> None:
    """Every upstream revision prepares; its operations keep their module names, and no class name is made up."""
    made = pin(str(UPSTREAM / f"openapi-{revision}.yaml"), str(ROOT / "scripts/overlay.yaml"))
    result = prepare_named(made.document, names())
    assert result.hoisted.made_up == {}
    assert operation_ids(result.document) == operation_ids(prepare_named(document(paths=chat_paths()), {}).document)
    assert "CreateChatCompletionStreamResponse" in result.document["components"]["schemas"]


def names() -> dict[str, str]:
    from scripts.naming import load_names

    return load_names()


def operation_ids(found: dict[str, Any]) -> set[str]:
    return {each["operationId"] for item in found["paths"].values() for each in item.values()}


@pytest.mark.parametrize("paths", [chat_paths(), chat_paths("/v1"), chat_paths(parameter="id")])
def test_chat_operations_are_named_after_method_and_path(paths: dict[str, Any]) -> None:
    """Whatever a revision calls its operations and tags, ours have the same six module names."""
    for number, item in enumerate(paths.values()):
        for each in item.values():
            if isinstance(each, dict):
                each |= {"operationId": f"odd id {number}", "tags": ["Oddities"]}
    found = prepare_named(document(paths=paths), {}).document
    assert operation_ids(found) == {
        "create_chat_completion",
        "list_chat_completions",
        "get_chat_completion",
        "update_chat_completion",
        "delete_chat_completion",
        "get_chat_completion_messages",
    }
    assert {tag for item in found["paths"].values() for each in item.values() for tag in each["tags"]} == {"chat"}


def test_the_id_in_a_path_has_one_name() -> None:
    """Whatever a revision calls the id in our paths, the generated functions keep the name that they have for it."""
    paths = chat_paths("/v1", "limit")
    paths["/v1/chat/completions/{limit}/messages"]["get"]["parameters"] = [
        {"name": "limit", "in": "query", "schema": {"type": "integer"}}
    ]
    found = prepare_named(document(paths=paths), {}).document["paths"]
    assert [*found] == [f"/v1{path}" for path in chat_paths()]
    (messages,) = found["/v1/chat/completions/{completion_id}/messages"].values()
    assert {one["in"]: one["name"] for one in messages["parameters"]} == {"path": "completion_id", "query": "limit"}


def test_other_operations_keep_an_id_that_is_theirs_alone() -> None:
    """An operation id that is not an identifier, or is taken, is replaced by one made of method and path."""
    paths = {
        "/a": {"get": operation(operationId="readA")},
        "/b/{x}": {"get": operation(operationId="readA")},
        "/c": {"get": operation(operationId="no id")},
        "/d": {"get": operation()},
    }
    found = prepare_named(document(paths=paths), {}).document
    assert operation_ids(found) == {"readA", "get_b_x", "get_c", "get_d"}


def test_only_json_answers_are_left_and_the_chunk_stays() -> None:
    """A streamed answer is dropped, and the schema of its chunks becomes or stays a component."""
    content = json_content(ref("Reply")) | {"text/event-stream": {"schema": record(delta={"type": "string"})}}
    paths = {CHAT: {"post": operation(responses={"200": {"description": "", "content": content}})}}
    names = {"create_chat_completion.200.stream": "Chunk"}
    found = prepare_named(document({"Reply": record(id={"type": "string"})}, paths), names).document
    assert found["paths"][CHAT]["post"]["responses"]["200"]["content"] == json_content(ref("Reply"))
    assert found["components"]["schemas"]["Chunk"]["properties"] == {"delta": {"type": "string"}}


def test_a_component_that_nothing_refers_to_stays_and_a_merged_base_goes() -> None:
    """A component that nothing refers to is kept; one that was only merged into others does not become a class."""
    found = prepared(Chunk=record(), Whole={"allOf": [ref("Base"), record(b={})]}, Base=record(a={}))
    assert found.keys() == {"Chunk", "Whole"}


def test_shared_parts_are_put_where_they_are_used() -> None:
    """Parameters, bodies and responses may be components, and a path's own parameters belong to its operations."""
    paths = {
        "/a/{id}": {
            "parameters": [{"$ref": "#/components/parameters/Id"}, {"name": "n", "in": "query", "schema": {}}],
            "post": operation(
                parameters=[{"name": "n", "in": "query", "required": True, "schema": {"type": "integer"}}],
                requestBody={"$ref": "#/components/requestBodies/Body"},
                responses={"4XX": {"$ref": "#/components/responses/Bad"}},
            ),
        }
    }
    parts = {
        "parameters": {"Id": {"name": "id", "in": "path", "schema": {"type": "string", "nullable": True}}},
        "requestBodies": {"Body": {"required": True, "content": json_content(ref("Thing"))}},
        "responses": {"Bad": {"description": "Bad", "headers": {"X": {}}, "content": json_content(ref("Thing"))}},
    }
    found = prepare_named(document({"Thing": record()}, paths, **parts), {}).document["paths"]["/a/{id}"]["post"]
    assert found["parameters"] == [
        {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
        {"name": "n", "in": "query", "required": False, "schema": {"type": "integer"}},
    ]
    assert found["requestBody"] == {"required": True, "content": json_content(ref("Thing"))}
    assert found["responses"] == {"4XX": {"description": "Bad", "content": json_content(ref("Thing"))}}


def test_the_path_decides_which_path_parameters_there_are() -> None:
    """A path parameter that upstream does not declare is text; a declared one that the path lacks is dropped."""
    stray = {"name": "stray", "in": "path", "required": True, "schema": {"type": "string"}}
    found = prepare_named(document(paths={"/a/{id}": {"get": operation(parameters=[stray])}}), {}).document
    assert [parameter["name"] for parameter in found["paths"]["/a/{id}"]["get"]["parameters"]] == ["id"]


@pytest.mark.parametrize(
    "schema",
    [
        ref("Metadata"),
        {"type": "object", "additionalProperties": {"type": "string"}},
        {"anyOf": [{"type": "string"}, ref("Metadata")]},
    ],
)
def test_an_object_in_the_query_becomes_a_filter_that_knows_its_prefix(schema: dict[str, Any]) -> None:
    """The API wants `metadata[key]=value`; the filter's schema carries the prefix and is never null."""
    metadata = {"type": "object", "additionalProperties": {"type": "string"}, "nullable": True}
    parameter = {"name": "metadata", "in": "query", "description": "Which ones.", "schema": schema}
    paths = {"/a": {"get": operation(parameters=[parameter])}}
    found = prepare_named(document({"Metadata": metadata}, paths), {}).document
    assert found["paths"]["/a"]["get"]["parameters"][0]["schema"] == ref("MetadataFilter")
    assert found["components"]["schemas"]["MetadataFilter"] == {
        "type": "object",
        "additionalProperties": {"type": "string"},
        "description": "Which ones.",
        "x-query-prefix": "metadata",
    }


MATRIX = {"name": "id", "in": "path", "required": True, "style": "matrix", "schema": {"type": "string"}}


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"schemas": {"A": record(b=ref("Gone"))}}, r'dangling \$ref "#/components/schemas/Gone"'),
        ({"schemas": {"A": record(b={"$ref": "other.yaml#/B"})}}, r'\$ref "other.yaml#/B" leaves the document'),
        ({"schemas": {"A": ref("B"), "B": ref("A")}}, r"circular \$ref: A > B > A"),
        ({"schemas": {"A\nB": ref("A\nB")}}, r"circular \$ref: A\\nB > A\\nB"),
        ({"schemas": {"A": {"allOf": [ref("A"), record()]}}}, r"allOf refers to itself: A > A"),
        ({"paths": {"/a": {"get": operation(parameters=[ODD_NAME])}}}, r"GET /a: .*'a\\nb'"),
        ({"paths": {"/a": {"get": operation(parameters=[{"name": "a", "in": "body"}])}}}, r"GET /a: a parameter needs"),
        ({"paths": {"/a": {"post": operation(requestBody={"content": {"text/csv": {}}})}}}, r"POST /a: .* no JSON"),
        ({"paths": {"/a/{id}": {"get": operation(parameters=[MATRIX])}}}, r"get_a_id: 'id' .* style 'matrix'"),
    ],
)  # fmt: skip
def test_what_no_rule_can_repair_is_refused_in_one_line(parts: dict[str, Any], message: str) -> None:
    """A document that cannot become code is refused with the place and the reason."""
    with pytest.raises(DocumentError, match=message) as caught:
        prepare_named(document(**parts), {})
    assert "\n" not in str(caught.value)


def test_a_schema_nested_too_deeply_is_refused() -> None:
    """A schema of ten thousand levels is refused and does not crash the interpreter."""
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(10_000):
        schema = {"type": "array", "items": schema}
    with pytest.raises(PrepareError, match="nested too deeply"):
        prepare_named(document({"A": schema}), {})


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"type": "string", "nullable": True}, "'nullable' is left"),
        ({"type": "string", "default": "x"}, "'default' is left"),
        ({"type": "string", "title": "x"}, "'title' is left"),
        ({"allOf": [{"type": "string"}]}, "'allOf' is left"),
        ({"type": "int64"}, "'int64' does not exist"),
        ({"type": "array"}, "an array without items"),
        ({"type": "object"}, "without a name"),
        ({"type": "string", "enum": ["a", "b"]}, "without a name"),
        ({"$ref": "#/components/schemas/Gone"}, "names no component"),
        ({"$ref": "#/components/schemas/Owner", "type": "object"}, "beside a \\$ref"),
        ({"anyOf": [{"type": "string"}]}, "fewer than two"),
        ({"anyOf": [{"type": "string"}, {}]}, "fewer than two"),
        ({"anyOf": [{"type": "null"}, {"anyOf": [{"type": "string"}, {"type": "number"}]}]}, "inside a union"),
        ({"anyOf": [{"type": "null"}, {"type": "string"}], "type": "string"}, "beside a union"),
    ],
)
def test_a_promise_that_does_not_hold_is_named_with_its_place(schema: dict[str, Any], message: str) -> None:
    """The check after the rules names the place where they no longer suffice."""
    broken = document({"Owner": record(it=schema)})
    with pytest.raises(PrepareError, match=rf"Owner\.it: .*{message}"):
        check(broken)


def test_a_required_name_must_be_declared_and_operations_told_apart() -> None:
    """The check covers `required` and operation ids as well."""
    with pytest.raises(PrepareError, match="'b' is required but not declared"):
        check(document({"Owner": record(a={"type": "string"}) | {"required": ["b"]}}))
    same = operation(operationId="same", parameters=[])
    with pytest.raises(PrepareError, match="share a name"):
        check(document(paths={"/a": {"get": same}, "/b": {"get": same}}))
