"""Settle what a document says, however it is spelled."""

from typing import Any, NamedTuple

from scripts.errors import PrepareError
from scripts.schema import components, outline, unions
from scripts.schema.merge import flatten_all_of
from scripts.schema.places import mark_places
from scripts.schema.types import settle_type
from scripts.schema.values import settle_values
from scripts.schema.walk import apply


class Settled(NamedTuple):
    """What a document says, in one spelling.

    Attributes:
        document: A document of components as upstream names them, in which each schema has one type or is one union,
            null is a branch, and `allOf` is merged.
        unused: The components that nothing else refers to: a pin holds such a one for its own sake.
    """

    document: dict[str, Any]
    unused: set[str]


def settle(source: dict[str, Any]) -> Settled:
    """Follow references and settle types, values, null, unions and `allOf`.

    Args:
        source: The document as it was read; it is not changed.

    Returns:
        The settled copy.

    Raises:
        DocumentError: If the document cannot be read so, naming the place.
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
    components.resolve_aliases(document)  # once more: without its null a union may be one
    apply(document, unions.flatten_union)
    return Settled(document, unused)
