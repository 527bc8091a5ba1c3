"""Find the chat operations in any revision of the upstream document."""

import re
from typing import Any, Final

from scripts.errors import DocumentError
from scripts.references import as_ref, resolve

CHAT_OPERATIONS: Final = (
    ("get", "/chat/completions"),
    ("post", "/chat/completions"),
    ("get", "/chat/completions/{completion_id}"),
    ("post", "/chat/completions/{completion_id}"),
    ("delete", "/chat/completions/{completion_id}"),
    ("get", "/chat/completions/{completion_id}/messages"),
)
"""Method and path of each operation that the client has, as the newest upstream document spells them."""

CHUNK_SCHEMA: Final = "CreateChatCompletionStreamResponse"
"""The component that describes a chunk of a stream, where no `text/event-stream` answer refers to it."""

_PARAMETER: Final = re.compile(r"\{[^{}]*\}")
_SHARED_KEYS: Final = ("parameters", "servers")


def find_operations(document: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Find out how a document spells the chat operations.

    Another name of the path parameter does not matter, and neither does a prefix such as `/v1`. Of several
    prefixes the one with the most operations is taken, then the shortest.

    Args:
        document: an OpenAPI document.

    Returns:
        For each of our paths, as `CHAT_OPERATIONS` spells it, the methods that exist with the path that has
        them.

    Raises:
        DocumentError: there is none.
    """
    by_prefix: dict[str, dict[str, dict[str, str]]] = {}
    paths = document.get("paths")
    for path in paths if isinstance(paths, dict) else ():
        for method, ours in CHAT_OPERATIONS:
            spelled, wanted = (_PARAMETER.sub("{}", text) for text in (path.rstrip("/"), ours))
            if spelled.endswith(wanted) and isinstance(_path_item(document, path).get(method), dict):
                found = by_prefix.setdefault(spelled.removesuffix(wanted), {})
                found.setdefault(ours, {}).setdefault(method, path)
    if not by_prefix:
        raise DocumentError("has no chat operation: no path ends in /chat/completions")
    return min(by_prefix.items(), key=lambda item: (-sum(map(len, item[1].values())), len(item[0]), item[0]))[1]


def chat_paths(document: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Take the chat operations out of a document.

    Args:
        document: an OpenAPI document.

    Returns:
        The `paths` object with nothing but these operations and what they share, in the order of
        `CHAT_OPERATIONS`, and the missing ones in words.

    Raises:
        DocumentError: there is none.
    """
    found = find_operations(document)
    paths: dict[str, Any] = {}
    missing = []
    for method, ours in CHAT_OPERATIONS:
        path = found.get(ours, {}).get(method)
        if path is None:
            missing.append(f"{method.upper()} {ours}")
            continue
        item = _path_item(document, path)
        shared = {key: item[key] for key in _SHARED_KEYS if key in item}
        paths.setdefault(path, shared)[method] = item[method]
    return paths, missing


def chunk_references(document: dict[str, Any], paths: dict[str, Any]) -> list[str]:
    """Find the schema of a stream's chunks.

    Args:
        document: an OpenAPI document.
        paths: its chat operations, as `chat_paths` returns them.

    Returns:
        What the `text/event-stream` answers refer to, then the component with the usual name; empty if the
        document does not describe chunks.
    """
    found = []
    for item in paths.values():
        responses = _at(item, "post", "responses")
        for response in responses.values() if isinstance(responses, dict) else ():
            ref = _at(response, "content", "text/event-stream", "schema", "$ref")
            if isinstance(ref, str):
                found.append(ref)
    if _at(document, "components", "schemas", CHUNK_SCHEMA) is not None:
        found.append(as_ref(("components", "schemas", CHUNK_SCHEMA)))
    return list(dict.fromkeys(found))


def _at(node: Any, *keys: str) -> Any:
    for key in keys:
        node = node.get(key) if isinstance(node, dict) else None
    return node


def _path_item(document: dict[str, Any], path: str) -> dict[str, Any]:
    at = as_ref(("paths", path))
    item: Any = document["paths"][path]
    followed: list[str] = []
    own: dict[str, Any] = {}
    while isinstance(item, dict) and isinstance(ref := item.get("$ref"), str):
        if ref in followed:
            raise DocumentError(f"circular $ref at {at}")
        followed.append(ref)
        own = {**{key: value for key, value in item.items() if key != "$ref"}, **own}
        item = resolve(document, ref, at)
    return {**item, **own} if isinstance(item, dict) else own
