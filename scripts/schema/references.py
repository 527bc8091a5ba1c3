"""Find the references of a document, `$ref` above all, and resolve them."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final
from urllib.parse import unquote

from scripts.errors import DocumentError, shown
from scripts.schema.grammar import VALUE, actual_kind, children

Pointer = tuple[str, ...]
"""Keys and indexes from the root to a node."""

COMPONENT_NAME: Final = re.compile(r"[A-Za-z0-9._-]+")
_IN_PLACE: Final = ("allOf", "anyOf", "oneOf")


def resolve(document: dict[str, Any], ref: str, at: str = "") -> Any:
    """Return the target of a reference.

    Args:
        document: The document that holds the reference and its target.
        ref: A `$ref` into the same document, such as `#/components/schemas/Metadata`.
        at: The place of the reference, for the error.

    Returns:
        The target itself, which may be a reference again.

    Raises:
        DocumentError: If the reference leaves the document, or has no target there.
    """
    node: Any = document
    for key in pointer(ref, at):
        try:
            node = node[int(key) if isinstance(node, list) else key]
        except (KeyError, IndexError, ValueError, TypeError):
            raise DocumentError(f"dangling $ref {shown(ref)}{_at(at)} (is the document cut short?)") from None
    return node


def followed(document: dict[str, Any], node: Any, at: str = "") -> dict[str, Any]:
    """Return a node, or the last target if it is a reference.

    Args:
        document: The document that holds the node.
        node: A part of the document, or a reference to one.
        at: The place of the node, for the error.

    Returns:
        The mapping; an empty one if the node or the last target is anything else.

    Raises:
        DocumentError: If a reference leaves the document, leads back to itself, or has no target.
    """
    *_, last = chain(document, node, at)
    return last if isinstance(last, dict) else {}


def chain(document: dict[str, Any], node: Any, at: str = "") -> Iterator[Any]:
    """Yield a node and then the target of each reference in turn, down to the last; see `followed`."""
    seen = set()
    yield node
    while isinstance(node, dict) and isinstance(ref := node.get("$ref"), str):
        if ref in seen:
            raise DocumentError(f"circular $ref {shown(ref)}{_at(at)}")
        seen.add(ref)
        node = resolve(document, ref, at)
        yield node


def pointer(ref: str, at: str = "") -> Pointer:
    """Split a reference into the keys that lead to its target.

    Args:
        ref: A `$ref` into the same document.
        at: The place of the reference, for the error.

    Returns:
        The keys, with the escapes of URLs and of JSON pointers undone.

    Raises:
        DocumentError: If the reference leaves the document, or is not a JSON pointer.
    """
    if not ref.startswith("#"):
        raise DocumentError(f"$ref {shown(ref)}{_at(at)} leaves the document; bundle it into one file first")
    if not ref.startswith("#/"):
        raise DocumentError(f"$ref {shown(ref)}{_at(at)} is not a path from the document's root")
    return tuple(unquote(key).replace("~1", "/").replace("~0", "~") for key in ref[2:].split("/"))


def as_ref(keys: Iterable[str | int]) -> str:
    """Write keys as a reference.

    Args:
        keys: Keys and indexes from the root.

    Returns:
        A `$ref` that points there.
    """
    return "#" + "".join("/" + str(key).replace("~", "~0").replace("/", "~1").replace("%", "%25") for key in keys)


def find(node: Any, kind: str, at: Pointer = ()) -> Iterator[tuple[str, Pointer]]:
    """Find the references in a part of a document; values that only look like references do not count.

    Args:
        node: The part to search.
        kind: The kind of the node, in the terms of `scripts.schema.grammar`.
        at: The keys from the root to the node.

    Yields:
        Each `$ref`, discriminator target and security scheme, as a reference, and the keys that lead to it.

    Raises:
        DocumentError: If a discriminator's target is not text.
    """
    kind = actual_kind(kind, node)
    if kind == VALUE:
        return
    if isinstance(node, dict) and isinstance(node.get("$ref"), str):
        yield node["$ref"], (*at, "$ref")
    if kind == "discriminator":
        mapping = node.get("mapping")
        targets = [(("mapping", tag), one) for tag, one in mapping.items()] if isinstance(mapping, dict) else []
        fallback = [(("defaultMapping",), node["defaultMapping"])] if "defaultMapping" in node else []
        for keys, target in (*targets, *fallback):
            place = (*at, *keys)
            if not isinstance(target, str):
                raise DocumentError(f"the discriminator target at {shown(as_ref(place))} is not text")
            is_name = COMPONENT_NAME.fullmatch(target) and not target.endswith((".json", ".yaml", ".yml"))
            yield f"#/components/schemas/{target}" if is_name else target, place
    if kind in ("document", "operation") and isinstance(requirements := node.get("security"), list):
        for requirement in requirements:
            for name in requirement if isinstance(requirement, dict) else ():
                yield as_ref(("components", "securitySchemes", name)), (*at, "security")
    for key, child, of_child in children(kind, node):
        yield from find(child, of_child, (*at, str(key)))


def refuse_cycles(document: dict[str, Any], targets: Iterable[Pointer]) -> None:
    """Refuse schemas that are defined as themselves: no reader could ever finish one.

    A schema that holds itself as a property or item describes a tree and is fine.

    Args:
        document: A document without dangling references.
        targets: The targets of its references.

    Raises:
        DocumentError: If a chain of `$ref`, `allOf`, `anyOf` and `oneOf` leads back to its start.
    """
    finished: set[Pointer] = set()
    for target in targets:
        chain = {target: _applied(document, target)}
        while chain:
            current = next(reversed(chain))
            following = next(chain[current], None)
            if following is None:
                finished.add(current)
                del chain[current]
            elif following in chain:
                names = [*chain][[*chain].index(following) :]
                shown_chain = " -> ".join(shown(as_ref(keys)) for keys in (*names[:5], following))
                raise DocumentError(f"circular $ref {shown_chain}")
            elif following not in finished:
                chain[following] = _applied(document, following)


def _applied(document: dict[str, Any], target: Pointer) -> Iterator[Pointer]:
    nodes = [resolve(document, as_ref(target))]
    while nodes:
        node = nodes.pop()
        if not isinstance(node, dict):
            continue
        if isinstance(ref := node.get("$ref"), str):
            yield pointer(ref)
        for key in _IN_PLACE:
            if isinstance(members := node.get(key), list):
                nodes.extend(members)


def _at(at: str) -> str:
    return f" at {shown(at)}" if at else ""
