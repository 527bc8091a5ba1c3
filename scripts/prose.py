"""Remove the prose from an OpenAPI document and keep every fact."""

from typing import Any, Final

from scripts.schema.grammar import VALUE, actual_kind, child_kind

_PROSE: Final = frozenset(
    (
        "title",
        "summary",
        "description",
        "example",
        "examples",
        "externalDocs",
        "termsOfService",
        "contact",
        "$comment",
    )
)


def strip(node: Any, kind: str = "document") -> Any:
    """Copy a document without titles, descriptions, examples and extensions.

    Position decides: a property that is named `description` or `x-id` is a fact, and values of `enum`,
    `const` and `default` stay as they are. The descriptions of responses and scopes, which the OpenAPI
    specification requires, become empty texts; the title of the API stays, because it is its name.

    Args:
        node: A document, or a part of one.
        kind: The kind of the node, in the terms of `scripts.schema.grammar`.

    Returns:
        A copy that shares nothing with the input but the values that are not looked into.
    """
    kind = actual_kind(kind, node)
    if kind == VALUE:
        return node
    if isinstance(node, list):
        return [strip(child, kind[1:-1]) for child in node]
    if kind == "scopes":
        return dict.fromkeys(node, "")
    kept = {key: strip(child, child_kind(kind, key)) for key, child in node.items() if not _is_prose(kind, key)}
    return {"description": "", **kept} if kind == "response" and "$ref" not in node else kept


def _is_prose(kind: str, key: str) -> bool:
    if kind[0] == "{" or (kind == "info" and key == "title"):
        return False
    return key in _PROSE or key.startswith("x-")
