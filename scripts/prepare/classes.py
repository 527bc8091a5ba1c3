"""Give every component and every property a Python name of its own."""

from collections import Counter
from collections.abc import Iterable, Iterator

from scripts import naming
from scripts.schema.components import rename_targets
from scripts.schema.walk import Schema, apply, operations, schemas_of


def name_after_classes(document: Schema) -> dict[str, str]:
    """Name every component after the class that it becomes, each in a module of its own, and return the new names.

    Evidence: `Foo-Bar` and `FooBar` are one class to the generator, and `FooBAR` and `FooBar` one file, which it
    overwrites without a warning; `Response` would hide the class that every endpoint module imports.
    """
    schemas = schemas_of(document)
    taken: dict[str, str] = {}
    names: dict[str, str] = {}
    for name in sorted(schemas, key=lambda name: (name != naming.class_name(name), name)):
        names[name] = naming.unique(naming.class_name(name), taken)
        taken[naming.module_key(names[name])] = name
    document["components"]["schemas"] = {names[name]: schema for name, schema in schemas.items()}
    rename_targets(document, names)
    return names


def leave_colliding_undeclared(document: Schema) -> None:
    """Drop the declaration of a property that can have no Python name of its own; its value stays readable.

    Evidence: the generator drops the whole model if it has `a.b` beside `a-b`. A property without a declaration is kept
    in `additional_properties`, under its exact name, and written back. It drops a whole operation if three parameters
    have one name; what is left out of the function is given in the client's `extra_query` or `extra_headers`.
    """

    def tidy(schema: Schema) -> Schema:
        if "properties" not in schema:
            return schema
        return schema | {"properties": {name: schema["properties"][name] for name in _nameable(schema["properties"])}}

    apply(document, tidy)
    for _path, _method, operation in operations(document):
        operation["parameters"] = list(_nameable_parameters(operation["parameters"]))


def _nameable_parameters(parameters: list[Schema]) -> Iterator[Schema]:
    """Yield the parameters that get a name of their own, within their location or by it."""
    shared: dict[str, list[Schema]] = {}
    for parameter in parameters:
        shared.setdefault(naming.attribute(parameter["name"]), []).append(parameter)
    told_by_location = [one for same in shared.values() for one in same if len({other["in"] for other in same}) > 1]
    alone = [one for one in parameters if one not in told_by_location]
    named = set(_nameable(one["name"] for one in alone))
    first = {(naming.attribute(one["name"]), one["in"]): one for one in reversed(told_by_location)}
    for parameter in parameters:
        if parameter in first.values() or (parameter in alone and parameter["name"] in named):
            yield parameter


def _nameable(properties: Iterable[str]) -> Iterator[str]:
    names = list(properties)
    shared = Counter(naming.attribute(name) for name in names)
    used = {attribute for attribute, count in shared.items() if count == 1}
    for name in names:
        if shared[naming.attribute(name)] == 1:
            yield name
        elif (attribute := naming.attribute(name, exact=True)) not in used:
            used.add(attribute)
            yield name


def tidy_objects(document: Schema) -> None:
    """Let `required` name only declared properties, and let every object hold undeclared ones.

    Evidence: revisions require properties that they do not have, and list some twice. A closed object would lose an
    added field; answers from servers have many.
    """

    def tidy(schema: Schema) -> Schema:
        required = [name for name in schema.get("required", []) if name in schema.get("properties", {})]
        kept = {key: value for key, value in schema.items() if key != "required"}
        if kept.get("properties") == {}:
            del kept["properties"]
        if kept.get("type") == "object" and "properties" not in kept:
            kept.setdefault("additionalProperties", True)
        return kept | ({"required": required} if required else {})

    apply(document, tidy)
