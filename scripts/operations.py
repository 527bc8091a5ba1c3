"""Find the chat operations in any revision of the upstream document."""

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from scripts.errors import DocumentError, printable
from scripts.schema.grammar import METHODS
from scripts.schema.media import at, event_schema, is_stream
from scripts.schema.references import as_ref, chain, followed


class ChatOperation(NamedTuple):
    """An operation that the client has.

    Attributes:
        method: Its HTTP method, in lower case.
        path: Its path, as the newest upstream document spells it.
        module: Its generated endpoint module.
        call: The facade's call of it, a method of both clients.
        answer: The component that it answers, by our name for it.
        body: The component that it takes, by our name for it; empty if it takes none.
    """

    method: str
    path: str
    module: str
    call: str
    answer: str
    body: str = ""

    @property
    def address(self) -> str:
        """Method and path, as in `GET /chat/completions`."""
        return f"{self.method.upper()} {self.path}"


_ALL: Final = "/chat/completions"
_ONE: Final = f"{_ALL}/{{completion_id}}"
_COMPLETION: Final = "CreateChatCompletionResponse"
CHAT_OPERATIONS: Final = (
    ChatOperation("get", _ALL, "list_chat_completions", "list", "ChatCompletionList"),
    ChatOperation("post", _ALL, "create_chat_completion", "create", _COMPLETION, "CreateChatCompletionRequest"),
    ChatOperation("get", _ONE, "get_chat_completion", "get", _COMPLETION),
    ChatOperation("post", _ONE, "update_chat_completion", "update", _COMPLETION, "UpdateChatCompletionRequest"),
    ChatOperation("delete", _ONE, "delete_chat_completion", "delete", "ChatCompletionDeleted"),
    ChatOperation("get", f"{_ONE}/messages", "get_chat_completion_messages", "messages", "ChatCompletionMessageList"),
)
"""The chat operations, in the order of a pin."""

CHUNK_SCHEMA: Final = "CreateChatCompletionStreamResponse"
"""The component that describes a chunk of a stream if no `text/event-stream` answer refers to one."""

UNTAKEN: Final = "x-untaken-operations"
"""The key of a pin that holds upstream's operations below `/chat/completions` that the client does not have."""

_PARAMETER: Final = re.compile(r"\{[^{}]*\}")
_SHARED_KEYS: Final = ("parameters", "servers")


class ChatPaths(NamedTuple):
    """The chat operations of a document.

    Attributes:
        paths: The `paths` object with only these operations and what they share, without the prefix.
        missing: The chat operations that the document does not have, as method and path.
        untaken: Operations below `/chat/completions` that the client does not have, as method and path.
        prefix: The prefix of all paths, such as `/v1` or `/deployments/{id}`.
    """

    paths: dict[str, Any]
    missing: list[str]
    untaken: list[str]
    prefix: str


def without_names(path: str) -> str:
    """Return a path without the names of its parameters and without a final slash."""
    return _PARAMETER.sub("{}", path.rstrip("/"))


def chat_operation(method: str, path: str) -> ChatOperation | None:
    """Return the chat operation of a method and a path, whatever the path's prefix and the name of its parameter."""
    bare = without_names(path)
    ours = (one for one in CHAT_OPERATIONS if one.method == method and bare.endswith(without_names(one.path)))
    return next(ours, None)


def chat_paths(document: dict[str, Any]) -> ChatPaths:
    """Take the chat operations out of a document.

    Neither the name of the path's parameter nor a prefix such as `/v1` matters. Of several prefixes the one
    with the most operations is taken, then the shortest. A parameter in the prefix is none of the operations': it
    belongs to the address that a client calls.

    Args:
        document: An OpenAPI document.

    Returns:
        The operations, in the order of `CHAT_OPERATIONS`.

    Raises:
        DocumentError: If the document has no chat operation.
    """
    by_prefix: dict[str, dict[ChatOperation, tuple[str, dict[str, Any]]]] = {}
    others: dict[str, list[tuple[str, str]]] = {}
    for path, item in _items_below(document):
        for method in (one for one in METHODS if isinstance(item.get(one), dict)):
            prefix = without_names(path).partition(_ALL)[0]
            if ours := chat_operation(method, path):
                by_prefix.setdefault(prefix, {}).setdefault(ours, (path, item))
            else:
                others.setdefault(prefix, []).append((method, path))
        further = item.get("additionalOperations")
        for method in further if isinstance(further, dict) else ():
            others.setdefault(without_names(path).partition(_ALL)[0], []).append((method, path))
    if not by_prefix:
        raise DocumentError("has no chat operation: no path ends in /chat/completions")
    bare, found = min(by_prefix.items(), key=lambda one: (-len(one[1]), len(one[0]), one[0]))
    prefixes = []
    paths: dict[str, Any] = {}
    for ours in (one for one in CHAT_OPERATIONS if one in found):
        path, item = found[ours]
        prefix, rest = _split(path)
        prefixes.append(prefix)
        shared = _without_parameters_of(prefix, document, {key: item[key] for key in _SHARED_KEYS if key in item})
        paths.setdefault(rest, shared)[ours.method] = _without_parameters_of(prefix, document, item[ours.method])
    missing = [one.address for one in CHAT_OPERATIONS if one not in found]
    untaken = [printable(f"{method.upper()} {_split(path)[1]}") for method, path in others.get(bare, ())]
    return ChatPaths(paths, missing, untaken, prefixes[0])


def _split(path: str) -> tuple[str, str]:
    prefix, start, rest = path.partition(_ALL)
    return prefix, start + rest


def _without_parameters_of(prefix: str, document: dict[str, Any], holder: dict[str, Any]) -> dict[str, Any]:
    """Return an operation, or what a path's operations share, without the parameters in the prefix of the path."""
    names = set(_PARAMETER.findall(prefix))
    given = holder.get("parameters")
    if not names or not isinstance(given, list):
        return holder
    found = [(one, followed(document, one)) for one in given]
    kept = [one for one, read in found if read.get("in") != "path" or f"{{{read.get('name')}}}" not in names]
    return {**holder, "parameters": kept}


def _items_below(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    paths = document.get("paths")
    for path in paths if isinstance(paths, dict) else ():
        if f"{_ALL}/" in f"{path}/":
            yield path, _path_item(document, path)


def chunk_references(document: dict[str, Any], paths: dict[str, Any]) -> list[str]:
    """Find the schema of a stream's chunks.

    Args:
        document: An OpenAPI document.
        paths: Its chat operations, as `chat_paths` returns them.

    Returns:
        References to the schemas of the `text/event-stream` answers, then to the component with the usual name; empty
        if the document does not describe chunks.
    """
    found = []
    for item in paths.values():
        responses = at(item, "post", "responses")
        for response in responses.values() if isinstance(responses, dict) else ():
            content = at(followed(document, response), "content")
            for media_type in content if isinstance(content, dict) else ():
                ref = at(event_schema(followed(document, content[media_type])), "$ref")
                if is_stream(media_type) and isinstance(ref, str):
                    found.append(ref)
    if at(document, "components", "schemas", CHUNK_SCHEMA) is not None:
        found.append(as_ref(("components", "schemas", CHUNK_SCHEMA)))
    return list(dict.fromkeys(found))


def _path_item(document: dict[str, Any], path: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in chain(document, document["paths"][path], as_ref(("paths", path))):
        if isinstance(item, dict):  # keys beside a reference take precedence over those of its target
            found = {**{key: value for key, value in item.items() if key != "$ref"}, **found}
    return found
