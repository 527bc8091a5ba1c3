"""Make null defaults valid in the schemas that hold them."""

from typing import Any, Final

from scripts.schema.grammar import VALUE, actual_kind, children

_UNIONS: Final = ("anyOf", "oneOf")


def allow_null_defaults(node: Any, kind: str = "document") -> None:
    """Add `nullable: true` to a union's branch that defaults to null, if the union allows null, in place.

    Evidence: `ChatCompletionStreamOptions` is `anyOf: [{type: object, default: null, ...}, {type: 'null'}]`.
    openapi-spec-validator refuses a default that its own schema forbids, unless `nullable` is beside it, as
    upstream spells the same thing elsewhere (`StopConfiguration`). Every fact stays where it was; the union already
    allows null. No other default is touched, however odd it is.

    Args:
        node: A document, or a part of one; nothing in it may be shared.
        kind: The kind of the node, in the terms of `scripts.schema.grammar`.
    """
    kind = actual_kind(kind, node)
    if kind == VALUE:
        return
    for _, child, of_child in children(kind, node):
        allow_null_defaults(child, of_child)
    if kind == "schema":
        for key in _UNIONS:
            _allow(node.get(key))


def _allow(branches: Any) -> None:
    if not isinstance(branches, list) or not any(map(_allows_null, branches)):
        return
    for branch in branches:
        if isinstance(branch, dict) and branch.get("default", "") is None and not _allows_null(branch):
            branch["nullable"] = True


def _allows_null(schema: Any) -> bool:
    if not isinstance(schema, dict):
        return False
    types = schema.get("type")
    return schema.get("nullable") is True or types == "null" or (isinstance(types, list) and "null" in types)
