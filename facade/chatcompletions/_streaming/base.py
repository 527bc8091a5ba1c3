"""The reader that both streams share: it takes bytes, returns typed chunks, and assembles a completion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from chatcompletions._answers.api_errors import EXCERPT, carried_status, error_from_body, failed_choice, request_line
from chatcompletions._answers.chunk import ChatCompletionChunk
from chatcompletions._answers.failures import TooLargeError
from chatcompletions._answers.models import ChatCompletion, items_of
from chatcompletions._answers.read import holds_any, read_answer, reports_error
from chatcompletions._answers.record import RECORD, Record
from chatcompletions._base_error import describe
from chatcompletions._errors import (
    BetweenEventsTimeoutError,
    FirstEventTimeoutError,
    StreamError,
    StreamInterruptedError,
    StreamTimeoutError,
    StreamTooLargeError,
    StreamTotalTimeoutError,
    StreamValidationError,
    stream_error,
)
from chatcompletions._json import loads
from chatcompletions._transport.borrowed import set_content
from chatcompletions._transport.decoding import DEFAULT_MAX_ANSWER_BYTES
from chatcompletions._transport.timeouts import CLOCK_TOLERANCE, DEADLINE, FIRST_EVENT, TIMEOUTS, clock_words

from .assembly import Assembly
from .repetition import Repetition
from .sse import MAX_EVENT_BYTES, SSEDecoder
from .whole_body import as_chunk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import NoReturn

    from chatcompletions._errors import Deviation
    from chatcompletions._transport.timeouts import Timeouts

    from .recorder import Recorder
    from .sse import ServerSentEvent

    Check = Callable[[dict[str, Any], httpx.Request], Deviation | None]

ErrorT = TypeVar("ErrorT", bound=StreamError)

#: Types of events that are read. An event of another type counts only if it holds a chunk or an error.
_KNOWN_TYPES = ("", "message", "error")
_CHUNK = "chat.completion.chunk"
_DONE = "[DONE]"
#: Bytes that may come before a body: blanks and a byte order mark.
_BLANKS = b"\xef\xbb\xbf \t\r\n"


class StreamReader:
    """A reader of chunks from the bytes of a stream, which assembles the completion; its owner waits for the bytes.

    Args:
        response: The open response.
        clock: Returns the time in seconds, to measure for how long a stream is silent.
        check: Returns the first deviation of a chunk from the spec, or `None`.
        max_answer_bytes: How many bytes the body may have, decoded.
        choices: How many choices were asked for.
        usage: Whether the usage was asked for.
    """

    def __init__(
        self,
        response: httpx.Response,
        *,
        clock: Callable[[], float],
        check: Check | None = None,
        max_answer_bytes: int = DEFAULT_MAX_ANSWER_BYTES,
        choices: int = 1,
        usage: bool = False,
    ) -> None:
        self.response = response
        self._assembly = Assembly(choices, usage=usage)
        self.max_answer_bytes = max_answer_bytes
        self._decoder = SSEDecoder(min(max_answer_bytes, MAX_EVENT_BYTES))
        self._repetition = Repetition()
        # Never a bound method of its own: in such a circle the stream would stay until the garbage collector runs.
        self._feed: Callable[[bytes], list[ServerSentEvent]] | None = None
        self._start = b""
        self._body: list[bytes] = []
        self._events: list[ServerSentEvent] = []
        # The latest object that is no chunk, and the type of its event.
        self._stray: tuple[dict[str, Any], str] | None = None
        self.done = False
        self._closed = False
        self._failed = False
        self._recovered = False
        #: Whether the caller closed the stream, and read on.
        self.closed_early = False
        self._clock = clock
        self._opened = clock()
        self._first_token: float | None = None
        self._ended: float | None = None
        extensions = response.request.extensions
        self._read_timeout: float | None = extensions.get("timeout", {}).get("read")
        self._timeouts: Timeouts | None = extensions.get(TIMEOUTS)
        self._deadline: float | None = extensions.get(DEADLINE)
        self._last_activity = 0.0
        self._pending_bytes = 0
        self._check = check
        self._read_chunk = ChatCompletionChunk.from_dict

    @property
    def completion(self) -> ChatCompletion:
        """The completion as far as it has arrived: whole once the stream has ended."""
        completion = ChatCompletion.from_dict(self._assembly.completion())
        completion._headers = self.response.headers
        completion._record = self.record
        return completion

    @property
    def record(self) -> Record:
        """The record of the call, with the times of the stream."""
        known: Record = self.response.extensions.get(RECORD) or Record(self.response.status_code, elapsed=0.0)
        begun = known.elapsed or 0.0
        first = None if self._first_token is None else begun + self._first_token - self._opened
        ended = self._clock() if self._ended is None else self._ended
        return known._replace(
            first_token=first, total=begun + ended - self._opened, recovered=self._recovered or known.recovered
        )

    def complete(self, response: httpx.Response | None) -> Iterator[ChatCompletionChunk] | None:
        """Return the chunk that completes a stream that broke off from the stored completion; `None` if none does."""
        if response is None:
            return None
        from .remainder import remainder  # few streams break off

        chunk = remainder(self._assembly.completion(), read_answer(ChatCompletion, response))
        if chunk is None:
            return None
        self._failed, self.done, self._recovered = False, True, True
        self._assembly.add(chunk)
        return iter((self._read_chunk(chunk),))

    def recorder(self, adapter: Any) -> Recorder:
        """Return the assembly as one that has the events of each chunk from now on; see `Recorder`."""
        from .recorder import Recorder

        if not isinstance(self._assembly, Recorder):
            self._assembly = Recorder(self._assembly, self.response.headers, adapter)
        return self._assembly

    @property
    def state(self) -> str:
        """The state of the stream, for a repr: open, complete or closed."""
        return "complete" if self.done else "closed" if self._closed else "open"

    def close(self) -> None:
        """Drop the chunks that have not been returned."""
        self._closed = True
        if self._ended is None:
            self._ended = self._clock()
        self._events.clear()

    def check_open(self) -> None:
        """Raise `StreamInterruptedError` if the stream was closed before its end."""
        # If iteration just ended, the caller would take a part for the whole.
        if self._closed and not self.done:
            if self._failed or not self._assembly.finished:
                self.closed_early = not self._failed
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
        if not self._body:
            self.note_activity()  # once: a whole body that drips has the time that one event has
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

    @property
    def has_clocks(self) -> bool:
        """Whether the call has clocks of its own beside the read timeout."""
        return self._timeouts is not None

    def time_left(self) -> float | None:
        """Return the seconds that the call's own clocks leave for the next event; `None` if they set no limit."""
        limit, ends = self._event_timeout, []
        if self._deadline is not None:
            ends.append(self._deadline)
        if limit is not None:
            ends.append(self._last_activity + limit)
        return max(0.0, min(ends) - self._clock()) if ends else None

    @property
    def _event_timeout(self) -> float | None:
        """The seconds that the next event may take, beside the read timeout."""
        if self._timeouts is None:
            return None
        return self.response.extensions.get(FIRST_EVENT) if self._assembly.empty else self._timeouts.between_events

    def _lateness(self, seconds: float | None) -> tuple[type[StreamError], str]:
        """Return the error for the clock that ran out, and what it says; by default for a read timeout of seconds."""
        cls: type[StreamError] = StreamTimeoutError
        if self._timeouts is not None:
            now, limit = self._clock() + CLOCK_TOLERANCE, self._event_timeout
            if self._deadline is not None and now >= self._deadline:
                cls = StreamTotalTimeoutError
            elif limit is not None and now - self._last_activity >= limit:
                cls = FirstEventTimeoutError if self._assembly.empty else BetweenEventsTimeoutError
            if cls is not StreamTimeoutError:
                return cls, clock_words(cls, self._timeouts)
        return cls, "" if seconds is None else f"no event came within {seconds:g} s"

    def _check_silence(self) -> None:
        # Comments keep the connection busy, so that the transport's own read timeout never expires.
        own = self._event_timeout
        limit = self._read_timeout if own is None else own
        if limit is None or self._clock() - self._last_activity <= limit:
            return
        if own is None and self._decoder.pending_bytes != self._pending_bytes:
            self._last_activity, self._pending_bytes = self._clock(), self._decoder.pending_bytes
        elif self._assembly.finished and not self._decoder.pending_bytes:
            self.done = True
        else:
            raise self._error(*self._lateness(limit))

    def last_chunks(
        self, failure: httpx.RequestError | httpx.StreamError | None = None
    ) -> Iterator[ChatCompletionChunk]:
        """Return the chunks that the end of the bytes completes, or raise if the stream is not complete.

        Args:
            failure: The failure of the connection with which the bytes ended, if there was one.
        """
        self.check_open()
        if self.done:
            return
        if self._body and failure is None:
            yield self._completion_chunk()
            return
        if not isinstance(failure, TooLargeError):
            yield from self._read(self._last_events(failure))
            if self.done:
                return
        missing = self._assembly.missing
        if missing or self._decoder.pending_bytes:  # the bytes of an event that is too large
            self._check_stray()
            if failure is not None:
                problem = f"the stream broke off before {missing}"
            else:
                problem = f"the stream ended before {'its first event' if self._start else f'{missing} or {_DONE}'}"
            raise self._broken(problem, failure, self._start_text) from failure
        self.done = True

    def _last_events(self, failure: httpx.RequestError | httpx.StreamError | None) -> list[ServerSentEvent]:
        """Return the event that the end of the bytes completes, or raise if they end within one."""
        events = self._decoder.flush()
        for data, event_type in events:
            self._start = b""
            text = _text_of(data)
            if self._is_end(text) or event_type == "error" or _is_heartbeat(text, event_type):
                break
            if _DONE.startswith(text):  # cut, but nothing is lost
                return []
            try:
                loads(data)
            except ValueError:
                raise self._broken("the stream was cut within an event", failure, text) from failure
        return events

    def _read(self, events: list[ServerSentEvent]) -> Iterator[ChatCompletionChunk]:
        repetition, has_yielded, is_waiting = self._repetition, False, self._first_token is None
        self._events = events
        for data, event_type in events:
            if not event_type and (repeated := repetition.read(data)):
                place, text, model = repeated
                self._assembly.add_text(place, text)
                if is_waiting and text:
                    is_waiting = self._note_first_token()
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
            is_stray = "choices" not in chunk and self._is_stray(chunk, event_type)
            if is_stray and event_type not in _KNOWN_TYPES:
                self._check_silence()
                continue
            self._assembly.add(chunk, data)
            if is_waiting and _has_token(chunk):
                is_waiting = self._note_first_token()
            if failed_choice(chunk):
                self._raise_error_event(chunk, event_type)
            if self._check is not None:
                self._check_chunk(self._check, chunk)
            model = self._read_chunk(chunk)
            if repetition.is_new(data, chunk):
                repetition.learn(data, chunk, model)
            yield model
            has_yielded = has_yielded or not is_stray
        if has_yielded:  # from here, because the time that a caller takes over a chunk is not silence
            self.note_activity()
        self.check_open()

    def _note_first_token(self) -> bool:
        """Note the time of the first token; return that there is none to wait for."""
        self._first_token = self._clock()
        return False

    def _is_stray(self, chunk: dict[str, Any], event_type: str) -> bool:
        """Tell whether an object without choices is no chunk; it may be an error that comes in the place of one."""
        is_known = event_type in _KNOWN_TYPES
        if holds_any(chunk, ChatCompletionChunk) if is_known else chunk.get("object") == _CHUNK:
            return False
        if any(value is not None for value in chunk.values()) and (is_known or self._stray is None):
            self._stray = chunk, event_type
        return True

    def _check_stray(self) -> None:
        """Raise if the server sent something else in the place of an answer, or of its end."""
        if self._stray is not None:
            chunk, event_type = self._stray
            if event_type in _KNOWN_TYPES or not self._assembly.has_choices:
                self._raise_error_event(chunk, event_type)

    def _check_chunk(self, check: Check, chunk: dict[str, Any]) -> None:
        deviation = check(chunk, self.response.request)
        if deviation is not None:
            error = self._error(StreamValidationError, f"the stream departs from the spec ({deviation})", chunk)
            error.deviation = deviation
            raise error

    def _check_text(self, data: bytes, event_type: str, exc: ValueError) -> None:
        text = _text_of(data)
        if self._is_end(text):
            if not self._assembly.has_choices:
                self._check_stray()
            self.done = True
        elif not text or _is_heartbeat(text, event_type):
            self._check_silence()
        elif event_type == "error":
            raise self._error(StreamError, "the stream reported an error", text) from None
        else:
            problem = f"the stream holds an event that is not JSON ({exc})"
            raise self._error(StreamInterruptedError, problem, text) from None

    def _is_end(self, text: str) -> bool:
        # Some servers write it in small letters, or more behind it; of a part that would be no proof that it is whole.
        return text == _DONE or (text.upper().startswith(_DONE) and self._assembly.has_ended)

    def _raise_error_event(self, chunk: Any, event_type: str) -> NoReturn:
        is_error = event_type == "error" or isinstance(chunk, dict)
        problem = "the stream reported an error" if is_error else "the stream holds an event that is no object"
        raise self._error(stream_error(carried_status(chunk)), problem, chunk) from None

    def _broken(self, problem: str, failure: httpx.RequestError | httpx.StreamError | None, body: Any) -> StreamError:
        """Return the error for a stream that broke off, for the reason that the connection had, if it had one."""
        cls: type[StreamError] = StreamInterruptedError
        if isinstance(failure, TooLargeError):
            cls, problem = StreamTooLargeError, f"the stream is too large: {failure}"
        elif isinstance(failure, httpx.TimeoutException):
            cls, words = self._lateness(None)
            problem = f"{problem} ({words or describe(failure)})"
        elif failure is not None:
            problem = f"{problem} ({describe(failure)})"
        return self._error(cls, problem, body)

    def _error(self, cls: type[ErrorT], problem: str, body: Any = None) -> ErrorT:
        self._failed = True
        error = error_from_body(cls, f"{request_line(self.response)}: {problem}", self.response, body)
        error._record = self.record
        if not self._assembly.empty:
            error.completion = self.completion
        return error


def _has_token(chunk: dict[str, Any]) -> bool:
    """Tell whether a chunk holds text, a refusal, reasoning or a tool call."""
    for choice in items_of(chunk.get("choices")):
        delta = choice.get("delta") if isinstance(choice, dict) else None
        for name, value in delta.items() if isinstance(delta, dict) else ():
            if value and name != "role":
                return True
    return False


def _text_of(data: bytes) -> str:
    return data.decode("utf-8", "replace").strip()


def _is_heartbeat(text: str, event_type: str) -> bool:
    return event_type not in _KNOWN_TYPES and not text.startswith("{")
