"""Types of every kind: their schemas are ones that strict mode takes, and their values read back as they were."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import InitVar, dataclass, field, make_dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Annotated, Any, Generic, Literal, NamedTuple, NewType, NotRequired, Optional, TypedDict, TypeVar
from uuid import UUID

import attrs
import jsonschema
import msgspec
import pydantic
import pytest
import typing_extensions
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic.dataclasses import dataclass as pydantic_dataclass

from chatcompletions._structured import InvalidValue, TypeAdapter

T = TypeVar("T")
FORMATS = {"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"}
KEYWORDS = {
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "const",
    "anyOf",
    "$ref",
    "$defs",
    "description",
    "pattern",
    "format",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
}


def departures(schema: Any, path: str = "$") -> list[str]:
    """List where a schema departs from the strict subset, as the service documents it."""
    found = [f"{path}: the keyword {keyword}" for keyword in schema.keys() - KEYWORDS]
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if path == "$" and (kinds != ["object"] or "anyOf" in schema or "$ref" in schema):
        found.append("$: the root is no object")
    if "$ref" in schema and len(schema) > 1:
        found.append(f"{path}: members beside $ref")
    if not kinds and not {"$ref", "anyOf"} & schema.keys():
        found.append(f"{path}: no type")
    if "object" in kinds:
        if schema.get("additionalProperties") is not False:
            found.append(f"{path}: open")
        if sorted(schema.get("required", ())) != sorted(schema.get("properties", {})):
            found.append(f"{path}: not all required")
    if "array" in kinds and "items" not in schema:
        found.append(f"{path}: no items")
    if schema.get("format", "date") not in FORMATS:
        found.append(f"{path}: the format {schema['format']}")
    for group in ("properties", "$defs"):
        for name, part in schema.get(group, {}).items():
            found += departures(part, f"{path}.{name}")
    parts = [*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else [])]
    return found + [one for part in parts for one in departures(part, f"{path}[]")]


class Color(Enum):
    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


@attrs.define
class Point:
    x: int
    y: float = 0.5
    _secret: str = "s"


@dataclass
class Step:
    """One step."""

    title: Annotated[str, "What to do."]
    minutes: int | None = None
    when: datetime | None = None


@dataclass
class Recipe(Step):
    steps: list[Step] = field(default_factory=list)
    color: Color = Color.RED
    known: int = field(default=7, init=False)


@dataclass
class Node:
    name: str
    children: list[Node]
    parent: Optional[Node] = None  # noqa: UP045 - the older form is read, too


@dataclass
class Box(Generic[T]):
    item: T
    more: list[T]


@dataclass
class NumberBox(Box[int]):
    pass


@dataclass(kw_only=True)
class Derived:
    value: InitVar[int]
    double: int = field(init=False, default=0)

    def __post_init__(self, value: int) -> None:
        self.double = 2 * value


class Keys(TypedDict):
    a: int
    b: NotRequired[str]


class OtherKeys(typing_extensions.TypedDict, total=False):
    a: typing_extensions.Required[int]
    b: list[Point]


class Named(NamedTuple):
    a: int
    b: str = "x"


@dataclass
class Cat:
    kind: Literal["cat"]
    lives: int


@dataclass
class Dog:
    kind: Literal["dog"]
    name: str


class PydanticCat(pydantic.BaseModel):
    kind: Literal["cat"]
    lives: int = pydantic.Field(description="How many.", ge=1)


class PydanticDog(pydantic.BaseModel):
    kind: Literal["dog"]
    name: str = pydantic.Field(alias="callName", min_length=1)


class Pets(pydantic.BaseModel):
    pets: list[Annotated[PydanticCat | PydanticDog, pydantic.Field(discriminator="kind")]]
    best: PydanticCat | None = pydantic.Field(default=None, description="The best.")


class Chain(pydantic.BaseModel):
    value: int
    next: Chain | None = pydantic.Field(default=None, description="The rest.")


@pydantic_dataclass
class Lasting:
    length: timedelta


class Numbers(pydantic.RootModel[list[int]]):
    pass


class Struct(msgspec.Struct, rename="camel"):
    first_name: str
    born: date
    next: Struct | None = None


@dataclass
class Mixed:
    pet: PydanticCat
    point: Point
    keys: Keys
    struct: Struct


class Even(pydantic.RootModel[int]):
    @pydantic.field_validator("root")
    @classmethod
    def check(cls, value: int) -> int:
        if value % 2:
            raise ValueError("odd")
        return value


UserId = NewType("UserId", int)
Nested = typing_extensions.TypeAliasType("Nested", "list[Nested] | int")
ID = "00000000-0000-4000-8000-000000000001"
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
STEP = {"title": "a", "minutes": 1, "when": None}
LEAF = {"children": [], "parent": None}
CAT, REX = {"kind": "cat", "lives": 9}, {"kind": "dog", "callName": "Rex"}
STRUCT = {"firstName": "A", "born": "2026-01-31", "next": None}

CASES: list[tuple[Any, Any, Any]] = [
    (Point, {"x": 1, "y": 2, "secret": "t"}, Point(1, 2.0, "t")),
    (Point, {"x": 1, "y": None, "secret": None}, Point(1)),
    (Step, {"title": "a", "minutes": None, "when": "2026-01-31T12:00:00Z"}, Step("a", None, NOON)),
    (Recipe, {**STEP, "steps": [], "color": "blue"}, Recipe("a", 1, None, [], Color.BLUE)),
    (Node, {"name": "a", "children": [{**LEAF, "name": "b"}], "parent": None}, Node("a", [Node("b", [])])),
    (Box[str], {"item": "a", "more": ["b"]}, Box("a", ["b"])),
    (Box[Box[int]], {"item": {"item": 1, "more": []}, "more": []}, Box(Box(1, []), [])),
    (NumberBox, {"item": 1, "more": [2]}, NumberBox(1, [2])),
    (Keys, {"a": 1, "b": None}, {"a": 1}),
    (Keys, {"a": 1, "b": "x"}, {"a": 1, "b": "x"}),
    (OtherKeys, {"a": 1, "b": [{"x": 1, "y": 1, "secret": "s"}]}, {"a": 1, "b": [Point(1, 1.0)]}),
    (Named, {"a": 1, "b": None}, Named(1)),
    (Cat | Dog, {"value": {"kind": "dog", "name": "Rex"}}, Dog("dog", "Rex")),
    (list[Cat | Dog], {"value": [{"kind": "cat", "lives": 9}]}, [Cat("cat", 9)]),
    (Pets, {"pets": [REX], "best": None}, Pets(pets=[PydanticDog(kind="dog", callName="Rex")])),
    (Chain, {"value": 1, "next": {"value": 2, "next": None}}, Chain(value=1, next=Chain(value=2))),
    (Lasting, {"length": "PT1H"}, Lasting(timedelta(hours=1))),
    (Numbers, {"value": [1]}, Numbers([1])),
    (Struct, STRUCT, Struct("A", date(2026, 1, 31))),
    (
        Mixed,
        {"pet": CAT, "point": {"x": 1, "y": 1, "secret": "s"}, "keys": {"a": 1, "b": None}, "struct": STRUCT},
        Mixed(PydanticCat(kind="cat", lives=9), Point(1, 1.0), {"a": 1}, Struct("A", date(2026, 1, 31))),
    ),
    (UserId, {"value": 3}, 3),
    (Nested, {"value": [1, [2]]}, [1, [2]]),
    (int | None, {"value": None}, None),
    (int | float | str, {"value": 1}, 1),
    (tuple[int, ...], {"value": [1, 2]}, (1, 2)),
    (tuple[int, int], {"value": [1, 2]}, (1, 2)),
    (Sequence[str], {"value": ["a"]}, ["a"]),
    (Annotated[list[int], "Numbers."], {"value": [1]}, [1]),
    (Literal["a", 1, None], {"value": 1}, 1),
    (Level, {"value": 2}, Level.HIGH),
    (time, {"value": "12:00:00"}, time(12)),
    (timedelta, {"value": "P1DT2H"}, timedelta(days=1, hours=2)),
    (UUID, {"value": ID}, UUID(ID)),
    (Decimal, {"value": "1.10"}, Decimal("1.10")),
]


@pytest.mark.parametrize(("tp", "answer", "value"), CASES, ids=[str(case[0]) for case in CASES])
def test_types(tp: Any, answer: Any, value: Any) -> None:
    """A type's schema is in the strict subset and takes an answer, which is read into a value of the type."""
    adapter: TypeAdapter[Any] = TypeAdapter(tp)
    assert departures(adapter.json_schema) == []
    jsonschema.Draft202012Validator(adapter.json_schema).validate(answer)
    found = adapter.validate_json(json.dumps(answer))
    assert (found, type(found)) == (value, type(value))


def test_arguments_that_are_no_fields() -> None:
    """An argument for the constructor alone is asked for, a field that is none is not."""
    adapter = TypeAdapter(Derived)
    assert adapter.json_schema["required"] == ["value"]
    assert adapter.validate_json('{"value": 2}').double == 4


@dataclass
class Open:
    members: dict[str, int]


@dataclass
class Outer:
    inner: list[Open]


class Forbidden(pydantic.BaseModel):
    tags: set[str]


@pytest.mark.parametrize(
    ("tp", "told"),
    [
        (dict[str, int], r"^dict\[str, int\]: strict mode does not take an open mapping; write a list of objects"),
        (Outer, r"^Outer\.inner\[\]\.members: .* open mapping"),
        (set[int], r"^set\[int\]: .* a set; write a list"),
        (Forbidden, r"^Forbidden\.tags: .* a set"),
        (tuple[int, str], r"a tuple of several types; write a class"),
        (Any, r"^Any: .* any value; write the types"),
        (list[Any], r"^list\[Any\]\[\]: .* any value"),
        (bytes, r"bytes has no JSON form; write str, and decode its base64"),
        (complex, r"complex has no JSON form; write a type that has one"),
    ],
)
def test_what_cannot_be_strict(tp: Any, told: str) -> None:
    """What strict mode cannot take is refused with the place in the type and what to write instead."""
    with pytest.raises(TypeError, match=told):
        TypeAdapter(tp)


@pytest.mark.parametrize(
    ("tp", "answer", "value"),
    [
        (dict[str, int], {"a": 1}, {"a": 1}),
        (dict[int, str], {"1": "a"}, {1: "a"}),
        (set[int], {"value": [1]}, {1}),
        (tuple[int, str], {"value": [1, "a"]}, (1, "a")),
        (list[Any], {"value": [1, None]}, [1, None]),
        (Outer, {"inner": [{"members": {"a": 1}}]}, Outer([Open({"a": 1})])),
    ],
)
def test_what_is_not_strict(tp: Any, answer: Any, value: Any) -> None:
    """Without strict mode such types are sent as they are, and read as well."""
    adapter: TypeAdapter[Any] = TypeAdapter(tp, strict=False)
    jsonschema.Draft202012Validator(adapter.json_schema).validate(answer)
    assert adapter.validate_json(json.dumps(answer)) == value


class Pair(typing_extensions.TypedDict):
    a: int
    b: list[str]


@pytest.mark.parametrize("tp", [Cat, Pair, Box[int]])
def test_schemas_like_those_of_pydantic(tp: Any) -> None:
    """Of a type without defaults pydantic makes the same schema, but for titles and what closes it."""

    def bare(schema: Any) -> Any:
        if isinstance(schema, list):
            return [bare(one) for one in schema]
        if not isinstance(schema, dict):
            return schema
        return {key: bare(one) for key, one in schema.items() if key not in ("title", "additionalProperties")}

    assert bare(TypeAdapter(tp).json_schema) == bare(pydantic.TypeAdapter(tp).json_schema())


@pytest.mark.parametrize(
    ("count", "levels", "told"),
    [(5_001, 1, r"it has 5,002 properties, and strict mode takes 5,000"), (1, 12, "more than 10 levels")],
)
def test_limits(count: int, levels: int, told: str) -> None:
    """A schema beyond the limits of the service is refused."""
    tp: Any = make_dataclass("Wide", [(f"f{place}", int) for place in range(count)])
    for level in range(levels):
        tp = make_dataclass(f"Level{level}", [("inner", tp)])
    with pytest.raises(TypeError, match=told):
        TypeAdapter(tp)


@pytest.mark.parametrize(
    ("tp", "text", "told"),
    [
        (int, '{"value": "7"}', '$.value: expected a whole number, received "7"'),
        (int, '{"value": true}', "$.value: expected a whole number, received true"),
        (float, '{"value": NaN}', "$: expected JSON, received"),
        (int | str, '{"value": []}', "$.value: expected a whole number or text, received []"),
        (Cat | Dog, '{"value": {"kind": "dog", "name": 1}}', "$.value.name: expected text, received 1"),
        (datetime, '{"value": "2026-01-31"}', "$.value: expected a date and time"),
        (Pets, '{"pets": [{"kind": "cat", "lives": 0}], "best": null}', "$.pets[0].lives: expected"),
        (Struct, '{"firstName": "A", "born": 1, "next": null}', "$.born: expected"),
        (Even, '{"value": 3}', "$.value: expected a value that its validator takes (odd), received 3"),
        (Annotated[int, pydantic.Field(gt=3)], '{"value": 3}', "$.value: expected more than 3, received 3"),
    ],
)
def test_where_a_value_does_not_fit(tp: Any, text: str, told: str) -> None:
    """The error has the path, what was expected and what came."""
    adapter: TypeAdapter[Any] = TypeAdapter(tp)
    with pytest.raises(InvalidValue) as caught:
        adapter.validate_json(text)
    assert str(caught.value).startswith(told)


SCALARS: dict[Any, st.SearchStrategy[Any]] = {
    int: st.integers(-(2**53), 2**53),
    float: st.floats(allow_nan=False, allow_infinity=False),
    str: st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    bool: st.booleans(),
    date: st.dates(),
    datetime: st.datetimes(timezones=st.just(UTC)),
    UUID: st.uuids(),
    Color: st.sampled_from(Color),
    Literal["a", "b"]: st.sampled_from(["a", "b"]),
}


@st.composite
def types_and_values(draw: st.DrawFn, depth: int = 3) -> tuple[Any, Any]:
    """Make a type, and a value of it."""
    kind = (
        draw(st.sampled_from(["scalar", "list", "optional", "dataclass", "attrs", "typeddict"])) if depth else "scalar"
    )
    if kind == "scalar":
        tp = draw(st.sampled_from(list(SCALARS)))
        return tp, draw(SCALARS[tp])
    if kind == "list":
        tp, value = draw(types_and_values(depth - 1))
        return list[tp], [value] * draw(st.integers(0, 2))
    if kind == "optional":
        tp, value = draw(types_and_values(depth - 1))
        return Optional[tp], draw(st.sampled_from([None, value]))  # noqa: UP045 - of a type that is made here
    made = [draw(types_and_values(depth - 1)) for _ in range(draw(st.integers(1, 3)))]
    names = [f"field_{place}" for place in range(len(made))]
    values = dict(zip(names, (value for _, value in made), strict=True))
    hints = dict(zip(names, (tp for tp, _ in made), strict=True))
    if kind == "typeddict":
        functional: Any = TypedDict
        return functional("Keys", hints), values
    if kind == "attrs":
        cls = attrs.make_class("Made", {name: attrs.field(type=tp) for name, tp in hints.items()})
    else:
        cls = make_dataclass("Made", list(hints.items()))
    return cls, cls(**values)


def as_json(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, list):
        return [as_json(one) for one in value]
    if isinstance(value, dict):
        return {name: as_json(one) for name, one in value.items()}
    if attrs.has(type(value)):
        return {one.name: as_json(getattr(value, one.name)) for one in attrs.fields(type(value))}
    if dataclasses.is_dataclass(value):
        return {one.name: as_json(getattr(value, one.name)) for one in dataclasses.fields(value)}
    return value


@settings(max_examples=150, deadline=None, derandomize=True)
@given(types_and_values())
def test_any_type(made: tuple[Any, Any]) -> None:
    """Whatever a type is made of, its schema is in the strict subset, takes its values, and they read back equal."""
    tp, value = made
    adapter: TypeAdapter[Any] = TypeAdapter(tp)
    assert departures(adapter.json_schema) == []
    answer = {"value": as_json(value)} if adapter.wraps else as_json(value)
    jsonschema.Draft202012Validator(adapter.json_schema).validate(answer)
    assert adapter.validate_json(json.dumps(answer)) == value
