"""Requests as they came, for whoever tests with the server."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from starlette.datastructures import Headers, QueryParams

from chatcompletions._spec.schema import at, followed

if TYPE_CHECKING:
    from starlette.types import Scope

PATH = "/v1/chat/completions"
_PATH = re.compile(rf"{PATH}(?:/([^/]+)(/messages)?)?")
#: The place of a request's record in its ASGI scope.
RECORDED = "chatcompletions.recorded"
#: The operations by name: their name in the spec, and where the spec has their parameters, if anywhere.
OPERATIONS = {
    "create": ("create_chat_completion", "body"),
    "list": ("list_chat_completions", "query"),
    "get": ("get_chat_completion", ""),
    "update": ("update_chat_completion", "body"),
    "delete": ("delete_chat_completion", ""),
    "messages": ("get_chat_completion_messages", "query"),
}
_BY_ROUTE = {  # the method, and how many groups of the path there are
    ("POST", 0): "create",
    ("GET", 0): "list",
    ("GET", 1): "get",
    ("POST", 1): "update",
    ("DELETE", 1): "delete",
    ("GET", 2): "messages",
}
_MOST = 1_000  # requests that are kept
_MOST_BYTES = 64 * 2**20  # of their bodies together


class Members(dict[str, Any]):
    """A JSON object whose members are attributes too: ``message.content`` is ``message["content"]``."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(
                f"there is no member {name!r} here, only {', '.join(self) or 'an empty object'}"
            ) from None


@dataclass(frozen=True, eq=False, repr=False)
class RecordedRequest:
    """A request that the server got.

    Members of its JSON body are attributes, at every depth: ``request.messages[-1].content``. A parameter of the
    operation that was not sent is `None`; ``"temperature" in request.body`` tells left out from null.

    Attributes:
        operation: ``create``, ``list``, ``get``, ``update``, ``delete`` or ``messages``; `None` if it is none of them.
        method: The HTTP method.
        path: The path as it was sent, without the query.
        query: The parameters of the query, decoded.
        headers: The headers, whose names have no case.
        content: The body as it was sent, as far as the server has read it.
        status_code: The status of the answer, refusals included; `None` if none was sent (yet).
    """

    operation: str | None
    method: str
    path: str
    query: dict[str, str]
    headers: Headers
    content: bytes = b""
    status_code: int | None = None

    @property
    def id(self) -> str | None:
        """The id of the stored completion that the path names."""
        match = _PATH.fullmatch(self.path)
        return unquote(match[1]) if match and match[1] else None

    @cached_property
    def body(self) -> Any:
        """The JSON of the body; `None` if there is none, or if it is not JSON."""
        try:
            return json.loads(self.content, object_hook=Members) if self.content else None
        except (ValueError, RecursionError):
            return None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # copy and pickle ask an instance that has nothing yet
            raise AttributeError(name)
        if isinstance(self.body, dict) and name in self.body:
            return self.body[name]
        if name in parameters(self.operation, "body"):
            return None
        raise AttributeError(f"a {self.operation or self.method} request has no {name!r}")

    def __repr__(self) -> str:
        query = f"?{'&'.join(f'{name}={value}' for name, value in self.query.items())}" if self.query else ""
        return f"<{type(self).__name__} {self.operation}: {self.method} {self.path}{query} -> {self.status_code}>"


def parameters(operation: str | None, place: str | None = None) -> dict[str, Any]:
    """Return the parameters that the spec has for an operation, by name."""
    name, home = OPERATIONS.get(operation or "", ("", ""))
    schema = followed(at(f"operations/{name}/{home}")) if home and place in (None, home) else None
    properties: dict[str, Any] = (schema or {}).get("properties", {})
    return properties


class Recorder:
    """What came, the newest 1,000 requests, whose bodies have at most 64 MiB together; safe for any thread."""

    def __init__(self) -> None:
        self._kept: dict[int, RecordedRequest] = {}
        self._bytes = 0
        self._lock = threading.Lock()

    @property
    def requests(self) -> list[RecordedRequest]:
        """What came, in order."""
        with self._lock:
            return list(self._kept.values())

    def record(self, scope: Scope) -> RecordedRequest:
        """Add a request whose head has come."""
        match = _PATH.fullmatch(scope["path"])
        operation = _BY_ROUTE.get((scope["method"], match.lastindex or 0)) if match else None
        query = dict(QueryParams(scope["query_string"]))
        request = RecordedRequest(operation, scope["method"], scope["path"], query, Headers(scope=scope))
        with self._lock:
            self._kept[id(request)] = request
            self._trim()
        return request

    def answered(self, request: RecordedRequest, status_code: int) -> None:
        """Add the status of its answer to a request, which stays frozen for everybody else."""
        object.__setattr__(request, "status_code", status_code)

    def complete(self, request: RecordedRequest, content: bytes) -> None:
        """Add its body to a request."""
        with self._lock:
            object.__setattr__(request, "content", content)
            vars(request).pop("body", None)  # of somebody who looked before
            if id(request) in self._kept:
                self._bytes += len(content)
                self._trim()

    def _trim(self) -> None:
        while len(self._kept) > _MOST or self._bytes > _MOST_BYTES:
            self._bytes -= len(self._kept.pop(next(iter(self._kept))).content)
