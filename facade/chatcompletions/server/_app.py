"""The application: six operations under ``/v1``, each a check, a call of the store, and an answer."""

from __future__ import annotations

import sqlite3
import time
from asyncio import sleep
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict, Unpack
from urllib.parse import unquote
from uuid import uuid4

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from ._answers import complete
from ._envelope import HANDLERS, Envelope, json_response, read_body
from ._errors import ApiError
from ._json import parse_object
from ._requests import check_create, check_update, read_query
from ._samples import sampled
from ._store import Store
from ._stream import DONE, chunks, event

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection, Mapping
    from pathlib import Path

    from starlette.requests import Request

    from ._store import Page


class Options(TypedDict, total=False):
    """What ``app`` and ``LocalServer`` take beside the store and the key.

    Attributes:
        delay: Seconds to wait before each streamed chunk but the first.
        max_body_bytes: The largest request body that is read, 64 MiB by default.
        clock: Gives the time, in seconds since 1970.
        new_id: Gives a fresh word for each id; called from several threads.
        log: Called with one line for each request answered.
        hosts: The domain names by which it may be addressed, besides local names and IP addresses; any if `None`.
    """

    delay: float
    max_body_bytes: int
    clock: Callable[[], float]
    new_id: Callable[[], str]
    log: Callable[[str], None] | None
    hosts: Collection[str] | None


def app(*, db: str | Path | None = None, api_key: str | None = None, **options: Unpack[Options]) -> Starlette:
    """Build the server as an ASGI application, for a server of your own or ``httpx.ASGITransport``.

    Args:
        db: The SQLite file that keeps stored completions; in memory if `None`.
        api_key: The key that every request must carry; any or none will do if `None`.
        **options: See `Options`.

    Returns:
        The application. ``state.store.close()`` closes its database; else that happens when it is dropped.

    Raises:
        StoreError: If the file cannot be used as a store.
        TypeError: If an option is unknown.
    """
    operations = _Operations(Store(db), **options)
    application = Starlette(
        routes=[
            Route("/v1/chat/completions", operations.completions, methods=["GET", "POST"]),
            Route("/v1/chat/completions/{id}", operations.completion, methods=["GET", "POST", "DELETE"]),
            Route("/v1/chat/completions/{id}/messages", operations.messages, methods=["GET"]),
        ],
        middleware=[
            Middleware(Envelope, api_key=api_key, hosts=operations.hosts, new_id=operations.new_id, log=operations.log)
        ],
        exception_handlers=HANDLERS,
    )
    application.router.redirect_slashes = False  # an empty id must not become a list
    application.state.store = operations.store
    return application


def _new_id() -> str:
    return uuid4().hex


@dataclass
class _Operations:
    """The endpoints; what may wait for a disk or take long runs in a thread."""

    store: Store
    delay: float = 0.0
    max_body_bytes: int = 64 * 2**20
    clock: Callable[[], float] = time.time
    new_id: Callable[[], str] = _new_id
    log: Callable[[str], None] | None = None
    hosts: Collection[str] | None = None

    async def completions(self, request: Request) -> Response:
        """Create a completion, or list those stored."""
        if request.method != "POST":
            query = read_query("list_chat_completions", request.query_params.multi_items())
            return _listed("ChatCompletionList", await run_in_threadpool(self.store.completions, query))
        raw = await read_body(request, self.max_body_bytes)
        body, completion = await run_in_threadpool(self._create, raw)
        if not body.get("stream"):
            return json_response(completion)
        headers = {"cache-control": "no-cache"}
        return StreamingResponse(self._events(body, completion), headers=headers, media_type="text/event-stream")

    async def completion(self, request: Request) -> Response:
        """Get, update or delete a stored completion."""
        completion_id = _id(request)
        if request.method == "POST":
            body = parse_object(await read_body(request, self.max_body_bytes))
            check_update(body)
            return json_response(await run_in_threadpool(self.store.update, completion_id, body["metadata"] or {}))
        if request.method == "DELETE":
            await run_in_threadpool(self.store.delete, completion_id)
            return json_response(sampled("ChatCompletionDeleted", id=completion_id, deleted=True))
        return json_response(await run_in_threadpool(self.store.get, completion_id))

    async def messages(self, request: Request) -> Response:
        """List the messages of a stored completion."""
        query = read_query("get_chat_completion_messages", request.query_params.multi_items())
        return _listed("ChatCompletionMessageList", await run_in_threadpool(self.store.messages, _id(request), query))

    def _create(self, raw: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
        body = parse_object(raw)
        try:
            check_create(body)
            completion = complete(body, created=int(self.clock()), new_id=self.new_id)
            return body, completion if body.get("stream") else self._keep(body, completion)
        except RecursionError:
            raise ApiError("The JSON body is nested too deeply.", code="invalid_json") from None

    def _keep(self, body: Mapping[str, Any], completion: dict[str, Any]) -> dict[str, Any]:
        if not body.get("store"):
            return completion
        return self.store.add(completion, body.get("metadata") or {}, body["messages"])

    async def _events(self, body: Mapping[str, Any], completion: dict[str, Any]) -> AsyncIterator[bytes]:
        options = body.get("stream_options") or {}
        parts = chunks(
            completion,
            include_usage=options.get("include_usage", False),
            obfuscate=options.get("include_obfuscation", False),
        )
        stored = False
        for place, chunk in enumerate(parts):
            if place and self.delay:
                await sleep(self.delay)
            # Stored before an end is told: whoever has read a finish reason finds the completion in the list.
            if not stored and any(choice["finish_reason"] for choice in chunk["choices"]):
                try:
                    await run_in_threadpool(self._keep, body, completion)
                except sqlite3.Error as error:
                    yield event(ApiError(f"The completion could not be stored: {error}.", status=500).body)
                    return
                stored = True
            yield event(chunk)
        yield DONE


def _id(request: Request) -> str:
    return unquote(request.path_params["id"])


def _listed(model: str, page: Page) -> Response:
    ids = [item["id"] for item in page.items] or [""]  # the specification knows no null here
    return json_response(
        sampled(model, object="list", data=page.items, first_id=ids[0], last_id=ids[-1], has_more=page.has_more)
    )
