"""Pairs of documents with known differences, and pairs that only look different."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from scripts.diff.changes import Change
from scripts.diff.documents import from_bytes
from scripts.diff.operations import compare
from scripts.diff.rules import RULES, Side, Verdict, judge
from scripts.operations import UNTAKEN
from tests.unit.scripts._documents import Schema, json_content, record, ref

CHAT, ONE = "/chat/completions", "/chat/completions/{completion_id}"
TEXT, NULL = {"type": "string"}, {"type": "null"}
Edit = Callable[[dict[str, Any]], Any]


def base() -> dict[str, Any]:
    """Return a document with a create, a list and a get operation, whose answers share a schema."""
    schemas = {
        "CreateChatCompletionRequest": record(
            model=TEXT,
            messages={"type": "array", "minItems": 1, "items": {"oneOf": [ref("UserMessage"), ref("ToolMessage")]}},
            effort={"anyOf": [ref("Effort"), NULL]},
            n={"type": "integer", "minimum": 1, "maximum": 128, "default": 1},
            tier={"type": "string", "enum": ["auto", "flex"]},
            prediction={"anyOf": [TEXT, {"type": "array", "items": TEXT}]},
        )
        | {"required": ["model", "messages"]},
        "UserMessage": record(role={"const": "user"}, content=TEXT) | {"required": ["role", "content"]},
        "ToolMessage": record(role={"const": "tool"}, call_id=TEXT) | {"required": ["role", "call_id"]},
        "Effort": {"type": "string", "enum": ["low", "high"]},
        "Reply": record(
            id=TEXT,
            choices={"type": "array", "items": record(reason={"enum": ["stop", "length"]}, text=TEXT)},
            usage={"anyOf": [record(total=TEXT), NULL]},
        )
        | {"required": ["id", "choices"]},
        "Page": record(data={"type": "array", "items": ref("Reply")}),
        "CreateChatCompletionStreamResponse": record(delta=TEXT),
    }
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer", "default": 20}}
    path = {"name": "completion_id", "in": "path", "required": True, "schema": TEXT}
    body = {"required": True, "content": json_content(ref("CreateChatCompletionRequest"))}
    whole = {
        "openapi": "3.1.0",
        "info": {"title": "Rivers", "version": "1"},
        "servers": [{"url": "https://api.example.com/v1"}],
        "paths": {
            CHAT: {
                "post": {"requestBody": body, "responses": {"200": answer("Reply")}},
                "get": {"parameters": [limit], "responses": {"200": answer("Page")}},
            },
            ONE: {"get": {"parameters": [path], "responses": {"200": answer("Reply")}}},
        },
        "components": {"schemas": schemas},
    }
    unshared: dict[str, Any] = json.loads(json.dumps(whole))
    return unshared


def answer(name: str) -> Schema:
    return {"description": "It went well.", "content": json_content(ref(name))}


def changes(edit: Edit, *, backwards: bool = False) -> list[Change]:
    """Return the changes that an edit of the base document makes."""
    edited = base()
    edit(edited)
    sides = [from_bytes(json.dumps(one).encode(), "some.json") for one in (base(), edited)]
    return compare(*reversed(sides)) if backwards else compare(*sides)


def told(found: list[Change]) -> set[tuple[str, str]]:
    return {(f"{change.where}: {change.what}", change.verdict.name.lower()) for change in found}


def schemas(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["components"]["schemas"]
    return found


def request(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schemas(document)["CreateChatCompletionRequest"]["properties"]
    return found


def reply(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schemas(document)["Reply"]["properties"]
    return found


def choice(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = reply(document)["choices"]["items"]["properties"]
    return found


def rename(document: dict[str, Any], old: str, new: str) -> None:
    renamed = json.loads(json.dumps(document).replace(f'/{old}"', f'/{new}"').replace(f'"{old}":', f'"{new}":'))
    document.update(renamed)


def _merge_inline(document: dict[str, Any]) -> None:
    wanted = schemas(document).pop("CreateChatCompletionRequest")
    parts = [{"properties": {name: one}} for name, one in wanted["properties"].items()]
    schemas(document)["CreateChatCompletionRequest"] = {
        "allOf": [*parts, {"type": "object", "required": ["messages", "model"]}]
    }


def _three_zero(document: dict[str, Any]) -> None:
    document["openapi"] = "3.0.3"
    request(document)["effort"] = {"nullable": True, "allOf": [ref("Effort")]}
    reply(document)["usage"] = record(total=TEXT) | {"nullable": True}
    request(document)["n"] |= {"minimum": 0, "exclusiveMinimum": True, "default": 1.0, "maximum": 128.0}
    schemas(document)["UserMessage"]["properties"]["role"] = {"type": "string", "enum": ["user"]}


def _exclusive(document: dict[str, Any]) -> None:
    request(document)["n"] = {"type": "integer", "exclusiveMinimum": 0, "maximum": 128, "default": 1}


def _prose(document: dict[str, Any]) -> None:
    document["info"] = {"title": "Lakes", "version": "2", "description": "Other words."}
    for schema in schemas(document).values():
        schema |= {"title": "Same", "description": "Other words.", "example": 1, "x-note": 1}
    request(document)["n"]["examples"] = [1, 2]


def _order(document: dict[str, Any]) -> None:
    document["components"]["schemas"] = dict(reversed(schemas(document).items()))
    wanted = schemas(document)["CreateChatCompletionRequest"]
    wanted["properties"] = dict(reversed(wanted["properties"].items()))
    wanted["required"].reverse()
    request(document)["messages"]["items"]["oneOf"].reverse()
    schemas(document)["Effort"]["enum"].reverse()


def _inline(document: dict[str, Any]) -> None:
    request(document)["n"] = ref("Count")
    schemas(document)["Count"] = {"type": "integer", "minimum": 1, "maximum": 128, "default": 1}
    reply(document)["choices"]["items"] = ref("Choice")
    schemas(document)["Choice"] = record(reason={"enum": ["stop", "length"]}, text=TEXT)
    document["paths"][CHAT]["post"]["responses"]["200"] = {"$ref": "#/components/responses/Reply"}
    document["components"]["responses"] = {"Reply": answer("Reply")}


def _spelled_out(document: dict[str, Any]) -> None:
    request(document)["messages"]["items"] = {"anyOf": [{"oneOf": [ref("UserMessage")]}, ref("ToolMessage")]}
    schemas(document)["Effort"] = {"oneOf": [{"const": "low"}, {"const": "high"}]}
    request(document)["model"] = {"type": "string", "minLength": 0, "default": None}
    request(document)["prediction"] = {"type": ["string", "array"], "items": TEXT}
    schemas(document)["Page"]["additionalProperties"] = True
    for operation in (*document["paths"][CHAT].values(), document["paths"][ONE]["get"]):
        operation |= {"operationId": "other", "tags": ["Other"], "summary": "Other words."}


def _other_id(document: dict[str, Any]) -> None:
    item = document["paths"].pop(ONE)
    item["get"]["parameters"][0]["name"] = "id"
    document["paths"]["/chat/completions/{id}"] = item


def _streamed(document: dict[str, Any]) -> None:
    media = {"text/event-stream": {"schema": ref("Piece")}}
    document["paths"][CHAT]["post"]["responses"]["200"]["content"] |= media
    schemas(document)["Piece"] = schemas(document).pop("CreateChatCompletionStreamResponse")


SPELLINGS: list[Edit] = [
    lambda _: None, _prose, _order, _inline, _merge_inline, _spelled_out, _other_id, _streamed,
]  # fmt: skip


@pytest.mark.parametrize("edit", SPELLINGS)
@pytest.mark.parametrize("backwards", [False, True])
def test_spelling_is_no_change(edit: Edit, *, backwards: bool) -> None:
    """Prose, order, titles, references, merged parts, unions of one and spellings of null make no difference."""
    assert told(changes(edit, backwards=backwards)) == set()


def test_versions_of_openapi_say_the_same() -> None:
    """A bound, a null and a constant are the same in the spelling of 3.0 and in that of 3.1."""
    new, old = base(), base()
    _exclusive(new)
    _three_zero(old)
    sides = [from_bytes(json.dumps(one).encode(), "some.json") for one in (old, new)]
    assert told(compare(*sides)) == set()


def put(holder: Callable[[dict[str, Any]], dict[str, Any]], **schema: Any) -> Edit:
    return lambda document: holder(document).update(schema)


def require(name: str, *members: str) -> Edit:
    return lambda document: schemas(document)[name].update(required=list(members))


KNOWN: list[tuple[Edit, str, str, str]] = [
    (put(request, seed={"type": "integer"}), "create request > seed: added", "widening", "breaking"),
    (require("CreateChatCompletionRequest", "model"), "create request > messages: optional now", "widening",
     "breaking"),
    (require("Reply", "id"), "create answer > choices: optional now", "breaking", "harmless"),
    (put(reply, created={"type": "integer"}), "create answer > created: added", "widening", "breaking"),
    (
        lambda d: schemas(d)["Effort"]["enum"].append("max"),
        'create request > effort: value "max" added', "widening", "breaking",
    ),
    (
        lambda d: choice(d)["reason"]["enum"].append("tool"),
        'create answer > choices[] > reason: value "tool" added', "widening", "harmless",
    ),
    (put(request, effort=ref("Effort")), "create request > effort: null no longer allowed", "breaking", "widening"),
    (put(choice, text={"type": ["string", "null"]}), "create answer > choices[] > text: null allowed now", "breaking",
     "harmless"),
    (lambda d: request(d).update(tier={"anyOf": [TEXT, request(d)["tier"]]}),
     "create request > tier: any string allowed now", "widening", "breaking"),
    (put(request, effort={"anyOf": [{"enum": ["low", "high"], "type": "string"}, NULL]}),
     "create request > effort: models.Effort is now models.CreateChatCompletionRequestEffort", "breaking", "breaking"),
    (put(request, model={"type": "integer"}), "create request > model: string is now integer", "breaking", "breaking"),
    (put(choice, text={"type": "array", "items": TEXT}), "create answer > choices[] > text: string is now array",
     "breaking", "breaking"),
    (lambda d: request(d)["n"].update(maximum=8), "create request > n: maximum 128 is now 8", "breaking", "widening"),
    (lambda d: request(d)["n"].update(minimum=0), "create request > n: minimum 1 is now 0", "widening", "breaking"),
    (lambda d: request(d)["n"].update(default=2), "create request > n: default 1 is now 2", "breaking", "breaking"),
    (lambda d: request(d)["n"].pop("default"), "create request > n: default 1 is now unknown", "harmless", "harmless"),
    (lambda d: request(d)["n"].update(type="number"), "create request > n: integer is now number", "widening",
     "breaking"),
    (lambda d: request(d)["messages"].pop("minItems"), "create request > messages: minItems 1 is now none", "widening",
     "breaking"),
    (
        lambda d: request(d)["messages"]["items"]["oneOf"].append(record(role={"const": "system"})),
        'create request > messages[]: role "system" added', "widening", "breaking",
    ),
    (
        lambda d: schemas(d)["ToolMessage"]["properties"].update(name=TEXT),
        'create request > messages[] (role "tool") > name: added', "widening", "breaking",
    ),
    (
        put(reply, usage={"anyOf": [record(total=TEXT), TEXT, NULL]}),
        "create answer > usage: string allowed besides object", "breaking", "harmless",
    ),
    (lambda d: request(d)["prediction"]["anyOf"].append({"type": "boolean"}),
     "create request > prediction: boolean added", "widening", "breaking"),
    (lambda d: schemas(d)["UserMessage"].update(additionalProperties=False),
     'create request > messages[] (role "user"): no other members allowed now', "breaking", "widening"),
    (lambda d: request(d)["n"].update(deprecated=True), "create request > n: deprecated", "harmless", "harmless"),
    (lambda d: choice(d)["text"].update(format="uri"), 'create answer > choices[] > text: format none is now "uri"',
     "harmless", "harmless"),
    (lambda d: d["paths"][CHAT]["get"]["parameters"][0].update(required=True),
     "list parameters > limit: required now", "breaking", "widening"),
    (lambda d: d["paths"][CHAT]["get"]["parameters"].pop(), "list parameters > limit: removed", "breaking", "widening"),
    (lambda d: d["paths"][CHAT]["get"]["parameters"][0].update(deprecated=True), "list parameters > limit: deprecated",
     "harmless", "harmless"),
    (lambda d: d["paths"].pop(ONE), "get: operation removed", "breaking", "widening"),
    (lambda d: d["paths"][ONE]["get"].update(deprecated=True), "get: deprecated", "harmless", "harmless"),
    (lambda d: d["paths"][CHAT]["post"]["responses"].update({"429": answer("Page")}),
     "create answer 429: described now", "harmless", "harmless"),
    (lambda d: d["paths"][ONE]["get"].update(servers=[{"url": "https://eu.example.com"}]),
     "get: address that of the client is now https://eu.example.com", "breaking", "breaking"),
    (lambda d: d["paths"].update({f"{ONE}/": d["paths"].pop(ONE)}), f"get: path {ONE} is now {ONE}/", "breaking",
     "breaking"),
    (lambda d: rename(d, "Effort", "Zeal"), "create request > effort: models.Effort is now models.Zeal", "breaking",
     "breaking"),
    (lambda d: rename(d, "ToolMessage", "AidMessage"),
     'create request > messages[] (role "tool"): models.ToolMessage is now models.AidMessage', "breaking", "breaking"),
    (lambda d: d["paths"][CHAT]["post"]["requestBody"].update(required=False), "create request: optional now",
     "widening", "breaking"),
    (lambda d: schemas(d).pop("CreateChatCompletionStreamResponse"), "stream chunk: no longer described", "breaking",
     "widening"),
    (lambda d: schemas(d)["CreateChatCompletionStreamResponse"]["properties"].update(seq=TEXT),
     "stream chunk > seq: added", "widening", "breaking"),
    (lambda d: d["paths"][ONE]["get"]["parameters"][0].update(schema={"type": "integer"}),
     "get path > completion_id: string is now integer", "breaking", "breaking"),
    (lambda d: request(d)["n"].update(readOnly=True), "create request > n: read-only now", "breaking", "widening"),
    (put(request, effort={"anyOf": [ref("Effort"), NULL], "readOnly": True}), "create request > effort: read-only now",
     "breaking", "widening"),
    (lambda d: choice(d)["text"].update(writeOnly=True), "create answer > choices[] > text: write-only now", "breaking",
     "widening"),
    (lambda d: request(d)["tier"].update({"not": {"const": "flex"}}),
     'create request > tier: condition not {"const": "flex"} added', "breaking", "widening"),
    (lambda d: request(d).update(rest={"not": {"type": "null"}}), "create request > rest: added", "widening",
     "breaking"),
    (lambda d: schemas(d)["CreateChatCompletionRequest"].update(dependentRequired={"n": ["tier"]}),
     'create request: condition dependentRequired {"n": ["tier"]} added', "breaking", "widening"),
    (lambda d: schemas(d)["Reply"].update(propertyNames={"maxLength": 8}),
     'create answer: condition propertyNames {"maxLength": 8} added', "harmless", "harmless"),
    (lambda d: request(d)["messages"].update(contains=ref("UserMessage")),
     'create request > messages: condition contains {"$ref": "UserMessage"} added', "breaking", "widening"),
    (lambda d: d.update(servers=[{"url": "https://eu.example.com/v1"}]),
     "client: server https://eu.example.com/v1 added", "widening", "breaking"),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "sentence", "forwards", "backwards"), KNOWN)
def test_known_pairs(edit: Edit, sentence: str, forwards: str, backwards: str) -> None:
    """A change is reported with its place, phrase and verdict; the opposite change has its own verdict."""
    assert (sentence, forwards) in told(changes(edit))
    group = sentence.split(" > ")[0].split(": ")[0]
    back = [change for change in changes(edit, backwards=True) if change.group == group]
    assert backwards in {change.verdict.name.lower() for change in back}


@pytest.mark.parametrize(("edit", "sentence"), [(edit, sentence) for edit, sentence, *_ in KNOWN])
def test_nothing_else_changes(edit: Edit, sentence: str) -> None:
    """One edit is one change, however many operations share its schema; a server that moves makes two."""
    assert len(changes(edit)) == (2 if sentence.startswith("client") else 1)


def both(grow: Edit, edit: Edit) -> set[tuple[str, str]]:
    """Return what an edit changes in the base document once that has grown."""
    old, new = base(), base()
    grow(old)
    grow(new)
    edit(new)
    return told(compare(*(from_bytes(json.dumps(one).encode(), "some.json") for one in (old, new))))


def test_a_condition_that_changes() -> None:
    """Another condition accepts other values; a long one is cut."""
    found = both(
        lambda d: request(d)["tier"].update({"not": {"const": "flex"}}),
        lambda d: request(d)["tier"].update({"not": {"pattern": "x" * 99}}),
    )
    shown = f'not {{"pattern": "{"x" * 63}...'
    assert found == {(f'create request > tier: not {{"const": "flex"}} is now {shown}', "breaking")}


LISTED = {"in": "query", "name": "ids", "schema": {"type": "array", "items": TEXT}}


@pytest.mark.parametrize(
    ("schema", "style", "now"),
    [
        (LISTED["schema"], {"explode": False}, "form, exploded is now style form, not exploded"),
        (LISTED["schema"], {"style": "pipeDelimited"}, "form, exploded is now style pipeDelimited, not exploded"),
        (record(a=TEXT), {"style": "form"}, "deepObject, exploded is now style form, exploded"),
        (record(a=TEXT), {"style": "deepObject"}, ""),
        (LISTED["schema"], {"style": "form"}, ""),
        (TEXT, {"explode": False}, ""),
    ],
)
def test_a_style_that_changes(schema: Schema, style: Schema, now: str) -> None:
    """Another style writes a list or an object in another way, and an object without one is written as deepObject."""
    found = both(
        lambda d: d["paths"][CHAT]["get"]["parameters"].append({**LISTED, "schema": schema}),
        lambda d: d["paths"][CHAT]["get"]["parameters"][-1].update(style),
    )
    assert found == ({(f"list parameters > ids: style {now}", "breaking")} if now else set())


def deprecate(*names: str) -> Edit:
    return lambda d: [schemas(d)[name].update(deprecated=True) for name in names] and None


def test_a_deprecation_that_moves() -> None:
    """A flag that moves from a use to the component says the same; one that the component gets is told once."""

    def use(d: dict[str, Any]) -> None:
        request(d)["effort"] = {"anyOf": [ref("Effort"), NULL], "deprecated": True}

    def move(d: dict[str, Any]) -> None:
        request(d)["effort"] = {"anyOf": [ref("Effort"), NULL]}
        deprecate("Effort")(d)

    def share(d: dict[str, Any]) -> None:
        request(d)["effort2"] = ref("Effort")

    assert both(use, move) == set()
    assert both(share, deprecate("Effort")) == {
        ("create request > effort: deprecated", "harmless"),
    }


def shared(document: dict[str, Any]) -> None:
    parts = {"type": "array", "items": ref("Part")}
    schemas(document)["Part"] = record(text=TEXT)
    schemas(document)["UserMessage"]["properties"]["parts"] = parts
    schemas(document)["ToolMessage"]["properties"]["parts"] = {"anyOf": [TEXT, parts]}
    request(document)["prediction"] = ref("Part")


def test_a_shared_schema_is_told_where_callers_meet_it() -> None:
    """A change in a component is told once, in the required parameter before the optional, and counts other places."""
    old, new = base(), base()
    shared(old)
    shared(new)
    schemas(new)["Part"]["properties"]["cache"] = TEXT
    (change,) = compare(*(from_bytes(json.dumps(one).encode(), "some.json") for one in (old, new)))
    assert change.where == 'create request > messages[] (role "user") > parts[] > cache'
    assert (change.touches[0], change.others) == ("CreateParams.messages", 2)


def test_places_in_a_circle_are_counted_once() -> None:
    """A component that leads back to itself is met wherever something else leads to it."""
    old, new = base(), base()
    for document in (old, new):
        schemas(document)["Node"] = record(next=ref("Node"), other=ref("Leaf"))
        schemas(document)["Leaf"] = record(back=ref("Node"), text=TEXT)
        request(document).update(leaf=ref("Leaf"), node=ref("Node"))
    schemas(new)["Leaf"]["properties"]["text"] = {"type": "integer"}
    (change,) = compare(*(from_bytes(json.dumps(one).encode(), "some.json") for one in (old, new)))
    assert change.where == "create request > leaf > text"
    assert change.others >= 1


def secured(*names: str) -> list[Schema]:
    return [{name: []} for name in names]


def secure(document: dict[str, Any]) -> None:
    document["security"] = secured("Bearer")
    document["components"]["securitySchemes"] = {
        "Bearer": {"type": "http", "scheme": "bearer"},
        "Key": {"type": "apiKey", "in": "header", "name": "api-key"},
    }


BEARER, KEY = "security http bearer", "security apikey header api-key"


@pytest.mark.parametrize(
    ("edit", "wanted"),
    [
        (lambda d: d.update(security=secured("Key")),
         {(f"client: {BEARER} removed", "breaking"), (f"client: {KEY} added", "widening")}),
        (lambda d: d.update(security=secured("Bearer", "Key")), {(f"client: {KEY} added", "widening")}),
        (lambda d: d.update(security=[{"Bearer": [], "Key": []}]),
         {(f"client: {BEARER} removed", "breaking"),
          ("client: security apikey header api-key and http bearer added", "widening")}),
        (lambda d: d["paths"][ONE]["get"].update(security=secured("Key")),
         {(f"get: {BEARER} removed", "breaking"), (f"get: {KEY} added", "widening")}),
        (lambda d: d["paths"][ONE]["get"].update(security=secured("Key", "Bearer")),
         {(f"get: {KEY} added", "widening")}),
        (lambda d: d["paths"][ONE]["get"].update(security=[{}]),
         {(f"get: {BEARER} removed", "breaking"), ("get: security none added", "widening")}),
        (lambda d: d["paths"][ONE]["get"].update(security=secured("Bearer")), set()),
        (lambda d: d["paths"][ONE]["get"].update(security=secured("Gone", "Bearer")),
         {("get: security gone added", "widening")}),
    ],
)  # fmt: skip
def test_security_is_judged_where_it_is(edit: Edit, wanted: set[tuple[str, str]]) -> None:
    """Security that changes for all operations is the client's, on one operation it is that operation's."""
    assert both(secure, edit) == {(one.replace("gone", "Gone"), verdict) for one, verdict in wanted}


def test_security_of_the_only_operation() -> None:
    """Where there is one operation, its own security is told at it."""

    def alone(document: dict[str, Any]) -> None:
        secure(document)
        document["paths"] = {ONE: document["paths"][ONE]}

    assert both(alone, lambda d: d["paths"][ONE]["get"].update(security=secured("Key"))) == {
        (f"get: {BEARER} removed", "breaking"),
        (f"get: {KEY} added", "widening"),
    }


def test_a_class_that_is_lost_breaks() -> None:
    """Where nothing else breaks, a class that is gone does; where something does, it went with that."""

    def opened(document: dict[str, Any]) -> None:
        request(document)["tier"] = TEXT

    assert told(changes(opened)) == {
        ("create request > tier: any string allowed now", "widening"),
        ("client: models.CreateChatCompletionRequestTier is gone", "breaking"),
    }
    (change,) = changes(lambda d: request(d).pop("tier"))
    assert change.what == "removed"


def test_a_new_required_parameter_breaks() -> None:
    """A parameter that callers must send from now on breaks them; a field that answers always have does not."""

    def add(document: dict[str, Any]) -> None:
        request(document)["seed"] = reply(document)["seed"] = {"type": "integer"}
        schemas(document)["CreateChatCompletionRequest"]["required"].append("seed")
        schemas(document)["Reply"]["required"].append("seed")

    assert told(changes(add)) == {
        ("create request > seed: added, required", "breaking"),
        ("create answer > seed: added, required", "widening"),
    }


def test_a_shared_schema_is_reported_once() -> None:
    """A change in a schema that several operations use is one change, which names them all."""
    (change,) = changes(put(choice, index={"type": "integer"}))
    assert change.where == "create answer > choices[] > index"
    assert change.also == ["list answer", "get answer"]


def test_both_sides_of_a_shared_schema_are_judged() -> None:
    """A change of a schema that requests and answers share is two changes, one for each side."""

    def share(document: dict[str, Any]) -> None:
        reply(document)["effort"] = ref("Effort")

    old, new = base(), base()
    for document in (old, new):
        share(document)
    schemas(new)["Effort"]["enum"].remove("low")
    sides = [from_bytes(json.dumps(one).encode(), "some.json") for one in (old, new)]
    assert told(compare(*sides)) == {
        ('create request > effort: value "low" removed', "breaking"),
        ('create answer > effort: value "low" removed', "harmless"),
    }


@pytest.mark.parametrize(
    ("edit", "touches"),
    [
        (put(request, seed={"type": "integer"}), ["CreateParams.seed", "models.CreateChatCompletionRequest"]),
        (lambda d: schemas(d)["Effort"]["enum"].append("max"), ["CreateParams.effort", "models.Effort"]),
        (lambda d: d["paths"][CHAT]["get"]["parameters"].pop(), ["ListParams.limit"]),
        (put(choice, index=TEXT), ["models.Choice"]),
        (
            lambda d: schemas(d)["ToolMessage"]["properties"].update(name=TEXT),
            ["CreateParams.messages", "models.ToolMessage"],
        ),
    ],
)
def test_touches(edit: Edit, touches: list[str]) -> None:
    """A change names the parameter of the facade and the generated model that it concerns."""
    (change,) = changes(edit)
    assert change.touches == touches


def test_schemas_that_hold_themselves() -> None:
    """A schema that contains itself is compared once, down to its end."""

    def grow(document: dict[str, Any]) -> None:
        reply(document)["parent"] = ref("Reply")
        reply(document)["children"] = {"type": "array", "items": ref("Reply")}

    old, new = base(), base()
    for document in (old, new):
        grow(document)
    reply(new)["depth"] = {"type": "integer"}
    sides = [from_bytes(json.dumps(one).encode(), "some.json") for one in (old, new)]
    assert told(compare(*sides)) == {("create answer > depth: added", "widening")}


def under(prefix: str, server: str) -> Edit:
    def move(document: dict[str, Any]) -> None:
        document["servers"] = [{"url": f"https://api.example.com{server}"}]
        document["paths"] = {f"{prefix}{path}": item for path, item in document["paths"].items()}

    return move


@pytest.mark.parametrize(("prefix", "server"), [("/v1", ""), ("/v1", "/v1/"), ("/v1", "/"), ("", "/v1")])
def test_a_prefix_is_part_of_the_address(prefix: str, server: str) -> None:
    """A prefix of all paths belongs to the server's address: moving it between the two moves no call."""
    assert changes(under(prefix, server)) == []


def test_another_prefix_moves_every_call() -> None:
    """Another prefix is another address."""
    assert told(changes(under("/v2", ""))) == {
        ("client: server https://api.example.com/v1 removed", "breaking"),
        ("client: server https://api.example.com/v2 added", "widening"),
    }


def test_a_prefix_with_a_parameter_moves_every_call() -> None:
    """A prefix with a parameter is a part of the address, where the client has it."""
    assert told(changes(under("/of/{it}", "/v1"))) == {
        ("client: server https://api.example.com/v1 removed", "breaking"),
        ("client: server https://api.example.com/v1/of/{it} added", "widening"),
    }


def test_operations_that_the_client_does_not_have() -> None:
    """A method or path below ours that the client has no call for is widening, once: the pin remembers it."""

    def grow(document: dict[str, Any]) -> None:
        path = "/chat/completions/{completion_id}"
        document["paths"][f"{path}/cancel"] = {"post": document["paths"][path]["get"]}
        document["paths"]["/chat/completions"]["put"] = document["paths"]["/chat/completions"]["post"]

    assert told(changes(grow)) == {
        ("client: POST /chat/completions/{completion_id}/cancel added, which this client does not have", "widening"),
        ("client: PUT /chat/completions added, which this client does not have", "widening"),
    }
    pinned = base() | {UNTAKEN: ["PUT /chat/completions"]}
    new = base()
    new["paths"]["/chat/completions"]["put"] = new["paths"]["/chat/completions"]["post"]
    assert compare(*(from_bytes(json.dumps(one).encode(), "some.json") for one in (pinned, new))) == []


def test_listed_values_of_an_open_type() -> None:
    """Where any text is accepted, one more listed value is reported and is harmless."""
    old, new = base(), base()
    for document, names in ((old, ["a", "b"]), (new, ["a", "b", "c"])):
        request(document)["model"] = {"anyOf": [TEXT, {"type": "string", "enum": names}]}
    sides = [from_bytes(json.dumps(one).encode(), "some.json") for one in (old, new)]
    assert told(compare(*sides)) == {('create request > model: value "c" listed', "harmless")}


@pytest.mark.parametrize(
    ("kind", "request_side", "answer_side"),
    [
        ("added", Verdict.WIDENING, Verdict.WIDENING),
        ("added as required", Verdict.BREAKING, Verdict.WIDENING),
        ("removed", Verdict.BREAKING, Verdict.BREAKING),
        ("now optional", Verdict.WIDENING, Verdict.BREAKING),
        ("now required", Verdict.BREAKING, Verdict.HARMLESS),
        ("value removed", Verdict.BREAKING, Verdict.HARMLESS),
        ("type changed", Verdict.BREAKING, Verdict.BREAKING),
        ("bound tightened", Verdict.BREAKING, Verdict.HARMLESS),
    ],
)
def test_sides_are_judged_apart(kind: str, request_side: Verdict, answer_side: Verdict) -> None:
    """A request that may hold less breaks callers who send, an answer that may hold less breaks those who read."""
    assert (judge(kind, Side.REQUEST), judge(kind, Side.ANSWER)) == (request_side, answer_side)


def test_every_rule_has_a_reason() -> None:
    """Each kind of change has a phrase and a reason."""
    assert all(rule.phrase and rule.why for rule in RULES.values())
