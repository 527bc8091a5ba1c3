"""What both streams share: bytes in, typed chunks out, and a completion assembled on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from chatcompletions._answers.chunk import ChatCompletionChunk
from chatcompletions._answers.failures import TooLargeError, exception_text
from chatcompletions._answers.models import ChatCompletion
from chatcompletions._answers.read import EXCERPT, error_from_body, place, reports_error
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
from .sse import MOST_OF_EVENT, SSEDecoder
from .whole_body import as_chunk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import NoReturn

    from chatcompletions._errors import Deviation

    from .sse import ServerSentEvent

    Check = Callable[[dict[str, Any], httpx.Request], Deviation | None]

ErrorT = TypeVar("ErrorT", bound=StreamError)

#: The types of events that are read; whatever has another one is a sign of life, unless it is an object as a chunk is.
_TYPES = ("", "message", "error")
#: What may stand before a body, a byte order mark included.
_BLANK = b"\xef\xbb\xbf \t\r\n"


class StreamReader:
    """Make chunks of the bytes of a stream, and a completion of the chunks; whoever has it waits for the bytes.

    Args:
        response: The open response.
        clock: Gives the time, in seconds, by which a stream is silent for too long.
        check: Looks for what departs from the spec in a chunk.
        max_answer_bytes: How many bytes may come, decoded.
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
        self.most = max_answer_bytes
        self._decoder = SSEDecoder(min(max_answer_bytes, MOST_OF_EVENT))
        self._repetition = Repetition()
        # No method of its own, here or below: the stream would then wait for the garbage collector.
        self._feed: Callable[[bytes], list[ServerSentEvent]] | None = None
        self._start = b""
        self._body: list[bytes] = []
        self._events: list[ServerSentEvent] = []
        self.done = False
        self._closed = False
        self._clock = clock
        self._patience: float | None = response.request.extensions.get("timeout", {}).get("read")
        self._last_life = 0.0
        self._under_way = 0
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
        """What a repr says of the stream: open, complete or closed."""
        return "complete" if self.done else "closed" if self._closed else "open"

    def close(self) -> None:
        """Give nothing more."""
        self._closed = True
        self._events.clear()

    def check_open(self) -> None:
        """Raise `StreamInterruptedError` if the stream was closed before its end."""
        # Whoever asks a closed stream for more would take a part for the whole, were it to end quietly.
        if self._closed and not self.done:
            if not self._assembly.finished:
                raise self._error(StreamInterruptedError, "the stream was closed before its end")
            self.done = True

    def chunks(self, data: bytes) -> Iterator[ChatCompletionChunk]:
        """Take the next bytes and return the chunks that they complete."""
        if self._closed:
            self.check_open()
            return iter(())
        if not data:  # an encoding may say nothing for a while, which is a silence like any other
            self._check_patience()
            return iter(())
        feed = self._feed
        events = self._begin(data) if feed is None else feed(data)
        if not events:
            self._check_patience()
        return self._read(events)

    def _begin(self, data: bytes) -> list[ServerSentEvent]:
        if self._body:
            return self._keep(data)
        # What the body is shows in how it begins; servers give either the content type of the other.
        start = self._start + data if self._start else data.lstrip(_BLANK)
        self._start = start[: 10 * EXCERPT]
        if start.startswith((b"{", b"[", b"<")):
            return self._keep(start)
        events = self._decoder.feed(data)
        if events:
            self._feed, self._start = self._decoder.feed, b""
        return events

    def _keep(self, data: bytes) -> list[ServerSentEvent]:
        self.note_life()
        self._body.append(data)
        return []

    def _whole(self) -> ChatCompletionChunk:
        # Where `read` would have put it, had it not been for the first bytes.
        set_content(self.response, b"".join(self._body))
        self._body.clear()
        chunk = as_chunk(self.response.json())
        self.done = True
        self._assembly.add(chunk)
        return ChatCompletionChunk.from_dict(chunk)

    @property
    def _unread(self) -> str | None:
        """The start of what came, as long as it holds no event."""
        return self._start.decode("utf-8", "replace").strip() or None

    def note_life(self) -> None:
        """Begin to wait for the next event."""
        self._last_life, self._under_way = self._clock(), 0

    def _check_patience(self) -> None:
        # Comments keep the connection busy, so that the transport's own read timeout never fires.
        if self._patience is None or self._clock() - self._last_life <= self._patience:
            return
        if self._decoder.under_way != self._under_way:
            self._last_life, self._under_way = self._clock(), self._decoder.under_way
        elif self._assembly.finished:
            self.done = True
        else:
            raise self._error(StreamTimeoutError, f"no event came within {self._patience:g} s")

    def last_chunks(self) -> Iterator[ChatCompletionChunk]:
        """Return the chunks that the end of the bytes completes, or raise if that is no end of a stream."""
        self.check_open()
        if self.done:
            return
        if self._body:
            yield self._whole()
            return
        if events := self._decoder.flush():
            self._start = b""
        yield from self._read(events)
        if not self.done and not self._assembly.finished:
            missing = "its first event" if self._start else "a finish reason or [DONE]"
            raise self._error(StreamInterruptedError, f"the stream ended before {missing}", self._unread)
        self.done = True

    def _read(self, events: list[ServerSentEvent]) -> Iterator[ChatCompletionChunk]:
        assembly, repetition, came = self._assembly, self._repetition, False
        self._events = events
        for data, event in events:
            if not event and (repeated := repetition.read(data)):
                place, text, model = repeated
                assembly.add_text(place, text)
                yield model
                came = True
                continue
            try:
                chunk = loads(data)
            except ValueError as exc:
                self._check_text(data, event, exc)
                if self.done:
                    return
                continue
            if event == "error" or chunk.__class__ is not dict or reports_error(chunk):
                if chunk.__class__ is not dict and event not in _TYPES:
                    self._check_patience()
                    continue
                self._reject(chunk, event)
            assembly.add(chunk)
            # Learned from below, the chunk must stay as it is; otherwise nobody needs it any more.
            is_new = repetition.is_new(data, chunk)
            if self._check is not None:
                self._judge(self._check, chunk)
            model = self._read_chunk(chunk)
            if is_new:
                repetition.learn(data, chunk, model)
            yield model
            came = True
        if came:  # counted from here, because a caller who takes long over a chunk has not waited for the next one
            self.note_life()
        self.check_open()

    def _judge(self, check: Check, chunk: dict[str, Any]) -> None:
        deviation = check(chunk, self.response.request)
        if deviation is not None:
            error = self._error(StreamValidationError, f"the stream departs from the spec ({deviation})", chunk)
            error.deviation = deviation
            raise error

    def _check_text(self, data: bytes, event: str, exc: ValueError) -> None:
        text = data.decode("utf-8", "replace").strip()
        if text == "[DONE]":
            self.done = True
        elif not text or (event not in _TYPES and not text.startswith("{")):
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

    def broke_off(self, failure: httpx.RequestError | httpx.StreamError) -> None:
        """Raise what a failure of the connection means, unless all had come."""
        self.check_open()
        if self._assembly.finished:
            self.done = True
            return
        cls: type[StreamError]
        what = f"the stream broke off ({exception_text(failure)})"
        if isinstance(failure, TooLargeError):
            cls, what = StreamTooLargeError, f"the stream is too large: {failure}"
        else:
            cls = StreamTimeoutError if isinstance(failure, httpx.TimeoutException) else StreamInterruptedError
        raise self._error(cls, what, self._unread) from failure

    def _error(self, cls: type[ErrorT], what: str, body: Any = None) -> ErrorT:
        error = error_from_body(cls, f"{place(self.response)}: {what}", self.response, body)
        if not self._assembly.empty:
            error.completion = self.completion
        return error
