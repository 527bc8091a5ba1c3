"""Keep the names of components that upstream renames."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from scripts.errors import DocumentError, shown
from scripts.operations import CHUNK_SCHEMA, chat_operation, chunk_references
from scripts.schema.grammar import METHODS
from scripts.schema.media import is_json
from scripts.schema.places import mark_places, place_behind, places_of_references
from scripts.schema.references import as_ref, find, followed, pointer, resolve
from scripts.schema.settle import settle
from scripts.schema.walk import SCHEMAS

RENAMED: Final = "x-renamed-components"
"""The key of a pin that holds upstream's names for the components that keep their old ones."""


def keep_names(document: dict[str, Any], table: Mapping[str, str]) -> dict[str, str]:
    """Rename components by the table of names, and those that the operations take and answer as the facade does.

    A namespace that all components share is dropped. A component that was a schema in line, which the table names by
    its place, keeps that name, unless it is used elsewhere, too: then it may have been a component before.

    Classes, words and the places of the table depend on the names of the components, and stay the same with them.

    Args:
        document: The chat operations of a document; it is changed.
        table: Class names by place; only those whose place is a component are used.

    Returns:
        The new name of each renamed component, by upstream's name, as the document holds them too.

    Raises:
        DocumentError: If the table gives a component the name of another one.
    """
    schemas: dict[str, Any] = document["components"].get("schemas", {})
    names = _given_names(document, schemas, table)
    _rename(document, names)
    ours = {name: found for found, name in names.items()}
    later: dict[str, str] = {}
    for component, name in _were_in_line(document, table):
        if name not in document["components"].get("schemas", {}) and name not in later.values():
            later[component] = name
    _rename(document, later)
    names |= {ours.get(component, component): name for component, name in later.items()}
    if names:
        document[RENAMED] = dict(sorted(names.items()))
    return names


def _given_names(document: dict[str, Any], schemas: Collection[str], table: Mapping[str, str]) -> dict[str, str]:
    """Return the names that the table and the operations give to components, or that a namespace leaves them."""
    names: dict[str, str] = {}
    for place, name in table.items():
        if place in schemas and place != name:
            if name in schemas or name in names.values():
                raise DocumentError(
                    f"scripts/names.yaml gives the component {shown(place)} the name {name}, which another one has:"
                    " remove the line, or give another name"
                )
            names[place] = name
    roles: dict[str, set[str]] = {}
    for found, name in _roles(document):
        roles.setdefault(found, set()).add(name)
    length = _namespace(schemas)
    for found in schemas:
        if (name := found[length:]) != found and found not in names and name not in names.values():
            names[found] = name
    for found, (name, *others) in roles.items():
        if not others and found in schemas and found not in names and name not in {*schemas, *names.values()}:
            names[found] = name
    return names


def _were_in_line(document: dict[str, Any], table: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the components that only places of the table refer to, each with the name of the first such place."""
    try:
        settled = settle(document).document
    except DocumentError:  # it is refused, with its reason, by what reads the schemas
        return
    mark_places(settled)
    references = dict(places_of_references(settled))
    named: dict[str, str] = {}
    for place, name in table.items():
        named.setdefault(place_behind(place, references), name)
    order = list(named)
    places: dict[str, list[str]] = {}
    for place, component in places_of_references(settled):
        places.setdefault(component, []).append(place)
    known = {*table.values(), *(name for _, name in _roles(document))}
    for component, found in places.items():
        if component not in known and all(place in named for place in found):
            yield component, named[min(found, key=order.index)]


def _namespace(names: Collection[str]) -> int:
    """Return the length of the namespace that all names share, as in `OpenAI.Metadata`; 0 if they share none."""
    first, *others = {name.partition(".")[0] if "." in name else "" for name in names} or {""}
    return len(f"{first}.") if first and not others else 0


def _roles(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the component that each operation takes, answers or streams, and our name for it."""
    for ref in chunk_references(document, document["paths"]):
        yield ref.removeprefix(SCHEMAS), CHUNK_SCHEMA
    for path, item in document["paths"].items():
        for method in (one for one in METHODS if one in item):
            ours, responses = chat_operation(method, path), item[method].get("responses")
            good = [one for status, one in _items(responses) if str(status).startswith("2")]
            for holder, name in (
                *((one, ours.answer if ours else "") for one in good),
                (item[method].get("requestBody"), ours.body if ours else ""),
            ):
                yield from ((ref.removeprefix(SCHEMAS), name) for ref in _json_references(document, holder) if name)


def _json_references(document: dict[str, Any], holder: Any) -> Iterator[str]:
    for media_type, media in _items(followed(document, holder).get("content")):
        schema = followed(document, media).get("schema")
        if is_json(media_type) and isinstance(schema, dict) and isinstance(schema.get("$ref"), str):
            yield schema["$ref"]


def _items(node: Any) -> list[tuple[str, Any]]:
    return list(node.items()) if isinstance(node, dict) else []


def _rename(document: dict[str, Any], names: Mapping[str, str]) -> None:
    if not names:
        return
    for ref, at in list(find(document, "document")):
        target = pointer(ref)
        if target[:2] == ("components", "schemas") and target[2] in names:
            holder = resolve(document, as_ref(at[:-1]))
            holder[at[-1]] = as_ref((*target[:2], names[target[2]], *target[3:]))
    schemas = document["components"]["schemas"]
    document["components"]["schemas"] = dict(sorted((names.get(key, key), one) for key, one in schemas.items()))
