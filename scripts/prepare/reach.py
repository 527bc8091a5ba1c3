"""Drop the components and the answers that the package does not need."""

from scripts.schema.components import unused
from scripts.schema.media import STREAM
from scripts.schema.walk import Schema, operations, ref_name, roots, schemas_in, schemas_of


def drop_unreachable(document: Schema, wanted: set[str]) -> None:
    """Drop the components that neither an operation nor a wanted component refers to, directly or through others.

    Evidence: the parts that `allOf` was made of would come out as classes that nothing uses.
    """
    schemas = schemas_of(document)
    used = {name for _, holder, key in roots(document) if holder is not schemas for name in _names_in(holder[key])}
    reached = _reached(schemas, used | (wanted & schemas.keys()))
    document["components"]["schemas"] = {name: schema for name, schema in schemas.items() if name in reached}


def mark_answers(document: Schema) -> None:
    """Mark the objects that come back from the API, in answers and in the events of streams.

    Evidence: callers test what came for None, as with every other client. An object that goes both ways, such as a
    tool call, counts as an answer.
    """
    schemas = schemas_of(document)
    contents = [
        media["schema"]
        for _, _, operation in operations(document)
        for response in operation["responses"].values()
        for media in response["content"].values()
    ]
    # A component that nothing refers to is there for the events of streams.
    came = {name for schema in contents for name in _names_in(schema)} | unused(document)
    _mark(schemas, came, "x-answer")


def mark_requests(document: Schema) -> None:
    """Mark the objects that callers send, in the bodies of requests.

    Evidence: callers write them as mappings more often than as models, and have no other type to annotate them with.
    """
    contents = [
        media["schema"]
        for _, _, operation in operations(document)
        for media in operation.get("requestBody", {}).get("content", {}).values()
    ]
    _mark(schemas_of(document), {name for schema in contents for name in _names_in(schema)}, "x-request")


def _mark(schemas: dict[str, Schema], waiting: set[str], mark: str) -> None:
    for name in _reached(schemas, waiting):
        if schemas[name].get("type") == "object":
            schemas[name] = schemas[name] | {mark: True}


def _reached(schemas: dict[str, Schema], waiting: set[str]) -> set[str]:
    reached: set[str] = set()
    while waiting:
        reached.add(name := waiting.pop())
        waiting |= _names_in(schemas[name]) - reached
    return reached


def _names_in(schema: Schema) -> set[str]:
    return {name for one in schemas_in(schema) if (name := ref_name(one)) is not None}


def keep_json_answers(document: Schema) -> None:
    """Drop the streamed answer of each operation; the chunk's schema stays, as a component.

    Evidence: the generator cannot read `text/event-stream` and takes the first type that it knows.
    """
    for item in document["paths"].values():
        for operation in item.values():
            for response in operation["responses"].values():
                response["content"].pop(STREAM, None)
                if not response["content"]:
                    del response["content"]
