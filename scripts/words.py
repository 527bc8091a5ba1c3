"""Find the parts of a pinned document that have no words of ours yet."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from scripts.json_path import quote, write
from scripts.schema.grammar import VALUE, actual_kind, children

_Keys = tuple[str | int, ...]

_NAMED_SCHEMAS: Final = ("{schema}",)


@dataclass(frozen=True, slots=True)
class Coverage:
    """The parts of a document that should have words, and those that have none.

    Attributes:
        total: How many operations, parameters, components and properties there are.
        missing: The targets of those without a description or summary, ready for `scripts/overlay.yaml`.
    """

    total: int
    missing: list[str]


def coverage(document: dict[str, Any]) -> Coverage:
    """Look for words on each operation, parameter, component and property.

    Args:
        document: An OpenAPI document.

    Returns:
        The number of these parts, and those that have no words.
    """
    asked = list(_asked(document, "document", ()))
    return Coverage(len(asked), [target for target, node in asked if not _has_words(node)])


def _asked(node: Any, kind: str, keys: _Keys) -> Iterator[tuple[str, Any]]:
    kind = actual_kind(kind, node)
    if kind == VALUE:
        return
    for key, child, of_child in children(kind, node):
        place = (*keys, key)
        if of_child == "operation" or kind in _NAMED_SCHEMAS:
            yield write(place), child
        elif of_child == "parameter" and isinstance(child, dict) and "$ref" not in child:
            yield _parameter(keys, key, child), child
        yield from _asked(child, of_child, place)


def _parameter(keys: _Keys, key: str | int, parameter: dict[str, Any]) -> str:
    if isinstance(key, int) and isinstance(name := parameter.get("name"), str):
        return f"{write(keys)}[?(@.name == {quote(name)})]"
    return write((*keys, key))


def _has_words(node: Any) -> bool:
    return isinstance(node, dict) and bool(node.get("description") or node.get("summary"))
