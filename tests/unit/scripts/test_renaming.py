"""Rules for components that upstream renames: they keep their names."""

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts import naming, spec_diff
from scripts.document import dump
from scripts.errors import DocumentError
from scripts.pin_spec import Pin, pin
from scripts.prepare_spec import prepare_named
from scripts.renaming import RENAMED, keep_names
from tests.unit.scripts._documents import json_content, operation, record, ref
from tests.unit.scripts.test_update_mutations import OVERLAY, PINNED, ROOT

TAGGED = {
    "oneOf": [ref("Cat"), ref("Dog")],
    "discriminator": {"propertyName": "kind", "mapping": {"cat": "Cat", "d/og": "#/components/schemas/Dog"}},
}


def renamed(**names: str) -> dict[str, Any]:
    """Return the pinned document with other names for some of its components."""
    text = json.dumps({key: value for key, value in PINNED.items() if key != RENAMED})
    for old, new in names.items():
        text = text.replace(f'"{old}"', f'"{new}"').replace(f'/{old}"', f'/{new}"')
    document: dict[str, Any] = json.loads(text)
    return document


def pinned(document: dict[str, Any], folder: Path) -> Pin:
    path = folder / "upstream.yaml"
    path.write_text(dump(document), encoding="utf-8")
    return pin(str(path), OVERLAY)


def without_receipt(made: Pin) -> dict[str, Any]:
    return {key: value for key, value in made.document.items() if key not in ("x-receipt", RENAMED)}


NAMES = {
    "CreateChatCompletionRequest": "ChatCompletionParams",
    "CreateChatCompletionResponse": "OpenAI.ChatCompletion",
    "CreateChatCompletionStreamResponse": "chat_completion_chunk",
    "ChatCompletionList": "Page",
    "ChatCompletionDeleted": "Gone",
    "ChatCompletionMessageList": "Messages",
}


def test_what_the_operations_take_and_give_keeps_its_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """If upstream renames the components of requests, answers and chunks, the pin stays the same and reports it."""
    made = pinned(renamed(**NAMES), tmp_path)
    assert made.renamed == {new: old for old, new in NAMES.items()} == made.document[RENAMED]
    assert without_receipt(made) == without_receipt(pinned(renamed(), tmp_path))
    assert "upstream renamed ChatCompletionList to Page: the pin keeps ChatCompletionList" in made.notices()
    (tmp_path / "new.yaml").write_text(dump(renamed(**NAMES)), encoding="utf-8")
    assert spec_diff.main(["--base", str(ROOT / "openapi.yaml"), "--", str(tmp_path / "new.yaml")]) == 0
    assert "No change" in capsys.readouterr().out


def test_a_namespace_names_nothing(tmp_path: Path) -> None:
    """A namespace that all components share is dropped from their names."""
    made = pinned(renamed(**{name: f"OpenAI.{name}" for name in PINNED["components"]["schemas"]}), tmp_path)
    assert without_receipt(made) == without_receipt(pinned(renamed(), tmp_path))
    assert made.renamed["OpenAI.Metadata"] == "Metadata"


def test_a_line_of_the_table_keeps_the_name_of_any_component(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With one line in names.yaml a renamed component keeps its name, and so do the classes inside it."""
    table = naming.load_names()
    monkeypatch.setattr(naming, "load_names", lambda: {"Answer.Message": "ChatCompletionResponseMessage", **table})
    made = pinned(renamed(ChatCompletionResponseMessage="Answer.Message"), tmp_path)
    before = prepare_named(PINNED, table)
    after = prepare_named(made.document, naming.load_names())
    assert after.document == before.document
    assert (after.hoisted.made_up, after.hoisted.stale) == ({}, [])


Place = tuple[Any, Any]
"""A holder, and the key of a schema in it."""


def in_line(document: dict[str, Any], place: str) -> Place | None:
    """Find the schema that a place of the table has in line."""
    owner, steps = place, []
    if found := re.match(r"\w+", place):
        owner, steps = found[0], re.findall(r"\.\w+|\[\]|\|\w+", place[found.end() :])
    holder = document["components"]["schemas"]
    places: list[Place] = [(holder, owner)] if owner in holder else []
    for step in steps:
        places = [deeper for one in places for part in parts(one) for deeper in taken(part, step)]
    every = [part for one in places for part in parts(one)]
    return next(((h, k) for h, k in every if "enum" in h[k] or "properties" in h[k]), None)


def parts(place: Place) -> list[Place]:
    holder, key = place
    schema = holder[key]
    inner = [
        (branches, index)
        for name in ("allOf", "anyOf", "oneOf")
        if (branches := schema.get(name))
        for index in range(len(branches))
    ]
    return [place, *(part for one in inner for part in parts(one))]


def taken(part: Place, step: str) -> list[Place]:
    schema = part[0][part[1]]
    if step == "[]":
        return [(schema, "items")] if "items" in schema else []
    if step[0] == "|":
        kind = "enum" if "enum" in schema else "object"
        tags = [tag for one in schema.get("properties", {}).values() for tag in one.get("enum", ())]
        return [part] if step[1:] in (kind, *tags) and ("enum" in schema or "properties" in schema) else []
    return [(schema["properties"], step[1:])] if step[1:] in schema.get("properties", {}) else []


def with_components() -> tuple[dict[str, Any], int]:
    """Return the pin with a component for each schema in line that the table names, and how many there are."""
    document = renamed()
    schemas, moved = document["components"]["schemas"], 0
    for place, name in sorted(naming.load_names().items(), key=lambda one: -len(one[0])):
        if (found := in_line(document, place)) is not None:
            holder, key = found
            if schemas.setdefault(f"New{name}", holder[key]) == holder[key]:  # others stay in line, with the same class
                holder[key] = ref(f"New{name}")
                moved += 1
    return document, moved


def test_a_schema_in_line_that_becomes_a_component_keeps_its_class(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every class of the table keeps its name when upstream makes a component of its schema, those inside it too."""
    document, moved = with_components()
    assert moved > 40
    made = pinned(document, tmp_path)
    before, after = (prepare_named(one, naming.load_names()) for one in (PINNED, made.document))
    assert after.document["components"]["schemas"].keys() == before.document["components"]["schemas"].keys()
    assert (after.hoisted.made_up, after.hoisted.stale) == ({}, [])
    assert spec_diff.main([str(tmp_path / "upstream.yaml")]) == 0
    assert capsys.readouterr().out.endswith("No change in what the chat operations take and answer.\n")


def test_a_schema_in_line_that_becomes_a_component_of_a_renamed_one(tmp_path: Path) -> None:
    """A place is found again, though the component that holds it has another name upstream."""
    document = renamed(CreateChatCompletionRequest="Space.Params")
    holder, key = in_line(renamed(), "CreateChatCompletionRequest.web_search_options") or ({}, "")
    text = json.dumps(document).replace(json.dumps(holder[key]), json.dumps(ref("Search")))
    document = json.loads(text)
    document["components"]["schemas"]["Search"] = holder[key]
    assert pinned(document, tmp_path).renamed == {
        "Search": "WebSearchOptions",
        "Space.Params": "CreateChatCompletionRequest",
    }


def test_a_component_that_is_used_elsewhere_is_not_renamed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A component that a place of the table shares with others keeps its name; the lost class is breaking."""
    document = renamed()
    holder, key = in_line(document, "CreateChatCompletionRequest.web_search_options") or ({}, "")
    document["components"]["schemas"]["Search"] = holder[key]
    holder[key] = ref("Search")
    document["components"]["schemas"]["CompletionUsage"]["properties"]["search"] = ref("Search")
    made = pinned(document, tmp_path)
    assert "Search" in made.document["components"]["schemas"]
    assert spec_diff.main([str(tmp_path / "upstream.yaml")]) == 2
    out = " ".join(capsys.readouterr().out.split())
    assert "web_search_options: models.WebSearchOptions is now models.Search" in out


def a_document(answer: str = "Animal", **schemas: Any) -> dict[str, Any]:
    answers = {"200": {"description": "It went well.", "content": json_content(ref(answer))}}
    paths = {"/chat/completions": {"get": operation(responses=answers), "post": operation(responses=answers)}}
    return {"paths": paths, "components": {"schemas": schemas}}


def test_every_reference_follows() -> None:
    """Every reference follows a rename: into a component, and in a discriminator by name or by path."""
    document = a_document(
        Animal=copy.deepcopy(TAGGED), Cat=record(of={"$ref": "#/components/schemas/Dog/properties/a"}), Dog=record(a={})
    )
    assert keep_names(document, {"Cat": "Lion", "Dog": "Wolf", "Dog.a": "Name", "Gone": "Else"}) == {
        "Cat": "Lion",
        "Dog": "Wolf",
    }
    schemas = document["components"]["schemas"]
    assert list(schemas) == ["Animal", "Lion", "Wolf"]
    assert schemas["Animal"]["oneOf"] == [ref("Lion"), ref("Wolf")]
    mapping = schemas["Animal"]["discriminator"]["mapping"]
    assert mapping == {"cat": "#/components/schemas/Lion", "d/og": "#/components/schemas/Wolf"}
    assert schemas["Lion"]["properties"]["of"] == {"$ref": "#/components/schemas/Wolf/properties/a"}


def test_what_has_several_roles_keeps_upstreams_name() -> None:
    """A component that different kinds of operations answer keeps upstream's name."""
    document = a_document(Animal=record())
    assert keep_names(document, {}) == {}
    assert list(document["components"]["schemas"]) == ["Animal"]


TAKEN: list[Callable[[], dict[str, str]]] = [
    lambda: {"Cat": "Dog"},
    lambda: {"Cat": "Lion", "Dog": "Lion"},
]


@pytest.mark.parametrize("table", TAKEN)
def test_a_name_belongs_to_one_component(table: Callable[[], dict[str, str]]) -> None:
    """A line that gives a component the name of another one is refused, and the error says how to mend it."""
    document = a_document(Animal=copy.deepcopy(TAGGED), Cat=record(), Dog=record())
    with pytest.raises(DocumentError, match="which another one has: remove the line, or give another name"):
        keep_names(document, table())
