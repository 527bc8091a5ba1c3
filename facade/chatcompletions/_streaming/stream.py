"""The two streams, which differ in waiting alone: `StreamReader` decides all else."""

from __future__ import annotations

import contextlib
import time
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

import httpx

from chatcompletions._answers.chunk import text_added_by
from chatcompletions._answers.coroutine import LazyCoroutine
from chatcompletions._errors import StreamInterruptedError
from chatcompletions._public import public
from chatcompletions._transport.decoding import aiter_decoded, iter_decoded
from chatcompletions._transport.slots import LEASE

from .base import StreamReader
from .deltas import WholeCharacters

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
    from types import TracebackType
    from typing import Self

    from chatcompletions._answers.chunk import ChatCompletionChunk
    from chatcompletions._answers.meta import Meta
    from chatcompletions._answers.models import ChatCompletion

    from .events import ChatCompletionStreamEvent

#: Seconds to wait, after ``[DONE]``, for the end of the body, so that the connection can serve the next call. Nearly
#: every server sends it at once, but none has to; a new TLS connection takes no longer.
END_TIMEOUT = 0.1


class _Stream:
    """The parts that both streams share."""

    def __init__(
        self,
        response: httpx.Response,
        *,
        clock: Callable[[], float] = time.monotonic,
        adapter: Any = None,
        observed: Any = None,
        **options: Any,
    ) -> None:
        self.response = response
        self._adapter = adapter
        self._observed = observed
        # The iterator has no reference to the stream, so that a stream that is dropped closes its connection at once.
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
    def meta(self) -> Meta:
        """What came with the stream: rate limits, failed attempts, times, as far as they are known."""
        return self.completion.meta

    @property
    def completion(self) -> ChatCompletion:
        """The completion as far as it has arrived: whole once the stream has ended."""
        return self._reader.completion


@public
class ChatCompletionStream(_Stream):
    """A completion that arrives chunk by chunk: an iterator over chunks, and a context manager that closes it.

    Iterating raises `StreamError` if the stream reports an error, `StreamInterruptedError` or `StreamTimeoutError`
    if it breaks off or was closed before its end, `StreamTooLargeError` if it has more bytes than the client takes,
    and, for a strict client, `StreamValidationError` at a chunk that departs from the spec; each has the completion so
    far.

    Attributes:
        response: The open `httpx.Response`.
    """

    def __init__(self, response: httpx.Response, *, recover: Callable[..., Any] | None = None, **options: Any) -> None:
        super().__init__(response, **options)
        self._iterator: Iterator[ChatCompletionChunk] = _iterate(response, self._reader)
        if recover is not None:
            self._iterator = _recovered(self._iterator, partial(recover, response.request), self._reader)
        if self._observed is not None:
            self._iterator = self._observed.chunks(self._iterator, self._reader)
            self._observed.opened(self)

    def __iter__(self) -> Iterator[ChatCompletionChunk]:
        self._reader.check_open()
        return self._iterator

    def __next__(self) -> ChatCompletionChunk:
        self._reader.check_open()
        return next(self._iterator)

    def text_deltas(self) -> Iterator[str]:
        """Iterate over the pieces of the first choice's text as they arrive."""
        characters = WholeCharacters()
        for chunk in self:
            if text := characters.add(text_added_by(chunk)):
                yield text
        if text := characters.rest():
            yield text

    def events(self) -> Iterator[ChatCompletionStreamEvent]:
        """Iterate over what each chunk adds to the choices, and over what is complete: a text, a tool call.

        Each event is a class of its own, for ``match``, and has a ``type`` such as ``"content.delta"``; see
        `ChunkEvent`, `ContentDeltaEvent` and those beside them. What an event has beyond its own piece (``snapshot``,
        ``parsed``) is made when it is read, and stays as it was then.

        Raises:
            StreamError: The stream has no good end, as when it is iterated over.
        """
        recorder = self._reader.recorder(self._adapter)
        for chunk in self:
            yield from recorder.events_of(chunk)
        yield from recorder.last_events()

    def get_final_completion(self) -> ChatCompletion:
        """Read the stream to its end, and return the whole completion.

        Raises:
            StreamError: The stream has no good end; see the class for the kinds.
        """
        for _ in self:
            pass
        return self.completion

    def close(self) -> None:
        """Close the stream, from any thread; its connection is closed with it unless the stream has ended.

        A stream that was closed before its end raises `StreamInterruptedError` when it is iterated over again.
        """
        _close(self.response, self._reader)
        if self._observed is not None:
            self._observed.ended(self._reader)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()


def _iterate(response: httpx.Response, reader: StreamReader) -> Generator[ChatCompletionChunk]:
    try:
        reader.note_activity()
        received = iter_decoded(response, reader.max_answer_bytes)
        for data in _in_time(received, reader) if reader.has_clocks else received:
            yield from reader.chunks(data)
            if reader.done:
                _read_end(response, received)
                return
        yield from reader.last_chunks()
    except (httpx.RequestError, httpx.StreamError) as failure:
        yield from reader.last_chunks(failure)
    finally:
        _close(response, reader)


def _recovered(
    chunks: Iterator[ChatCompletionChunk],
    recover: Callable[[StreamInterruptedError], httpx.Response | None],
    reader: StreamReader,
) -> Iterator[ChatCompletionChunk]:
    """Complete a stream that breaks off from the stored completion, if there is one."""
    try:
        yield from chunks
    except StreamInterruptedError as error:
        rest = None if reader.closed_early else reader.complete(recover(error))
        if rest is None:
            raise
        yield from rest


def _in_time(received: Iterator[bytes], reader: StreamReader) -> Iterator[bytes]:
    """Iterate over a body as far as it comes in the time that the call's own clocks leave."""
    lease = reader.response.extensions.get(LEASE)
    while True:
        left = reader.time_left()
        if left is not None and left <= 0:
            raise httpx.ReadTimeout("")
        if lease is not None:
            lease.limit_body(left)
        data = next(received, None)
        if data is None:
            return
        yield data


def _read_end(response: httpx.Response, received: Iterator[bytes]) -> None:
    """Wait up to 0.1 s for the end of the body."""
    lease = response.extensions.get(LEASE)
    if lease is not None:
        lease.limit_reads(END_TIMEOUT)
    elif response.headers.get("content-length") != str(response.num_bytes_downloaded):
        return  # the transport is the caller's, and its reads have no shorter timeout
    with contextlib.suppress(httpx.RequestError):
        next(received, None)


def _close(response: httpx.Response, reader: StreamReader) -> None:
    reader.close()
    try:
        response.close()
    finally:
        # Again, in case a signal handler's exception ended that call: a response closes its body only once.
        if (lease := response.extensions.get(LEASE)) is not None:
            lease.close()


@public
class AsyncChatCompletionStream(_Stream):
    """`ChatCompletionStream` for ``async for`` and ``async with``."""

    def __init__(self, response: httpx.Response, *, recover: Callable[..., Any] | None = None, **options: Any) -> None:
        super().__init__(response, **options)
        self._iterator = _aiterate(response, self._reader)
        if recover is not None:
            self._iterator = _arecovered(self._iterator, partial(recover, response.request), self._reader)
        if self._observed is not None:
            self._iterator = self._observed.achunks(self._iterator, self._reader)
            self._observed.opened(self)

    def __aiter__(self) -> AsyncIterator[ChatCompletionChunk]:
        self._reader.check_open()
        return self._iterator

    async def __anext__(self) -> ChatCompletionChunk:
        self._reader.check_open()
        return await anext(self._iterator)

    async def text_deltas(self) -> AsyncIterator[str]:
        """Iterate over the pieces of the first choice's text as they arrive."""
        characters = WholeCharacters()
        async for chunk in self:
            if text := characters.add(text_added_by(chunk)):
                yield text
        if text := characters.rest():
            yield text

    async def events(self) -> AsyncIterator[ChatCompletionStreamEvent]:
        """Iterate over what each chunk adds to the choices, and over what is complete; see `ChatCompletionStream`."""
        recorder = self._reader.recorder(self._adapter)
        async for chunk in self:
            for event in recorder.events_of(chunk):
                yield event
        for event in recorder.last_events():
            yield event

    async def get_final_completion(self) -> ChatCompletion:
        """Read the stream to its end, and return the whole completion; see `ChatCompletionStream`."""
        async for _ in self:
            pass
        return self.completion

    async def aclose(self) -> None:
        """Close the stream, from any task; see `ChatCompletionStream.close`."""
        await _aclose(self.response, self._reader)
        if self._observed is not None:
            self._observed.ended(self._reader)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.aclose()


async def _aiterate(response: httpx.Response, reader: StreamReader) -> AsyncIterator[ChatCompletionChunk]:
    try:
        reader.note_activity()
        received = aiter_decoded(response, reader.max_answer_bytes)
        async for data in _ain_time(received, reader) if reader.has_clocks else received:
            for chunk in reader.chunks(data):
                yield chunk
            if reader.done:
                await _aread_end(received)
                return
        for chunk in reader.last_chunks():
            yield chunk
    except (httpx.RequestError, httpx.StreamError) as failure:
        for chunk in reader.last_chunks(failure):
            yield chunk
    finally:
        await _aclose(response, reader)


async def _arecovered(
    chunks: AsyncIterator[ChatCompletionChunk],
    recover: Callable[[StreamInterruptedError], Awaitable[httpx.Response | None]],
    reader: StreamReader,
) -> AsyncIterator[ChatCompletionChunk]:
    """`_recovered` for ``async`` callers."""
    try:
        async for chunk in chunks:
            yield chunk
    except StreamInterruptedError as error:
        rest = None if reader.closed_early else reader.complete(await recover(error))
        if rest is None:
            raise
        for chunk in rest:
            yield chunk


async def _ain_time(received: AsyncIterator[bytes], reader: StreamReader) -> AsyncIterator[bytes]:
    """`_in_time` for ``async`` callers."""
    import anyio

    while True:
        left, data = reader.time_left(), None
        with anyio.move_on_after(left) as scope:
            data = None if left == 0 else await anext(received, None)
        if scope.cancelled_caught or left == 0:
            raise httpx.ReadTimeout("")
        if data is None:
            return
        yield data


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
    """A streamed call that has not begun: ``await`` it, make it a task, or open it with ``async with``."""

    def __init__(self, send: Callable[[], Awaitable[httpx.Response]], **options: Any) -> None:
        self._send = send
        self._options = options

    def __repr__(self) -> str:
        return f"<{type(self).__name__}, to be awaited or opened by async with>"

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            text = f"{type(self).__name__!r} object has no attribute {name!r}: await it, or open it with async with"
            raise AttributeError(text, name=name, obj=self)

        def __aiter__(self) -> NoReturn:
            raise TypeError(f"{type(self).__name__} is no stream yet: await it, or open it with async with")

    async def _start(self) -> AsyncChatCompletionStream:
        return AsyncChatCompletionStream(await self._send(), **self._options)

    async def __aenter__(self) -> AsyncChatCompletionStream:
        self._stream = await self
        return self._stream

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self._stream.aclose()
