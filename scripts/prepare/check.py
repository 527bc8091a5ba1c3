"""Check that the rules suffice: that the prepared document keeps every promise."""

from collections.abc import Iterator

from scripts.errors import PrepareError
from scripts.schema.walk import Schema, every_schema, operations, ref_name, roots, schemas_of, shape

_KEYWORDS = frozenset(
    {"$ref", "additionalProperties", "anyOf", "const", "deprecated", "description", "discriminator", "enum", "items",
     "properties", "required", "type", "x-answer", "x-query-nested", "x-query-prefix", "x-request"}
)  # fmt: skip
_TYPES = frozenset({"string", "integer", "number", "boolean", "object", "array", "null"})


def check(document: Schema) -> None:
    """Check every promise that the generator and the model templates rely on.

    Args:
        document: A prepared document.

    Raises:
        PrepareError: If a promise does not hold; the message names it and the place.
    """
    components = schemas_of(document)
    tops = {id(holder[key]) for _, holder, key in roots(document) if holder is components}
    for place, schema in every_schema(document):
        for broken in _broken(schema, components):
            raise PrepareError(f"{place}: {broken}; a rule in scripts/prepare no longer suffices")
        if id(schema) not in tops and (schema.get("type") == "object" or "enum" in schema):
            raise PrepareError(f"{place}: an object or enumeration without a name; see scripts/prepare/inline.py")
    names = [operation["operationId"] for _, _, operation in operations(document)]
    if len(set(names)) < len(names):
        raise PrepareError(f"two operations share a name among {', '.join(sorted(names))}")


def _broken(schema: Schema, components: dict[str, Schema]) -> Iterator[str]:
    if extra := schema.keys() - _KEYWORDS:
        yield f"the keyword {min(extra)!r} is left"
    if schema.get("type", "null") not in _TYPES:
        yield f"the type {schema['type']!r} does not exist"
    if "$ref" in schema and ref_name(schema) not in components:
        yield f"$ref {schema['$ref']!r} names no component"
    if "$ref" in schema and len(shape(schema)) > 1:
        yield "members stand beside a $ref"
    if schema.get("type") == "array" and "items" not in schema:
        yield "an array without items"
    if "anyOf" in schema:
        yield from _broken_union(schema)
    if unknown := set(schema.get("required", [])) - schema.get("properties", {}).keys():
        yield f"{min(unknown)!r} is required but not declared"


def _broken_union(schema: Schema) -> Iterator[str]:
    branches = [shape(branch) for branch in schema["anyOf"]]
    if len(branches) < 2 or not all(branches):
        yield "a union of fewer than two known branches"
    if any("anyOf" in branch for branch in branches):
        yield "a union inside a union"
    if shape(schema).keys() - {"anyOf", "discriminator"}:
        yield "members stand beside a union"
