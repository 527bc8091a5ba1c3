"""Cut the chat operations out of an OpenAPI document, with everything that they refer to."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from scripts.errors import DocumentError, shown
from scripts.events import with_chunks
from scripts.operations import chat_paths, chunk_references
from scripts.pruning import prune
from scripts.schema.grammar import child_kind
from scripts.schema.media import at as read_at
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
        unfollowed: What no call needs and leads nowhere, a sentence for each.
    """

    document: dict[str, Any]
    missing: list[str]
    untaken: list[str]
    describes_chunks: bool
    unfollowed: list[str]


def slice_chat(document: dict[str, Any]) -> Slice:
    """Take the chat operations, the transitive closure of their references, and the stream's chunk schema.

    A prefix that all paths share becomes a part of the servers' addresses, which is where the client has it. What no
    call needs, such as links, callbacks and the names of security schemes, may lead nowhere.

    Args:
        document: An OpenAPI document.

    Returns:
        The part that the client needs; it shares its nodes with the input.

    Raises:
        DocumentError: If there is no chat operation, or a reference dangles, leaves the document, is circular, or
            points at something that is neither a component nor in a chat operation.
    """
    paths, missing, untaken, prefix = chat_paths(document)
    document, paths = with_chunks(document, paths)
    head = {key: document[key] for key in _HEAD if key in document}
    if prefix:
        head["servers"] = _servers(head.get("servers"), prefix)
    chunks = chunk_references(document, paths)
    closure = _Closure(document)
    kept = prune({**head, "paths": paths}, "document", (), closure.leads_somewhere)
    paths = kept["paths"]
    closure.follow(find(kept, "document"))
    closure.follow((ref, ("paths",)) for ref in chunks)
    components = {section: dict(sorted(named.items())) for section, named in sorted(closure.components.items())}
    sliced: dict[str, Any] = {**head, **_tags(document, paths), "paths": paths, "components": components}
    for target, at in closure.targets.items():
        if target[0] != "components":
            _resolve_within(sliced, target, at)
    refuse_cycles(sliced, closure.targets)
    return Slice(sliced, missing, untaken, bool(chunks), closure.unfollowed)


def _servers(found: Any, prefix: str) -> list[Any]:
    """Return the servers with a prefix at the end of each address; without servers, one whose address is the prefix."""
    servers = found if isinstance(found, list) and found else [{"url": ""}]
    variables = {name: {"default": name} for name in re.findall(r"\{([^{}]*)\}", prefix)}
    return [_server(one, prefix, variables) for one in servers if isinstance(one, dict)]


def _server(found: dict[str, Any], prefix: str, variables: dict[str, Any]) -> dict[str, Any]:
    server = {**found, "url": _with_end(str(found.get("url", "")), prefix)}
    if variables:
        known = found.get("variables")
        server["variables"] = variables | (known if isinstance(known, dict) else {})
    return server


def _with_end(url: str, end: str) -> str:
    return f"{url.rstrip('/').removesuffix(end)}{end}"


class _Closure:
    """Collect the components that references lead to, with a worklist: chains of references have no bound."""

    def __init__(self, document: dict[str, Any], *, is_trial: bool = False) -> None:
        self.components: dict[str, dict[str, Any]] = {}
        self.targets: dict[Pointer, str] = {}
        self.unfollowed: list[str] = []
        self._document = document
        self._is_trial = is_trial

    def leads_somewhere(self, node: Any, kind: str, at: Pointer) -> bool:
        """Tell whether the references in a part of the document can be followed, and remember if they cannot.

        What no call needs does not count: to follow it would have no end where a schema refers to itself there.
        """
        if self._is_trial:
            return False
        trial = _Closure(self._document, is_trial=True)
        try:
            trial.follow(find(prune(node, kind, at, trial.leads_somewhere), kind, at))
        except DocumentError as error:
            self.unfollowed.append(f"{error}: left out, as no call needs it")
            return False
        return True

    def follow(self, references: Iterable[tuple[str, Pointer]]) -> None:
        waiting = [references]
        while waiting:
            for ref, at in waiting.pop():
                target = pointer(ref, place := as_ref(at))
                if target in self.targets or (at[-1] == "security" and not self._has_scheme(target, place)):
                    continue
                resolve(self._document, ref, place)
                self.targets[target] = place
                if target[0] == "components":
                    waiting.extend(self._add(target, place))

    def _has_scheme(self, target: Pointer, at: str) -> bool:
        """Tell whether the name of a security scheme has one: the client authenticates in its own way in any case."""
        if COMPONENT_NAME.fullmatch(target[-1]) and read_at(self._document, *target) is not None:
            return True
        sentence = f"the security scheme {shown(target[-1])} at {shown(at)} is not described: no call needs it"
        if sentence not in self.unfollowed:
            self.unfollowed.append(sentence)
        return False

    def _add(self, target: Pointer, at: str) -> list[Iterable[tuple[str, Pointer]]]:
        if len(target) < 3:
            raise DocumentError(f"$ref {shown(as_ref(target))} at {shown(at)} names no component")
        _, section, name = target[:3]
        if not COMPONENT_NAME.fullmatch(name):
            raise DocumentError(f"the component name {shown(name)} at {shown(at)} is not allowed by OpenAPI")
        if name in self.components.setdefault(section, {}):
            return []
        component = resolve(self._document, as_ref(target[:3]))
        kind = child_kind(child_kind("components", section), name)
        component = prune(component, kind, target[:3], self.leads_somewhere)
        self.components[section][name] = component
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
