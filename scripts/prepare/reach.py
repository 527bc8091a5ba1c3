"""Settle which components and which answers the package needs."""

from scripts.schema.media import STREAM
from scripts.schema.walk import Schema, ref_name, roots, schemas_in, schemas_of


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


def keep_json_answers(document: Schema) -> None:
    """Drop what an operation answers as a stream: the chunk model stays, as a component.

    Evidence: the generator cannot read `text/event-stream` and takes the first type that it knows.
    """
    for item in document["paths"].values():
        for operation in item.values():
            for response in operation["responses"].values():
                response["content"].pop(STREAM, None)
                if not response["content"]:
                    del response["content"]
