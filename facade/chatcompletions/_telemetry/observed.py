"""A call that a client tells of: its events in their order, and a function that cannot break it."""

from __future__ import annotations

import inspect
import logging
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from .events import FailureEvent, ReplyEvent, RequestEvent, RetryEvent, StreamEndEvent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
    from types import TracebackType
    from typing import Self

    import httpx

    from chatcompletions._answers.chunk import ChatCompletionChunk
    from chatcompletions._errors import APIError

_logger = logging.getLogger("chatcompletions")
_numbers = count(1)


class Hook:
    """A function that is told of events; what it raises is logged once, and ends nothing.

    Args:
        function: The function.

    Raises:
        TypeError: It cannot be called, or is async: nobody would await it.
    """

    def __init__(self, function: Callable[[Any], object]) -> None:
        call = getattr(type(function), "__call__", None)  # noqa: B004 - of an object that is called like a function
        if not callable(function) or inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(call):
            raise TypeError(f"on_event must be a plain function that takes an event, not {function!r}")
        self._function = function
        self._has_failed = False

    def __call__(self, event: Any) -> None:
        """Tell of an event."""
        try:
            self._function(event)
        except Exception:
            if not self._has_failed:
                _logger.exception("on_event failed; further failures of it are not reported")
            self._has_failed = True


class Observed:
    """A call that is told of: a context manager around its request.

    Args:
        hook: What is told.
        operation: The name of the call.
        request: The arguments of httpx's ``build_request``.
        base_url: The address that the request's own is relative to.
        params: The parameters of the call.
    """

    def __init__(
        self,
        hook: Hook,
        operation: str,
        request: Mapping[str, Any],
        base_url: httpx.URL,
        params: Mapping[str, Any],
    ) -> None:
        self._hook = hook
        self._names: dict[str, Any] = {"call_id": next(_numbers), "operation": operation}
        self._method, self._params = str(request["method"]).upper(), params
        self._url = f"{str(base_url).rstrip('/')}{request['url']}"
        self._is_open = False
        self._chunks = 0

    def __enter__(self) -> Self:
        self._hook(RequestEvent(**self._names, method=self._method, url=self._url, params=self._params))
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        if exc is not None:
            self._hook(FailureEvent(**self._names, error=exc))

    async def sending(self, send: Callable[[], Awaitable[Any]]) -> Any:
        """Await a response within the call."""
        with self:
            return await send()

    def retrying(self, error: APIError, delay: float) -> None:
        """Tell that another attempt follows."""
        self._hook(RetryEvent(**self._names, error=error, delay=timedelta(seconds=delay)))

    def replied(self, reply: Any) -> Any:
        """Tell of the answer, and return it."""
        self._hook(ReplyEvent(**self._names, reply=reply, meta=reply.meta))
        return reply

    def opened(self, stream: Any) -> None:
        """Tell of an open stream."""
        self._is_open = True
        self.replied(stream)

    def ended(self, reader: Any, error: BaseException | None = None) -> None:
        """Tell, once, that the stream has ended."""
        if not self._is_open:
            return
        self._is_open = False
        completion = reader.completion
        self._hook(
            StreamEndEvent(
                **self._names,
                completion=completion,
                chunks=self._chunks,
                is_whole=reader.done and error is None,
                error=error,
                meta=completion.meta,
            )
        )

    def chunks(self, chunks: Iterator[ChatCompletionChunk], reader: Any) -> Iterator[ChatCompletionChunk]:
        """Iterate over the chunks of a stream, and tell of its end."""
        try:
            for chunk in chunks:
                self._chunks += 1
                yield chunk
        except GeneratorExit:
            raise
        except BaseException as exc:
            self.ended(reader, exc)
            raise
        finally:
            self.ended(reader)

    async def achunks(
        self, chunks: AsyncIterator[ChatCompletionChunk], reader: Any
    ) -> AsyncIterator[ChatCompletionChunk]:
        """`chunks` for ``async`` callers."""
        try:
            async for chunk in chunks:
                self._chunks += 1
                yield chunk
        except GeneratorExit:
            raise
        except BaseException as exc:
            self.ended(reader, exc)
            raise
        finally:
            self.ended(reader)

    def __del__(self) -> None:
        if getattr(self, "_is_open", False):
            self._hook(
                StreamEndEvent(
                    **self._names, completion=None, chunks=self._chunks, is_whole=False, error=None, meta=None
                )
            )
