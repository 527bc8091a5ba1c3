"""Prepare a copy of the pin that the generator handles, by small named rules in a fixed order.

The rules name no schema. The docstring of each gives its reason; `check` fails when they no longer suffice.
`scripts.schema` settles the document; the rules of `scripts.prepare` are for the generator.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, NamedTuple

from scripts import naming
from scripts.errors import PrepareError
from scripts.prepare import classes, filters, inline, reach, references
from scripts.prepare.check import check
from scripts.prepare.inline import Hoisted
from scripts.renaming import RENAMED
from scripts.schema.facts import mark_facts
from scripts.schema.json_schema import json_schema
from scripts.schema.places import mark_places
from scripts.schema.settle import settle
from scripts.schema.walk import apply, schemas_of, without_facts

__all__ = ["PrepareError", "Prepared", "check", "prepare", "prepare_named"]


class Prepared(NamedTuple):
    """A document prepared for the generator, with its JSON Schema and the names that were made up.

    Attributes:
        document: The prepared document.
        schema: The same as JSON Schema, bounds and defaults included; see `scripts.schema.json_schema`.
        hoisted: The names that a maintainer may want to give.
        classes: The class that each component and each place becomes, in the notation of `scripts/names.yaml`.
    """

    document: dict[str, Any]
    schema: dict[str, Any]
    hoisted: Hoisted
    classes: dict[str, str]


def prepare(document: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of an OpenAPI 3.0, 3.1 or 3.2 document that the generator turns into complete code.

    Args:
        document: The document as it was read; it is not changed.

    Returns:
        A 3.1 document of named objects, maps and enumerations, without defaults, titles or examples.

    Raises:
        DocumentError: If a reference has no target, or no rule can make the document fit; the message names the place.
    """
    return prepare_named(document, naming.load_names()).document


def prepare_named(source: dict[str, Any], names: Mapping[str, str]) -> Prepared:
    """Prepare a document with a given table of names; see `prepare`."""
    try:
        return _prepared(source, names)
    except RecursionError:
        raise PrepareError("schemas are nested too deeply to be read") from None


def _prepared(source: dict[str, Any], names: Mapping[str, str]) -> Prepared:
    renamed = source.get(RENAMED)
    names = {place: name for place, name in names.items() if not isinstance(renamed, dict) or place not in renamed}
    source = deepcopy(source)
    mark_facts(source)
    document, unused = settle(source)

    filters.settle_parameters(document)
    reach.drop_unreachable(document, unused)
    mark_places(document)
    hoisted = inline.hoist(document, names)
    named = classes.name_after_classes(document)
    made = {name for name, one in schemas_of(document).items() if one.get("type") == "object" or "enum" in one}
    schema = json_schema(document)

    apply(document, without_facts)
    references.cut_loops(document)
    references.spell_out_tagged_unions(document)
    classes.leave_colliding_undeclared(document)
    filters.let_clients_give(document)
    classes.tidy_objects(document)
    reach.mark_answers(document)
    reach.mark_requests(document)
    reach.keep_json_answers(document)
    check(document)
    in_line = {place: named[name] for place, name in hoisted.classes.items()}
    return Prepared(document, schema, hoisted, {place: one for place, one in (named | in_line).items() if one in made})
