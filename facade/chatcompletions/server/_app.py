"""The application: six operations under ``/v1``, each a check, a call of the store, and an answer."""

from __future__ import annotations

import asyncio
import time
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, TypedDict, TypeVar, Unpack
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
from ._faults import KEEPALIVE, Late, Played, error_body, slowly, substitute
from ._log import Log
from ._recorded import OPERATIONS, PATH, RECORDED, Recorder
from ._requests import Query, read_body, read_query
from ._samples import sampled
from ._script import Script
from ._scripted import cutter, rearranged, unshaped, worded
from ._store import Store
from ._stream import DONE, chunks, event
from ._words import ScriptError, check_words

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping
    from pathlib import Path

    from starlette.requests import Request

    from ._words import ScriptEntry

    Words = Mapping[str, Any]

T = TypeVar("T")


class Options(TypedDict, total=False):
    """What ``app`` and ``LocalServer`` take beside the store, the key and the script.

    Attributes:
        lenient: Whether requests are taken that the service would refuse: schemas that are called strict and are not,
            tool calls that nobody answered, a JSON object that no message asks for, odd or double names of tools,
            parameters that the spec does not have.
        script_end: What a create request gets when the script has no answer left: ``error``, the default, is a status
            500 that says so and is not to be retried, ``canned`` the answer of a server without a script. Other
            operations then go on with the store.
        chunk_delay: Seconds to wait before each streamed chunk but the first.
        max_body_bytes: The largest request body that is read, 64 MiB by default.
        clock: Gives the time, in seconds since 1970.
        sleep: A coroutine function that waits for a number of seconds, for tests that do not want to.
        new_id: Gives a fresh word for each id; called from several threads.
        log: Called with one line for each request answered, in a thread of its own: whatever it does, answers go out.
        hosts: The domain names by which it may be addressed, besides local names and IP addresses; any if `None`.
    """

    lenient: bool
    script_end: Literal["error", "canned"]
    chunk_delay: float
    max_body_bytes: int
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[object]]
    new_id: Callable[[], str]
    log: Callable[[str], None] | None
    hosts: Collection[str] | None


def app(
    *,
    db: str | Path | None = None,
    api_key: str | None = None,
    script: Iterable[ScriptEntry | Any] | str | Path | None = None,
    **options: Unpack[Options],
) -> Starlette:
    """Build the server as an ASGI application, for a server of your own or ``httpx.ASGITransport``.

    Args:
        db: The SQLite file that keeps stored completions; in memory if `None`.
        api_key: The key that every request must carry; any or none will do if `None`.
        script: The answers and faults that it plays: a list of entries, see `ScriptEntry`, or a YAML file with one.
        **options: See `Options`.

    Returns:
        The application. ``state.store.close()`` closes its database; else that happens when it is dropped.
        ``state.script.then(...)`` adds to its script, ``state.recorder.requests`` is what came. It can cut a connection
        only by an exception, which ``httpx.ASGITransport`` hands on to the client: for real cuts use a `LocalServer`.

    Raises:
        StoreError: If the file cannot be used as a store.
        ValueError: If the key is empty, or begins or ends with a space.
        ScriptError: If the script cannot be played.
        TypeError: If there is no such option.
    """
    check_options(options)
    played = Script(script, end=options.get("script_end", "error"), lenient=options.get("lenient", False))
    return build(played, Recorder(), db=db, api_key=api_key, **options)


def build(
    script: Script, recorder: Recorder, *, db: str | Path | None, api_key: str | None, **options: Unpack[Options]
) -> Starlette:
    """Build the application around a script and a recorder of requests."""
    check_key(api_key)
    api = _Operations(Store(db), script, **options)
    log = None if api.log is None else Log(api.log)
    one = f"{PATH}/{{id}}"
    routes = {"create": PATH, "list": PATH, "get": one, "update": one, "delete": one, "messages": f"{one}/messages"}
    methods = {"create": "POST", "update": "POST", "delete": "DELETE"}
    envelope = partial(Envelope, api_key=api_key, hosts=api.hosts, new_id=api.new_id, log=log, recorder=recorder)
    application = Starlette(
        routes=[Route(path, api.endpoint(name), methods=[methods.get(name, "GET")]) for name, path in routes.items()],
        middleware=[Middleware(envelope)],
        exception_handlers={HTTPException: unrouted},
    )
    application.router.redirect_slashes = False  # an empty id must not become a list
    application.state.store, application.state.script, application.state.recorder = api.store, script, recorder
    application.state.log = log
    return application


def check_options(options: Mapping[str, Any]) -> None:
    """Raise `TypeError` if an option is not one of `Options`; the message has the nearest."""
    try:
        check_words(options, ["script", "db", "api_key", *Options.__annotations__], "the local server")
    except ScriptError as error:
        raise TypeError(str(error).replace("unknown word", "unknown option")) from None


@dataclass
class _Operations:
    """The endpoints, and the options that they go by.

    Each operation runs in a thread, and takes what was asked for (a body, a query or nothing), the words of the
    script's entry, and the id in the path.
    """

    store: Store
    script: Script
    lenient: bool = False
    script_end: str = "error"  # the script knows
    chunk_delay: float = 0.0
    max_body_bytes: int = 64 * 2**20
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    new_id: Callable[[], str] = lambda: uuid4().hex
    log: Callable[[str], None] | None = None
    hosts: Collection[str] | None = None
    turn: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.late = Late(self.store.keep)

    def endpoint(self, name: str) -> Callable[[Request], Awaitable[Response]]:
        """Make the endpoint of an operation: the request is checked, an entry chosen, and its answer played."""
        operation, place = OPERATIONS[name]
        method = getattr(self, name)

        def run(asked: Any, words: Words, completion_id: str) -> Any:
            if name != "create" or asked.get("store"):
                self.late.show(self.clock(), is_list=name == "list")
            return method(asked, words, completion_id)

        async def answer(request: Request) -> Any:
            recorded = request.scope[RECORDED]
            asked: Any
            words = self.script.pick(recorded, unread=True)
            if place == "body":
                slow = slowly(request, words, self.sleep)
                asked = await read_body(slow, operation, most=self.max_body_bytes, lenient=self.lenient)
            else:
                asked = read_query(request, operation) if place else None
            words = words or self.script.pick(recorded)
            if "delay" in words:
                await self.sleep(words["delay"])
            response: Any = substitute(words, asked, self.sleep, self.clock())
            if response is None:
                stores = name != "create" or bool(asked.get("store"))
                response = await self._in_turn(run, asked, words, _id(request), stores=stores)
            return Played(response, words) if words else response

        return answer

    async def _in_turn(self, call: Callable[..., T], *arguments: Any, stores: bool) -> T:
        """Run a call in a thread. Those that use the store take turns: if it is locked, one thread waits, not all."""
        arrived = time.monotonic()
        async with self.turn if stores else nullcontext():
            if stores:
                self.store.waited = time.monotonic() - arrived
            return await run_in_threadpool(call, *arguments)

    def create(self, body: dict[str, Any], words: Words, _: str) -> Response:
        completion = complete(unshaped(body, words), created=int(self.clock()), new_id=self.new_id)
        completion = worded(completion, words, body, self.new_id)
        headers = rate_limits((completion.get("usage") or {}).get("total_tokens") or 0)
        if not body.get("stream"):
            return JSONResponse(self._keep(completion, body, words), headers=headers)
        headers["cache-control"] = "no-cache"
        return StreamingResponse(self._events(body, completion, words), headers=headers, media_type="text/event-stream")

    def list(self, query: Query, words: Words, _: str) -> Response:
        return _listed("ChatCompletionList", words, *self.store.completions(_ignoring(query, words)))

    def get(self, _: None, __: Words, completion_id: str) -> Response:
        return JSONResponse(self.store.get(completion_id))

    def update(self, body: dict[str, Any], _: Words, completion_id: str) -> Response:
        return JSONResponse(self.store.update(completion_id, body["metadata"] or {}))

    def delete(self, _: None, __: Words, completion_id: str) -> Response:
        self.store.delete(completion_id)
        return JSONResponse(sampled("ChatCompletionDeleted", id=completion_id, deleted=True))

    def messages(self, query: Query, words: Words, completion_id: str) -> Response:
        items, has_more = self.store.messages(completion_id, _ignoring(query, words))
        return _listed("ChatCompletionMessageList", words, items, has_more)

    def _keep(self, completion: dict[str, Any], body: dict[str, Any], words: Words) -> dict[str, Any]:
        return self.late.keep(completion, body, words, self.clock())

    async def _events(self, body: dict[str, Any], completion: dict[str, Any], words: Words) -> AsyncIterator[str]:
        made = rearranged(chunks(completion, body.get("stream_options") or {}, cutter(words)), words)
        error_after = words.get("error_after", 1) if "error" in words else None
        kept, is_cut = "chunks" in words, "cut" in words
        for place, chunk in enumerate(islice(words.get("chunks", made), error_after)):
            if place and (delay := words.get("chunk_delay", self.chunk_delay)):
                await self.sleep(delay)
            # Stored before an end is told: whoever has read a finish reason finds the completion in the list. A model
            # does not stop where a connection does.
            if not kept and (is_cut or any(choice["finish_reason"] for choice in chunk["choices"])):
                try:
                    await self._in_turn(self._keep, completion, body, words, stores=bool(body.get("store")))
                except ApiError as error:
                    yield event(error.body)
                    return
                kept = True
            yield KEEPALIVE * words.get("keepalives", 0) + event(chunk)
        if error_after is not None:
            yield event(error_body(words, 500))
        elif words.get("done", True):
            yield DONE


def _id(request: Request) -> str:
    return unquote(request.path_params.get("id", ""))


def _ignoring(query: Query, words: Words) -> Query:
    ignored = [*words.get("ignore", ()), *(["after"] if words.get("circular") else [])]
    return query._replace(**{name: query._field_defaults[name] for name in ignored})


def _listed(model: str, words: Words, items: list[dict[str, Any]], has_more: bool) -> Response:
    ids = [item["id"] for item in items] or [""]  # the specification knows no null here
    has_more = has_more or bool(words.get("circular"))
    return JSONResponse(sampled(model, data=items, first_id=ids[0], last_id=ids[-1], has_more=has_more))
