"""The TypedDicts of the objects that callers send, in checkers' eyes and at run time."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
import threading
import typing
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

import pytest

from chatcompletions_api import models
from tests.unit.generated.conftest import Emit
from tests.unit.generated.instances import PREFIX, components
from tests.unit.generated.test_hostile import HOSTILE

TYPED = [name for name in models.__all__ if hasattr(models, f"{name}Dict")]


def references(value: Any) -> set[str]:
    """Return the components that a schema refers to, directly."""
    if isinstance(value, dict):
        ref = {value["$ref"].removeprefix(PREFIX)} if isinstance(value.get("$ref"), str) else set()
        return ref.union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()


def sent() -> set[str]:
    """Return the objects with members that the body of a request holds, directly or through others."""
    waiting, found = {"CreateChatCompletionRequest", "UpdateChatCompletionRequest"}, set()
    while waiting:
        found.add(name := waiting.pop())
        waiting |= references(components()[name]) - found
    return {name for name in found if components()[name].get("properties")}


def declared(model: Any, name: str) -> Any:
    """Return the TypedDict that checkers read in a model's module."""
    module: Any = sys.modules[model.__module__]
    blocks = [node for node in ast.parse(inspect.getsource(module)).body if isinstance(node, ast.If)]
    names = dict(vars(module)) | {"TypedDict": typing.TypedDict, "NotRequired": typing.NotRequired}
    # With their quotes gone, annotations are evaluated at once, so that required members are known.
    exec(compile(ast.Module(blocks[-1].body, []), model.__module__, "exec", dont_inherit=True), names)  # noqa: S102
    return names[name]


@pytest.mark.parametrize("name", TYPED)
def test_members(name: str) -> None:
    """The TypedDict of an object has its members by their names in the API, and requires what the spec requires."""
    found = getattr(models, f"{name}Dict")
    assert found.__annotations__.keys() == components()[name]["properties"].keys()
    assert found.__required_keys__ == set(components()[name].get("required", ()))
    assert (found.__name__, found.__doc__) == (f"{name}Dict", getattr(models, name).__doc__)


@pytest.mark.parametrize("name", TYPED)
def test_checkers_read_what_is_made(name: str) -> None:
    """The class that checkers read and the one that is made at run time have the same members and types."""
    model, made = getattr(models, name), getattr(models, f"{name}Dict")
    read = declared(model, f"{name}Dict")
    assert typing.get_type_hints(read, include_extras=True) == {
        key: hint.__args__[0] if typing.get_origin(hint) is typing.Required else hint
        for key, hint in typing.get_type_hints(made, include_extras=True).items()
    }
    assert (read.__required_keys__, inspect.getdoc(read)) == (made.__required_keys__, inspect.getdoc(made))


def test_only_objects_that_are_sent_have_one() -> None:
    """Answers, maps and enumerations have no TypedDict, and no TypedDict is a model."""
    assert set(TYPED) == sent()
    assert [name for name in models.__all__ if name.endswith("Dict")] == []


def test_values_are_dicts_models_or_maps() -> None:
    """A member that is an object takes its TypedDict or its model, a map takes any mapping."""
    message = typing.get_type_hints(models.ChatCompletionRequestAssistantMessageDict)
    assert message["audio"] == models.AudioReferenceDict | models.AudioReference | None
    calls = (
        models.ChatCompletionMessageToolCallDict
        | models.ChatCompletionMessageToolCall
        | models.ChatCompletionMessageCustomToolCallDict
        | models.ChatCompletionMessageCustomToolCall
    )
    assert message["tool_calls"] == Sequence[calls]
    assert typing.get_type_hints(models.FunctionObjectDict)["parameters"] == Mapping[str, Any]
    assert typing.get_type_hints(models.CreateChatCompletionRequestDict)["logit_bias"] == Mapping[str, int] | None


def test_it_is_made_once() -> None:
    """Whoever asks for a TypedDict, of the package or of its module, in whatever thread, gets the same class."""
    got: list[Any] = []
    start = threading.Barrier(8)
    module = import_module(models.InputFile.__module__)

    def ask() -> None:
        start.wait()
        got.append(module.InputFileDict)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [models.InputFileDict] * 8


def test_importing_models_makes_none() -> None:
    """Importing every model makes no TypedDict; asking for one makes that one."""
    code = (
        "import sys; from chatcompletions_api import models\n"
        "for name in models.__all__: getattr(models, name)\n"
        "def made(): return [name for module in list(sys.modules.values()) for name, found in vars(module).items()\n"
        "    if hasattr(found, '__required_keys__') and module.__name__.startswith('chatcompletions_api.')]\n"
        "print(made()); models.InputFileDict; print(made())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.splitlines() == ["[]", "['InputFileDict', 'InputFileDict']"]


def test_unknown_names() -> None:
    """A TypedDict that does not exist is an AttributeError that names it, of the package and of a model's module."""
    for module in (models, import_module(models.Error.__module__), import_module(models.InputFile.__module__)):
        with pytest.raises(AttributeError, match="no attribute 'ErrorDict'"):
            _ = module.ErrorDict


@pytest.fixture(scope="module")
def emitted(emit: Emit) -> Any:
    """Requests with hostile names as members, and one whose TypedDict's name is taken."""
    schemas: dict[str, Any] = {
        f"Sent{index}": {
            "type": "object",
            "properties": {text: {"const": text, "description": text}, "other": {"type": "string"}},
            "required": [text],
            "description": text,
            "x-request": True,
        }
        for index, text in enumerate(HOSTILE)
    }
    ref = {"$ref": "#/components/schemas/Foo"}
    foo = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"], "x-request": True}
    schemas |= {"Foo": foo, "FooDict": {"type": "object", "properties": {"foo": ref}, "x-request": True}}
    return emit(schemas)


@pytest.mark.parametrize("index", range(len(HOSTILE)), ids=[ascii(text) for text in HOSTILE])
def test_any_text_is_a_key(emitted: Any, index: int) -> None:
    """A member may have any name: one that cannot stand in a class is written as text."""
    model, made = getattr(emitted, f"Sent{index}"), getattr(emitted, f"Sent{index}Dict")
    hints: dict[str, Any] = {HOSTILE[index]: Literal[HOSTILE[index]], "other": str}
    for each in (made, declared(model, f"Sent{index}Dict")):
        assert typing.get_type_hints(each) == hints
        assert each.__required_keys__ == {HOSTILE[index]}


@pytest.mark.parametrize("name", ["str", "Literal", "models", "NotRequired", "Sequence", "from", "Any"])
def test_names_of_types_are_keys(emit: Emit, name: str) -> None:
    """A member with the name of a type leaves the types of the others what they are."""
    emitted: Any = emit({"Sent": {"type": "object", "properties": {name: {"type": "string"}}, "x-request": True}})
    source = Path(sys.modules[emitted.Sent.__module__].__file__ or "").read_text("utf-8")
    assert "SentDict = TypedDict(" in source
    assert typing.get_type_hints(emitted.SentDict) == {name: str}


def test_a_taken_name_gets_an_underscore(emitted: Any) -> None:
    """A model that is called as another's TypedDict would be keeps its name."""
    assert typing.get_type_hints(emitted.FooDict_) == {"a": int}
    assert typing.get_type_hints(emitted.FooDictDict) == {"foo": emitted.FooDict_ | emitted.Foo}
    assert emitted.FooDict(foo=emitted.Foo(a=1)).to_dict() == {"foo": {"a": 1}}
