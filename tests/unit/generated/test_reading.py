import inspect
import json
import re
from copy import deepcopy
from functools import cache
from typing import Any, get_args

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chatcompletions_api.models as models
from chatcompletions_api.models.sort_order import check_sort_order
from chatcompletions_api.types import UNSET
from scripts.contract.layers import endpoint_modules
from tests.unit.generated.instances import instances_of, model_names, query_filters, wrong_classes

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=4)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=5,
)
# Over as many models: a rule of the template is tried some hundred times.
FEW = settings(max_examples=10)


def required_fields(model: Any) -> list[str]:
    return [field.name for field in attrs.fields(model) if field.init and field.default is attrs.NOTHING]


def same(left: Any, right: Any) -> bool:
    """Tell whether two JSON values are the same: unlike for Python, a boolean is no number and 1 is not 1.0."""
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


def wire_names(model: Any) -> list[str]:
    blank = model.from_dict({})
    for field in attrs.fields(model):
        if field.init:
            setattr(blank, field.name, 0)
    return list(blank.to_dict())


@pytest.mark.parametrize("name", model_names())
def test_valid_objects_get_their_class(name: str) -> None:
    """Whatever is valid reads as the model that it is valid for, at every depth, and writes back as it came."""

    @FEW
    @given(instances_of(name))
    def check(value: Any) -> None:
        model, before = getattr(models, name), deepcopy(value)
        read = model.from_dict(value)
        assert value == before
        assert wrong_classes(value, read) == []
        assert read.to_dict() == value or name in query_filters()

    check()


@pytest.mark.parametrize("name", model_names())
def test_anything_in_any_field_is_kept(name: str) -> None:
    """A value of any type in any field writes back as it came, and what was missing stays missing."""
    model = getattr(models, name)
    keys = st.one_of(st.sampled_from([*wire_names(model), "x"]), st.text(max_size=3))

    @FEW
    @given(st.dictionaries(keys, JSON))
    def check(value: dict[str, Any]) -> None:
        read = model.from_dict(value)
        assert same(read.to_dict(), value)
        assert model.from_dict(read.to_dict()) == read

    if name not in query_filters():  # which are written as parameters
        check()


@pytest.mark.parametrize("name", model_names())
def test_nothing_is_needed(name: str) -> None:
    """From an empty object every field reads as None in what comes back, as UNSET in what is only sent."""
    model = getattr(models, name)
    read = model.from_dict({})
    nothing = None if name in answers() else UNSET
    assert [field.name for field in attrs.fields(model) if field.init and getattr(read, field.name) is not nothing] == []
    assert read.additional_properties == {}
    assert read.to_dict() == {}


@cache
def answers() -> set[str]:
    """Return the models that answers lead to, by the annotations of the endpoint modules and of the fields."""
    found: set[str] = {"CreateChatCompletionStreamResponse"}  # the events of a stream, which no endpoint function returns
    for module in endpoint_modules().values():
        returned = inspect.signature(module.sync).return_annotation
        found.update(one.__name__ for one in (returned, *get_args(returned)) if attrs.has(one))
    waiting = set(found)
    while waiting:
        model = getattr(models, waiting.pop())
        named = {name for field in attrs.fields(model) for name in re.findall(r"\w+", str(field.type))}
        new = {name for name in named & set(model_names()) if name not in found}
        found |= new
        waiting |= new
    return found


def test_no_answer_has_unset() -> None:
    """No field of what comes back is annotated with the mark of an absent field, and one of what is sent is."""
    fields = {name: [str(field.type) for field in attrs.fields(getattr(models, name))] for name in model_names()}
    assert [name for name in sorted(answers()) if "Unset" in " ".join(fields[name])] == []
    assert "Unset" in " ".join(fields["CreateChatCompletionRequest"])


@pytest.mark.parametrize("name", model_names())
def test_null_anywhere(name: str) -> None:
    """A null reads as None in every field, whatever the specification says of it."""
    model = getattr(models, name)
    nulls = dict.fromkeys(wire_names(model))
    read = model.from_dict(nulls)
    assert all(getattr(read, field.name) is None for field in attrs.fields(model) if field.init)
    assert read.to_dict() == nulls


@pytest.mark.parametrize("came", [None, "text", b"bytes", 1, True, [], [("id", "x")], (), object()])
def test_only_a_mapping_is_read(came: Any) -> None:
    """What is no mapping is refused by a TypeError that names the class and the type that came."""
    for name in ("Choice", "Metadata", "MetadataFilter"):
        with pytest.raises(TypeError, match=rf"^{name} .* {type(came).__name__} "):
            getattr(models, name).from_dict(came)


def test_reading_leaves_its_source_alone() -> None:
    """Reading changes nothing in the mapping that it reads, and what is read later shares no object with it."""
    source = {
        "id": "c",
        "choices": [{"index": 0, "message": {"role": "assistant", "x": 1}}],
        "metadata": {"a": "b"},
        "y": 2,
    }
    before = repr(source)
    read = models.CreateChatCompletionResponse.from_dict(source)
    read.choices.append(read.choices[0])
    read.choices[0].message["x"] = 2
    assert read.metadata
    read.metadata["a"] = "c"
    read["y"] = 3
    assert repr(source) == before


@pytest.mark.parametrize("name", model_names())
def test_a_copy_is_its_own(name: str) -> None:
    """A copy made inside the package has the class and the fields of its model, and a mapping of its own beyond them."""
    model = getattr(models, name)
    first = model.from_dict({**dict.fromkeys(wire_names(model), 1), "x": 2})
    second = first._copy()
    assert type(second) is model
    assert second == first
    assert second.additional_properties is not first.additional_properties


@pytest.mark.parametrize("tag", ["unknown", None, 1, True, ["function"], {"a": 1}], ids=repr)
def test_an_unknown_variant_stays_a_mapping(tag: Any) -> None:
    """An object of a union whose tag is unknown or missing stays the mapping that it was, beside known ones."""
    calls: list[Any] = [
        {"id": "1", "type": tag},
        {"id": "2"},
        {"id": "3", "type": "function", "function": {"name": "f"}},
        "odd",
        None,
    ]
    read = models.ChatCompletionResponseMessage.from_dict({"tool_calls": calls})
    assert read.tool_calls
    assert [type(call).__name__ for call in read.tool_calls] == [
        "dict",
        "dict",
        "ChatCompletionMessageToolCall",
        "str",
        "NoneType",
    ]
    assert read.to_dict()["tool_calls"] == calls


def test_an_unknown_enum_value_stays_as_it_is() -> None:
    """A value that the specification does not list stays the text that it was."""
    read: Any = models.Choice.from_dict({"finish_reason": "tired", "index": 0})
    assert read.finish_reason == "tired"


def test_an_enum_check_lets_everything_through() -> None:
    """The check that endpoint modules may ask of an enum returns any value as it came."""
    assert [check_sort_order(value) for value in ("asc", "sideways", None)] == ["asc", "sideways", None]


def test_a_subclass_is_built() -> None:
    """A subclass reads as itself, and its own fields get their defaults."""

    @attrs.define
    class Answer(models.Choice):
        seen: list[str] = attrs.field(factory=list)
        index: int = 7

    @attrs.define(kw_only=True)
    class Named(models.CompletionUsage):
        label: str = "mine"

    first, second = Answer.from_dict({"finish_reason": "stop"}), Answer.from_dict({"index": 3, "x": 1})
    assert type(first) is Answer
    assert first.finish_reason == "stop"
    assert first.seen == []
    assert first.seen is not second.seen
    assert second.additional_properties == {"x": 1}
    assert Named.from_dict({"total_tokens": 3}).label == "mine"
