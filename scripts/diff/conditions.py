"""Mark schemas with what limits their values or their use without shaping code, for the comparison of two documents."""

import json
from typing import Any, Final

from scripts.schema.grammar import VALUE, actual_kind, children
from scripts.schema.walk import SCHEMAS, Fact

CONDITION: Final = "condition "
"""The start of the name of a fact that is a condition."""
READ_ONLY, WRITE_ONLY = "readOnly", "writeOnly"

_CONDITIONS: Final = (
    *("not", "if", "then", "else", "dependentRequired", "dependentSchemas", "dependencies", "propertyNames"),
    *("contains", "minContains", "maxContains", "unevaluatedItems", "unevaluatedProperties"),
)


def mark_conditions(node: Any, kind: str = "document") -> None:
    """Mark every schema with its conditions, and with who may write its values, in place.

    They shape no code and no judge knows them: a new revision that adds one would otherwise look the same.

    Args:
        node: A document without prose, or a part of one.
        kind: The kind of the node, in the terms of `scripts.schema.grammar`.
    """
    kind = actual_kind(kind, node)
    if kind == VALUE:
        return
    found: dict[str, Any] = {}
    if kind == "schema" and isinstance(node, dict):
        found = {f"{CONDITION}{key}": _text(node[key]) for key in _CONDITIONS if key in node}
        found |= {key: True for key in (READ_ONLY, WRITE_ONLY) if node.get(key) is True}
    for _, child, of_child in children(kind, node):
        mark_conditions(child, of_child)
    if found:
        node |= {Fact(f"fact {key}"): value for key, value in found.items()}


def _text(condition: Any) -> str:
    return json.dumps(condition, sort_keys=True, ensure_ascii=False, default=str).replace(SCHEMAS, "")
