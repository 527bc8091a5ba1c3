"""Prepare a copy of the pin that the generator handles: small named rules in a fixed order.

The rules name no schema. Each says in its docstring what it is there for; `check` says when they no longer suffice.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from scripts import naming
from scripts.prepare import classes, filters, inline, merge, outline, reach, references, unions
from scripts.prepare.check import check
from scripts.prepare.datatypes import settle_type
from scripts.prepare.inline import Hoisted
from scripts.prepare.values import settle_values
from scripts.prepare.walk import PrepareError, apply
from scripts.renaming import RENAMED

__all__ = ["PrepareError", "Prepared", "check", "prepare", "prepare_named"]


class Prepared(NamedTuple):
    """A prepared document, and what a maintainer may want to name."""

    document: dict[str, Any]
    hoisted: Hoisted


def prepare(document: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of an OpenAPI 3.0, 3.1 or 3.2 document that the generator turns into complete code.

    Args:
        document: The document as it was read; it is not changed.

    Returns:
        A 3.1 document of named objects, maps and enumerations, without defaults, titles or prose of a machine.

    Raises:
        DocumentError: If a reference leads nowhere, or no rule can make the document fit, naming the place.
    """
    return prepare_named(document, naming.load_names()).document


def prepare_named(source: dict[str, Any], names: Mapping[str, str]) -> Prepared:
    """Prepare a document with a given table of names; see `prepare`."""
    try:
        return _prepared(source, names)
    except RecursionError:
        raise PrepareError("schemas are nested too deeply to be read") from None


def settle(source: dict[str, Any]) -> dict[str, Any]:
    """Return what a document says, however it is spelled: the first half of `prepare`, which `scripts.diff` compares.

    Args:
        source: The document as it was read; it is not changed.

    Returns:
        A document of components as upstream names them, in which each schema has one type or is one union, null is a
        branch, and `allOf` is merged.

    Raises:
        DocumentError: If the document cannot be read so, naming the place.
    """
    try:
        return _settled(source)[0]
    except RecursionError:
        raise PrepareError("schemas are nested too deeply to be read") from None


def _settled(source: dict[str, Any]) -> tuple[dict[str, Any], set[str]]:
    document = outline.outline(source)
    references.promote_targets(document, source)
    wanted = reach.unused_first(document)

    apply(document, settle_type)
    apply(document, settle_values)
    apply(document, unions.null_as_branch)
    apply(document, unions.flatten_union)
    inline.mark_places(document)

    merge.flatten_all_of(document)
    apply(document, unions.flatten_union)
    references.resolve_aliases(document)
    references.move_null_to_uses(document)
    references.resolve_aliases(document)  # once more: without its null a union may be one
    apply(document, unions.flatten_union)
    return document, wanted


def _prepared(source: dict[str, Any], names: Mapping[str, str]) -> Prepared:
    document, wanted = _settled(source)
    renamed = source.get(RENAMED)
    names = {place: name for place, name in names.items() if not isinstance(renamed, dict) or place not in renamed}

    filters.settle_parameters(document)
    reach.drop_unreachable(document, wanted)
    inline.mark_places(document)
    hoisted = inline.hoist(document, names)
    references.cut_loops(document)
    references.spell_out_tagged_unions(document)

    classes.name_after_classes(document)
    classes.leave_colliding_undeclared(document)
    classes.tidy_objects(document)
    outline.keep_json_answers(document)
    check(document)
    return Prepared(document, hoisted)
