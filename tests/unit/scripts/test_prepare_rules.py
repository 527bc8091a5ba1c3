"""Rules for single schemas: the spelling that each becomes, alone and inside others."""

from typing import Any

import pytest

from tests.unit.scripts._documents import prepared, prepared_property, record, ref

NULL = {"type": "null"}
TEXT = {"type": "string"}
WHOLE = {"type": "integer"}
TEXTS = {"type": "array", "items": TEXT}


def or_null(*branches: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [*branches, NULL]}


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"type": "string", "nullable": True}, or_null(TEXT)),
        ({"type": ["string", "null"]}, or_null(TEXT)),
        ({"anyOf": [TEXT, NULL]}, or_null(TEXT)),
        ({"oneOf": [NULL, TEXT]}, or_null(TEXT)),
        ({"anyOf": [TEXT, WHOLE], "nullable": True}, or_null(TEXT, WHOLE)),
        ({"anyOf": [TEXT, {"type": "integer", "nullable": True}]}, or_null(TEXT, WHOLE)),
        ({"anyOf": [{"oneOf": [TEXT, TEXTS]}, NULL]}, or_null(TEXT, TEXTS)),
        ({"$ref": "#/components/schemas/Thing", "nullable": True}, or_null(ref("Thing"))),
        ({"allOf": [ref("Thing")], "nullable": True}, or_null(ref("Thing"))),
        ({"allOf": [ref("Thing"), {"nullable": True}]}, or_null(ref("Thing"))),
        ({"oneOf": [ref("Thing")], "nullable": True}, or_null(ref("Thing"))),
        ({"type": "string", "enum": ["a", None]}, or_null({"type": "string", "const": "a"})),
        ({"type": "string", "enum": ["a"], "nullable": True}, or_null({"type": "string", "const": "a"})),
        ({"type": "object", "nullable": True, "additionalProperties": TEXT}, or_null(ref("OwnerIt"))),
        ({"enum": [None]}, NULL),
        ({"const": None}, NULL),
        ({"nullable": True}, {}),
        ({"type": "string", "nullable": False}, TEXT),
    ],
)  # fmt: skip
def test_null_is_spelled_out_as_a_branch(given: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Every spelling of "or null" becomes a union with null."""
    assert prepared_property(given, Thing=record(a=TEXT)) == wanted


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("int64", WHOLE),
        ("INT32", WHOLE),
        ("float", {"type": "number"}),
        ("bool", {"type": "boolean"}),
        ("date-time", TEXT),
        ("list", {"type": "array", "items": {}}),
        ("no such type", {}),
        ({"not": "a type"}, {}),
        (["string", "integer"], {"anyOf": [TEXT, WHOLE]}),
        (["int64", "null"], or_null(WHOLE)),
        (["string", "no such type"], {}),
        ([], {}),
    ],
)
def test_a_type_that_does_not_exist_becomes_what_it_means(given: object, wanted: dict[str, Any]) -> None:
    """A known wrong name of a type becomes that type; an unknown one leaves the schema without a type."""
    assert prepared_property({"type": given}) == wanted


@pytest.mark.parametrize("name", ["map", "object", "dict"])
def test_a_map_is_a_named_component(name: str) -> None:
    """A map becomes a component that holds anything, or the declared type of its values."""
    found = prepared(A=record(free={"type": name}, typed={"type": name, "additionalProperties": WHOLE}))
    assert found["AFree"] == {"type": "object", "additionalProperties": True}
    assert found["ATyped"] == {"type": "object", "additionalProperties": WHOLE}


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"type": "array"}, {}),
        ({"type": "array", "items": True}, {}),
        ({"items": TEXT}, TEXT),
        ({"type": "array", "items": [TEXT, WHOLE]}, {"anyOf": [TEXT, WHOLE]}),
        ({"type": "array", "prefixItems": [TEXT], "items": WHOLE}, {"anyOf": [TEXT, WHOLE]}),
        ({"type": "array", "prefixItems": [TEXT]}, TEXT),
        ({"type": "array", "items": TEXT, "enum": ["a", "b"]}, TEXT),
    ],
)
def test_every_array_says_what_it_holds(given: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Missing items, tuples and invalid items all become one schema of items."""
    assert prepared_property(given) == {"type": "array", "items": wanted}


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"enum": ["a"]}, {"type": "string", "const": "a"}),
        ({"type": "string", "const": 'a"\\b'}, {"type": "string", "const": 'a"\\b'}),
        ({"type": "string", "enum": ["a", "a"]}, {"type": "string", "const": "a"}),
        ({"type": "integer", "enum": ["a"]}, {"type": "string", "const": "a"}),
        ({"const": 3}, {"type": "integer", "const": 3}),
        ({"type": "boolean", "const": True}, {"const": True}),
        ({"enum": [True, False]}, {"type": "boolean"}),
        ({"enum": [1.5, 2.5]}, {"type": "number"}),
        ({"const": 1.5}, {"type": "number"}),
        ({"enum": ["a", 1]}, {"anyOf": [TEXT, WHOLE]}),
        ({"enum": [1, True]}, {"anyOf": [WHOLE, {"type": "boolean"}]}),
        ({"type": "string", "enum": []}, TEXT),
        ({"enum": [["a"], ["b"]]}, {}),
        ({"type": "string", "enum": "a"}, TEXT),
    ],
)
def test_values_become_a_constant_or_a_plain_type(given: dict[str, Any], wanted: dict[str, Any]) -> None:
    """One value becomes a constant; values that Python has no Literal for, or broken ones, become the plain type."""
    assert prepared_property(given) == wanted


@pytest.mark.parametrize("values", [["a-b", "a_b", "class", "", "a b"], [1, 2, 3]])
def test_several_values_are_an_enumeration_with_a_name(values: list[object]) -> None:
    """Texts and integers keep all their values, even those that would be the same identifier."""
    found = prepared(A=record(b={"enum": values}))
    assert found["A"]["properties"]["b"] == ref("AB")
    assert found["AB"]["enum"] == values


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"anyOf": [TEXT]}, TEXT),
        ({"oneOf": [ref("Thing")]}, ref("Thing")),
        ({"anyOf": [TEXT, TEXT]}, TEXT),
        ({"anyOf": [TEXT, {"type": "string", "format": "uri"}]}, TEXT),
        ({"anyOf": [TEXT, {}]}, {}),
        ({"anyOf": [{}, NULL]}, {}),
        ({"anyOf": []}, {}),
        ({"anyOf": [TEXT], "oneOf": [WHOLE]}, {"anyOf": [TEXT, WHOLE]}),
        ({"type": "string", "anyOf": [{"pattern": "a"}, {"format": "uuid"}]}, TEXT),
    ],
)
def test_a_union_has_two_different_branches_or_is_none(given: dict[str, Any], wanted: dict[str, Any]) -> None:
    """A union of one branch, of equal branches, or with a branch that allows anything collapses."""
    assert prepared_property(given, Thing=record(a=TEXT)) == wanted


def test_a_union_that_only_constrains_its_object_shapes_no_type() -> None:
    """An `anyOf` of `required` lists beside properties is dropped: it shapes no type."""
    either = {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}
    assert prepared(A=record(a=TEXT, b=TEXT) | either)["A"] == record(a=TEXT, b=TEXT)


def test_a_discriminator_stays_with_its_union_and_follows_renamed_classes() -> None:
    """The tag's name is kept when unions are flattened, and its mapping points at the renamed components."""
    cat, dog = (record(kind={"const": kind}) | {"required": ["kind"]} for kind in ("cat", "dog"))
    union = {
        "oneOf": [ref("the-cat"), ref("Dog")],
        "discriminator": {
            "propertyName": "kind",
            "mapping": {"cat": "the-cat", "dog": "#/components/schemas/Dog", "owl": "Gone"},
        },
    }
    found = prepared(A=record(pet={"anyOf": [union, NULL]}), Dog=dog, **{"the-cat": cat})
    assert found["A"]["properties"]["pet"] == {
        "anyOf": [ref("TheCat"), ref("Dog"), NULL],
        "discriminator": {
            "propertyName": "kind",
            "mapping": {"cat": "#/components/schemas/TheCat", "dog": "#/components/schemas/Dog"},
        },
    }


@pytest.mark.parametrize("required", [None, [], "a", True, ["a", "a"], ["a", "gone"], ["a", None, 3]])
def test_required_names_each_declared_property_once(required: object) -> None:
    """Whatever a `required` list holds, it becomes a list of declared names, or is dropped."""
    found = prepared(A=record(a=TEXT) | {"required": required})["A"].get("required", ["a"])
    assert found == ["a"]


@pytest.mark.parametrize(
    "junk",
    [
        {"default": float("inf")},
        {"default": None},
        {"default": "outside", "title": "Text", "format": "date-time"},
        {"minLength": -1, "pattern": "(", "examples": [{"$ref": "#/nowhere"}]},
        {"maximum": float("nan"), "xml": "x", "x-vendor": {"nullable": True}},
        {"readOnly": "yes", "not": {"type": "string"}, "if": True, "required": True},
    ],
)
def test_keywords_that_shape_no_code_are_dropped(junk: dict[str, Any]) -> None:
    """Defaults, formats and keywords that would stop the generator are dropped."""
    assert prepared_property(TEXT | junk) == TEXT


def test_objects_are_open() -> None:
    """An object may hold undeclared fields, even where the document forbids them, so that an added field is kept."""
    assert prepared(A=record(a=TEXT) | {"additionalProperties": False})["A"] == record(a=TEXT)


def test_patterns_of_names_become_the_values_of_a_map() -> None:
    """`patternProperties` becomes a map whose values are those that its patterns allow."""
    patterns = {"patternProperties": {"^a": TEXT, "^b": WHOLE}}
    assert prepared(A={"type": "object"} | patterns)["A"]["additionalProperties"] == {"anyOf": [TEXT, WHOLE]}


@pytest.mark.parametrize("broken", [True, False, None, 3, "text", []])
def test_a_schema_that_is_no_mapping_allows_anything(broken: object) -> None:
    """A schema that is a boolean or broken allows anything."""
    assert prepared_property(broken) == {}


def test_words_are_kept_and_cleaned() -> None:
    """Descriptions are kept without characters that end lines, hide text or reverse it."""
    words = "One\r\ntwo\u2028three \x00\u202efour\ud800 "
    assert prepared_property(TEXT | {"description": words})["description"] == "One\ntwo\nthree four"
    assert prepared_property(ref("Thing") | {"description": "Why."}, Thing=record())["description"] == "Why."
