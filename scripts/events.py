"""Find the schema of a stream's chunks in the ways that documents describe the events of a stream."""

from typing import Any, Final

from scripts.operations import CHUNK_SCHEMA
from scripts.schema.media import at, event_schema, is_stream
from scripts.schema.references import followed
from scripts.schema.walk import UNIONS, ref_to

_EVENT: Final = frozenset({"data", "event", "id", "retry"})
"""The fields of a server-sent event."""


def with_chunks(document: dict[str, Any], paths: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Refer to the schema of a stream's chunks where a document describes its events in another way.

    Evidence: Mistral's document has events `{data: CompletionChunk}`, others have `oneOf: [chunk, "[DONE]"]` or the
    members of a chunk in the answer itself. On the wire there is one chunk behind each `data:`, which the client reads.

    Args:
        document: An OpenAPI document.
        paths: Its chat operations.

    Returns:
        The document, with a component more if a chunk has no name, and the operations; both are copies if they change.
    """
    unnamed: dict[str, Any] = {}
    described = {path: _item(document, item, unnamed) for path, item in paths.items()}
    if not unnamed:
        return document, described
    components = document.get("components")
    components = components if isinstance(components, dict) else {}
    schemas = components.get("schemas")
    named = {**(schemas if isinstance(schemas, dict) else {}), **unnamed}
    return {**document, "components": {**components, "schemas": named}}, described


def _item(document: dict[str, Any], item: dict[str, Any], unnamed: dict[str, Any]) -> dict[str, Any]:
    responses = at(item, "post", "responses")
    if not isinstance(responses, dict):
        return item
    answers = {status: _answer(document, one, unnamed) for status, one in responses.items()}
    if all(answers[status] is one for status, one in responses.items()):
        return item
    return {**item, "post": {**item["post"], "responses": answers}}


def _answer(document: dict[str, Any], answer: Any, unnamed: dict[str, Any]) -> Any:
    found = followed(document, answer)
    content = found.get("content")
    if not isinstance(content, dict):
        return answer
    changed = {}
    for media_type, media in content.items():
        read = followed(document, media)
        given = event_schema(read)
        if not is_stream(media_type) or not isinstance(given, dict):
            continue
        chunk = _chunk(document, given)
        if "$ref" not in chunk and _is_chunk(document, chunk) and not _is_named(document):
            unnamed[CHUNK_SCHEMA] = chunk
            chunk = ref_to(CHUNK_SCHEMA)
        if chunk is not given:
            rest = {key: one for key, one in read.items() if key != "itemSchema"}
            changed[media_type] = {**rest, "schema": chunk}
    return {**found, "content": {**content, **changed}} if changed else answer


def _is_chunk(document: dict[str, Any], schema: dict[str, Any]) -> bool:
    members = schema.get("properties")
    is_event = isinstance(members, dict) and "data" in members and members.keys() <= _EVENT
    return _has_members(document, schema) and not is_event


def _is_named(document: dict[str, Any]) -> bool:
    return at(document, "components", "schemas", CHUNK_SCHEMA) is not None


def _chunk(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of the chunk that an event holds; the schema itself if it is no event."""
    seen: list[Any] = []
    while schema not in seen:
        seen.append(schema)
        members = at(followed(document, schema), "properties")
        chunks = [one for one in _branches(document, schema) if _has_members(document, one)]
        if isinstance(members, dict):
            if members.keys() <= _EVENT and _has_members(document, members.get("data")):
                schema = members["data"]
        elif len(chunks) == 1:
            schema = chunks[0]
    return schema


def _has_members(document: dict[str, Any], schema: Any) -> bool:
    schemas = [schema, *_branches(document, schema)]
    return any(isinstance(at(followed(document, one), "properties"), dict) for one in schemas)


def _branches(document: dict[str, Any], schema: Any) -> list[Any]:
    found = followed(document, schema)
    return [one for key in ("allOf", *UNIONS) if isinstance(found.get(key), list) for one in found[key]]
