"""JSON that still comes: its value so far, as jiter has it, without reading anything twice."""

from __future__ import annotations

import json
from typing import Any

import jiter
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatcompletions._json import MAX_DEPTH
from chatcompletions._streaming.partial_json import MISSING, PartialJSON

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


def by_jiter(text: str) -> Any:
    try:
        return jiter.from_json(text.encode(), partial_mode="trailing-strings")
    except ValueError:
        return MISSING


@given(VALUES, st.booleans(), st.sampled_from([None, 1]), st.data())
def test_every_beginning(value: Any, ascii_only: bool, indent: int | None, data: st.DataObject) -> None:
    """However a text is cut, its value so far is that of jiter's partial mode, and does not change later."""
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    places = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=30)) | {len(text)})
    reader, seen = PartialJSON(), []
    for start, end in zip([0, *places], places, strict=False):
        found, expected = reader.read(text[start:end]), by_jiter(text[:end])
        assert repr(found) == repr(expected)
        seen.append((found, repr(found)))
    assert all(repr(found) == before for found, before in seen)
    assert reader.is_whole or isinstance(value, int | float)


@pytest.mark.parametrize(
    "text",
    [
        "Hello", "nul ", "truth", "[1}", "[1 2]", "{1:2}", '{"a" 1}', '{"a",', '["a\n', '["\\x61 and so on', "[,", "{,",
        '"\\ud83d\\u0041 and', "[01", "[tru,", "[1.e,",
    ],
)  # fmt: skip
def test_no_json(text: str) -> None:
    """What is no beginning of a JSON text is a ValueError, and so is all that follows."""
    reader = PartialJSON()
    for piece in (text, "", "]"):
        with pytest.raises(ValueError, match="is not expected"):
            reader.read(piece)
    assert not reader.is_whole


def test_nothing_yet() -> None:
    """Blanks, and what can still become anything, have no value yet."""
    reader = PartialJSON()
    assert [reader.read(piece) for piece in (" ", "\n", "-")] == [MISSING] * 3
    assert reader.read("1") == -1


def test_the_end() -> None:
    """What follows the end of the value is not read."""
    reader = PartialJSON()
    assert reader.read('{"a": 1}') == {"a": 1}
    assert reader.is_whole
    assert reader.read("}, and more") == {"a": 1}


def test_depth() -> None:
    """Nesting has the bound that whole JSON has."""
    assert by_jiter("[" * MAX_DEPTH) == PartialJSON().read("[" * MAX_DEPTH)
    with pytest.raises(ValueError, match="is not expected"):
        PartialJSON().read("[" * 100_000)


def test_what_is_complete_is_shared() -> None:
    """Later values share what is complete, so that each costs no more than a copy of what is open."""
    reader = PartialJSON()
    before, after = reader.read('[{"a": [1]}, "b'), reader.read('c", 2')
    assert (before, after) == ([{"a": [1]}, "b"], [{"a": [1]}, "bc", 2])
    assert before[0] is after[0]
