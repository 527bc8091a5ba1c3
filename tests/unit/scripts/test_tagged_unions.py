"""Rules for unions that are referred to: they are read by their discriminator, even if the tags are open text."""

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts.generate import build
from tests.unit.scripts._documents import document, json_content, operation, prepared, record, ref

TEXT = {"type": "string"}
TAGS = {"propertyName": "kind", "mapping": {"cat": "#/components/schemas/Cat", "kitten": "Cat", "dog": "Dog"}}
PET = {"oneOf": [ref("Cat"), ref("Dog")], "discriminator": TAGS}
CLASSES = {"cat": "Cat", "kitten": "Cat", "dog": "Dog"}
SPELLED = {
    "propertyName": "kind",
    "mapping": {tag: f"#/components/schemas/{name}" for tag, name in CLASSES.items()},
}
SCHEMAS: dict[str, Any] = {
    "Cat": record(kind=TEXT, name=TEXT) | {"required": ["kind"]},
    "Dog": record(kind=TEXT, name=TEXT) | {"required": ["kind"]},
    "Pet": PET,
    "PetOrNone": {"anyOf": [ref("Pet"), {"type": "null"}]},
    "Owner": record(
        pet=ref("Pet") | {"description": "The first."},
        other={"anyOf": [ref("Pet"), {"type": "null"}]},
        last=ref("PetOrNone"),
        all={"type": "array", "items": ref("Pet")},
        by_name={"type": "object", "additionalProperties": ref("Pet")},
    ),
}


def test_the_union_stands_where_it_is_referred_to() -> None:
    """A reference to a union whose discriminator has a mapping is replaced by the union; words and null are kept."""
    owner = prepared(**SCHEMAS)["Owner"]["properties"]
    branches = [ref("Cat"), ref("Dog")]
    assert owner["pet"] == {"anyOf": branches, "discriminator": SPELLED, "description": "The first."}
    assert owner["other"] == {"anyOf": [*branches, {"type": "null"}], "discriminator": SPELLED}
    assert owner["last"] == owner["other"]
    assert owner["all"] == {"type": "array", "items": {"anyOf": branches, "discriminator": SPELLED}}


@pytest.mark.parametrize(
    "union",
    [
        {"oneOf": [ref("Cat"), ref("Dog")], "discriminator": {"propertyName": "kind"}},
        {"oneOf": [ref("Cat"), ref("Dog")]},
        {"oneOf": [ref("Cat"), {"type": "array", "items": ref("Dog")}], "discriminator": TAGS},
    ],
)
def test_other_unions_stay_components(union: dict[str, Any]) -> None:
    """The reference stays if the union has no mapping, so that its classes have the tags, or has arrays, which grow."""
    assert prepared(**SCHEMAS | {"Pet": union})["Owner"]["properties"]["pet"]["$ref"] == ref("Pet")["$ref"]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("tagged")
    answers = {"200": {"description": "An owner.", "content": json_content(ref("Owner"))}}
    spec = folder / "openapi.json"
    spec.write_text(json.dumps(document(SCHEMAS, {"/chat/completions": {"get": operation(responses=answers)}})))
    build(Path(spec), folder / "tagged_api")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield importlib.import_module("tagged_api.models")
        for name in [name for name in sys.modules if name.split(".")[0] == "tagged_api"]:
            del sys.modules[name]


@pytest.mark.parametrize(("tag", "wanted"), [("cat", "Cat"), ("kitten", "Cat"), ("dog", "Dog"), ("cow", None)])
def test_open_tags_choose_the_class(models: Any, tag: str, wanted: str | None) -> None:
    """An object gets the class that the mapping gives its tag, wherever it stands; an unknown tag stays a mapping."""
    pet = {"kind": tag, "name": "Tom"}
    given = {"pet": pet, "other": pet, "last": pet, "all": [pet], "by_name": {"a": pet}}
    read = models.Owner.from_dict(given)
    found = [read.pet, read.other, read.last, *read.all, *read.by_name.additional_properties.values()]
    assert {type(one) for one in found} == {getattr(models, wanted) if wanted else dict}
    assert read.to_dict() == given
