"""Rules for cutting the chat operations out of a document."""

import json
from typing import Any

import pytest

from scripts.closure import resolve, slice_chat
from scripts.document import DocumentError
from scripts.operations import CHAT_OPERATIONS


def ref(name: str, section: str = "schemas") -> dict[str, str]:
    return {"$ref": f"#/components/{section}/{name}"}


def document(answer: Any = None, **schemas: Any) -> dict[str, Any]:
    """Build a document whose create operation answers with a schema."""
    content = {"application/json": {"schema": answer or {}}}
    operation = {"tags": ["Chat"], "responses": {"200": {"description": "", "content": content}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "API", "version": "1"},
        "servers": [{"url": "https://example.com"}],
        "tags": [{"name": "Audio"}, {"name": "Chat"}],
        "paths": {"/chat/completions": {"post": operation}, "/files": {"get": {"responses": {}}}},
        "webhooks": {"done": {}},
        "components": {"schemas": {"Unused": {"type": "string"}, **schemas}},
    }


def kept(source: dict[str, Any]) -> list[str]:
    components = slice_chat(source).document["components"]
    return [f"{section}.{name}" for section, named in components.items() for name in named]


def test_only_what_chat_needs() -> None:
    """Other paths, webhooks, tags and components are left out; the rest is kept in a fixed order."""
    cut = slice_chat(document({"items": ref("B")}, B={"properties": {"a": ref("A")}}, A={})).document
    assert list(cut) == ["openapi", "info", "servers", "tags", "paths", "components"]
    assert cut["tags"] == [{"name": "Chat"}]
    assert list(cut["paths"]) == ["/chat/completions"]
    assert cut["components"] == {"schemas": {"A": {}, "B": {"properties": {"a": ref("A")}}}}


def test_every_section() -> None:
    """References are followed into every section: parameters, headers, bodies, responses, schemes, links, callbacks."""
    source = document()
    item = source["paths"]["/chat/completions"]
    item["parameters"] = [ref("Trace", "parameters")]
    item["post"] |= {
        "requestBody": ref("Body", "requestBodies"),
        "security": [{"Key": []}, {}],
        "callbacks": {"later": ref("Later", "callbacks")},
    }
    item["post"]["responses"] = {"default": ref("Failure", "responses")}
    source["security"] = [{"Basic": []}]
    source["components"] |= {
        "parameters": {"Trace": {"name": "trace", "in": "header", "schema": ref("Id")}},
        "requestBodies": {
            "Body": {"content": {"application/json": {"encoding": {"a": {"headers": {"H": ref("H", "headers")}}}}}}
        },
        "headers": {"H": {"schema": ref("Id")}, "Unused": {}},
        "responses": {
            "Failure": {
                "description": "",
                "headers": {"H": ref("H", "headers")},
                "links": {"l": ref("L", "links")},
            }
        },
        "links": {"L": {}},
        "callbacks": {"Later": {"{$request.body#/url}": {"post": {"security": [{"Hook": []}], "responses": {}}}}},
        "securitySchemes": {"Key": {}, "Basic": {}, "Hook": {}, "Unused": {}},
    }
    source["components"]["schemas"]["Id"] = {"type": "string"}
    assert kept(source) == [
        "callbacks.Later",
        "headers.H",
        "links.L",
        "parameters.Trace",
        "requestBodies.Body",
        "responses.Failure",
        "schemas.Id",
        "securitySchemes.Basic",
        "securitySchemes.Hook",
        "securitySchemes.Key",
    ]


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"$ref": ref("A")}},
        {"patternProperties": {"^a": ref("A")}},
        {"additionalProperties": ref("A")},
        {"prefixItems": [{}, ref("A")]},
        {"items": [ref("A")]},
        {"allOf": ref("A")},
        {"not": {"if": {"then": {"else": ref("A")}}}},
        {"$defs": {"inner": ref("A")}},
        {"dependentSchemas": {"a": ref("A")}},
        {"discriminator": {"propertyName": "a", "mapping": {"a": "#/components/schemas/A"}}},
        {"discriminator": {"propertyName": "a", "mapping": {"a": "A"}}},
        {"$ref": "#/components/schemas/A", "nullable": True, "description": "ours"},
        {"$ref": "#/components/schemas/A/properties/b~1c%20d"},
    ],
)
def test_every_place_in_a_schema(schema: dict[str, Any]) -> None:
    """A reference is followed wherever JSON Schema allows one, beside other keywords and into a component too."""
    source = document(schema, A={"properties": {"b/c d": ref("B")}}, B={})
    cut = slice_chat(source).document
    assert kept(source) == ["schemas.A", "schemas.B"]
    answer = cut["paths"]["/chat/completions"]["post"]["responses"]["200"]
    assert answer["content"]["application/json"]["schema"] == schema


@pytest.mark.parametrize("keyword", ["enum", "const", "default", "x-anything"])
def test_values_hold_no_references(keyword: str) -> None:
    """A value that looks like a reference is data."""
    assert kept(document({keyword: [{"$ref": "#/nowhere"}]})) == []


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/chat/completions", "{completion_id}"),
        ("/v1/chat/completions", "{id}"),
        ("/a/b/chat/completions/", "{x-y}"),
    ],
)
def test_other_spellings(path: str, parameter: str) -> None:
    """Operations are found under a prefix, which moves to the server, and with another parameter name, which stays."""
    operation: dict[str, Any] = {"responses": {}}
    separator = "" if path.endswith("/") else "/"
    paths = {
        path: {"get": operation, "post": operation, "put": operation},
        f"{path}{separator}{parameter}": {"get": operation, "post": operation, "delete": operation},
        f"{path}{separator}{parameter}/messages": {"get": operation, "summary": "Words"},
        f"/other{path}": {"post": operation},
    }
    cut = slice_chat({"openapi": "3.1.0", "paths": paths})
    prefix = path.removesuffix("/").removesuffix("/chat/completions")
    assert (cut.missing, cut.untaken) == ([], [f"PUT {path.removeprefix(prefix)}"])
    assert cut.document.get("servers") == ([{"url": prefix}] if prefix else None)
    assert {p: list(item) for p, item in cut.document["paths"].items()} == {
        p.removeprefix(prefix): [method for method in ("get", "post", "delete") if method in item]
        for p, item in paths.items()
        if not p.startswith("/other")
    }


def test_missing_operations() -> None:
    """Operations that a document does not have yet are named, and the rest is kept."""
    source = document()
    source["paths"]["/chat/completions"]["get"] = None
    assert slice_chat(source).missing == [
        one.address for one in CHAT_OPERATIONS if one.address != "POST /chat/completions"
    ]


def test_referred_path_item() -> None:
    """A path item among the components is taken from there, path parameters included."""
    source = document()
    item = {**source["paths"]["/chat/completions"], "parameters": [ref("P", "parameters")]}
    source["paths"]["/chat/completions"] = {**ref("Chat", "pathItems"), "servers": []}
    source["components"] |= {"pathItems": {"Chat": item}, "parameters": {"P": {}}}
    cut = slice_chat(source).document
    assert cut["paths"]["/chat/completions"] == {**item, "servers": []}
    assert cut["components"] == {"parameters": {"P": {}}}


def test_chunk_schema() -> None:
    """The chunk schema is the one that the event stream answers with, else the one with the usual name."""
    assert not slice_chat(document()).describes_chunks
    named = document(CreateChatCompletionStreamResponse=ref("Delta"), Delta={})
    assert slice_chat(named).describes_chunks
    assert kept(named) == ["schemas.CreateChatCompletionStreamResponse", "schemas.Delta"]
    streamed = document(Chunk={})
    answer = streamed["paths"]["/chat/completions"]["post"]["responses"]["200"]
    answer["content"]["text/event-stream"] = {"schema": ref("Chunk")}
    assert slice_chat(streamed).describes_chunks
    assert kept(streamed) == ["schemas.Chunk"]


@pytest.mark.parametrize(
    "schemas",
    [
        {"A": {"properties": {"child": ref("A")}}},
        {"A": {"items": ref("A")}},
        {"A": {"anyOf": [{"type": "string"}, {"type": "array", "items": ref("A")}]}},
        {"A": {"allOf": [ref("B"), ref("C")]}, "B": ref("C"), "C": {"additionalProperties": ref("A")}},
    ],
)
def test_trees_are_legal(schemas: dict[str, Any]) -> None:
    """A schema may hold itself as a property, item or value, for that describes a tree."""
    assert kept(document(ref("A"), **schemas)) == [f"schemas.{name}" for name in schemas]


@pytest.mark.parametrize(
    ("schemas", "chain"),
    [
        ({"A": ref("A")}, "A -> A"),
        ({"A": ref("B"), "B": ref("C"), "C": ref("B")}, "B -> C -> B"),
        (
            {"A": {"allOf": [{"type": "object"}, ref("B")]}, "B": {"anyOf": [{"oneOf": [ref("A")]}]}},
            "A -> B -> A",
        ),
        ({"A": {"properties": {"b": ref("B")}}, "B": {"allOf": [ref("B")]}}, "B -> B"),
    ],
)
def test_circles(schemas: dict[str, Any], chain: str) -> None:
    """A schema that is defined as itself is refused, and the error names the chain."""
    names = chain.split(" -> ")
    expected = " -> ".join(f'"#/components/schemas/{name}"' for name in names)
    with pytest.raises(DocumentError, match="circular") as caught:
        slice_chat(document(ref("A"), **schemas))
    assert str(caught.value) == f"circular $ref {expected}"


def test_long_chains() -> None:
    """A chain of references may be longer than the interpreter's stack."""
    schemas: dict[str, Any] = {f"S{n}": ref(f"S{n + 1}") for n in range(5000)}
    assert len(kept(document(ref("S0"), **schemas, S5000={}))) == 5001


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        (
            ref("Nope"),
            r'dangling \$ref "#/components/schemas/Nope" at "#/paths/~1chat~1completions/post/responses/200',
        ),
        (
            ref("Broken"),
            r'dangling \$ref "#/components/schemas/Gone" at "#/components/schemas/Broken/items/\$ref"',
        ),
        ({"$ref": "#/components/schemas/List/9"}, "dangling"),
        ({"discriminator": {"mapping": {"a": "Nope"}}}, r"dangling .*/discriminator/mapping/a"),
        ({"discriminator": {"mapping": {"a": 1}}}, "discriminator target at .* is not text"),
        ({"$ref": "other.yaml#/A"}, r'"other.yaml#/A" at .* leaves the document'),
        ({"$ref": "https://example.com/a.yaml"}, "leaves the document"),
        ({"$ref": "file:///etc/passwd"}, "leaves the document"),
        ({"discriminator": {"mapping": {"a": "a.yaml"}}}, "leaves the document"),
        ({"$ref": "#anchor"}, "is not a path from the document's root"),
        ({"$ref": "#"}, "is not a path from the document's root"),
        ({"$ref": "#/components/schemas"}, "names no component"),
        ({"$ref": "#/webhooks/done"}, r'"#/webhooks/done" at .* does not point at a component'),
        ({"$ref": '#/components/schemas/a"b'}, "the component name .* is not allowed"),
        ({"$ref": "#/components/schemas/a\nb"}, "the component name .* is not allowed"),
    ],
)
def test_bad_references(schema: dict[str, Any], message: str) -> None:
    """A reference that cannot be followed is refused in one line that names it and its place."""
    schemas = {"Broken": {"items": ref("Gone")}, "List": [], 'a"b': {}, "a\nb": {}}
    with pytest.raises(DocumentError, match=message) as caught:
        slice_chat(document(schema, **schemas))
    assert str(caught.value).isprintable()


def test_missing_security_scheme() -> None:
    """A security scheme that is named but not described stops nothing: it is told, and stays named."""
    source = document()
    source["security"] = [{"Default": []}]
    source["paths"]["/chat/completions"]["post"]["security"] = [{"API key": []}]
    source["components"]["securitySchemes"] = {"API key": {"type": "http"}}
    cut = slice_chat(source)
    assert cut.unfollowed == [
        'the security scheme "Default" at "#/security" is not described: no call needs it',
        'the security scheme "API key" at "#/paths/~1chat~1completions/post/security" is not described:'
        " no call needs it",
    ]
    assert cut.document["security"] == [{"Default": []}]


GONE = ref("Gone")


@pytest.mark.parametrize(
    ("place", "part"),
    [
        ("paths/~1chat~1completions/post/callbacks/later", {"callbacks": {"later": ref("Gone", "callbacks")}}),
        (
            "paths/~1chat~1completions/post/callbacks/later",
            {"callbacks": {"later": {"{$request.body#/url}": {"post": {"responses": {"200": GONE}}}}}},
        ),
        (
            "paths/~1chat~1completions/post/responses/200/links/next",
            {"responses": {"200": {"links": {"next": ref("Gone", "links")}}}},
        ),
        (
            "paths/~1chat~1completions/post/responses/200/headers/x",
            {"responses": {"200": {"headers": {"x": {"$ref": "headers.yaml#/x"}}}}},
        ),
    ],
)
def test_parts_that_no_call_needs(place: str, part: dict[str, Any]) -> None:
    """A callback, link or header that leads nowhere is left out and told; those that lead somewhere are kept."""
    source = document()
    whole = json.loads(json.dumps(part).replace(GONE["$ref"], ref("Here")["$ref"]).replace("Gone", "Here"))
    source["components"] |= {"links": {"Here": {}}, "callbacks": {"Here": {}}}
    source["components"]["schemas"]["Here"] = {}
    for given, told in ((part, 1), (whole, "headers.yaml" in str(part))):
        source["paths"]["/chat/completions"]["post"] |= given
        cut = slice_chat(source)
        assert len(cut.unfollowed) == told
        assert all(f"#/{place}" in one and "left out" in one for one in cut.unfollowed)
        assert ("Gone" in str(cut.document) or "headers.yaml" in str(cut.document)) is False


@pytest.mark.parametrize("key", ["not", "if", "then", "contains", "propertyNames", "unevaluatedProperties"])
def test_conditions_that_lead_nowhere(key: str) -> None:
    """A part of a schema that shapes no code may lead nowhere, even in a schema that refers to itself."""
    source = document(ref("A"), A={"properties": {"a": {key: ref("Gone"), "type": "string"}}, "not": ref("A")})
    cut = slice_chat(source)
    assert cut.document["components"]["schemas"]["A"] == {
        "properties": {"a": {"type": "string"}},
        "not": ref("A"),
    }
    assert len(cut.unfollowed) == 1


def test_definitions_that_nothing_uses() -> None:
    """Of the definitions inside a schema only those that lead nowhere are left out."""
    source = document({"$defs": {"a": ref("Gone"), "b": {"type": "string"}}})
    cut = slice_chat(source)
    assert "'$defs': {'b': {'type': 'string'}}" in str(cut.document)
    assert len(cut.unfollowed) == 1


@pytest.mark.parametrize("paths", [None, [], {}, {"/files": {"get": {}}}, {"/chat/completions": None}])
def test_no_chat(paths: Any) -> None:
    """A document without any chat operation is refused."""
    with pytest.raises(DocumentError, match="has no chat operation"):
        slice_chat({"openapi": "3.1.0", "paths": paths})


def test_circular_path_item() -> None:
    """A path item that refers to itself is refused."""
    item = {"$ref": "#/paths/~1chat~1completions"}
    with pytest.raises(DocumentError, match="circular"):
        slice_chat({"openapi": "3.1.0", "paths": {"/chat/completions": item}})


def test_reference_into_a_kept_operation() -> None:
    """A reference into a chat operation stays valid, because the operation is kept under the same path."""
    source = document({"properties": {"a": {"type": "string"}}})
    start = "#/paths/~1chat~1completions/post/responses/200/content/application~1json/schema"
    source["components"]["schemas"]["CreateChatCompletionStreamResponse"] = {"$ref": f"{start}/properties/a"}
    assert kept(source) == ["schemas.CreateChatCompletionStreamResponse"]


@pytest.mark.parametrize("components", [None, [], {"schemas": None}, {"schemas": [{}]}])
def test_broken_components(components: Any) -> None:
    """Components that are not a mapping are an error only if something refers to them."""
    source = document()
    source["components"] = components
    assert kept(source) == []


def test_resolve() -> None:
    """A reference is resolved by key and by index, with its escapes undone."""
    assert resolve({"a/b": [{"c~d %": 1}]}, "#/a~1b/0/c~0d%20%25") == 1
