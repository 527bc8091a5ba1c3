"""What a tool message says of what a function returned."""

from __future__ import annotations

import collections
import enum
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID

import attrs
import msgspec
import numpy as np
import pydantic
import pytest

from chatcompletions import user
from chatcompletions._tools.results import content_of


class Colour(enum.Enum):
    RED = "red"


class Named(enum.StrEnum):
    RED = "red"


@dataclass
class Data:
    when: date
    inner: Any = None


@attrs.define
class Attrs:
    a: int
    b: list[Data]


class Struct(msgspec.Struct, rename="camel"):
    long_name: int


class Model(pydantic.BaseModel):
    when: datetime


DAY = date(2026, 3, 4)


@pytest.mark.parametrize(
    ("result", "content"),
    [
        ("text", "text"),
        (Named.RED, "red"),
        (None, "null"),
        (5, "5"),
        ({"é": [1, 2]}, '{"é": [1, 2]}'),
        ((1, 2), "[1, 2]"),
        ([], "[]"),
        (Colour.RED, '"red"'),
        (DAY, '"2026-03-04"'),
        (datetime(2026, 3, 4, tzinfo=UTC), '"2026-03-04T00:00:00+00:00"'),
        (time(14), '"14:00:00"'),
        (timedelta(hours=1), '"1:00:00"'),
        (Decimal("1.10"), '"1.10"'),
        (UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        (Path("a/b"), '"a/b"'),
        ({1}, "[1]"),
        (frozenset({1}), "[1]"),
        (collections.deque([1]), "[1]"),
        (range(2), "[0, 1]"),
        ((one for one in (1, 2)), "[1, 2]"),
        (MappingProxyType({"a": 1}), '{"a": 1}'),
        (collections.UserDict(a=1), '{"a": 1}'),
        (Data(DAY, Data(DAY)), '{"when": "2026-03-04", "inner": {"when": "2026-03-04", "inner": null}}'),
        (Attrs(1, [Data(DAY)]), '{"a": 1, "b": [{"when": "2026-03-04", "inner": null}]}'),
        (Struct(1), '{"longName": 1}'),
        (Model(when=datetime(2026, 3, 4, tzinfo=UTC)), '{"when": "2026-03-04T00:00:00Z"}'),
        (np.array([1, 2]), "[1, 2]"),
        (user("Hi"), '{"role": "user", "content": "Hi"}'),
    ],
)
def test_values(result: Any, content: str) -> None:
    """A text is told as it is, anything else as JSON, also what json itself does not know."""
    found = content_of(result)
    assert isinstance(found, str)
    assert found == content or json.loads(found) == json.loads(content)


def test_parts() -> None:
    """A list of content parts is content; one that only looks like it is JSON."""
    parts = [{"type": "text", "text": "a"}, {"type": "image_url", "image_url": {"url": "https://host.example"}}]
    assert content_of(parts) is parts
    assert content_of([*parts, {"type": "text"}]) == json.dumps([*parts, {"type": "text"}])


async def coroutine() -> None:
    """Do nothing."""


HOLDS_ITSELF: list[Any] = []
HOLDS_ITSELF.append(HOLDS_ITSELF)


@pytest.mark.parametrize(
    ("result", "told"),
    [
        (lambda: object(), "type object has no JSON form"),
        (lambda: b"bytes", "type bytes has no JSON form"),
        (coroutine, "AsyncChatClient would await"),
        (lambda: float("nan"), "not JSON compliant"),
        (lambda: HOLDS_ITSELF, "Circular"),
    ],
)
def test_what_cannot_be_told(result: Any, told: str) -> None:
    """What has no JSON form is an error that says so."""
    with pytest.raises((TypeError, ValueError), match=told):
        content_of(result())
