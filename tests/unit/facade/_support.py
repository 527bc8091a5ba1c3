"""Shared parts of the facade's tests: a server without a network, and the JSON that servers send."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx

from chatcompletions import AsyncChatClient, ChatCompletionStream
from chatcompletions._transport.client import HTTPClient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator

    import pytest

    Reply = httpx.Response | Exception | dict[str, Any]

KEY = "sk-secret-0123456789abcdef"
ASK: dict[str, Any] = {"model": "m", "messages": "Hello."}


class Server:
    """A stand-in for a server: it sends the replies in turn, the last one for ever, and keeps the requests."""

    def __init__(self, *replies: Reply) -> None:
        self.requests: list[httpx.Request] = []
        self._replies = list(replies)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        reply = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
        if isinstance(reply, Exception):
            raise reply
        if not isinstance(reply, httpx.Response):
            return httpx.Response(200, json=reply)
        if isinstance(reply.stream, Pieces):
            return reply
        # httpx binds a response to the mode of the client that it was given to.
        return httpx.Response(reply.status_code, headers=reply.headers, content=reply.content)

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self)

    @property
    def body(self) -> Any:
        """The JSON of the last request."""
        return json.loads(self.requests[-1].content)


class Pieces(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that arrives in pieces; an exception among them is raised, and a function among them is called."""

    def __init__(self, *pieces: bytes | Exception | Callable[[], Any]) -> None:
        self.closed = False
        self.taken = 0
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            if isinstance(piece, Exception):
                raise piece
            if isinstance(piece, bytes):
                self.taken += 1
                yield piece
            else:
                piece()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece

    def close(self) -> None:
        self.closed = True

    async def aclose(self) -> None:
        self.closed = True


def completion(content: str | None = "Hi.", **members: Any) -> dict[str, Any]:
    """Return a completion as the spec has it."""
    message = {"role": "assistant", "content": content, "refusal": None}
    choice = {"index": 0, "finish_reason": "stop", "message": message, "logprobs": None}
    known = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1_700_000_000, "model": "m"}
    return {**known, "choices": [choice], **members}


def choice(index: int | None = 0, finish_reason: str | None = None, **delta: Any) -> dict[str, Any]:
    """Return a choice of a chunk; ``index=None`` leaves the index out."""
    place = {} if index is None else {"index": index}
    return {**place, "delta": delta, "finish_reason": finish_reason, "logprobs": None}


def chunk(*choices: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Return a chunk of a stream as the spec has it."""
    known = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_700_000_000, "model": "m"}
    return {**known, "choices": list(choices), **members}


HI = chunk(choice(role="assistant", content="Hi"))
DOT = chunk(choice(content="."))
STOP = chunk(choice(finish_reason="stop"))


def events(*data: dict[str, Any] | list[Any] | str) -> bytes:
    """Return server-sent events: text as it is, anything else as JSON."""
    texts = (item if isinstance(item, str) else json.dumps(item, ensure_ascii=False) for item in data)
    return b"".join(b"data: " + text.encode() + b"\n\n" for text in texts)


def streaming(*pieces: bytes | Exception | Callable[[], Any], **headers: str) -> httpx.Response:
    """Return an open stream of server-sent events."""
    return httpx.Response(200, headers={"content-type": "text/event-stream", **headers}, stream=Pieces(*pieces))


def page(ids: Iterable[str], **members: Any) -> dict[str, Any]:
    """Return a page of completions with these ids."""
    data = [completion(id=id_) for id_ in ids]
    edges = {"first_id": data[0]["id"], "last_id": data[-1]["id"]} if data else {"first_id": "", "last_id": ""}
    return {"object": "list", "data": data, **edges, "has_more": False, **members}


def dropped_down(driver: Any, endpoint: Any, *args: Any, **params: Any) -> Any:
    """Call an endpoint module of the generated package through ``raw``, in the driver's mode."""
    if not is_async(driver):
        return endpoint.sync_detailed(*args, client=driver.client.raw, **params)

    async def call() -> Any:
        return await endpoint.asyncio_detailed(*args, client=driver.client.raw, **params)

    return driver.run(call())


def is_async(driver: Any) -> bool:
    return isinstance(driver.client, AsyncChatClient)


def within(driver: Any, opening: Any, use: Callable[[Any], None]) -> Any:
    """Open a stream as a context manager, pass it and each of its chunks to a function, and return the stream.

    The function is called with the stream first, and with every chunk that follows.
    """
    if not is_async(driver):
        with opening as stream:
            use(stream)
            for each in stream:
                use(each)
        return stream

    async def enter() -> Any:
        async with opening as stream:
            use(stream)
            async for each in stream:
                use(each)
        return stream

    return driver.run(enter())


class Clock:
    """A clock that is set by hand, in seconds, for every client and stream."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_000.0
        for cls in {*ChatCompletionStream.__mro__, *HTTPClient.__mro__}:
            defaults = getattr(cls.__init__, "__kwdefaults__", None) or {}
            if "clock" in defaults:
                monkeypatch.setitem(defaults, "clock", lambda: self.now)

    def passing(self, seconds: float) -> Callable[[], None]:
        """Return a function that lets time pass."""

        def wait() -> None:
            self.now += seconds

        return wait
