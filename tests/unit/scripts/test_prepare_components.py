"""Rules between schemas: merged, referred to, named and told apart."""

from typing import Any

import pytest

from scripts.prepare_spec import PrepareError, prepare_named
from tests.unit.scripts._documents import document, prepared, prepared_property, record, ref

NULL = {"type": "null"}
TEXT = {"type": "string"}
WHOLE = {"type": "integer"}
MAYBE = {"anyOf": [WHOLE, NULL]}


@pytest.mark.parametrize(
    ("earlier", "later", "wanted"),
    [
        (MAYBE, WHOLE, WHOLE),
        (WHOLE, MAYBE, MAYBE),
        (WHOLE, {"type": "integer", "nullable": True}, MAYBE),
        (MAYBE, {"description": "Words."}, MAYBE | {"description": "Words."}),
        ({}, WHOLE, WHOLE),
        (WHOLE, TEXT, TEXT),
        ({"const": "a"}, TEXT, {"type": "string", "const": "a"}),
        (TEXT, {"const": "a"}, {"type": "string", "const": "a"}),
        ({"type": "array", "items": TEXT}, {"type": "array"}, {"type": "array", "items": TEXT}),
        ({"type": "array", "items": TEXT}, {"type": "array", "items": WHOLE}, {"type": "array", "items": WHOLE}),
        (ref("Thing"), ref("Other"), ref("Other")),
        (ref("Thing"), {"type": "object"}, ref("Thing")),
        ({"anyOf": [TEXT, WHOLE]}, {"anyOf": [TEXT, {"type": "boolean"}]}, {"anyOf": [TEXT, {"type": "boolean"}]}),
    ],
)
def test_the_later_declaration_of_a_property_wins(earlier: Any, later: Any, wanted: Any) -> None:
    """Along an `allOf` the last declaration decides, null included; repeating the type changes nothing."""
    found = prepared(
        A={"allOf": [ref("Base"), record(p=later)]},
        Base=record(p=earlier),
        Thing=record(a=TEXT),
        Other=record(b=TEXT),
    )
    assert found["A"]["properties"]["p"] == wanted


def test_three_declarations_in_a_row_are_merged_in_order() -> None:
    """A property declared nullable, then not, then nullable again is nullable, as upstream means it."""
    found = prepared(
        Request={"allOf": [ref("Middle"), record(n={"type": "integer", "nullable": True}) | {"required": ["n"]}]},
        Middle={"allOf": [ref("Base"), record(n=WHOLE)]},
        Base=record(n=MAYBE, base=TEXT),
    )
    assert found == {"Request": record(n=MAYBE, base=TEXT) | {"required": ["n"]}}


def test_members_of_all_parts_are_joined() -> None:
    """Properties, required names and map values of every part are in the result, members beside `allOf` last."""
    found = prepared(
        A={
            "allOf": [record(a=TEXT) | {"required": ["a", "c"]}, {"required": ["b"]}, {"additionalProperties": WHOLE}],
            "properties": {"b": TEXT, "c": TEXT},
            "description": "All.",
        }
    )
    wanted = record(a=TEXT, b=TEXT, c=TEXT) | {"required": ["a", "c", "b"], "additionalProperties": WHOLE}
    assert found["A"] == wanted | {"description": "All."}


@pytest.mark.parametrize(
    "given",
    [
        {"allOf": [ref("Thing")]},
        {"allOf": [ref("Thing"), {}]},
        {"allOf": [{"description": "Words."}, ref("Thing")]},
        {"allOf": [{"allOf": [ref("Thing")]}]},
        {"type": "object", "allOf": [ref("Thing")]},
    ],
)
def test_an_all_of_one_part_is_that_part(given: dict[str, Any]) -> None:
    """An `allOf` that wraps a reference to describe it does not become a class of its own."""
    found = prepared(A=record(it=given), Thing=record(a=TEXT))
    assert found["A"]["properties"]["it"]["$ref"] == ref("Thing")["$ref"]


def test_nested_objects_are_merged_too() -> None:
    """Two declarations of one object property give an object with the members of both."""
    found = prepared(A={"allOf": [record(o=record(x=TEXT)), record(o=record(y=WHOLE))]})
    assert found["AO"]["properties"] == {"x": TEXT, "y": WHOLE}


def test_members_beside_a_union_of_objects_belong_to_each() -> None:
    """A union of objects with members beside it becomes a union of objects that each have those members."""
    union = {"oneOf": [ref("Cat"), ref("Dog")], "properties": {"name": TEXT}, "required": ["name"]}
    found = prepared(A=record(pet=union), Cat=record(lives=WHOLE), Dog=record(tricks=TEXT))
    branches = [found[branch["$ref"].rpartition("/")[2]] for branch in found["A"]["properties"]["pet"]["anyOf"]]
    assert [set(branch["properties"]) for branch in branches] == [{"name", "lives"}, {"name", "tricks"}]
    assert all(branch["required"] == ["name"] for branch in branches)


def test_null_of_a_component_moves_to_where_it_is_used() -> None:
    """A component that may be null keeps its name and loses the null; each use of it adds "or null"."""
    tier = {"type": "string", "enum": ["auto", "flex"], "nullable": True}
    found = prepared(
        Owner=record(a=ref("Tier"), b={"anyOf": [ref("Either"), WHOLE]}, c={"type": "array", "items": ref("Alias")}),
        Tier=tier,
        Alias=ref("Tier"),
        Either={"anyOf": [ref("Tier"), {"type": "boolean"}]},
    )
    assert found["Tier"] == {"type": "string", "enum": ["auto", "flex"]}
    assert found["Either"] == {"anyOf": [ref("Tier"), {"type": "boolean"}]}
    assert found["Owner"]["properties"] == {
        "a": {"anyOf": [ref("Tier"), NULL]},
        "b": {"anyOf": [ref("Either"), WHOLE, NULL]},
        "c": {"type": "array", "items": {"anyOf": [ref("Tier"), NULL]}},
    }


def test_aliases_give_way_to_what_they_name() -> None:
    """A component that only refers to another one does not become a class of its own."""
    found = prepared(A=record(b=ref("One")), One=ref("Two"), Two={"oneOf": [ref("Three")]}, Three=record(c=TEXT))
    assert found == {"A": record(b=ref("Three")), "Three": record(c=TEXT)}


@pytest.mark.parametrize("pointer", ["#/components/schemas/A/properties/b", "#/components/schemas/odd~1name%20x"])
def test_a_reference_into_a_schema_gets_a_component(pointer: str) -> None:
    """A target that is not a component becomes one, named after its place: the generator knows only components."""
    found = prepared(A=record(b=record(x=TEXT), c={"$ref": pointer}), **{"odd/name x": record(x=TEXT)})
    name = found["A"]["properties"]["c"]["$ref"].rpartition("/")[2]
    assert name.isidentifier()
    assert found[name] == record(x=TEXT)


def test_objects_may_contain_themselves() -> None:
    """Recursion through an object is kept: directly, through arrays, unions and maps."""
    again = [ref("Tree"), {"type": "array", "items": ref("Tree")}, {"anyOf": [TEXT, ref("Tree")]}]
    found = prepared(Tree=record(a=again[0], b=again[1], c=again[2]))
    assert found["Tree"]["properties"] == {"a": again[0], "b": again[1], "c": again[2]}


@pytest.mark.parametrize(
    ("schemas", "wanted"),
    [
        ({"A": record(b=ref("L")), "L": {"type": "array", "items": ref("L")}}, {"type": "array", "items": {}}),
        ({"A": record(b=ref("L")), "L": {"anyOf": [TEXT, {"type": "array", "items": ref("L")}]}},
         {"anyOf": [TEXT, {"type": "array", "items": {}}]}),
    ],
)  # fmt: skip
def test_an_array_inside_itself_holds_anything(schemas: dict[str, Any], wanted: dict[str, Any]) -> None:
    """A loop without an object in it is cut: Python has no finite type for it."""
    assert prepared(**schemas)["L"] == wanted


def test_every_inline_schema_gets_the_name_that_the_table_gives_its_place() -> None:
    """Objects, maps and enumerations in properties, arrays, maps and unions get the table's names, at any depth."""
    names = {
        "Reply.choices[]": "Choice",
        "Reply.choices[].reason": "Reason",
        "Reply.scores{}": "Score",
        "Reply.format|text": "TextFormat",
        "Reply.format|object": "OpenFormat",
        "Mode|enum": "KnownMode",
    }
    score = {"type": "object", "additionalProperties": record(n=WHOLE)}
    formats = {"anyOf": [record(type={"const": "text"}), record(open=TEXT), TEXT]}
    choice = record(reason={"type": "string", "enum": ["a", "b"], "nullable": True})
    found = prepared(
        names,
        Reply=record(choices={"type": "array", "items": choice}, scores=score, format=formats, mode=ref("Mode")),
        Mode={"anyOf": [TEXT, {"enum": ["x", "y"]}]},
    )
    assert found.keys() == {"Reply", "Mode", "ReplyScores", *names.values()}
    assert found["Choice"]["properties"]["reason"] == {"anyOf": [ref("Reason"), NULL]}
    assert found["Reply"]["properties"]["format"] == {"anyOf": [ref("TextFormat"), ref("OpenFormat"), TEXT]}


def test_places_share_a_name_only_while_their_structures_are_equal() -> None:
    """Places share a name if only words or the order of `required` differ; otherwise the first place keeps it."""
    names = {"B.it": "Shared", "A.it": "Shared", "C.it": "Shared"}
    one = record(x=TEXT, y=TEXT) | {"required": ["x", "y"], "description": "One."}
    two = record(y=TEXT, x=TEXT | {"description": "Other words."}) | {"required": ["y", "x"]}
    result = prepare_named(document({"A": record(it=two), "B": record(it=one), "C": record(it=record(z=TEXT))}), names)
    found = result.document["components"]["schemas"]
    assert found["A"]["properties"]["it"] == ref("Shared")
    assert found["B"]["properties"]["it"]["$ref"] == ref("Shared")["$ref"]
    assert found["C"]["properties"]["it"] == ref("CIt")
    assert result.hoisted.made_up == {"C.it": "CIt"}


def test_a_name_of_the_table_never_takes_that_of_a_component() -> None:
    """A component that upstream adds keeps its name; the inline schema gets another."""
    found = prepared({"A.it": "Thing"}, A=record(it=record(x=TEXT), thing=ref("Thing")), Thing=record(y=TEXT))
    assert found["Thing"] == record(y=TEXT)
    assert found["A"]["properties"] == {"it": ref("AIt"), "thing": ref("Thing")}


def test_what_all_of_copies_keeps_the_name_of_its_place() -> None:
    """An inline schema of a base is one class, however many schemas build on that base."""
    base = record(mode={"enum": ["a", "b"]})
    found = prepared(
        {"Base.mode": "Mode"},
        One={"allOf": [ref("Base"), record(x=TEXT)]},
        Two={"allOf": [ref("Base"), record(y=TEXT)]},
        Base=base,
    )
    assert found.keys() == {"One", "Two", "Mode"}


def test_a_new_inline_schema_renames_no_other() -> None:
    """Names depend on the place alone, so they stay when other schemas are added before or after."""
    old = {"A": record(b=record(x=TEXT), c={"type": "array", "items": record(y=record(z=TEXT))})}
    new = {
        "Aa": record(b=record(n=WHOLE)),
        "A": record(a=record(m=WHOLE), **old["A"]["properties"], d={"type": "array", "items": record(y=WHOLE)}),
    }
    before, after = prepared(**old), prepared(**new)
    assert before.keys() == {"A", "AB", "AC", "ACY"}
    assert all(after[name] == schema for name, schema in before.items() if name != "A")


def test_entries_of_the_table_that_meet_nothing_are_reported() -> None:
    """The places of the table that match nothing in the document are reported."""
    assert prepare_named(document({"A": record()}), {"A.gone": "Gone"}).hoisted.stale == ["A.gone"]


def test_every_class_has_a_module_of_its_own() -> None:
    """Names that share a class or a file, or hide a builtin or an import of the generated modules, are changed."""
    schemas = {
        name: record(a={"const": name})
        for name in ("Foo-Bar", "FooBar", "FooBAR", "Response", "Exception", "!", "Größe")
    }
    found = prepared(**schemas)
    by_origin = {schema["properties"]["a"]["const"]: name for name, schema in found.items()}
    assert {by_origin["Foo-Bar"], by_origin["FooBar"], by_origin["FooBAR"]} == {"FooBar3", "FooBar2", "FooBAR"}
    assert by_origin["Response"] == "ResponseModel"
    assert by_origin["Exception"] == "ExceptionModel"
    assert len({name.casefold() for name in found}) == len(schemas)
    assert all(name.isidentifier() for name in found)


def test_properties_that_are_one_attribute_cost_no_model() -> None:
    """A property that the generator cannot tell from another one is left undeclared, as `a-b` is beside `a.b`."""
    found = prepared(
        A=record(**{"a.b": TEXT, "a-b": WHOLE, "fooBar": TEXT, "foo_bar": TEXT}) | {"required": ["a-b", "a.b"]}
    )
    assert found["A"] == record(**{"a.b": TEXT, "fooBar": TEXT, "foo_bar": TEXT}) | {"required": ["a.b"]}


def test_an_all_of_without_an_end_is_refused() -> None:
    """An object that merges itself into one of its properties is refused: it would be infinite."""
    endless = record(child={"allOf": [ref("A"), record(x=TEXT)]})
    with pytest.raises(PrepareError, match="allOf refers to itself: A > A"):
        prepared(A=endless)


def test_a_loop_of_references_in_a_property_is_harmless() -> None:
    """A description beside a reference to the own class does not count as a merge."""
    assert prepared_property({"allOf": [ref("Owner")], "description": "Up."}) == ref("Owner") | {"description": "Up."}


@pytest.mark.parametrize("values", [{"enum": ["a", "b"]}, {"type": "string", "enum": ["a", "b"]}])
def test_an_enumeration_that_is_opened_keeps_its_name(values: dict[str, Any]) -> None:
    """An enumeration that upstream opens to any text keeps its name for the values that it lists."""
    opened = prepare_named(document({"Owner": record(it=ref("Mode")), "Mode": {"anyOf": [TEXT, values]}}), {})
    schemas = opened.document["components"]["schemas"]
    assert schemas["Mode"] == prepared(Owner=record(it=ref("Mode")), Mode=values)["Mode"]
    assert schemas["ModeUnion"]["anyOf"] == [TEXT, ref("Mode")]
    assert opened.hoisted.made_up == {}
