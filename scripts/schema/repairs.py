"""Correct the schemas for judging answers, where the service itself contradicts upstream's document.

The pin and the generated package say what upstream says. A judge that believed these schemas would find fault with
every server, the service included.
"""

from typing import Final

from scripts.schema.walk import Schema

_MESSAGE: Final = "ChatCompletionStoreMessage"
_CALL: Final = "ChatCompletionMessageToolCallChunk"


def repair(schemas: dict[str, Schema]) -> None:
    """Correct the schemas, in place, wherever upstream still has the fault.

    Args:
        schemas: The components of a settled document as JSON Schema, by name.
    """
    for rule, name in ((let_users_be_stored, _MESSAGE), (let_custom_tools_be_streamed, _CALL)):
        if name in schemas:
            rule(schemas[name])


def let_users_be_stored(schema: Schema) -> None:
    """Let a stored message have any role that a request's message may have.

    Evidence: upstream builds it on the answer's message, whose role is `assistant`, and its own example of a listing
    shows a message with the role `user` and a `name`.
    """
    properties = schema.get("properties", {})
    if properties.get("role", {}).get("const") == "assistant":
        roles = ["developer", "system", "user", "assistant", "tool", "function"]
        properties["role"] = {"type": "string", "enum": roles}
        for name in ("name", "tool_call_id"):
            properties.setdefault(name, {"anyOf": [{"type": "string"}, {"type": "null"}]})


def let_custom_tools_be_streamed(schema: Schema) -> None:
    """Let a chunk of a stream call a custom tool.

    Evidence: a whole answer has `custom` beside `function`, the chunk of a tool call only `function`; for a custom
    tool the service streams the type `custom` and fragments of its `input`.
    """
    properties = schema.get("properties", {})
    if properties.get("type", {}).get("const") == "function" and "custom" not in properties:
        text: Schema = {"type": "string"}
        properties["type"] = {"type": "string", "enum": ["function", "custom"]}
        properties["custom"] = {"type": "object", "properties": {"name": text, "input": text}}
