"""The parameters of the pin, of the generated package and of the facade's TypedDicts: same names, same types."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin, is_typeddict

import pytest

import chatcompletions
from chatcompletions import ChatClient, _dicts
from chatcompletions._params import CallOptions, CreateParams
from chatcompletions_api import models
from scripts.contract import parameters as compared
from scripts.contract.answers import facade_sources, missing_models, model_differences
from scripts.contract.differences import (
    WHERE,
    class_differences,
    name_differences,
    required_differences,
    shape_difference,
)
from scripts.contract.parameters import ADD, CALLS, MOVE, RETYPE
from scripts.contract.shapes import of_annotation, of_schema
from scripts.contract.spec import Spec, pinned

if TYPE_CHECKING:
    from scripts.contract.spec import Schema

SPEC = pinned()
PRESENT = compared.present(SPEC)
MISSING = missing_models(facade_sources(), models.__all__)
each_call = pytest.mark.parametrize("call", PRESENT)


@pytest.fixture(autouse=True)
def _stand_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what the pin lacks fail the test that is about it, and no other."""
    for name in MISSING:
        monkeypatch.setattr(models, name, type(name, (), {}), raising=False)


@each_call
def test_facade_names(call: str) -> None:
    """The TypedDict of a call lists exactly the API's parameters."""
    assert compared.facade_name_differences(SPEC, call) == []


def test_stream_stands_in_the_signature() -> None:
    """`stream` is a parameter of the API that `create` has in its signature instead of the TypedDict."""
    assert "stream" in SPEC.keywords(PRESENT["create"])
    assert "stream" in inspect.signature(ChatClient.create).parameters
    assert "stream" not in CreateParams.__annotations__


@each_call
def test_generated_names(call: str) -> None:
    """The generated request model or endpoint function has exactly the API's parameters."""
    assert compared.generated_name_differences(SPEC, call) == []


@each_call
def test_required(call: str) -> None:
    """What the API requires is required in the TypedDict, and nothing else is."""
    assert compared.facade_required_differences(SPEC, call) == []


@each_call
def test_generated_required(call: str) -> None:
    """What the API requires is what the generated request model cannot be made without."""
    assert compared.generated_required_differences(SPEC, call) == []


@each_call
def test_options_hide_nothing(call: str) -> None:
    """No parameter of the API has the name of an option that every call of the facade takes."""
    assert not SPEC.keywords(PRESENT[call]).keys() & {*CallOptions.__annotations__, "max_items"}


@each_call
def test_types(call: str) -> None:
    """A parameter takes in the facade what the API takes: types, null, and each value of an enum."""
    assert compared.facade_type_differences(SPEC, call) == []


@each_call
def test_generated_types(call: str) -> None:
    """A parameter has in the generated package the types of the API; a query cannot hold a null."""
    assert compared.generated_type_differences(SPEC, call) == []


@each_call
def test_classes(call: str) -> None:
    """A parameter takes in the facade each model that the generated package takes, and a mapping in its place."""
    assert compared.facade_class_differences(SPEC, call) == []


@pytest.mark.parametrize("name", ["messages", "tools", "tool_choice", "response_format"])
def test_typed_dicts_come_first(name: str) -> None:
    """What editors complete stands first: the TypedDict of each model that a parameter takes, under a public name."""
    (hint,) = [hint for hint in _unions(compared.facade_parameters(SPEC, "create")[name]) if Mapping in _origins(hint)]
    (taken,) = [hint for hint in _unions(compared.generated_parameters(PRESENT["create"])[name]) if _dicts_of(hint)]
    found = [one for one in get_args(hint) if is_typeddict(one)]
    assert list(get_args(hint))[: len(found)] == found
    assert set(found) == _dicts_of(taken)
    assert set(found) <= {getattr(chatcompletions, public) for public in _dicts.GENERATED}


def _unions(hint: Any) -> list[Any]:
    """Return the unions in an annotation: itself, or that of its items."""
    inner = [one for part in get_args(hint) for one in _unions(part)]
    return [hint, *inner] if isinstance(hint, UnionType) or get_origin(hint) is Union else inner


def _origins(hint: Any) -> set[Any]:
    return {get_origin(one) or one for one in get_args(hint)}


def _dicts_of(hint: Any) -> set[Any]:
    names = [f"{one.__name__}Dict" for one in get_args(hint) if isinstance(one, type)]
    return {getattr(models, name) for name in names if hasattr(models, name)}


def test_models() -> None:
    """Each model that the facade names is one of the generated package."""
    assert model_differences(MISSING) == []
    assert len(model_differences(missing_models(facade_sources(), []))) > len(CALLS)
    source = {"a.py": "x = models.AudioParamDict, models.OldDict, models.OldDictDict"}
    assert missing_models(source, ["AudioParam", "OldDict"]) == {}
    assert missing_models(source, ["AudioParam"]) == {"Old": ["a.py"], "OldDict": ["a.py"]}


def test_members_of_a_union() -> None:
    """A body that may be one of several objects has the members of all, and requires what each of them does."""
    first = {"properties": {"a": {"type": "string"}, "b": {}}, "required": ["a", "b"]}
    union = {"oneOf": [first, {"allOf": [{"properties": {"a": {}, "c": {}}}, {"required": ["a", "c"]}]}]}
    spec = Spec({})
    assert (spec.properties(union).keys(), spec.required(union)) == ({"a", "b", "c"}, {"a"})
    assert (spec.properties(first), spec.required(first)) == (first["properties"], {"a", "b"})


def test_enums_by_alias() -> None:
    """The facade spells no list of values out: it takes the generated alias, which grows with the API."""
    spelled = [
        f"{name} in {params.__name__} spells values out: use the alias of chatcompletions_api.models in {WHERE}"
        for params in CALLS.values()
        for name, annotation in params.__annotations__.items()
        if "Literal[" in str(annotation)
    ]
    assert spelled == []


def _types(schema: Schema, annotation: Any) -> list[str]:
    return shape_difference(
        "create", "foo", of_schema(Spec({}), schema), of_annotation(annotation), "CreateParams", RETYPE
    )


def _classes(generated: Any, annotation: Any) -> list[str]:
    return class_differences("create", "foo", of_annotation(generated), of_annotation(annotation), "CreateParams")


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (
            name_differences("create", {"foo"}, set(), "CreateParams", WHERE, ADD),
            "openapi.yaml has the create parameter 'foo', which CreateParams in "
            "facade/chatcompletions/_params.py lacks: add it there",
        ),
        (
            name_differences("create", set(), {"foo"}, "CreateParams", WHERE, ADD),
            "CreateParams in facade/chatcompletions/_params.py has 'foo', which is no create parameter of "
            "openapi.yaml: remove it there",
        ),
        (
            name_differences(
                "list", set(), {"foo"}, "list_things", "generated/chatcompletions_api", "run make generate"
            ),
            "list_things in generated/chatcompletions_api has 'foo', which is no list parameter of openapi.yaml: "
            "run make generate",
        ),
        (
            required_differences("create", {"foo"}, set(), "CreateParams", MOVE),
            "openapi.yaml has the create parameter 'foo' as required, CreateParams has it the other way round: "
            "move it in facade/chatcompletions/_params.py",
        ),
        (
            required_differences("create", set(), {"foo"}, "CreateParams", MOVE),
            "openapi.yaml has the create parameter 'foo' as optional, CreateParams has it the other way round: "
            "move it in facade/chatcompletions/_params.py",
        ),
        (
            _types({"type": "boolean", "nullable": True}, bool),
            "openapi.yaml gives the create parameter 'foo' the types boolean, null, CreateParams gives it boolean: "
            "correct its annotation in facade/chatcompletions/_params.py",
        ),
        (
            _types({"allOf": [{"type": "integer"}, {"type": ["integer", "null"]}]}, int),
            "openapi.yaml gives the create parameter 'foo' the types integer, null, CreateParams gives it integer: "
            "correct its annotation in facade/chatcompletions/_params.py",
        ),
        (
            _types({"enum": ["auto", "flex", None]}, Literal["auto"] | None),
            "openapi.yaml gives the create parameter 'foo' the types null, 'auto', 'flex', "
            "CreateParams gives it null, 'auto': correct its annotation in facade/chatcompletions/_params.py",
        ),
        (
            _types({"enum": ["auto"]}, str),
            "openapi.yaml gives the create parameter 'foo' the types 'auto', CreateParams gives it string: "
            "correct its annotation in facade/chatcompletions/_params.py",
        ),
        (
            _types({"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "null"}]}}, Iterable[str]),
            "openapi.yaml gives the create parameter 'foo' the types null, string, CreateParams gives it string: "
            "correct its annotation in facade/chatcompletions/_params.py",
        ),
        (
            _classes(models.AudioParam, Mapping[str, Any]),
            "the generated create request takes models.AudioParam as 'foo', which CreateParams does not: "
            "add it to the annotation in facade/chatcompletions/_params.py",
        ),
        (
            _classes(models.AudioParam, models.AudioParam | models.AudioParamDict),
            "CreateParams takes no Mapping as 'foo', only models: "
            "add it to the annotation in facade/chatcompletions/_params.py",
        ),
    ],
)
def test_sentences(found: list[str], sentence: str) -> None:
    """A parameter that one side lacks or types otherwise is told in a sentence that says what to do where."""
    assert found == [sentence]
