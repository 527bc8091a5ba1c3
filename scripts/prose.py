"""Take the prose out of an OpenAPI document and leave every fact."""

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
    `const` and `default` stay as they are. What the specification requires to be there, a response's
    description and a scope's, stays as empty text; so does the title of the API, which is its name.

    Args:
        node: a document, or a part of one.
        kind: what the node is, in the terms of `scripts.schema.grammar`.

    Returns:
        A copy that shares nothing with the input but the values it does not look into.
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
