from typing import Any

import pytest

from tests.unit.generated.conftest import Emit

REF = "#/components/schemas/"


def ref(name: str) -> dict[str, str]:
    return {"$ref": REF + name}


def model(*required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required)}


TEXT = {"type": "string"}
SCHEMAS: dict[str, Any] = {
    "Cat": model("kind", kind=TEXT, name=TEXT),
    "Dog": model("kind", kind=TEXT, name=TEXT),
    "Kind": {"type": "string", "enum": ["a", "b"]},
    "Listed": model("kind", kind=ref("Kind")),
    "Single": model("kind", kind={"const": "c"}),
    "Other": model("kind", kind={"const": "d"}, index={"const": 1}),
    "Yes": model("ok", ok={"const": True}),
    "No": model("ok", ok={"const": False}),
    "Left": model("left", left=TEXT),
    "Right": model("right", right=TEXT),
    "Tagged": model("left", left=TEXT, kind={"const": "t"}),
    "Circle": model("object", "type", object={"const": "c"}, type={"const": "circle"}),
    "Square": model("object", "type", object={"const": "s"}, type={"const": "square"}),
    "Map": {"type": "object", "additionalProperties": TEXT},
    "Pets": {
        "anyOf": [ref("Cat"), ref("Dog"), {"type": "null"}],
        "discriminator": {
            "propertyName": "kind",
            "mapping": {"meow": REF + "Cat", "purr": REF + "Cat", "woof": REF + "Dog", "tweet": REF + "Bird"},
        },
    },
}
SCHEMAS["Home"] = model(
    pet=SCHEMAS["Pets"],
    pets={"type": "array", "items": SCHEMAS["Pets"]},
    listed={"anyOf": [ref("Listed"), ref("Single"), ref("Other"), TEXT]},
    nested={"type": "array", "items": {"type": "array", "items": {"anyOf": [ref("Single"), ref("Other")]}}},
    arrays={"anyOf": [{"type": "array", "items": ref("Single")}, {"type": "array", "items": ref("Other")}, TEXT]},
    mixed={"anyOf": [ref("Single"), {"type": "array", "items": ref("Other")}]},
    flag={"anyOf": [ref("Yes"), ref("No")]},
    sides={"anyOf": [ref("Left"), ref("Right")]},
    optional={"anyOf": [ref("Tagged"), ref("Other"), ref("Right")]},
    map={"anyOf": [ref("Left"), ref("Map")]},
    shape={"anyOf": [ref("Circle"), ref("Square")], "discriminator": {"propertyName": "type"}},
    alone={"anyOf": [ref("Left"), {"type": "null"}, TEXT]},
)


@pytest.fixture(scope="module")
def emitted(emit: Emit) -> Any:
    return emit(SCHEMAS)


def read(emitted: Any, field: str, value: Any) -> Any:
    home = emitted.Home.from_dict({field: value})
    assert home.to_dict()[field] == value
    return getattr(home, field)


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("pet", {"kind": "meow"}, "Cat"),
        ("pet", {"kind": "purr"}, "Cat"),
        ("pet", {"kind": "woof"}, "Dog"),
        ("pet", {"kind": "tweet"}, "dict"),
        ("listed", {"kind": "a"}, "Listed"),
        ("listed", {"kind": "b"}, "Listed"),
        ("listed", {"kind": "c"}, "Single"),
        ("listed", {"kind": "e"}, "dict"),
        ("listed", {"kind": ["c"]}, "dict"),
        ("listed", "text", "str"),
        ("mixed", {"kind": "c"}, "Single"),
        ("flag", {"ok": True}, "Yes"),
        ("flag", {"ok": False}, "No"),
        ("flag", {"ok": None}, "dict"),
        ("sides", {"left": "l"}, "Left"),
        ("sides", {"right": "r", "x": 1}, "Right"),
        ("sides", {"left": "l", "right": 1}, "dict"),
        ("sides", {}, "dict"),
        ("optional", {"left": "l"}, "Tagged"),
        ("optional", {"left": "l", "kind": "t"}, "Tagged"),
        ("optional", {"left": "l", "kind": "u"}, "dict"),
        ("optional", {"kind": "d"}, "Other"),
        ("map", {"x": "y"}, "Map"),
        ("map", {"left": 1}, "dict"),
        ("map", ["left"], "list"),
        ("shape", {"object": "s", "type": "circle"}, "Circle"),
        ("shape", {"object": "s", "type": "oval"}, "dict"),
        ("alone", {"x": 1}, "Left"),
        ("alone", [{"left": "l"}], "list"),
    ],
)
def test_an_object_gets_the_class_that_it_can_only_be(emitted: Any, field: str, value: Any, expected: str) -> None:
    """A union chooses the class by the discriminator, constants or keys; an object that fits two stays a mapping."""
    if expected in ("Left", "Tagged") and field == "alone":
        assert type(emitted.Home.from_dict({field: value}).alone).__name__ == expected
    else:
        assert type(read(emitted, field, value)).__name__ == expected


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("pets", [{"kind": "meow"}, None, {"kind": "woof"}, 1], ["Cat", "NoneType", "Dog", "int"]),
        ("arrays", [{"kind": "c"}, {"kind": "d"}, {"kind": "e"}, "x"], ["Single", "Other", "dict", "str"]),
        ("mixed", [{"kind": "d"}, {"kind": "c"}], ["Other", "Other"]),
    ],
)
def test_each_item_gets_its_own_class(emitted: Any, field: str, value: Any, expected: list[str]) -> None:
    """Each item of a list gets its own class, whichever list of a union it is in."""
    assert [type(item).__name__ for item in read(emitted, field, value)] == expected


def test_lists_in_lists(emitted: Any) -> None:
    """Items of a list in a list are read, and unexpected ones are kept as they came."""
    value = [[{"kind": "c"}, {"kind": "d"}], "odd", [], [{"kind": "e"}]]
    first, second, third, fourth = read(emitted, "nested", value)
    assert first == [emitted.Single(kind="c"), emitted.Other(kind="d")]
    assert [second, third, fourth] == value[1:]
