"""Write a document as JSON Schema, for the code that judges requests and answers by it."""

from typing import Final

from scripts.schema.facts import CLOSED, facts_of
from scripts.schema.media import STREAM
from scripts.schema.repairs import repair
from scripts.schema.walk import SCHEMAS, Schema, operations, rewrite, schemas_of, shape

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_KEYWORDS: Final = (
    "$ref", "type", "const", "enum", "anyOf", "properties", "required", "additionalProperties", "items", "deprecated"
)  # fmt: skip


def json_schema(document: Schema) -> Schema:
    """Write the schemas of a settled document in which every object has a name.

    Args:
        document: The document, marked with the facts of `scripts.schema.facts`.

    Returns:
        A JSON Schema, draft 2020-12, with every component under ``$defs``. ``operations`` describes each operation
        under its id: ``method``, ``path``, ``query`` (an object of its parameters), ``body``, ``answer`` (the JSON of
        the first 2xx) and ``event`` (the data of each event of a stream), each where there is one.
    """
    schemas = {name: rewrite(schema, _written) for name, schema in schemas_of(document).items()}
    repair(schemas)
    found = {one["operationId"]: _operation(path, method, one) for path, method, one in operations(document)}
    return {"$schema": _DIALECT, "operations": found, "$defs": schemas}


def _operation(path: str, method: str, operation: Schema) -> Schema:
    query = [one for one in operation["parameters"] if one["in"] == "query"]
    described: Schema = {
        "type": "object",
        "properties": {one["name"]: rewrite(one["schema"], _written) for one in query},
        "required": [one["name"] for one in query if one["required"]],
    }
    good = [one for status, one in operation["responses"].items() if status.startswith("2")]
    answers = [content for one in good for content in one["content"].items()]
    contents = {
        "body": list(operation.get("requestBody", {}).get("content", {}).items()),
        "answer": [one for one in answers if one[0] != STREAM],
        "event": [one for one in answers if one[0] == STREAM],
    }
    held = {key: rewrite(media[0][1]["schema"], _written) for key, media in contents.items() if media}
    return {"method": method.upper(), "path": path, "query": described, **held}


def _written(schema: Schema) -> Schema:
    """Write one schema whose inner schemas are written already."""
    written = {key: schema[key] for key in _KEYWORDS if key in schema}
    if "$ref" in written:
        written["$ref"] = written["$ref"].replace(SCHEMAS, "#/$defs/")
    facts = facts_of(schema)
    if facts.pop(CLOSED, False) and shape(schema).get("type") == "object":
        written.setdefault("additionalProperties", False)
    # A fact that a branch has already need not be repeated on its union.
    return written | {
        key: value
        for key, value in facts.items()
        if all(branch.get(key) != value for branch in schema.get("anyOf", ()))
    }
