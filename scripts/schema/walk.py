"""Walk over the schemas of an OpenAPI document, for the rules that read or change them."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from scripts.schema.media import is_json

Schema = dict[str, Any]
Rule = Callable[[Schema], Schema]

SCHEMAS = "#/components/schemas/"
UNIONS = ("anyOf", "oneOf")
ANNOTATIONS = frozenset({"description", "deprecated", "x-place"})
"""Keywords that describe a schema without shaping it."""


class Fact(str):
    """A keyword that every rule keeps, such as a bound: like an annotation it shapes nothing.

    No document can hold one: the readers give plain text as keys.
    """

    __slots__ = ()


_LISTS = ("allOf", *UNIONS, "prefixItems")
_MAPS = ("properties", "patternProperties")
_SINGLES = ("items", "additionalProperties")


def schemas_of(document: Schema) -> dict[str, Schema]:
    """Return the components of a document that are schemas, by name, to read or to change."""
    components: dict[str, Schema] = document["components"]["schemas"]
    return components


def shape(schema: Schema) -> Schema:
    """Return a schema without its annotations and facts; an empty one allows anything."""
    return {key: value for key, value in schema.items() if key not in ANNOTATIONS and type(key) is not Fact}


def notes(schema: Schema) -> Schema:
    """Return the annotations and facts of a schema."""
    return {key: value for key, value in schema.items() if key in ANNOTATIONS or type(key) is Fact}


def without_facts(schema: Schema) -> Schema:
    """Return a schema without the facts that it is marked with."""
    return {key: value for key, value in schema.items() if type(key) is not Fact}


def structure(schema: Schema) -> str:
    """Return a text that is equal for equal structures, whatever the annotations and the order of `required`."""

    def bare(one: Schema) -> Schema:
        return {key: sorted(value) if key in ("required", "enum") else value for key, value in shape(one).items()}

    return json.dumps(rewrite(schema, bare), sort_keys=True)


def ref_to(name: str) -> Schema:
    """Return a reference to a component."""
    return {"$ref": SCHEMAS + name}


def ref_name(schema: Schema) -> str | None:
    """Return the component that a schema refers to, or None if it refers to none."""
    ref = schema.get("$ref")
    return ref.removeprefix(SCHEMAS) if isinstance(ref, str) and ref.startswith(SCHEMAS) else None


def children(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """Yield the schemas directly inside one, each with its step in the notation of `scripts/names.yaml`."""
    for key in _MAPS:
        for name, child in schema.get(key, {}).items():
            yield f".{name}", child
    for key, step in zip(_SINGLES, ("[]", "{}"), strict=True):
        if isinstance(schema.get(key), dict):
            yield step, schema[key]
    for key in _LISTS:
        for child in schema.get(key, []):
            yield "[]" if key == "prefixItems" else "", child


def replace_children(schema: Schema, rule: Rule) -> Schema:
    """Return a schema with the rule applied to each schema directly inside it."""
    changed = dict(schema)
    for key in _SINGLES:
        if isinstance(schema.get(key), dict):
            changed[key] = rule(schema[key])
    for key in _LISTS:
        if key in schema:
            changed[key] = [rule(child) for child in schema[key]]
    for key in _MAPS:
        if key in schema:
            changed[key] = {name: rule(child) for name, child in schema[key].items()}
    return changed


def rewrite(schema: Schema, rule: Rule) -> Schema:
    """Return a schema with the rule applied to every schema in it, the innermost first."""
    return rule(replace_children(schema, lambda child: rewrite(child, rule)))


def operations(document: Schema) -> Iterator[tuple[str, str, Schema]]:
    """Yield (path, method, operation) for each operation of an outlined document."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def roots(document: Schema) -> Iterator[tuple[str, Schema, str]]:
    """Yield (place, holder, key) for each outermost schema of an outlined document: `holder[key]` is the schema."""
    for name in list(schemas_of(document)):
        yield name, schemas_of(document), name
    for _path, _method, operation in operations(document):
        owner = operation["operationId"]
        for parameter in operation["parameters"]:
            yield f"{owner}?{parameter['name']}", parameter, "schema"
        for media in operation.get("requestBody", {}).get("content", {}).values():
            yield f"{owner}.body", media, "schema"
        for status, response in operation["responses"].items():
            for content_type, media in response.get("content", {}).items():
                suffix = "" if is_json(content_type) else ".stream"
                yield f"{owner}.{status}{suffix}", media, "schema"


def apply(document: Schema, rule: Rule) -> None:
    """Apply a rule to every schema of an outlined document, the innermost first."""
    for _place, holder, key in roots(document):
        holder[key] = rewrite(holder[key], rule)


def every_schema(document: Schema) -> Iterator[tuple[str, Schema]]:
    """Yield (place, schema) for every schema of an outlined document."""
    for place, holder, key in list(roots(document)):
        yield from _descend(place, holder[key])


def schemas_in(schema: Schema) -> Iterator[Schema]:
    """Yield a schema and every schema inside it."""
    return (one for _, one in _descend("", schema))


def _descend(place: str, schema: Schema) -> Iterator[tuple[str, Schema]]:
    yield place, schema
    for step, child in children(schema):
        yield from _descend(place + step, child)
