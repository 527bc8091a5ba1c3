"""Mark each schema with the facts that shape no code, such as bounds, so that the rules that settle it keep them."""

from typing import Any, Final

from scripts.schema.grammar import VALUE, actual_kind, children
from scripts.schema.walk import Fact

BOUNDS: Final = {
    "minimum": ("integer", "number"),
    "maximum": ("integer", "number"),
    "exclusiveMinimum": ("integer", "number"),
    "exclusiveMaximum": ("integer", "number"),
    "multipleOf": ("integer", "number"),
    "minLength": ("string",),
    "maxLength": ("string",),
    "pattern": ("string",),
    "minItems": ("array",),
    "maxItems": ("array",),
    "uniqueItems": ("array",),
    "minProperties": ("object",),
    "maxProperties": ("object",),
}
"""Each bound, and the types that it limits."""

CLOSED: Final = "closed"
"""The fact that an object may have no other members than those it declares."""

_SAYS_NOTHING: Final = {"minLength": 0, "minItems": 0, "minProperties": 0, "uniqueItems": False, "default": None}


def mark_facts(node: Any, kind: str = "document") -> None:
    """Mark every schema with its bounds, format and default, in place, under keys that every rule keeps.

    Different spellings of one fact give the same mark: 3.0's `exclusiveMinimum: true` becomes the number that 3.1 has
    there, and 1.0 becomes 1. A bound that limits nothing and a null default give none. The schema of a deprecated
    parameter is marked as deprecated.

    Args:
        node: A document without prose, or a part of one.
        kind: The kind of the node, in the terms of `scripts.schema.grammar`.
    """
    kind = actual_kind(kind, node)
    if kind == VALUE:
        return
    for _, child, of_child in children(kind, node):
        mark_facts(child, of_child)
    if kind == "schema" and isinstance(node, dict):
        node |= {Fact(f"fact {name}"): value for name, value in _facts(node).items()}
    if kind == "parameter" and isinstance(node.get("schema"), dict) and node.get("deprecated") is True:
        node["schema"]["deprecated"] = True


def facts_of(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the facts that `mark_facts` marked a schema with.

    Args:
        schema: A schema of a settled document.

    Returns:
        Bounds, `format`, `default` and `CLOSED`, by name.
    """
    return {key.removeprefix("fact "): value for key, value in schema.items() if type(key) is Fact}


def _facts(schema: dict[str, Any]) -> dict[str, Any]:
    found = {key: _number(schema[key]) for key in (*BOUNDS, "format", "default") if key in schema}
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if found.get(exclusive) is True:
            found[exclusive] = found.pop(bound, None)
        if found.get(exclusive) in (False, None):
            found.pop(exclusive, None)
    if schema.get("additionalProperties") is False:
        found[CLOSED] = True
    return {key: value for key, value in found.items() if not _says_nothing(key, value)}


def _says_nothing(key: str, value: Any) -> bool:
    if key not in _SAYS_NOTHING:
        return False
    nothing = _SAYS_NOTHING[key]
    return type(value) is type(nothing) and bool(value == nothing)


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value
