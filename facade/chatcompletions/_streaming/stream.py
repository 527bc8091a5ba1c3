"""The two streams. What they make of the bytes is decided in `StreamReader`, so they differ in waiting alone."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Any

import httpx

from chatcompletions._answers.chunk import text_added_by
from chatcompletions._coroutine import LazyCoroutine
from chatcompletions._public import public
from chatcompletions._transport.decoding import aiter_decoded, iter_decoded
from chatcompletions._transport.slots import LEASE

from .base import StreamReader

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
    from types import TracebackType
    from typing import Self

    from chatcompletions._answers.chunk import ChatCompletionChunk
    from chatcompletions._answers.models import ChatCompletion

#: Seconds to wait, after ``[DONE]``, for the end of the body, so that the connection can serve the next call. It comes
#: at once from nearly every server, but none is bound to send it; a new TLS connection costs no more.
END_TIMEOUT = 0.1


class _Stream:
    """What both streams show."""

    def __init__(
        self, response: httpx.Response, *, clock: Callable[[], float] = time.monotonic, **options: Any
    ) -> None:
        self.response = response
        # What is iterated over does not know the stream: dropped, a stream gives its connection up at once.
        self._reader = StreamReader(response, clock=clock, **options)

    def __repr__(self) -> str:
        return (
            f"<{type(self).__name__} [{self.response.status_code} {self.response.reason_phrase}], {self._reader.state}>"
        )

    @property
    def headers(self) -> httpx.Headers:
        """The headers of the answer: rate limits, processing time and more."""
        return self.response.headers

    @property
    def request_id(self) -> str | None:
        """The ``x-request-id`` of the answer."""
        request_id: str | None = self.response.headers.get("x-request-id")
        return request_id

    @property
    def completion(self) -> ChatCompletion:
        """The completion as far as it has arrived: whole once the stream has ended."""
        return self._reader.completion


@public
class ChatCompletionStream(_Stream):
    """A completion that arrives chunk by chunk: an iterator over chunks, and a context manager that closes it.

    Iterating raises `StreamError` when the stream reports an error, `StreamInterruptedError` or `StreamTimeoutError`
    when it breaks off or was closed before its end, `StreamTooLargeError` when it has more bytes than the client takes,
    and, for a strict client, `StreamValidationError` at a chunk that departs from the spec; each carries what had
    arrived.

    Attributes:
        response: The open `httpx.Response`.
    """

    def __init__(self, response: httpx.Response, **options: Any) -> None:
        super().__init__(response, **options)
        self._iterator = _iterate(response, self._reader)

    def __iter__(self) -> Iterator[ChatCompletionChunk]:
        self._reader.check_open()
        return self._iterator

    def __next__(self) -> ChatCompletionChunk:
        self._reader.check_open()
        return next(self._iterator)

    def text_deltas(self) -> Iterator[str]:
        """Iterate over the pieces of the first choice's text as they arrive."""
        return (text for chunk in self if (text := text_added_by(chunk)))

    def get_final_completion(self) -> ChatCompletion:
        """Read the stream to its end and return the whole completion, or raise if it had no good end."""
        for _ in self:
            pass
        return self.completion

    def close(self) -> None:
        """Close the stream, from any thread; its connection is closed with it unless the stream has ended.

        Nothing more comes out of it: asked for more before its end, it raises `StreamInterruptedError`.
        """
        _close(self.response, self._reader)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()


def _iterate(response: httpx.Response, reader: StreamReader) -> Generator[ChatCompletionChunk]:
    try:
        reader.note_life()
        received = iter_decoded(response, reader.most)
        for data in received:
            yield from reader.chunks(data)
            if reader.done:
                _read_end(response, received)
                return
        yield from reader.last_chunks()
    except (httpx.RequestError, httpx.StreamError) as failure:
        reader.broke_off(failure)
    finally:
        _close(response, reader)


def _read_end(response: httpx.Response, received: Iterator[bytes]) -> None:
    """Wait up to 0.1 s for the end of the body."""
    lease = response.extensions.get(LEASE)
    if lease is not None:
        lease.limit_reads(END_TIMEOUT)
    elif response.headers.get("content-length") != str(response.num_bytes_downloaded):
        return  # the transport is the caller's, whose reads cannot be cut short
    with contextlib.suppress(httpx.RequestError):
        next(received, None)


def _close(response: httpx.Response, reader: StreamReader) -> None:
    reader.close()
    try:
        response.close()
    finally:
        # Once more, should an exception of a signal's have ended that: a response closes its body only once.
        if (lease := response.extensions.get(LEASE)) is not None:
            lease.close()


@public
class AsyncChatCompletionStream(_Stream):
    """`ChatCompletionStream` for ``async for`` and ``async with``."""

    def __init__(self, response: httpx.Response, **options: Any) -> None:
        super().__init__(response, **options)
        self._iterator = _aiterate(response, self._reader)

    def __aiter__(self) -> AsyncIterator[ChatCompletionChunk]:
        self._reader.check_open()
        return self._iterator

    async def __anext__(self) -> ChatCompletionChunk:
        self._reader.check_open()
        return await anext(self._iterator)

    async def text_deltas(self) -> AsyncIterator[str]:
        """Iterate over the pieces of the first choice's text as they arrive."""
        async for chunk in self:
            if text := text_added_by(chunk):
                yield text

    async def get_final_completion(self) -> ChatCompletion:
        """Read the stream to its end and return the whole completion, or raise if it had no good end."""
        async for _ in self:
            pass
        return self.completion

    async def aclose(self) -> None:
        """Close the stream, from any task; see `ChatCompletionStream.close`."""
        await _aclose(self.response, self._reader)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.aclose()


async def _aiterate(response: httpx.Response, reader: StreamReader) -> AsyncIterator[ChatCompletionChunk]:
    try:
        reader.note_life()
        received = aiter_decoded(response, reader.most)
        async for data in received:
            for chunk in reader.chunks(data):
                yield chunk
            if reader.done:
                await _aread_end(received)
                return
        for chunk in reader.last_chunks():
            yield chunk
    except (httpx.RequestError, httpx.StreamError) as failure:
        reader.broke_off(failure)
    finally:
        await _aclose(response, reader)


async def _aread_end(received: AsyncIterator[bytes]) -> None:
    """Wait up to 0.1 s for the end of the body."""
    import anyio  # httpx's async side has loaded it by now

    with contextlib.suppress(httpx.RequestError), anyio.move_on_after(END_TIMEOUT):
        await anext(received, None)


async def _aclose(response: httpx.Response, reader: StreamReader) -> None:
    reader.close()
    try:
        await response.aclose()
    finally:
        if (lease := response.extensions.get(LEASE)) is not None:
            await lease.aclose()


@public
class AsyncStreamOpening(LazyCoroutine[AsyncChatCompletionStream]):
    """A streamed call on its way: ``await`` it or make it a task for the stream, or open it by ``async with``."""

    def __init__(self, send: Callable[[], Awaitable[httpx.Response]], **options: Any) -> None:
        self._send = send
        self._options = options

    def __repr__(self) -> str:
        return f"<{type(self).__name__}, to be awaited or opened by async with>"

    async def _begin(self) -> AsyncChatCompletionStream:
        return AsyncChatCompletionStream(await self._send(), **self._options)

    async def __aenter__(self) -> AsyncChatCompletionStream:
        self._stream = await self
        return self._stream

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self._stream.aclose()
