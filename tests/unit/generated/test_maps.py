import copy
import pickle
from collections.abc import MutableMapping
from typing import Any

import pytest

import chatcompletions_api.models as models
from chatcompletions_api.api.chat import list_chat_completions
from tests.unit.generated.conftest import Emit


@pytest.mark.parametrize("name", ["Metadata", "LogitBias", "FunctionParameters", "MetadataFilter"])
def test_a_map_is_a_mapping(name: str) -> None:
    """A model that is only a map behaves as a dict: iteration, length, items, get, update, truth."""
    model = getattr(models, name)
    read = model.from_dict({"a": 1, "b": 2})
    assert issubclass(model, MutableMapping)
    assert dict(read) == dict(read.items()) == {"a": 1, "b": 2}
    assert list(read) == read.additional_keys == ["a", "b"]
    assert len(read) == 2
    assert read.get("c", 3) == 3
    assert read.pop("a") == 1
    read.update({"c": 4}, d=5)
    assert read.setdefault("c", 6) == 4
    assert read.additional_properties == {"b": 2, "c": 4, "d": 5}
    assert {**read} == read.additional_properties
    assert read
    assert not model()


def test_a_map_equals_a_dict() -> None:
    """A map equals a mapping of the same items, on either side, and nothing else."""
    read = models.CreateChatCompletionResponse.from_dict({"metadata": {"a": "b"}})
    assert read.metadata == {"a": "b"}
    assert read.metadata == {"a": "b"}
    assert read.metadata == models.Metadata.from_dict({"a": "b"})
    assert read.metadata != {"a": "c"}
    assert read.metadata != "a"
    with pytest.raises(TypeError, match="unhashable"):
        hash(read.metadata)


def test_a_map_is_copied_whole() -> None:
    """A copied or unpickled map equals the original and is independent of it."""
    first = models.Metadata.from_dict({"a": "b"})
    for second in (copy.deepcopy(first), pickle.loads(pickle.dumps(first))):  # noqa: S301 - pickled right here
        assert second == first
        second["a"] = "c"
        assert first == {"a": "b"}


def test_maps_hold_models(emit: Emit) -> None:
    """The values of a map and the typed extras of a model are read as models; unexpected ones stay as they came."""
    point = {"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]}
    points = {
        "anyOf": [
            {"$ref": "#/components/schemas/Point"},
            {"type": "array", "items": {"$ref": "#/components/schemas/Point"}},
        ]
    }
    emitted: Any = emit(
        {
            "Point": point,
            "Points": {"type": "object", "additionalProperties": points},
            "Shape": {"type": "object", "properties": {"name": {"type": "string"}}, "additionalProperties": points},
        }
    )
    value = {"a": {"x": 1}, "b": [{"x": 2}, 3], "c": "odd", "d": None}
    for read in (emitted.Points.from_dict(value), emitted.Shape.from_dict({"name": "n", **value})):
        assert read["a"] == emitted.Point(x=1)
        assert read["b"] == [emitted.Point(x=2), 3]
        assert read["c"] == "odd"
        assert read["d"] is None
        assert value.items() <= read.to_dict().items()


def test_a_query_filter_is_written_with_its_prefix() -> None:
    """A filter on metadata is sent as metadata[key]=value, one parameter for each key."""
    chosen = models.MetadataFilter.from_dict({"topic": "rivers", "a[b]": "c"})
    assert chosen.to_dict() == {"metadata[topic]": "rivers", "metadata[a[b]]": "c"}
    sent = list_chat_completions._get_kwargs(metadata=chosen, limit=5)
    assert sent["params"] == {"metadata[topic]": "rivers", "metadata[a[b]]": "c", "limit": 5}


def test_a_query_filter_reads_either_form() -> None:
    """A filter reads keys with the prefix and without it, so that it reads back what it writes."""
    plain = models.MetadataFilter.from_dict({"topic": "rivers"})
    assert plain == {"topic": "rivers"}
    assert models.MetadataFilter.from_dict(plain.to_dict()) == plain
    assert models.MetadataFilter.from_dict({"metadata[a[b]]": "c"}) == {"a[b]": "c"}
