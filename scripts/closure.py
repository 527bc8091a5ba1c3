"""Cut the chat operations out of an OpenAPI document, with everything that they refer to."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from scripts.errors import DocumentError, shown
from scripts.operations import chat_paths, chunk_references
from scripts.schema.grammar import child_kind
from scripts.schema.references import COMPONENT_NAME, Pointer, as_ref, find, pointer, refuse_cycles, resolve

__all__ = ["Slice", "resolve", "slice_chat"]

_HEAD: Final[tuple[str, ...]] = ("openapi", "jsonSchemaDialect", "info", "servers", "security")


@dataclass(frozen=True, slots=True)
class Slice:
    """A document of nothing but the chat operations.

    Attributes:
        document: The document, complete in itself; components sorted by name, all else in the order of the source.
        missing: Operations that the source does not have, such as `GET /chat/completions`.
        untaken: Operations below `/chat/completions` that the client does not have.
        describes_chunks: Whether the source describes a stream's chunks.
    """

    document: dict[str, Any]
    missing: list[str]
    untaken: list[str]
    describes_chunks: bool


def slice_chat(document: dict[str, Any]) -> Slice:
    """Take the chat operations, the transitive closure of their references, and the stream's chunk schema.

    A prefix that all paths share becomes a part of the servers' addresses, which is where the client has it.

    Args:
        document: An OpenAPI document.

    Returns:
        The part that the client needs; it shares its nodes with the input.

    Raises:
        DocumentError: If there is no chat operation, or a reference dangles, leaves the document, is circular, or
            points at something that is neither a component nor in a chat operation.
    """
    paths, missing, untaken, prefix = chat_paths(document)
    head = {key: document[key] for key in _HEAD if key in document}
    if prefix:
        head["servers"] = _servers(head.get("servers"), prefix)
    chunks = chunk_references(document, paths)
    closure = _Closure(document)
    closure.follow(find({**head, "paths": paths}, "document"))
    closure.follow((ref, ("paths",)) for ref in chunks)
    components = {section: dict(sorted(named.items())) for section, named in sorted(closure.components.items())}
    sliced: dict[str, Any] = {**head, **_tags(document, paths), "paths": paths, "components": components}
    for target, at in closure.targets.items():
        if target[0] != "components":
            _resolve_within(sliced, target, at)
    refuse_cycles(sliced, closure.targets)
    return Slice(sliced, missing, untaken, bool(chunks))


def _servers(found: Any, prefix: str) -> list[Any]:
    """Return the servers with a prefix at the end of each address; without servers, one whose address is the prefix."""
    servers = found if isinstance(found, list) and found else [{"url": ""}]
    return [{**one, "url": _with_end(str(one.get("url", "")), prefix)} for one in servers if isinstance(one, dict)]


def _with_end(url: str, end: str) -> str:
    return f"{url.rstrip('/').removesuffix(end)}{end}"


class _Closure:
    """Collect the components that references lead to, with a worklist: chains of references have no bound."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.components: dict[str, dict[str, Any]] = {}
        self.targets: dict[Pointer, str] = {}
        self._document = document

    def follow(self, references: Iterable[tuple[str, Pointer]]) -> None:
        waiting = [references]
        while waiting:
            for ref, at in waiting.pop():
                target = pointer(ref, place := as_ref(at))
                if target in self.targets:
                    continue
                resolve(self._document, ref, place)
                self.targets[target] = place
                if target[0] == "components":
                    waiting.extend(self._add(target, place))

    def _add(self, target: Pointer, at: str) -> list[Iterable[tuple[str, Pointer]]]:
        if len(target) < 3:
            raise DocumentError(f"$ref {shown(as_ref(target))} at {shown(at)} names no component")
        _, section, name = target[:3]
        if not COMPONENT_NAME.fullmatch(name):
            raise DocumentError(f"the component name {shown(name)} at {shown(at)} is not allowed by OpenAPI")
        if name in self.components.setdefault(section, {}):
            return []
        component = resolve(self._document, as_ref(target[:3]))
        self.components[section][name] = component
        kind = child_kind(child_kind("components", section), name)
        return [find(component, kind, target[:3])]


def _tags(document: dict[str, Any], paths: dict[str, Any]) -> dict[str, Any]:
    named = {
        str(tag)
        for item in paths.values()
        for operation in item.values()
        if isinstance(operation, dict) and isinstance(operation.get("tags"), list)
        for tag in operation["tags"]
    }
    declared = document.get("tags")
    tags = [
        tag
        for tag in (declared if isinstance(declared, list) else ())
        if isinstance(tag, dict) and str(tag.get("name")) in named
    ]
    return {"tags": tags} if tags else {}


def _resolve_within(document: dict[str, Any], target: Pointer, at: str) -> None:
    try:
        resolve(document, as_ref(target))
    except DocumentError:
        raise DocumentError(
            f"$ref {shown(as_ref(target))} at {shown(at)} does not point at a component;"
            " move its target to the components"
        ) from None
