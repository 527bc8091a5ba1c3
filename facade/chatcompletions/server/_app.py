"""The application: six operations under ``/v1``, each a check, a call of the store, and an answer."""

import sqlite3
import time
from asyncio import sleep
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from pathlib import Path
from typing import Any, TypedDict
from urllib.parse import unquote
from uuid import uuid4

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from chatcompletions.server._answers import complete
from chatcompletions.server._checks import check_create, check_update
from chatcompletions.server._envelope import HANDLERS, Envelope, json_response, read_body
from chatcompletions.server._errors import ApiError
from chatcompletions.server._json import parse_object
from chatcompletions.server._pages import Page
from chatcompletions.server._queries import list_query, page_query
from chatcompletions.server._store import Store
from chatcompletions.server._stream import DONE, chunks, event


def _new_id() -> str:
    return uuid4().hex


class Options(TypedDict, total=False):
    """What ``app`` takes beside the store and the key."""

    delay: float
    max_body_bytes: int
    clock: Callable[[], float]
    new_id: Callable[[], str]
    log: Callable[[str], None] | None
    hosts: Collection[str] | None


def app(
    *,
    db: str | Path | None = None,
    api_key: str | None = None,
    delay: float = 0.0,
    max_body_bytes: int = 64 * 2**20,
    clock: Callable[[], float] = time.time,
    new_id: Callable[[], str] = _new_id,
    log: Callable[[str], None] | None = None,
    hosts: Collection[str] | None = None,
) -> Starlette:
    """Build the server as an ASGI application, for a server of your own or ``httpx.ASGITransport``.

    Args:
        db: The SQLite file that keeps stored completions; in memory if None.
        api_key: The key that every request must carry; any or none will do if None.
        delay: Seconds to wait before each streamed chunk but the first.
        max_body_bytes: The largest request body that is read.
        clock: Gives the time, in seconds since 1970.
        new_id: Gives a fresh word for each id; called from several threads.
        log: Called with one line for each request answered.
        hosts: The domain names by which it may be addressed, besides local names and IP addresses; any if None.

    Returns:
        The application. ``state.store.close()`` closes its database; else that happens when it is dropped.

    Raises:
        StoreError: If the file cannot be used as a store.
    """
    store = Store(db)
    operations = _Operations(store, delay=delay, max_body_bytes=max_body_bytes, clock=clock, new_id=new_id)
    application = Starlette(
        routes=[
            Route("/v1/chat/completions", operations.completions, methods=["GET", "POST"]),
            Route("/v1/chat/completions/{id}", operations.completion, methods=["GET", "POST", "DELETE"]),
            Route("/v1/chat/completions/{id}/messages", operations.messages, methods=["GET"]),
        ],
        middleware=[Middleware(Envelope, api_key=api_key, hosts=hosts, new_id=new_id, log=log)],
        exception_handlers=HANDLERS,
    )
    application.router.redirect_slashes = False  # an empty id must not become a list
    application.state.store = store
    return application


class _Operations:
    """The endpoints; what may wait for a disk or take long runs in a thread."""

    def __init__(
        self,
        store: Store,
        *,
        delay: float,
        max_body_bytes: int,
        clock: Callable[[], float],
        new_id: Callable[[], str],
    ) -> None:
        self._store = store
        self._delay = delay
        self._max_body_bytes = max_body_bytes
        self._clock = clock
        self._new_id = new_id

    async def completions(self, request: Request) -> Response:
        """Create a completion, or list those stored."""
        if request.method == "POST":
            raw = await read_body(request, self._max_body_bytes)
            body, completion = await run_in_threadpool(self._create, raw)
            if body.get("stream"):
                return StreamingResponse(
                    self._events(body, completion),
                    headers={"cache-control": "no-cache"},
                    media_type="text/event-stream",
                )
            return json_response(completion)
        query = list_query(request.query_params.multi_items())
        return _listed(await run_in_threadpool(self._store.completions, query))

    async def completion(self, request: Request) -> Response:
        """Get, update or delete a stored completion."""
        completion_id = _id(request)
        if request.method == "POST":
            body = parse_object(await read_body(request, self._max_body_bytes))
            check_update(body)
            stored = await run_in_threadpool(self._store.update, completion_id, body["metadata"] or {})
            return json_response(stored)
        if request.method == "DELETE":
            await run_in_threadpool(self._store.delete, completion_id)
            return json_response({"object": "chat.completion.deleted", "id": completion_id, "deleted": True})
        return json_response(await run_in_threadpool(self._store.get, completion_id))

    async def messages(self, request: Request) -> Response:
        """List the messages of a stored completion."""
        query = page_query(request.query_params.multi_items())
        return _listed(await run_in_threadpool(self._store.messages, _id(request), query))

    def _create(self, raw: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
        body = parse_object(raw)
        try:
            check_create(body)
            completion = complete(body, created=int(self._clock()), new_id=self._new_id)
            return body, completion if body.get("stream") else self._keep(body, completion)
        except RecursionError:
            raise ApiError("The JSON body is nested too deeply.", code="invalid_json") from None

    def _keep(self, body: Mapping[str, Any], completion: dict[str, Any]) -> dict[str, Any]:
        if not body.get("store"):
            return completion
        return self._store.add(completion, body.get("metadata") or {}, body["messages"])

    async def _events(self, body: Mapping[str, Any], completion: dict[str, Any]) -> AsyncIterator[bytes]:
        options = body.get("stream_options") or {}
        parts = chunks(
            completion,
            include_usage=options.get("include_usage", False),
            obfuscate=options.get("include_obfuscation", False),
        )
        stored = False
        for place, chunk in enumerate(parts):
            if place and self._delay:
                await sleep(self._delay)
            # Stored before an end is told: whoever has read a finish reason finds the completion in the list.
            if not stored and _tells_end(chunk):
                try:
                    await run_in_threadpool(self._keep, body, completion)
                except sqlite3.Error as error:
                    yield event(ApiError(f"The completion could not be stored: {error}.", status=500).body)
                    return
                stored = True
            yield event(chunk)
        yield DONE


def _tells_end(chunk: Mapping[str, Any]) -> bool:
    return any(choice["finish_reason"] for choice in chunk["choices"])


def _id(request: Request) -> str:
    return unquote(request.path_params["id"])


def _listed(page: Page) -> Response:
    ids = [item["id"] for item in page.items] or [""]  # the specification knows no null here
    return json_response(
        {
            "object": "list",
            "data": page.items,
            "first_id": ids[0],
            "last_id": ids[-1],
            "has_more": page.has_more,
        }
    )
