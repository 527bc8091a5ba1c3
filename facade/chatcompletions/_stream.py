"""The two streams; what they make of the bytes is decided in `BaseStream`, so they differ in waiting alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from ._base_stream import BaseStream
from ._chunk import text_added_by
from ._coroutine import LazyCoroutine
from ._drain import adrain, drain
from ._hang_up import hang_up

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
    from types import TracebackType
    from typing import Self

    from ._chunk import ChatCompletionChunk
    from ._models import ChatCompletion


class ChatCompletionStream(BaseStream):
    """A completion that arrives chunk by chunk: an iterator over chunks, and a context manager that closes it.

    Iterating raises `StreamError` when the stream reports an error, `StreamInterruptedError` or `StreamTimeoutError`
    when it breaks off or was closed before its end, and, for a strict client, `StreamValidationError` at a chunk that
    departs from the spec; each carries what had arrived.

    Attributes:
        response: The open `httpx.Response`.
    """

    def __init__(self, response: httpx.Response, **options: Any) -> None:
        super().__init__(response, **options)
        self._iterator = self._iterate()

    def __iter__(self) -> Iterator[ChatCompletionChunk]:
        self._check_open()
        return self._iterator

    def __next__(self) -> ChatCompletionChunk:
        self._check_open()
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
        self._close()
        hang_up(self.response)
        self.response.close()

    def _iterate(self) -> Generator[ChatCompletionChunk]:
        self._note_life()
        try:
            received = self.response.iter_bytes()
            for data in received:
                yield from self._chunks(data)
                if self._done:
                    drain(self.response, received)
                    return
            yield from self._last_chunks()
        except (httpx.RequestError, httpx.StreamError) as failure:
            self._broke_off(failure)
        finally:
            self._close()
            self.response.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()


class AsyncChatCompletionStream(BaseStream):
    """`ChatCompletionStream` for ``async for`` and ``async with``."""

    def __init__(self, response: httpx.Response, **options: Any) -> None:
        super().__init__(response, **options)
        self._iterator = self._iterate()

    def __aiter__(self) -> AsyncIterator[ChatCompletionChunk]:
        self._check_open()
        return self._iterator

    async def __anext__(self) -> ChatCompletionChunk:
        self._check_open()
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
        self._close()
        await self.response.aclose()

    async def _iterate(self) -> AsyncIterator[ChatCompletionChunk]:
        self._note_life()
        try:
            received = self.response.aiter_bytes()
            async for data in received:
                for chunk in self._chunks(data):
                    yield chunk
                if self._done:
                    await adrain(self.response, received)
                    return
            for chunk in self._last_chunks():
                yield chunk
        except (httpx.RequestError, httpx.StreamError) as failure:
            self._broke_off(failure)
        finally:
            self._close()
            await self.response.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.aclose()


class AsyncStreamOpening(LazyCoroutine[AsyncChatCompletionStream]):
    """A streamed call on its way: ``await`` it or make it a task for the stream, or open it by ``async with``."""

    def __init__(self, send: Callable[[], Awaitable[httpx.Response]], **options: Any) -> None:
        self._send = send
        self._options = options

    async def _begin(self) -> AsyncChatCompletionStream:
        return AsyncChatCompletionStream(await self._send(), **self._options)

    async def __aenter__(self) -> AsyncChatCompletionStream:
        self._stream = await self
        return self._stream

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self._stream.aclose()
