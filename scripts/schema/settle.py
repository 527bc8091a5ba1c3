"""Settle a document: bring each of its schemas to the one spelling that the other steps read."""

from typing import Any, NamedTuple

from scripts.errors import PrepareError
from scripts.schema import components, outline, unions
from scripts.schema.merge import flatten_all_of
from scripts.schema.places import mark_places
from scripts.schema.types import settle_type
from scripts.schema.values import settle_values
from scripts.schema.walk import apply


class Settled(NamedTuple):
    """A settled document.

    Attributes:
        document: A document with upstream's component names, in which each schema has one type or is one union, null is
            a branch, and `allOf` is merged.
        unused: The components that nothing else refers to: a pin holds them for their own sake.
    """

    document: dict[str, Any]
    unused: set[str]


def settle(source: dict[str, Any]) -> Settled:
    """Follow references, and settle types, values, null, unions and `allOf`.

    Args:
        source: The document as it was read; it is not changed.

    Returns:
        The settled copy.

    Raises:
        DocumentError: If a part of the document cannot be settled; the message names its place.
    """
    try:
        return _settled(source)
    except RecursionError:
        raise PrepareError("schemas are nested too deeply to be read") from None


def _settled(source: dict[str, Any]) -> Settled:
    document = outline.outline(source)
    components.promote_targets(document, source)
    unused = components.unused(document)

    apply(document, settle_type)
    apply(document, settle_values)
    apply(document, unions.null_as_branch)
    apply(document, unions.flatten_union)
    mark_places(document)

    flatten_all_of(document)
    apply(document, unions.flatten_union)
    components.resolve_aliases(document)
    components.move_null_to_uses(document)
    components.resolve_aliases(document)  # once more: a union that loses its null may become an alias
    apply(document, unions.flatten_union)
    return Settled(document, unused)
