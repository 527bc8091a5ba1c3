"""Mark each schema with the place where upstream declares it, in the notation of `scripts/names.yaml`."""

from collections.abc import Mapping
from typing import Final

from scripts.schema.unions import NULL
from scripts.schema.walk import Schema, every_schema, ref_name, roots, schemas_of, shape

_STEPS: Final = tuple(".[{|")
"""The characters that a step begins with."""


def mark_places(document: Schema) -> None:
    """Mark each schema with the place where upstream declares it, in the notation of `scripts/names.yaml`.

    Evidence: flattening `allOf` copies a declaration into every schema that builds on it; its name must not change. A
    schema that has a place keeps it, so that a second round marks only the schemas that merging made.
    """
    for place, holder, key in roots(document):
        marked = _marked(holder[key], place)
        holder[key] = without_place(marked) if holder is schemas_of(document) else marked


def _marked(schema: Schema, place: str) -> Schema:
    place = schema.get("x-place", place)
    marked = schema | {"x-place": place}
    if "properties" in schema:
        marked["properties"] = {name: _marked(one, f"{place}.{name}") for name, one in schema["properties"].items()}
    for key, step in (("items", "[]"), ("additionalProperties", "{}")):
        if isinstance(schema.get(key), dict):
            marked[key] = _marked(schema[key], place + step)
    if "allOf" in schema:
        marked["allOf"] = [without_place(_marked(part, place)) for part in schema["allOf"]]
    if "anyOf" in schema:
        labels = _branch_labels(schema["anyOf"])
        marked["anyOf"] = [_marked(one, place + label) for one, label in zip(schema["anyOf"], labels, strict=True)]
    return marked


def without_place(schema: Schema) -> Schema:
    """Return a schema without the mark of its place."""
    return {key: value for key, value in schema.items() if key != "x-place"}


def places_of_references(document: Schema) -> list[tuple[str, str]]:
    """List the places where the schemas of a document refer to components.

    Args:
        document: A settled document, marked with places.

    Returns:
        Place and component of each reference. A reference in a union is labelled like the schema that it leads to, so
        that a schema has one place in line and as a component.
    """
    schemas = schemas_of(document)
    found: dict[tuple[str, str], None] = {}
    in_unions: set[tuple[str, str]] = set()
    for _, schema in every_schema(document):
        if (name := ref_name(schema)) is not None and "x-place" in schema:
            found[schema["x-place"], name] = None
        branches = [branch for branch in schema.get("anyOf", []) if "x-place" in branch]
        targets = [schemas.get(ref_name(branch) or "", branch) for branch in branches]
        for branch, label in zip(branches, _branch_labels(targets), strict=True):
            if (name := ref_name(branch)) is not None and label:
                in_unions.add((branch["x-place"], name))
                found[branch["x-place"] + label, name] = None
    return [one for one in found if one not in in_unions]


def place_behind(place: str, references: Mapping[str, str]) -> str:
    """Return where a place is once a schema around it is a component.

    Args:
        place: A place such as `Message.audio.format`.
        references: The component that each place refers to, such as `Audio` for `Message.audio`.

    Returns:
        The place counted from the innermost component, such as `Audio.format`.
    """
    seen: set[str] = set()
    while place not in seen and place not in references:
        seen.add(place)
        heads = [head for head in references if place.startswith(head) and place[len(head) : len(head) + 1] in _STEPS]
        if heads:
            head = max(heads, key=len)
            place = references[head] + place[len(head) :]
    return place


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
