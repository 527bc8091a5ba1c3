"""The application: six operations under ``/v1``, each a check, a call of the store, and an answer."""

from __future__ import annotations

import time
from asyncio import sleep
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar, Unpack
from urllib.parse import unquote
from uuid import uuid4

from anyio import Lock
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from ._answers import complete
from ._envelope import Envelope, check_key, rate_limits, unrouted
from ._errors import ApiError
from ._log import Log
from ._requests import read_body, read_query
from ._samples import sampled
from ._store import Store
from ._stream import DONE, chunks, event

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection, Mapping
    from pathlib import Path

    from starlette.requests import Request

T = TypeVar("T")


class Options(TypedDict, total=False):
    """What ``app`` and ``LocalServer`` take beside the store and the key.

    Attributes:
        delay: Seconds to wait before each streamed chunk but the first.
        max_body_bytes: The largest request body that is read, 64 MiB by default.
        clock: Gives the time, in seconds since 1970.
        new_id: Gives a fresh word for each id; called from several threads.
        log: Called with one line for each request answered, in a thread of its own: whatever it does, answers go out.
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
        ValueError: If the key is empty, or begins or ends with a space.
    """
    check_key(api_key)
    api = _Operations(Store(db), **options)
    log = None if api.log is None else Log(api.log)
    every, one = "/v1/chat/completions", "/v1/chat/completions/{id}"
    application = Starlette(
        routes=[
            Route(every, api.list),
            Route(every, api.create, methods=["POST"]),
            Route(one, api.get),
            Route(one, api.update, methods=["POST"]),
            Route(one, api.delete, methods=["DELETE"]),
            Route(f"{one}/messages", api.messages),
        ],
        middleware=[Middleware(Envelope, api_key=api_key, hosts=api.hosts, new_id=api.new_id, log=log)],
        exception_handlers={HTTPException: unrouted},
    )
    application.router.redirect_slashes = False  # an empty id must not become a list
    application.state.store, application.state.log = api.store, log
    return application


@dataclass
class _Operations:
    """The endpoints, and the options that they go by."""

    store: Store
    delay: float = 0.0
    max_body_bytes: int = 64 * 2**20
    clock: Callable[[], float] = time.time
    new_id: Callable[[], str] = lambda: uuid4().hex
    log: Callable[[str], None] | None = None
    hosts: Collection[str] | None = None
    turn: Lock = field(default_factory=Lock)

    async def create(self, request: Request) -> Response:
        body = await read_body(request, "create_chat_completion", most=self.max_body_bytes)
        completion = await run_in_threadpool(complete, body, created=int(self.clock()), new_id=self.new_id)
        headers = rate_limits(completion["usage"]["total_tokens"])
        if not body.get("stream"):
            return JSONResponse(await self._kept(completion, body), headers=headers)
        headers["cache-control"] = "no-cache"
        return StreamingResponse(self._events(body, completion), headers=headers, media_type="text/event-stream")

    async def list(self, request: Request) -> Response:
        query = read_query(request, "list_chat_completions")
        return _listed("ChatCompletionList", *await self._stored(self.store.completions, query))

    async def get(self, request: Request) -> Response:
        return JSONResponse(await self._stored(self.store.get, _id(request)))

    async def update(self, request: Request) -> Response:
        body = await read_body(request, "update_chat_completion", most=self.max_body_bytes)
        return JSONResponse(await self._stored(self.store.update, _id(request), body["metadata"] or {}))

    async def delete(self, request: Request) -> Response:
        await self._stored(self.store.delete, _id(request))
        return JSONResponse(sampled("ChatCompletionDeleted", id=_id(request), deleted=True))

    async def messages(self, request: Request) -> Response:
        query = read_query(request, "get_chat_completion_messages")
        return _listed("ChatCompletionMessageList", *await self._stored(self.store.messages, _id(request), query))

    async def _stored(self, call: Callable[..., T], *arguments: Any) -> T:
        """Call the store in turn: a database that is locked holds up one thread, and nobody who does without it."""
        arrived = time.monotonic()
        async with self.turn:
            self.store.waited = time.monotonic() - arrived
            return await run_in_threadpool(call, *arguments)

    async def _kept(self, completion: dict[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
        return await self._stored(self.store.keep, completion, body) if body.get("store") else completion

    async def _events(self, body: Mapping[str, Any], completion: dict[str, Any]) -> AsyncIterator[str]:
        kept = False
        for place, chunk in enumerate(chunks(completion, body.get("stream_options") or {})):
            if place and self.delay:
                await sleep(self.delay)
            # Stored before an end is told: whoever has read a finish reason finds the completion in the list.
            if not kept and any(choice["finish_reason"] for choice in chunk["choices"]):
                try:
                    await self._kept(completion, body)
                except ApiError as error:
                    yield event(error.body)
                    return
                kept = True
            yield event(chunk)
        yield DONE


def _id(request: Request) -> str:
    return unquote(request.path_params["id"])


def _listed(model: str, items: list[dict[str, Any]], has_more: bool) -> Response:
    ids = [item["id"] for item in items] or [""]  # the specification knows no null here
    return JSONResponse(sampled(model, data=items, first_id=ids[0], last_id=ids[-1], has_more=has_more))
