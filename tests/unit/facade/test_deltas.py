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
    ],
)
def test_merge(pieces: list[dict[str, Any]], whole: dict[str, Any]) -> None:
    """Text, lists and objects grow by each piece, a name unless it is repeated; any other value is replaced."""
    target: dict[str, Any] = {}
    for piece in pieces:
        merge(target, piece)
    assert joined(target) == whole


def test_what_is_held_does_not_grow_with_idle_pieces() -> None:
    """Empty pieces are not kept, and a name, which is compared with every further piece, is kept joined."""
    target: dict[str, Any] = {}
    for number in range(100):
        merge(target, {"arguments": "", "name": str(number)})
    assert [len(target[name]) for name in ("arguments", "name")] == [0, 1]
