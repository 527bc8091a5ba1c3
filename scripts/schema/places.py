"""Mark each schema with the place where upstream declares it, in the notation of `scripts/names.yaml`."""

from scripts.schema.unions import NULL
from scripts.schema.walk import Schema, roots, schemas_of, shape


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
