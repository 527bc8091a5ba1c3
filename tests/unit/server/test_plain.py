"""Values of applications as plain JSON."""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import enum
import uuid
from typing import Any

import attrs
import msgspec
import pydantic
import pytest

from chatcompletions import ChatCompletion
from chatcompletions.server._plain import plain

DAY = dt.date(2025, 1, 31)


class Colour(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


@dataclasses.dataclass
class Data:
    day: dt.date
    more: Any = None


@attrs.frozen
class Attrs:
    day: dt.date
    more: Any = None


class Struct(msgspec.Struct, rename="camel"):
    day: dt.date
    more_of_it: Any = None


class Model(pydantic.BaseModel):
    day: dt.date
    more: Any = pydantic.Field(None, alias="moreOfIt")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": (1, 2.5, None, True)}, {"a": [1, 2.5, None, True]}),
        ({1: {Colour.RED}}, {"1": ["red"]}),
        ([Level.HIGH, decimal.Decimal("1.50"), uuid.UUID(int=0)], [3, "1.50", "00000000-0000-0000-0000-000000000000"]),
        (dt.datetime(2025, 1, 31, 12, tzinfo=dt.UTC), "2025-01-31T12:00:00+00:00"),
        (Data(DAY, [Data(DAY)]), {"day": "2025-01-31", "more": [{"day": "2025-01-31", "more": None}]}),
        (Attrs(DAY, Colour.RED), {"day": "2025-01-31", "more": "red"}),
        (Struct(DAY, Attrs(DAY)), {"day": "2025-01-31", "moreOfIt": {"day": "2025-01-31", "more": None}}),
        (Model(day=DAY, moreOfIt=Colour.RED), {"day": "2025-01-31", "moreOfIt": "red"}),
        (ChatCompletion.from_dict({"id": "c", "choices": []}), {"id": "c", "choices": []}),
        ((item for item in "ab"), ["a", "b"]),
    ],
)
def test_plain(value: Any, expected: Any) -> None:
    """Models of any kind, and what stands in them, become mappings, lists and scalars."""
    assert plain(value) == expected


@pytest.mark.parametrize("value", [object(), b"bytes", Data, print])
def test_no_json(value: Any) -> None:
    """What has no JSON form is refused, wherever it stands."""
    with pytest.raises(TypeError, match="has no JSON form"):
        plain({"a": [value]})
