"""Give every object, map and enumeration that stands inside another schema a component of its own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from scripts import naming
from scripts.prepare.references import rename_targets
from scripts.prepare.unions import NULL
from scripts.prepare.walk import Schema, children, ref_to, replace_children, roots, schemas_of, shape, structure


@dataclass
class Hoisted:
    """What hoisting did: names made up, and entries of the table that met no schema."""

    made_up: dict[str, str] = field(default_factory=dict)
    stale: list[str] = field(default_factory=list)


class _Inline(NamedTuple):
    place: str
    structure: str
    owner_place: str
    owner_key: tuple[str, str] | None


def mark_places(document: Schema) -> None:
    """Write on each schema the place where upstream declares it, in the notation of `scripts/names.yaml`.

    Evidence: flattening `allOf` copies a declaration into every schema that builds on it; its name must not change. A
    place once written stands, so that a second round fills in only what merging made.
    """
    for place, holder, key in roots(document):
        marked = _marked(holder[key], place)
        holder[key] = _without_place(marked) if holder is schemas_of(document) else marked


def _marked(schema: Schema, place: str) -> Schema:
    place = schema.get("x-place", place)
    marked = schema | {"x-place": place}
    if "properties" in schema:
        marked["properties"] = {name: _marked(one, f"{place}.{name}") for name, one in schema["properties"].items()}
    for key, step in (("items", "[]"), ("additionalProperties", "{}")):
        if isinstance(schema.get(key), dict):
            marked[key] = _marked(schema[key], place + step)
    if "allOf" in schema:
        marked["allOf"] = [_without_place(_marked(part, place)) for part in schema["allOf"]]
    if "anyOf" in schema:
        labels = _branch_labels(schema["anyOf"])
        marked["anyOf"] = [_marked(one, place + label) for one, label in zip(schema["anyOf"], labels, strict=True)]
    return marked


def _without_place(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key != "x-place"}


def _branch_labels(branches: list[Schema]) -> list[str]:
    if sum(shape(branch) != NULL for branch in branches) < 2:
        return ["" for _ in branches]
    labels: list[str] = []
    for branch in branches:
        label = f"|{_kind(branch)}" if _kind(branch) else ""
        count = sum(known.rstrip("0123456789") == label or known == label for known in labels)
        labels.append(f"{label}{count + 1}" if label and count else label)
    return labels


def _kind(branch: Schema) -> str:
    if "enum" in branch:
        return "enum"
    tags = [p["const"] for p in branch.get("properties", {}).values() if isinstance(p.get("const"), str)]
    if tags:
        return str(tags[0])
    if branch.get("type") == "object" or "allOf" in branch:
        return "object"
    return ""


def hoist(document: Schema, table: Mapping[str, str]) -> Hoisted:
    """Move inline objects, maps and enumerations into components with the names that the table gives them.

    Evidence: left inline they come out as `CreateChatCompletionResponseChoicesItemLogprobsType0`. Places may share a
    name when their structures are equal; else the place that the table lists first has it.
    """
    _make_way(document, table)
    schemas = schemas_of(document)
    found = list(dict.fromkeys(_find(document)))
    names, made_up = _assign(found, table, set(schemas))

    def moved(schema: Schema) -> Schema:
        if not _needs_name(schema):
            return _without_place(replace_children(schema, moved))
        name = names[schema["x-place"], structure(schema)]
        if name not in schemas:
            schemas[name] = _without_place(replace_children(schema, moved))
        elif "description" in schema:
            schemas[name] = {"description": schema["description"]} | schemas[name]
        return ref_to(name) | {key: schema[key] for key in ("description", "deprecated") if key in schema}

    for _place, holder, key in list(roots(document)):
        top = holder is schemas
        holder[key] = _without_place(replace_children(holder[key], moved)) if top else moved(holder[key])
    places = {one.place for one in found}
    return Hoisted(made_up, [place for place in table if place not in places])


def _make_way(document: Schema, table: Mapping[str, str]) -> None:
    """Leave the name of a union to the enumeration in it: only that becomes a class.

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
    found: list[_Inline], table: Mapping[str, str], components: set[str]
) -> tuple[dict[tuple[str, str], str], dict[str, str]]:
    order = {place: rank for rank, place in enumerate(table)}
    taken: dict[str, str] = {naming.module_key(name): "" for name in components}
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
