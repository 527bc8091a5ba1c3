"""Read a document into a form in which only its meaning is left to compare."""

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from scripts import naming
from scripts.closure import slice_chat
from scripts.diff.conditions import mark_conditions
from scripts.document import parse
from scripts.errors import DocumentError, shown
from scripts.operations import CHUNK_SCHEMA, UNTAKEN, chat_operation
from scripts.prepare_spec import prepare_named
from scripts.prose import strip
from scripts.receipt import make_receipt
from scripts.renaming import keep_names
from scripts.schema.facts import mark_facts
from scripts.schema.grammar import METHODS
from scripts.schema.media import at, is_json
from scripts.schema.places import mark_places
from scripts.schema.references import followed
from scripts.schema.settle import settle
from scripts.schema.walk import operations, ref_to, schemas_of
from scripts.source import public_name, read

CALLS: Final = ("create", "list", "get", "update", "delete", "messages")
"""The calls of the facade, in the order of a report."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a document.

    Attributes:
        path: Its path.
        settled: The settled operation; see `scripts.schema.settle`.
        is_deprecated: Whether it is deprecated.
        servers: The addresses of its own, which are not those of the document.
        security: The ways to authenticate, its own or those of the document.
        has_own_security: Whether it names them itself.
    """

    path: str
    settled: dict[str, Any]
    is_deprecated: bool
    servers: list[str]
    security: list[str]
    has_own_security: bool


@dataclass(frozen=True, slots=True)
class Document:
    """The chat operations of a document.

    Attributes:
        name: The name of the document in messages.
        receipt: Source, revision, date and sha256, as in a pin.
        cut: The chat operations as upstream spells them, without prose.
        settled: The same, settled; see `scripts.schema.settle`.
        untaken: Operations below `/chat/completions` that the client does not have, as method and path.
        classes: The generated class of each component and place; see `scripts.prepare_spec`.
    """

    name: str
    receipt: dict[str, Any]
    cut: dict[str, Any]
    settled: dict[str, Any]
    untaken: list[str]
    classes: dict[str, str]

    def operations(self) -> dict[str, Operation]:
        """Return the operations by the names of the facade's calls."""
        settled = {operation["operationId"]: operation for _, _, operation in operations(self.settled)}
        found = {}
        for path, item in self.cut["paths"].items():
            for ours in (one for method in METHODS if method in item and (one := chat_operation(method, path))):
                spelled = item[ours.method]
                found[ours.call] = Operation(
                    path=path,
                    settled=settled[ours.module],
                    is_deprecated=bool(spelled.get("deprecated")),
                    servers=server_addresses(spelled) or server_addresses(item),
                    security=ways_to_authenticate(self.cut, spelled),
                    has_own_security="security" in spelled,
                )
        return {call: found[call] for call in CALLS if call in found}

    def chunk(self) -> dict[str, Any] | None:
        """Return the schema of a stream's chunks, if the document describes them."""
        create = self.operations().get("create")
        answers = create.settled["responses"].values() if create else ()
        for answer in answers:
            for media_type, media in answer["content"].items():
                if not is_json(media_type):
                    schema: dict[str, Any] = media["schema"]
                    return schema
        return ref_to(CHUNK_SCHEMA) if CHUNK_SCHEMA in schemas_of(self.settled) else None


def server_addresses(holder: dict[str, Any]) -> list[str]:
    """Return the addresses of the servers that a document, a path or an operation names."""
    servers = holder.get("servers")
    found = [one for one in servers if isinstance(one, dict)] if isinstance(servers, list) else []
    return [str(one.get("url")).rstrip("/") for one in found]


def ways_to_authenticate(document: dict[str, Any], operation: dict[str, Any]) -> list[str]:
    """Return the ways to authenticate that an operation allows, such as `http bearer`, else by the name of the scheme.

    Args:
        document: The document of the operation.
        operation: The operation, which takes over the ways of the document unless it names its own.
    """
    given = operation.get("security", document.get("security"))
    found = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    ways = [" and ".join(sorted(_way(document, str(name)) for name in one)) or "none" for one in found]
    return list(dict.fromkeys(ways))


def _way(document: dict[str, Any], name: str) -> str:
    scheme = at(document, "components", "securitySchemes", name)
    scheme = followed(document, scheme)
    return " ".join(str(scheme[key]) for key in ("type", "scheme", "in", "name") if key in scheme).lower() or name


def load(source: str) -> Document:
    """Read a pin, or a whole upstream document.

    Args:
        source: Path or URL of an OpenAPI 3.0, 3.1 or 3.2 document.

    Returns:
        The chat operations of the document.

    Raises:
        DocumentError: If the document cannot be read, has no chat operation, or its schemas cannot be settled.
    """
    data = read(source)
    return from_bytes(data, source)


def from_bytes(data: bytes, source: str) -> Document:
    """Read the bytes of a pin, or of a whole upstream document; see `load`."""
    name = public_name(source)
    whole = parse(data, name)
    given = whole.get("x-receipt")
    receipt = given if isinstance(given, dict) else make_receipt(source, data)
    try:
        sliced = slice_chat(strip(whole))
        cut = sliced.document
        table = naming.load_names()
        keep_names(cut, table)
        classes = prepare_named(cut, table).classes
        mark_conditions(cut)
        mark_facts(cut)
        settled = settle(cut).document
    except DocumentError as error:
        raise DocumentError(f"{shown(name)}: {error}") from None
    mark_places(settled)
    sums = {"pin_sha256": hashlib.sha256(data).hexdigest()} if given else {}
    kept = whole.get(UNTAKEN)
    untaken = sliced.untaken + (list(map(str, kept)) if isinstance(kept, list) else [])
    return Document(name, {**receipt, **sums}, cut, settled, untaken, classes)
