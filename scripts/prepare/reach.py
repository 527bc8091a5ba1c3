"""Settle which components the package needs."""

from scripts.prepare.walk import Schema, ref_name, roots, schemas_in, schemas_of


def unused_first(document: Schema) -> set[str]:
    """Return the components that nothing else refers to: a pin holds such a one for its own sake."""
    used = {
        ref_name(schema)
        for name, holder, key in roots(document)
        for schema in schemas_in(holder[key])
        if ref_name(schema) != name or holder is not schemas_of(document)
    }
    return {name for name in schemas_of(document) if name not in used}


def drop_unreachable(document: Schema, wanted: set[str]) -> None:
    """Drop the components that neither an operation nor a wanted component leads to.

    Evidence: the bases that `allOf` was made of would come out as classes that nothing uses.
    """
    schemas = schemas_of(document)
    waiting = {name for _, holder, key in roots(document) if holder is not schemas for name in _names_in(holder[key])}
    waiting |= wanted & schemas.keys()
    reached: set[str] = set()
    while waiting:
        reached.add(name := waiting.pop())
        waiting |= _names_in(schemas[name]) - reached
    document["components"]["schemas"] = {name: schema for name, schema in schemas.items() if name in reached}


def _names_in(schema: Schema) -> set[str]:
    return {name for one in schemas_in(schema) if (name := ref_name(one)) is not None}
