"""What both streams share: bytes in, typed chunks out, and a completion assembled on the way."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from ._answers import error_from_body, place, reports_error
from ._assembly import Assembly
from ._chunk import ChatCompletionChunk
from ._errors import StreamError, StreamInterruptedError, StreamTimeoutError, StreamValidationError
from ._json import loads
from ._models import ChatCompletion
from ._repetition import Repetition
from ._sse import SSEDecoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import NoReturn

    from ._deviations import Deviation
    from ._sse import ServerSentEvent

    Check = Callable[[dict[str, Any], httpx.Request], Deviation | None]

ErrorT = TypeVar("ErrorT", bound=StreamError)


class BaseStream:
    """What sync and async streams share: everything but waiting for bytes."""

    def __init__(
        self,
        response: httpx.Response,
        *,
        clock: Callable[[], float] = time.monotonic,
        check: Check | None = None,
    ) -> None:
        self.response = response
        self._assembly = Assembly()
        self._decoder = SSEDecoder()
        self._repetition = Repetition()
        self._done = False
        self._clock = clock
        self._patience: float | None = response.request.extensions.get("timeout", {}).get("read")
        self._last_event = clock()
        self._read_chunk = ChatCompletionChunk.from_dict if check is None else partial(self._checked, check)

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
        completion = ChatCompletion.from_dict(self._assembly.completion())
        completion._headers = self.response.headers
        return completion

    @property
    def _is_whole(self) -> bool:
        # Servers that cannot stream answer with the completion itself, and proxies with a page.
        content_type: str = self.response.headers.get("content-type", "")
        return content_type.lower().startswith(("application/json", "text/html"))

    def _whole(self) -> Iterator[ChatCompletionChunk]:
        completion = self.response.json()
        choices = completion.get("choices")
        chunk = {**completion, "object": "chat.completion.chunk"}
        if isinstance(choices, list):
            chunk["choices"] = [_as_chunk_choice(choice) for choice in choices]
        self._done = True
        self._assembly.add(chunk)
        yield ChatCompletionChunk.from_dict(chunk)

    def _chunks(self, data: bytes) -> Iterator[ChatCompletionChunk]:
        events = self._decoder.feed(data)
        if not events:
            self._check_patience()
        return self._read(events)

    def _check_patience(self) -> None:
        # Comments keep the connection busy, so that the transport's own read timeout never fires.
        if self._patience is not None and self._clock() - self._last_event > self._patience:
            if not self._assembly.finished:
                raise self._error(StreamTimeoutError, f"no event came within {self._patience:g} s")
            self._done = True

    def _last_chunks(self) -> Iterator[ChatCompletionChunk]:
        yield from self._read(self._decoder.flush())
        if not self._done and not self._assembly.finished:
            raise self._error(StreamInterruptedError, "the stream ended before a finish reason or [DONE]")
        self._done = True

    def _read(self, events: list[ServerSentEvent]) -> Iterator[ChatCompletionChunk]:
        assembly, repetition, came = self._assembly, self._repetition, False
        for data, event in events:
            if not event and (repeated := repetition.read(data)):
                index, text, model = repeated
                assembly.add_text(index, text)
                yield model
                came = True
                continue
            try:
                chunk = loads(data)
            except ValueError as exc:
                self._check_text(data, event, exc)
                if self._done:
                    return
                continue
            if event == "error" or chunk.__class__ is not dict or reports_error(chunk):
                self._reject(chunk, event)
            assembly.add(chunk)
            # Learned from below, the chunk must stay as it is; otherwise nobody needs it any more.
            is_new = repetition.is_new(data, chunk)
            model = self._read_chunk(chunk, copy=is_new)
            if is_new:
                repetition.learn(data, chunk, model)
            yield model
            came = True
        if came:  # counted from here, because a caller who takes long over a chunk has not waited for the next one
            self._last_event = self._clock()

    def _checked(self, check: Check, chunk: dict[str, Any], *, copy: bool) -> ChatCompletionChunk:
        deviation = check(chunk, self.response.request)
        if deviation is not None:
            error = self._error(StreamValidationError, f"the stream departs from the spec ({deviation})", chunk)
            error.deviation = deviation
            raise error
        return ChatCompletionChunk.from_dict(chunk, copy=copy)

    def _check_text(self, data: bytes, event: str, exc: ValueError) -> None:
        text = data.decode("utf-8", "replace").strip()
        if text == "[DONE]":
            self._done = True
        elif not text:
            self._check_patience()
        elif event == "error":
            raise self._error(StreamError, "the stream reported an error", text) from None
        else:
            what = f"the stream holds an event that is not JSON ({exc})"
            raise self._error(StreamInterruptedError, what, text) from None

    def _reject(self, chunk: Any, event: str) -> NoReturn:
        if event == "error" or isinstance(chunk, dict):
            raise self._error(StreamError, "the stream reported an error", chunk)
        raise self._error(StreamError, "the stream holds an event that is no object", chunk)

    def _broke_off(self, failure: httpx.RequestError) -> None:
        if self._assembly.finished:
            self._done = True
            return
        is_timeout = isinstance(failure, httpx.TimeoutException)
        what = f"the stream broke off ({type(failure).__name__}: {failure})".replace(": )", ")")
        raise self._error(StreamTimeoutError if is_timeout else StreamInterruptedError, what) from failure

    def _final(self) -> ChatCompletion:
        if not self._done:
            raise self._error(StreamInterruptedError, "the stream was not read to its end")
        return self.completion

    def _error(self, cls: type[ErrorT], what: str, body: Any = None) -> ErrorT:
        error = error_from_body(cls, f"{place(self.response)}: {what}", self.response, body)
        if not self._assembly.empty:
            error.completion = self.completion
        return error


def _as_chunk_choice(choice: Any) -> Any:
    if not isinstance(choice, dict):
        return choice
    message = choice.get("message")
    if isinstance(message, dict) and isinstance(calls := message.get("tool_calls"), list):
        indexed = [{"index": index, **call} if isinstance(call, dict) else call for index, call in enumerate(calls)]
        choice = {**choice, "message": {**message, "tool_calls": indexed}}
    return {"delta" if name == "message" else name: value for name, value in choice.items()}
