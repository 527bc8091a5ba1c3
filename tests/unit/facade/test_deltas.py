"""Merging of the members of a message piece by piece."""

from __future__ import annotations

from typing import Any

import pytest

from chatcompletions._streaming.deltas import joined, merge


@pytest.mark.parametrize(
    ("pieces", "whole"),
    [
        ([{"arguments": text} for text in ("{", "", "}", "")], {"arguments": "{}"}),
        ([{"name": text} for text in ("get_", "weather", "get_weather")], {"name": "get_weather"}),
        ([{"type": "function"}, {"type": "function"}], {"type": "function"}),
        ([{"parts": [1]}, {"parts": [2]}], {"parts": [1, 2]}),
        ([{"nested": {"text": "a"}}, {"nested": {"text": "b"}}], {"nested": {"text": "ab"}}),
        ([{"done": False}, {"done": None}, {"done": True}], {"done": True}),
        ([{"text": "a"}, {"text": ["b"]}], {"text": ["b"]}),
        ([{"text": "a\ud83d"}, {"text": "\ude00b\ud83d"}, {"text": "\ude01\ud83d"}], {"text": "a😀b😁\ufffd"}),
        ([{"format": "v1"}, {"format": "v1"}], {"format": "v1"}),
    ],
)
def test_merge(pieces: list[dict[str, Any]], whole: dict[str, Any]) -> None:
    """Text, lists and objects grow by each piece, a name unless it is repeated; any other value is replaced."""
    target: dict[str, Any] = {}
    for piece in pieces:
        merge(target, piece)
    assert joined(target) == whole


def items(*pieces: Any) -> Any:
    """Return the list that grows from pieces, each in a list of its own."""
    target: dict[str, Any] = {}
    for piece in pieces:
        merge(target, {"items": [piece]})
    return joined(target)["items"]


def test_items_with_an_index() -> None:
    """The items of a list that have an index are merged by it, in the order in which they began."""
    text = {"type": "reasoning.text", "format": "v1", "index": 0}
    assert items({**text, "text": "a", "signature": None}, {**text, "text": "b"}, {**text, "signature": "s"}) == [
        {**text, "text": "ab", "signature": "s"}
    ]
    assert items({"index": 1, "t": "a"}, {"index": 0, "t": "b"}, {"index": 1, "t": "c"}, {"index": 0}) == [
        {"index": 1, "t": "ac"},
        {"index": 0, "t": "b"},
    ]
    assert items({"index": 0, "t": "a"}, {"index": 0, "type": "x", "t": "b"}, {"index": 0, "t": "c"}) == [
        {"index": 0, "type": "x", "t": "abc"}
    ]


def test_items_that_an_index_does_not_tell_apart() -> None:
    """Under one index, another type or another id is another item."""
    x, y = {"index": 0, "type": "x"}, {"index": 0, "type": "y"}
    assert items({**x, "t": "a"}, {**y, "t": "b"}, {**x, "t": "c"}, {**y, "t": "d"}) == [
        {**x, "t": "ac"},
        {**y, "t": "bd"},
    ]
    assert items({**x, "id": "1", "t": "a"}, {**x, "id": "2", "t": "b"}, {**x, "t": "c"}) == [
        {**x, "id": "1", "t": "a"},
        {**x, "id": "2", "t": "bc"},
    ]


@pytest.mark.parametrize("item", ["a", 1, None, [1], {"t": "a"}, {"index": "0"}, {"index": None}, {"index": True}])
def test_items_without_an_index(item: Any) -> None:
    """Items that have no index come whole, and are kept as they came."""
    assert items(item, item) == [item, item]


def test_what_is_held_does_not_grow_with_idle_pieces() -> None:
    """Empty pieces are not kept, and a name, which is compared with every further piece, is kept joined."""
    target: dict[str, Any] = {}
    for number in range(100):
        merge(target, {"arguments": "", "name": str(number)})
    assert [len(target[name]) for name in ("arguments", "name")] == [0, 1]
