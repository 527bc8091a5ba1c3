"""Leave out the parts of a document that no call needs, where a reference in them leads nowhere."""

from collections.abc import Callable
from typing import Any, Final

from scripts.schema.grammar import VALUE, actual_kind, children
from scripts.schema.references import Pointer

LeadsSomewhere = Callable[[Any, str, Pointer], bool]
"""A function that takes a node, its kind and its place, and tells whether all references in it can be followed."""

_UNNEEDED: Final = {
    "operation": ("callbacks",),
    "response": ("links", "headers"),
    "media type": ("encoding", "prefixEncoding", "itemEncoding"),
    "schema": (
        *("$defs", "definitions", "dependentSchemas", "not", "if", "then", "else", "contains", "propertyNames"),
        *("additionalItems", "unevaluatedItems", "unevaluatedProperties"),
    ),
}
"""For each kind of object the keys that neither a request nor a model is made of; see `scripts.schema.keywords`."""


def prune(node: Any, kind: str, at: Pointer, leads_somewhere: LeadsSomewhere) -> Any:
    """Copy a part of a document without what no call needs and leads nowhere.

    Evidence: documents that were cut out of larger ones keep links and callbacks whose targets stayed behind.

    Args:
        node: The part.
        kind: Its kind, in the terms of `scripts.schema.grammar`.
        at: The keys from the root to it.
        leads_somewhere: The judge of what no call needs.

    Returns:
        The part itself where nothing is left out.
    """
    kind = actual_kind(kind, node)
    if kind == VALUE:
        return node
    changed: dict[str | int, Any] = {}
    gone: set[str | int] = set()
    for key, child, of_child in children(kind, node):
        place = (*at, str(key))
        if key not in _UNNEEDED.get(kind, ()):
            changed[key] = prune(child, of_child, place, leads_somewhere)
        elif of_child[0] == "{" and isinstance(child, dict):
            entries = {
                name: one for name, one in child.items() if leads_somewhere(one, of_child[1:-1], (*place, str(name)))
            }
            changed[key] = child if len(entries) == len(child) else entries
        elif not leads_somewhere(child, of_child, place):
            gone.add(key)
    if not gone and all(node[key] is child for key, child in changed.items()):
        return node
    if isinstance(node, list):
        return [changed.get(index, one) for index, one in enumerate(node)]
    return {key: changed.get(key, one) for key, one in node.items() if key not in gone}
