"""The reader that both streams share: it takes bytes, returns typed chunks, and assembles a completion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from chatcompletions._answers.chunk import ChatCompletionChunk
from chatcompletions._answers.failures import TooLargeError, exception_text
from chatcompletions._answers.models import ChatCompletion
from chatcompletions._answers.read import EXCERPT, error_from_body, read_answer, reports_error, request_line
from chatcompletions._errors import (
    StreamError,
    StreamInterruptedError,
    StreamTimeoutError,
    StreamTooLargeError,
    StreamValidationError,
)
from chatcompletions._json import loads
from chatcompletions._transport.borrowed import set_content
from chatcompletions._transport.decoding import DEFAULT_MAX_ANSWER_BYTES

from .assembly import Assembly
from .repetition import Repetition
from .sse import MAX_EVENT_BYTES, SSEDecoder
from .whole_body import as_chunk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import NoReturn

    from chatcompletions._errors import Deviation

    from .sse import ServerSentEvent

    Check = Callable[[dict[str, Any], httpx.Request], Deviation | None]

ErrorT = TypeVar("ErrorT", bound=StreamError)

#: Types of events that are read. Another type is a sign of life, unless the event holds an object, as a chunk does.
_KNOWN_TYPES = ("", "message", "error")
#: Bytes that may come before a body: blanks and a byte order mark.
_BLANKS = b"\xef\xbb\xbf \t\r\n"


class StreamReader:
    """A reader of chunks from the bytes of a stream, which assembles the completion; its owner waits for the bytes.

    Args:
        response: The open response.
        clock: Returns the time in seconds, to measure for how long a stream is silent.
        check: Returns the first deviation of a chunk from the spec, or `None`.
        max_answer_bytes: How many bytes the body may have, decoded.
    """

    def __init__(
        self,
        response: httpx.Response,
        *,
        clock: Callable[[], float],
        check: Check | None = None,
        max_answer_bytes: int = DEFAULT_MAX_ANSWER_BYTES,
    ) -> None:
        self.response = response
        self._assembly = Assembly()
        self.max_answer_bytes = max_answer_bytes
        self._decoder = SSEDecoder(min(max_answer_bytes, MAX_EVENT_BYTES))
        self._repetition = Repetition()
        # Never a bound method of its own: in such a circle the stream would stay until the garbage collector runs.
        self._feed: Callable[[bytes], list[ServerSentEvent]] | None = None
        self._start = b""
        self._body: list[bytes] = []
        self._events: list[ServerSentEvent] = []
        self.done = False
        self._closed = False
        self._clock = clock
        self._read_timeout: float | None = response.request.extensions.get("timeout", {}).get("read")
        self._last_activity = 0.0
        self._pending_bytes = 0
        self._check = check
        self._read_chunk = ChatCompletionChunk.from_dict

    @property
    def completion(self) -> ChatCompletion:
        """The completion as far as it has arrived: whole once the stream has ended."""
        completion = ChatCompletion.from_dict(self._assembly.completion())
        completion._headers = self.response.headers
        return completion

    @property
    def state(self) -> str:
        """The state of the stream, for a repr: open, complete or closed."""
        return "complete" if self.done else "closed" if self._closed else "open"

    def close(self) -> None:
        """Drop the chunks that have not been returned."""
        self._closed = True
        self._events.clear()

    def check_open(self) -> None:
        """Raise `StreamInterruptedError` if the stream was closed before its end."""
        # If iteration just ended, the caller would take a part for the whole.
        if self._closed and not self.done:
            if not self._assembly.finished:
                raise self._error(StreamInterruptedError, "the stream was closed before its end")
            self.done = True

    def chunks(self, data: bytes) -> Iterator[ChatCompletionChunk]:
        """Return the chunks that the next bytes complete."""
        if self._closed:
            self.check_open()
            return iter(())
        if not data:  # encoded bytes that decode to nothing are silence, too
            self._check_silence()
            return iter(())
        feed = self._feed
        events = self._first_events(data) if feed is None else feed(data)
        if not events:
            self._check_silence()
        return self._read(events)

    def _first_events(self, data: bytes) -> list[ServerSentEvent]:
        if self._body:
            return self._buffer_body(data)
        # The beginning of the body decides: servers send streams and JSON with each other's content type.
        start = self._start + data if self._start else data.lstrip(_BLANKS)
        self._start = start[: 10 * EXCERPT]
        if start.startswith((b"{", b"[", b"<")):
            return self._buffer_body(start)
        events = self._decoder.feed(data)
        if events:
            self._feed, self._start = self._decoder.feed, b""
        return events

    def _buffer_body(self, data: bytes) -> list[ServerSentEvent]:
        self.note_activity()
        self._body.append(data)
        return []

    def _completion_chunk(self) -> ChatCompletionChunk:
        # As `httpx.Response.read` would have set it.
        set_content(self.response, b"".join(self._body))
        self._body.clear()
        chunk = as_chunk(read_answer(ChatCompletion, self.response))
        self.done = True
        self._assembly.add(chunk)
        return ChatCompletionChunk.from_dict(chunk)

    @property
    def _start_text(self) -> str | None:
        """The start of the body, as long as no event has come."""
        return self._start.decode("utf-8", "replace").strip() or None

    def note_activity(self) -> None:
        """Restart the clock that measures how long the stream is silent."""
        self._last_activity, self._pending_bytes = self._clock(), 0

    def _check_silence(self) -> None:
        # Comments keep the connection busy, so that the transport's own read timeout never expires.
        if self._read_timeout is None or self._clock() - self._last_activity <= self._read_timeout:
            return
        if self._decoder.pending_bytes != self._pending_bytes:
            self._last_activity, self._pending_bytes = self._clock(), self._decoder.pending_bytes
        elif self._assembly.finished:
            self.done = True
        else:
            raise self._error(StreamTimeoutError, f"no event came within {self._read_timeout:g} s")

    def last_chunks(self) -> Iterator[ChatCompletionChunk]:
        """Return the chunks that the end of the body completes, or raise if the stream is not complete."""
        self.check_open()
        if self.done:
            return
        if self._body:
            yield self._completion_chunk()
            return
        if events := self._decoder.flush():
            self._start = b""
        yield from self._read(events)
        if not self.done and not self._assembly.finished:
            missing = "its first event" if self._start else "a finish reason or [DONE]"
            raise self._error(StreamInterruptedError, f"the stream ended before {missing}", self._start_text)
        self.done = True

    def _read(self, events: list[ServerSentEvent]) -> Iterator[ChatCompletionChunk]:
        assembly, repetition, has_yielded = self._assembly, self._repetition, False
        self._events = events
        for data, event_type in events:
            if not event_type and (repeated := repetition.read(data)):
                place, text, model = repeated
                assembly.add_text(place, text)
                yield model
                has_yielded = True
                continue
            try:
                chunk = loads(data)
            except ValueError as exc:
                self._check_text(data, event_type, exc)
                if self.done:
                    return
                continue
            if event_type == "error" or chunk.__class__ is not dict or reports_error(chunk):
                if chunk.__class__ is not dict and event_type not in _KNOWN_TYPES:
                    self._check_silence()
                    continue
                self._raise_error_event(chunk, event_type)
            assembly.add(chunk)
            if self._check is not None:
                self._check_chunk(self._check, chunk)
            model = self._read_chunk(chunk)
            if repetition.is_new(data, chunk):
                repetition.learn(data, chunk, model)
            yield model
            has_yielded = True
        if has_yielded:  # from here, because the time that a caller takes over a chunk is not silence
            self.note_activity()
        self.check_open()

    def _check_chunk(self, check: Check, chunk: dict[str, Any]) -> None:
        deviation = check(chunk, self.response.request)
        if deviation is not None:
            error = self._error(StreamValidationError, f"the stream departs from the spec ({deviation})", chunk)
            error.deviation = deviation
            raise error

    def _check_text(self, data: bytes, event_type: str, exc: ValueError) -> None:
        text = data.decode("utf-8", "replace").strip()
        if text == "[DONE]":
            self.done = True
        elif not text or (event_type not in _KNOWN_TYPES and not text.startswith("{")):
            self._check_silence()
        elif event_type == "error":
            raise self._error(StreamError, "the stream reported an error", text) from None
        else:
            problem = f"the stream holds an event that is not JSON ({exc})"
            raise self._error(StreamInterruptedError, problem, text) from None

    def _raise_error_event(self, chunk: Any, event_type: str) -> NoReturn:
        if event_type == "error" or isinstance(chunk, dict):
            raise self._error(StreamError, "the stream reported an error", chunk)
        raise self._error(StreamError, "the stream holds an event that is no object", chunk)

    def fail(self, failure: httpx.RequestError | httpx.StreamError) -> None:
        """Raise the error for a failure of the connection, unless the completion is whole."""
        self.check_open()
        if self._assembly.finished:
            self.done = True
            return
        cls: type[StreamError]
        problem = f"the stream broke off ({exception_text(failure)})"
        if isinstance(failure, TooLargeError):
            cls, problem = StreamTooLargeError, f"the stream is too large: {failure}"
        else:
            cls = StreamTimeoutError if isinstance(failure, httpx.TimeoutException) else StreamInterruptedError
        raise self._error(cls, problem, self._start_text) from failure

    def _error(self, cls: type[ErrorT], problem: str, body: Any = None) -> ErrorT:
        error = error_from_body(cls, f"{request_line(self.response)}: {problem}", self.response, body)
        if not self._assembly.empty:
            error.completion = self.completion
        return error
