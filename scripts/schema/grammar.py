"""Look up which kind of object each key of an OpenAPI document holds.

A key means one thing in a schema and another among a schema's properties, where it is a name. Every step
that tells facts from prose, or follows references, asks this table instead of looking at keys alone.

A kind is the name of an object of the OpenAPI specification, `[kind]` a list of them, `{kind}` a mapping whose keys
are names, and `value` anything that is not looked into: enum members, defaults, constants.
"""

from collections.abc import Iterator
from typing import Any, Final

VALUE: Final = "value"

_CONTENT: Final = {"schema": "schema", "content": "{media type}"}
METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")

KINDS: Final[dict[str, dict[str, str]]] = {
    "document": {
        "info": "info",
        "servers": "[server]",
        "paths": "paths",
        "webhooks": "{path item}",
        "components": "components",
        "tags": "[tag]",
    },
    "info": {"license": "license"},
    "license": {},
    "tag": {},
    "server": {"variables": "{server variable}"},
    "server variable": {},
    "paths": {},
    "path item": {
        "parameters": "[parameter]",
        "servers": "[server]",
        "additionalOperations": "{operation}",
        **dict.fromkeys(METHODS, "operation"),
    },
    "operation": {
        "parameters": "[parameter]",
        "requestBody": "request body",
        "responses": "responses",
        "callbacks": "{callback}",
        "servers": "[server]",
    },
    "callback": {},
    "parameter": _CONTENT,
    "header": _CONTENT,
    "request body": {"content": "{media type}"},
    "responses": {},
    "response": {"headers": "{header}", "content": "{media type}", "links": "{link}"},
    "media type": {
        "schema": "schema",
        "itemSchema": "schema",
        "encoding": "{encoding}",
        "prefixEncoding": "[encoding]",
        "itemEncoding": "encoding",
    },
    "encoding": {"headers": "{header}"},
    "link": {"server": "server"},
    "components": {
        "schemas": "{schema}",
        "responses": "{response}",
        "parameters": "{parameter}",
        "requestBodies": "{request body}",
        "headers": "{header}",
        "securitySchemes": "{security scheme}",
        "links": "{link}",
        "callbacks": "{callback}",
        "pathItems": "{path item}",
        "mediaTypes": "{media type}",
    },
    "security scheme": {"flows": "{flow}"},
    "flow": {"scopes": "scopes"},
    "scopes": {},
    "schema": {
        **dict.fromkeys(("properties", "patternProperties", "dependentSchemas", "$defs", "definitions"), "{schema}"),
        **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), "[schema]"),
        **dict.fromkeys(("items", "additionalItems", "unevaluatedItems", "contains", "contentSchema"), "schema"),
        **dict.fromkeys(("additionalProperties", "unevaluatedProperties", "propertyNames"), "schema"),
        **dict.fromkeys(("not", "if", "then", "else"), "schema"),
        "discriminator": "discriminator",
    },
    "discriminator": {},
}
"""For each kind of object, the kind that each key holds; other keys hold values."""

_NAMED: Final = {"paths": "path item", "callback": "path item", "responses": "response"}
"""Kinds of object whose keys are names, with extensions among them."""


def child_kind(kind: str, key: str | int) -> str:
    """Return the kind of the child under a key.

    Args:
        kind: The kind of the node.
        key: A key or index of the node.

    Returns:
        The kind of the child.
    """
    if kind[0] in "[{":
        return kind[1:-1]
    if kind in _NAMED:
        return VALUE if str(key).startswith("x-") or key == "$ref" else _NAMED[kind]
    return KINDS.get(kind, {}).get(str(key), VALUE)


def actual_kind(kind: str, node: Any) -> str:
    """Fit a kind to a node that does not have the shape that the OpenAPI specification asks for.

    Args:
        kind: The kind that the specification expects here.
        node: The node that is here.

    Returns:
        The kind, as a list for an unexpected list and as an object for an unexpected mapping; `value` for a
        scalar.
    """
    if kind == VALUE or not isinstance(node, dict | list):
        return VALUE
    if isinstance(node, list):
        return f"[{kind.strip('[{}]')}]"
    return kind[1:-1] if kind[0] == "[" else kind


def children(kind: str, node: Any) -> Iterator[tuple[str | int, Any, str]]:
    """Walk over the children of a node, those that are values left out.

    Args:
        kind: The kind of the node.
        node: Any part of a document.

    Yields:
        Key or index, child, and the child's kind.
    """
    kind = actual_kind(kind, node)
    if kind == VALUE:
        return
    for key, child in node.items() if isinstance(node, dict) else enumerate(node):
        if (of_child := child_kind(kind, key)) != VALUE:
            yield key, child, of_child
