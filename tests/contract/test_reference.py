"""The reference of the documentation against what is public, and against the pin."""

from __future__ import annotations

import importlib
import inspect
import re
from functools import cache
from typing import Any, get_args, is_typeddict

import attrs
import pytest

import chatcompletions
from scripts.contract import parameters
from scripts.contract.spec import ROOT, pinned
from scripts.docs.blocks import blocks
from scripts.docs.reference import places, public_names, reference

SPEC = pinned()
PRESENT = parameters.present(SPEC)
PUBLIC = [(module, name) for module, names in public_names().items() for name in names]


@cache
def sections() -> dict[str, str]:
    """Return the text of each section by its anchor."""
    parts = re.split(r"^##+ .* \{ #(\S+) .*\}$", "\n".join(reference().values()), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def described(text: str) -> set[str]:
    """Return the names of which a section says something."""
    return set(re.findall(r"^`\**(\w+)`:.*\n:   \S", text, re.MULTILINE))


@pytest.mark.parametrize(("module", "name"), PUBLIC, ids=[name for _, name in PUBLIC])
def test_each_name_has_a_section_with_each_parameter(module: str, name: str) -> None:
    """Each public name has a section; a parameter of it, or of one of its methods, stands in the signature there."""
    value = getattr(importlib.import_module(module), name)
    text = sections()[name.strip("_")]
    assert len(text.strip()) > 3
    if is_typeddict(value):
        assert described(text) >= set(value.__annotations__), "a key has no sentence"
        return
    made = {} if inspect.isclass(value) and "Args:" not in (value.__doc__ or "") else {name: value}
    for anchor, function in {**made, **methods(name, value)}.items():
        for parameter in signature(function):
            assert re.search(rf"\b{parameter}\b", sections()[anchor.strip("_")]), f"{anchor}({parameter}=)"


def methods(name: str, value: Any) -> dict[str, Any]:
    """Return the public methods that a class itself defines, by their anchors."""
    own = vars(value).items() if inspect.isclass(value) else ()
    return {f"{name}.{method}": found for method, found in own if method[0] != "_" and inspect.isfunction(found)}


def signature(function: Any) -> list[str]:
    try:
        found = {} if get_args(function) or not callable(function) else inspect.signature(function).parameters
    except ValueError:  # some builtin constructor
        return []
    return [name for name, one in found.items() if name != "self" and one.annotation != "Never"]


@pytest.mark.parametrize("call", PRESENT)
def test_each_parameter_of_the_pin_has_a_sentence(call: str) -> None:
    """What the API takes in a call is described in the section of that call."""
    assert described(sections()[f"ChatClient.{call}"]) >= set(SPEC.keywords(PRESENT[call]))


@pytest.mark.parametrize("name", ["ChatCompletion", "ChatCompletionChunk", "ChatCompletionPage", "Deviation"])
def test_each_field_of_an_answer_has_a_sentence(name: str) -> None:
    """What an answer holds is described, also where the generated package has it."""
    fields = {field.name for field in attrs.fields(getattr(chatcompletions, name)) if field.name[0] != "_"}
    assert described(sections()[name]) >= fields


def test_each_error_has_a_line_that_says_what_to_do() -> None:
    """The page of errors has a line for each class of the tree, but for those that only group others."""
    page = (ROOT / "docs/errors.md").read_text(encoding="utf-8")
    errors = {name for name, place in places().items() if place == "errors"}
    groups = {"ChatCompletionsError", "APIError", "APIStatusError", "StreamError"}
    listed = set(re.findall(r"`(\w+)`", "\n".join(re.findall(r"^\| (`.*?) \|", page, re.MULTILINE))))
    assert listed == errors - groups
    assert all(f"`{name}`" in page for name in groups)


def test_text_of_a_docstring_is_no_markup() -> None:
    """No section holds HTML outside of code, whatever a docstring says."""
    for anchor, text in sections().items():
        plain = re.sub(r"`[^`]*`", "", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL))
        assert "<" not in plain, anchor


def test_the_version_is_that_of_the_package() -> None:
    """A constant shows its value."""
    assert chatcompletions.__version__ in sections()["version"]
    assert blocks(sections()["ChatClient.create"])[0].source.startswith("def create(")
