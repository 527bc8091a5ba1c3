import copy
import json
import pickle
from collections.abc import Callable
from types import MappingProxyType
from typing import Any, get_args

import attrs
import pytest

import chatcompletions_api.models as models
from chatcompletions_api.types import UNSET, Unset

PASS_ON: list[Callable[[Any], Any]] = [
    copy.copy,
    copy.deepcopy,
    *(lambda value, protocol=protocol: pickle.loads(pickle.dumps(value, protocol)) for protocol in range(6)),  # noqa: S301 - pickled right here
]
IDS = ["copy", "deepcopy", *(f"pickle {protocol}" for protocol in range(6))]
CALL = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
MODELS = {name for name in models.__all__ if isinstance(getattr(models, name), type)}
COMPLETION = {
    "id": "c",
    "choices": [
        {"index": 0, "finish_reason": "stop", "logprobs": None, "message": {"tool_calls": [CALL, {"type": "new"}]}}
    ],
    "metadata": {"a": "b"},
    "extra": [1, {"x": None}],
}


def read_completion() -> models.CreateChatCompletionResponse:
    return models.CreateChatCompletionResponse.from_dict(COMPLETION)


@pytest.mark.parametrize("pass_on", PASS_ON, ids=IDS)
def test_unset_stays_one(pass_on: Callable[[Any], Any]) -> None:
    """A copied or unpickled UNSET is UNSET itself, inside a model too, and shows its name."""
    assert repr(UNSET) == "UNSET"
    assert pass_on(UNSET) is UNSET
    assert pass_on([UNSET])[0] is UNSET
    assert pass_on(models.CreateChatCompletionRequest(model="m", messages=[])).stop is UNSET


@pytest.mark.parametrize("pass_on", PASS_ON, ids=IDS)
def test_models_are_copied_whole(pass_on: Callable[[Any], Any]) -> None:
    """A copied or unpickled model equals the first, writes the same, and a deep one shares nothing with it."""
    first = read_completion()
    second = pass_on(first)
    assert second == first
    assert second is not first
    assert second.to_dict() == first.to_dict()
    second.id = "d"
    assert second != first
    if pass_on is not copy.copy:
        assert second.choices[0].message is not first.choices[0].message


def test_models_and_plain_data_mix() -> None:
    """A field may hold a model, a mapping, or a list or tuple of either; each is written, at any depth."""
    call = models.ChatCompletionMessageToolCall.from_dict(CALL)
    message: Any = models.ChatCompletionRequestAssistantMessage(role="assistant")
    holders: list[Any] = [[call], [CALL], (call, CALL), [call, CALL]]
    for calls in holders:
        message.tool_calls = calls
        assert message.to_dict() == {"role": "assistant", "tool_calls": type(calls)([CALL] * len(calls))}
    plain: Any = [
        {"role": "assistant", "tool_calls": [call]},
        message,
        MappingProxyType({"role": "user", "x": (call,)}),
    ]
    request = models.CreateChatCompletionRequest(model="m", messages=plain)
    request["more"] = {"calls": [[call]]}
    assert json.loads(json.dumps(request.to_dict())) == {
        "model": "m",
        "messages": [
            {"role": "assistant", "tool_calls": [CALL]},
            {"role": "assistant", "tool_calls": [CALL, CALL]},
            {"role": "user", "x": [CALL]},
        ],
        "more": {"calls": [[CALL]]},
    }


def test_written_data_is_the_receivers() -> None:
    """What was written can be changed without changing the model."""
    read = read_completion()
    before = repr(read)
    written = read.to_dict()
    written["extra"].append(2)
    written["choices"][0]["message"]["tool_calls"].clear()
    written["metadata"].clear()
    assert repr(read) == before


def test_unset_is_never_written() -> None:
    """UNSET is left out wherever it stands: in a required field, an extra, a list or a mapping."""
    message: Any = models.ChatCompletionRequestAssistantMessage(role="assistant", content=UNSET)
    message.role = UNSET
    message["extra"] = UNSET
    message.tool_calls = [UNSET, {"id": UNSET, "type": "function"}, (UNSET, 1)]
    assert message.to_dict() == {"tool_calls": [{"type": "function"}, (1,)]}


def test_a_field_goes_before_an_extra_of_its_name() -> None:
    """An extra that has the name of a field is written only while the field is unset."""
    delta = models.ChatCompletionStreamResponseDelta()
    delta["content"] = "extra"
    assert delta.to_dict() == {"content": "extra"}
    delta.content = "field"
    assert delta.to_dict() == {"content": "field"}


def test_extras_are_not_shared() -> None:
    """Two models never share their extras, however they were made."""
    made = [models.ChatCompletionStreamResponseDelta(), models.ChatCompletionStreamResponseDelta()]
    read = [models.ChatCompletionStreamResponseDelta.from_dict({}) for _ in range(2)]
    made[0]["a"] = read[0]["a"] = 1
    assert made[1].additional_properties == read[1].additional_properties == {}


def test_a_model_shows_what_is_set() -> None:
    """The text of a model names its class and what is set, not what is unset."""
    delta = models.ChatCompletionStreamResponseDelta.from_dict({"content": "hi", "role": None})
    assert repr(delta) == "ChatCompletionStreamResponseDelta(content='hi', role=None)"
    delta["x"] = 1
    assert repr(delta) == "ChatCompletionStreamResponseDelta(content='hi', role=None, additional_properties={'x': 1})"


@pytest.mark.parametrize("name", models.__all__)
def test_models_are_attrs_classes_with_slots(name: str) -> None:
    """Every model is an attrs class with slots, so that a mistyped field is an error."""
    model: Any = getattr(models, name)
    if name not in MODELS:
        assert all(isinstance(value, str) for value in get_args(model))
        return
    read = model.from_dict({})
    assert attrs.has(type(read))
    with pytest.raises(AttributeError):
        read.mistyped = 1


def test_unset_is_falsy() -> None:
    """UNSET stays the generator's own falsy object."""
    assert isinstance(UNSET, Unset)
    assert not UNSET
