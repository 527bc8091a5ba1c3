"""Give every object, map and enumeration inside another schema a component of its own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from scripts import naming
from scripts.schema.components import rename_targets
from scripts.schema.facts import facts_of
from scripts.schema.places import place_behind, places_of_references, without_place
from scripts.schema.walk import (
    Schema,
    children,
    ref_to,
    replace_children,
    rewrite,
    roots,
    schemas_in,
    schemas_of,
    structure,
    without_facts,
)


@dataclass
class Hoisted:
    """The names that hoisting gave.

    Attributes:
        made_up: Those that it made up, by place.
        stale: The places of the table that match no schema.
        classes: The class of each place.
    """

    made_up: dict[str, str] = field(default_factory=dict)
    stale: list[str] = field(default_factory=list)
    classes: dict[str, str] = field(default_factory=dict)


class _Inline(NamedTuple):
    place: str
    structure: str
    owner_place: str
    owner_key: tuple[str, str] | None


def hoist(document: Schema, table: Mapping[str, str]) -> Hoisted:
    """Move inline objects, maps and enumerations into components, by the names that the table gives them.

    Evidence: left inline they come out as `CreateChatCompletionResponseChoicesItemLogprobsType0`. Places may share a
    name if their structures are equal; otherwise the place that the table lists first gets it.
    """
    _make_way(document, table)
    schemas = schemas_of(document)
    found = list(dict.fromkeys(_find(document)))
    places = {one.place for one in found}
    references = dict(places_of_references(document))
    present = {place: place if place in places else place_behind(place, references) for place in table}
    names, made_up = _assign(found, {present[place]: name for place, name in table.items()}, schemas)

    def moved(schema: Schema) -> Schema:
        if not _needs_name(schema):
            return without_place(replace_children(schema, moved))
        name = names[schema["x-place"], structure(schema)]
        one = without_place(replace_children(schema, moved))
        known = schemas.setdefault(name, one)
        if _facts(known) != _facts(one):  # a bound of one place does not hold for the others
            schemas[name] = rewrite(known, without_facts)
        if "description" in schema:
            schemas[name] = {"description": schema["description"]} | schemas[name]
        return ref_to(name) | {key: schema[key] for key in ("description", "deprecated") if key in schema}

    for _place, holder, key in list(roots(document)):
        top = holder is schemas
        holder[key] = without_place(replace_children(holder[key], moved)) if top else moved(holder[key])
    kept = {place for place, name in table.items() if references.get(present[place]) == name}
    stale = [place for place in table if present[place] not in places and place not in kept]
    return Hoisted(made_up, stale, {place: name for (place, _), name in reversed(names.items())})


def _facts(schema: Schema) -> list[Schema]:
    return [facts_of(one) for one in schemas_in(schema)]


def _make_way(document: Schema, table: Mapping[str, str]) -> None:
    """Let the enumeration in a union take the union's name: only the enumeration becomes a class.

    Evidence: upstream opens enumerations, `Model: {enum}` to `Model: {anyOf: [string, {enum}]}`.
    """
    schemas = schemas_of(document)
    taken = {naming.module_key(name): name for name in schemas}
    names = {name: name for name in schemas}
    for name, schema in schemas.items():
        place = f"{name}|enum"
        if place not in table and any(branch.get("x-place") == place for branch in schema.get("anyOf", ())):
            names[name] = naming.unique(f"{name}Union", taken)
            taken[naming.module_key(names[name])] = name
    document["components"]["schemas"] = {names[name]: schema for name, schema in schemas.items()}
    rename_targets(document, names)


def _needs_name(schema: Schema) -> bool:
    return schema.get("type") == "object" or "enum" in schema


def _find(document: Schema) -> Iterator[_Inline]:
    for place, holder, key in roots(document):
        if holder is schemas_of(document):
            for _, child in children(holder[key]):
                yield from _find_in(child, place, None)
        else:
            yield from _find_in(holder[key], place.split("?")[0].split(".")[0], None)


def _find_in(schema: Schema, owner_place: str, owner_key: tuple[str, str] | None) -> Iterator[_Inline]:
    if _needs_name(schema):
        one = _Inline(schema["x-place"], structure(schema), owner_place, owner_key)
        yield one
        owner_place, owner_key = one.place, (one.place, one.structure)
    for _, child in children(schema):
        yield from _find_in(child, owner_place, owner_key)


def _assign(
    found: list[_Inline], table: Mapping[str, str], components: Mapping[str, Schema]
) -> tuple[dict[tuple[str, str], str], dict[str, str]]:
    order = {place: rank for rank, place in enumerate(table)}
    taken = {naming.module_key(name): structure(schema) for name, schema in components.items()}
    names: dict[tuple[str, str], str] = {}
    for one in sorted((one for one in found if one.place in order), key=lambda one: order[one.place]):
        name = table[one.place]
        if taken.setdefault(naming.module_key(name), one.structure) == one.structure:
            names[one.place, one.structure] = name
    made_up: dict[str, str] = {}
    for one in found:
        key = (one.place, one.structure)
        if key not in names:
            owner = names[one.owner_key] if one.owner_key else one.owner_place
            name = naming.unique(naming.derived(owner, one.owner_place, one.place), taken)
            taken[naming.module_key(name)] = one.structure
            names[key] = name
            if one.place != f"{name}|enum":
                made_up[one.place] = name
    return names, made_up
