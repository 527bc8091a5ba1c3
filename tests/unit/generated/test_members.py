"""The members of a model: as attributes and by their names in the API, absent, null, beyond the specification."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
from typing import Any, cast, get_type_hints

import pytest

import chatcompletions_api.models as models
from chatcompletions_api.types import UNSET


@pytest.fixture(autouse=True)
def _room_for_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the names that other tests made up take no room."""
    monkeypatch.setattr(models, "_MOST_EXPOSED", 10**6)


MESSAGE: dict[str, Any] = {"role": "assistant", "content": None, "reasoning": "Hm.", "tool_calls": []}


def message() -> Any:
    return models.ChatCompletionResponseMessage.from_dict(MESSAGE)


def test_by_name() -> None:
    """Every member that came is reached by its name in the API, and one that did not come is not there."""
    read = message()
    assert {name: read[name] for name in MESSAGE} == MESSAGE
    assert [name in read for name in (*MESSAGE, "refusal", "audio", "odd")] == [True] * 4 + [False] * 3
    assert (read.get("reasoning"), read.get("content", 5), read.get("refusal"), read.get("odd", 5)) == (
        "Hm.", None, None, 5,
    )  # fmt: skip
    assert dict(read) == {**read} == MESSAGE
    for name in ("refusal", "odd", "to_dict"):
        with pytest.raises(KeyError, match=name):
            read[name]


def test_changes_by_name() -> None:
    """Setting and deleting by name changes what is written, and nothing else does."""
    read = message()
    assert read.to_dict() == MESSAGE
    read["content"], read["refusal"], read["odd"] = "Hi.", None, 1
    del read["reasoning"], read["tool_calls"]
    assert (read.content, read.refusal, read.tool_calls) == ("Hi.", None, None)
    assert read.to_dict() == {"role": "assistant", "content": "Hi.", "refusal": None, "odd": 1}
    for name in ("tool_calls", "annotations", "never"):
        with pytest.raises(KeyError):
            del read[name]


def test_none_is_written() -> None:
    """None in the place of what came is written as null; it adds nothing where nothing was."""
    read = message()
    read.role = read.tool_calls = read.audio = None
    assert read.to_dict() == {"role": None, "content": None, "reasoning": "Hm.", "tool_calls": None}


def test_requests() -> None:
    """In what is only sent, UNSET is absent and None is null, by name too."""
    part = models.ChatCompletionRequestUserMessage(role="user", content="Hi.")
    assert part.name is UNSET
    assert "name" not in part
    part["name"] = None
    assert part.to_dict() == {"role": "user", "content": "Hi.", "name": None}
    del part["name"]
    assert part.to_dict() == {"role": "user", "content": "Hi."}


def test_made_by_hand() -> None:
    """A model that goes both ways leaves out what it was not given."""
    call = models.ChatCompletionMessageToolCall(
        id="c", type="function", function=models.FunctionCall(name="f", arguments="{}")
    )
    image = models.ImageUrl(url="https://example.com/a.png")
    assert call.to_dict() == {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    assert image.to_dict() == {"url": "https://example.com/a.png"}
    assert image == models.ImageUrl.from_dict({"url": "https://example.com/a.png"})


def test_attributes_beyond_the_specification() -> None:
    """What the specification does not foresee is an attribute of the model that has it, to read and to write."""
    read, other = message(), models.ChatCompletionResponseMessage.from_dict({})
    assert read.reasoning == "Hm."
    read.reasoning = "Aha."
    assert read.to_dict()["reasoning"] == "Aha."
    with pytest.raises(AttributeError, match=r"^'ChatCompletionResponseMessage' object has no attribute 'reasoning'$"):
        _ = other.reasoning  # type: ignore[attr-defined]
    assert not hasattr(other, "reasoning")
    other["later"] = 1
    assert other.later == 1  # type: ignore[attr-defined]


def test_names_that_are_taken() -> None:
    """A member with the name of a method, or with one that is private or no name, changes no model."""
    odd = {"to_dict": 1, "from_dict": 2, "__class__": 3, "_read": 4, "a b": 5, "get": 6, "additional_properties": 7}
    read = models.Choice.from_dict({**odd, "index": 0})
    assert read.to_dict() == {**odd, "index": 0}
    assert read["to_dict"] == 1
    assert read.get("get") == 6
    assert type(read) is models.Choice


def test_names_of_annotations() -> None:
    """A member with a name that annotations use leaves them as they are, and is reached by its name."""
    read = models.Choice.from_dict({"index": 0, "list": [1], "str": "a"})
    assert (read["list"], read["str"]) == ([1], "a")
    assert "index" in get_type_hints(models.Choice)


def test_no_end_of_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many names servers make up, the classes do not grow without end; each is still reached by name."""
    monkeypatch.setattr(models, "_MOST_EXPOSED", len(models.TopLogprob._examined) + 2)
    read = models.TopLogprob.from_dict({f"made_up_{number}": number for number in range(5)})
    assert sum(hasattr(read, f"made_up_{number}") for number in range(5)) == 2
    assert [read[f"made_up_{number}"] for number in range(5)] == list(range(5))


def test_one_name_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that comes again and again takes the room of one, and each class has room of its own."""
    monkeypatch.setattr(models, "_MOST_EXPOSED", len(models.TopLogprob._examined) + 2)
    for _ in range(5):
        models.TopLogprob.from_dict({"seen_often": 1})
    read: Any = models.TopLogprob.from_dict({"seen_once": 1})
    assert read.seen_once == 1
    assert "seen_often" not in models.Choice._examined


def test_attributes_are_deleted() -> None:
    """An attribute beyond the specification can be deleted, once."""
    read = message()
    del read.reasoning
    assert "reasoning" not in read.to_dict()
    with pytest.raises(AttributeError, match="has no attribute 'reasoning'"):
        del read.reasoning


def test_copies_are_independent() -> None:
    """What is added to a shallow copy is not added to its original."""
    read = message()
    copied = copy.copy(read)
    assert copied == read
    copied.reasoning = "Aha."
    copied["later"] = 1
    assert read == message()


def test_null_is_not_absent() -> None:
    """Models whose JSON differs are not equal."""
    cls = models.ChatCompletionResponseMessage
    assert cls.from_dict({"content": None}) != cls.from_dict({})
    assert cls.from_dict({"content": None}) == cls.from_dict({"content": None})


def test_no_iteration() -> None:
    """A model is no iterable: its members are asked for by name, `keys` lists them."""
    with pytest.raises(TypeError, match="not iterable"):
        list(message())


def test_models_of_other_classes() -> None:
    """A model is read from another with the same members, as from a mapping."""
    read = message()
    again = models.ChatCompletionResponseMessage.from_dict(cast("Any", read))
    assert again == read
    assert again is not read


def test_attributes_in_another_process() -> None:
    """A model that was pickled has the attributes beyond the specification where it is unpickled."""
    code = "import pickle, sys; print(pickle.load(sys.stdin.buffer).thoughts)"
    data = pickle.dumps(models.ChatCompletionResponseMessage.from_dict({"thoughts": "Hm."}))
    done = subprocess.run([sys.executable, "-c", code], input=data, check=True, capture_output=True)  # noqa: S603
    assert done.stdout == b"Hm.\n"


def test_a_replaced_text_is_gone() -> None:
    """A text that was replaced is in no pickle and in no text of the model."""
    read = message()
    read.reasoning, read.content = "x", "y"
    assert b"Hm." not in pickle.dumps(read)
    assert "Hm." not in repr(read)


def test_json() -> None:
    """A model writes itself as JSON text, and lists of models go through json.dumps."""
    read = message()
    assert json.loads(read.to_json()) == MESSAGE
    assert json.loads(json.dumps([read], default=lambda model: model.to_dict())) == [MESSAGE]


def test_pydantic() -> None:
    """A model stands in a pydantic model: it is read, kept as it is, written, and described."""
    pydantic = pytest.importorskip("pydantic")
    holder = pydantic.create_model("Holder", message=(models.ChatCompletionResponseMessage, ...))
    read = message()
    assert holder(message=read).message is read
    assert holder(message=MESSAGE).message == read
    assert json.loads(holder(message=read).model_dump_json()) == {"message": MESSAGE}
    assert holder.model_json_schema()["properties"]["message"]["type"] == "object"
    with pytest.raises(pydantic.ValidationError, match="ChatCompletionResponseMessage is read from a mapping"):
        holder(message=5)
