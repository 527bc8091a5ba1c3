"""Faults of a script: answers that are late, cut, refused, or none at all."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from email.utils import formatdate
from http import HTTPStatus
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from ._errors import ApiError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    Words = Mapping[str, Any]
    Sleep = Callable[[float], Awaitable[object]]

#: The ASGI extension that ends a connection; only a `LocalServer` has it.
HANG_UP = "chatcompletions.hang_up"
KEEPALIVE = ": keep-alive\n\n"
_KEEPALIVE_DELAY = 0.05  # seconds, of a stream that has nothing else
_CODES = {401: "invalid_api_key", 403: "permission_denied", 404: "not_found", 429: "rate_limit_exceeded"}


class HungUpError(ConnectionError):
    """A script ended the connection, of a server that leaves no other way to."""


class _EndedError(Exception):
    """The connection is gone, and with it whoever the answer was for."""


def slowly(request: Request, words: Words, sleep: Sleep) -> Request:
    """Return a request whose body is read with a pause before each part."""
    if "read_delay" not in words:
        return request

    async def receive() -> Message:
        await sleep(words["read_delay"])
        return await request.receive()

    return Request(request.scope, receive)


def substitute(words: Words, asked: Any, sleep: Sleep, now: float) -> Response | None:
    """Return what an entry answers in place of what was asked for; `None` if that is not what it does."""
    is_streamed = isinstance(asked, dict) and asked.get("stream")
    status = words.get("status_code", 500 if "error" in words and not is_streamed else 200)
    response: Response | None = None
    if words.get("keepalives_only"):
        comments = _keepalives(words.get("chunk_delay") or _KEEPALIVE_DELAY, sleep)
        response = StreamingResponse(comments, media_type="text/event-stream")
    elif "redirect" in words:
        status = words.get("status_code", 307)
        response = Response(status_code=status, headers={"location": words["redirect"]})
    elif "body" in words:
        response = _whole(words["body"], status)
    elif status >= 400:
        response = JSONResponse(error_body(words, status), status)
    if response is not None:
        response.headers.update(dict(_retry_headers(words, now)))
    return response


def error_body(words: Words, status: int) -> dict[str, Any]:
    """Make the body of an entry's error."""
    phrase = next((code.phrase for code in HTTPStatus if code == status), "an unknown status")
    made = ApiError(f"The script answers with {status}, {phrase}.", status, code=_CODES.get(status)).body["error"]
    error = words.get("error", {})
    return {"error": made | ({"message": error} if isinstance(error, str) else error)}


def _retry_headers(words: Words, now: float) -> Iterator[tuple[str, str]]:
    for name in ("retry_after", "retry_after_ms"):
        if name in words:
            yield name.replace("_", "-"), f"{words[name]:g}"
    if "retry_after_date" in words:
        yield "retry-after", formatdate(now + words["retry_after_date"], usegmt=True)
    if "x_should_retry" in words:
        yield "x-should-retry", str(words["x_should_retry"]).lower()


def _whole(body: Any, status: int) -> Response:
    if not isinstance(body, str | bytes):
        return JSONResponse(body, status)
    content = body.encode() if isinstance(body, str) else body
    return Response(content, status, media_type="text/html" if content.lstrip()[:1] == b"<" else "text/plain")


async def _keepalives(delay: float, sleep: Sleep) -> AsyncIterator[str]:
    while True:
        yield KEEPALIVE
        await sleep(delay)
        await asyncio.sleep(0)  # whatever the other sleep does, others must have their turn


class Played:
    """A response as an entry has it sent: with its status and headers, in writes of its own, cut or reset."""

    def __init__(self, response: ASGIApp, words: Words) -> None:
        self._response = response
        self._words = words

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        words = self._words
        left = words.get("cut", 0 if words.get("reset") else None)
        writes = _Writes(words.get("writes"))

        async def hang_up() -> None:
            end = scope.get("extensions", {}).get(HANG_UP)
            if end is None:
                raise HungUpError("the script ended the connection")
            end(reset=words.get("reset", False))
            while (await receive())["type"] != "http.disconnect":
                pass
            raise _EndedError

        async def send_faulty(message: Message) -> None:
            nonlocal left
            if message["type"] == "http.response.start":
                if "cut" not in words and left == 0:
                    await hang_up()
                message["status"] = words.get("status_code", message["status"])
                MutableHeaders(scope=message).update(words.get("headers", {}))
                await send(message)
                return
            more = message.get("more_body", False)
            for part in writes.parts(message.get("body", b""), is_last=not more):
                await send({**message, "body": part[:left], "more_body": True})
                left = None if left is None else left - len(part)
                if left is not None and left <= 0:
                    await hang_up()
            if not more:
                await send({**message, "body": b""})

        with suppress(_EndedError):
            await self._response(scope, receive, send_faulty)


class _Writes:
    """How a body is parted into writes: each of one size, or the first ones of a size each."""

    def __init__(self, sizes: int | list[int] | None) -> None:
        listed = sizes if isinstance(sizes, list) else []
        self._sizes = chain(listed, repeat(sizes if isinstance(sizes, int) else None))
        self._size = next(self._sizes)
        self._waiting = b""

    def parts(self, body: bytes, *, is_last: bool) -> Iterator[bytes]:
        """Yield what can be written once a further part of the body has come."""
        self._waiting += body
        while self._waiting and (self._size is None or is_last or len(self._waiting) >= self._size):
            part, self._waiting = self._waiting[: self._size], self._waiting[self._size or len(self._waiting) :]
            self._size = next(self._sizes)
            yield part


class Late:
    """Completions that a script hides for a while: they are stored once they may be seen."""

    def __init__(self, keep: Callable[[dict[str, Any], Words], dict[str, Any]]) -> None:
        self._keep = keep
        self._hidden: list[tuple[dict[str, Any], Words, float, list[None]]] = []
        self._lock = threading.Lock()

    def keep(self, completion: dict[str, Any], request: Words, words: Words, now: float) -> dict[str, Any]:
        """Store a completion now or later, if its request says so, and return it as it will be listed."""
        if not request.get("store"):
            return completion
        lists = [None] * words.get("visible_after_lists", 0)
        if not lists and "visible_after" not in words:
            return self._keep(completion, request)
        with self._lock:
            self._hidden.append((completion, request, now + words.get("visible_after", 0), lists))
        return {**completion, "metadata": request.get("metadata") or {}}

    def show(self, now: float, *, is_list: bool) -> None:
        """Store what may be seen by now; a list is one of those that some do not appear in."""
        with self._lock:
            seen = [one for one in self._hidden if now >= one[2] and not one[3]]
            self._hidden = [one for one in self._hidden if one not in seen]
            for _, _, _, lists in self._hidden if is_list else ():
                del lists[:1]
        for completion, request, *_ in seen:
            self._keep(completion, request)
