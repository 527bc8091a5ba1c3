"""A decoder of server-sent events by the WHATWG rules: feed bytes, get events.

See https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation. There are two
differences: `flush` returns an event whose blank line is missing at the end of the stream, instead of dropping it,
because the caller can distinguish a whole JSON text from a cut one; and a line ``error: ...``, with which llama.cpp's
server reports why it stops, is the data of an event of the type ``error``.
"""

from __future__ import annotations

from typing import TypeAlias

from chatcompletions._answers.failures import TooLargeError

#: Bytes that one event may have: more than the whole answer of any model, images and audio included.
MAX_EVENT_BYTES = 64 * 2**20
_BOM = b"\xef\xbb\xbf"


#: An event: its ``data`` lines joined by line feeds, undecoded, and its type, empty if it has none. A plain tuple,
#: because a stream makes thousands of them.
ServerSentEvent: TypeAlias = tuple[bytes, str]


class SSEDecoder:
    """A decoder of a byte stream, cut anywhere, into events; it looks at every byte a fixed number of times.

    Args:
        max_bytes: How many bytes one event may have.
    """

    def __init__(self, max_bytes: int = MAX_EVENT_BYTES) -> None:
        self._max_bytes = max_bytes
        self._remaining = max_bytes
        self._pending: list[bytes] = []
        self._at_start = True
        self._after_cr = False

    def feed(self, data: bytes) -> list[ServerSentEvent]:
        """Decode the next bytes, and return the events that they complete.

        Raises:
            TooLargeError: An event has more bytes than it may.
        """
        if not data:
            return []
        if self._at_start:
            data = b"".join([*self._pending, data])
            self._pending.clear()
            if len(data) < len(_BOM) and _BOM.startswith(data):
                self._pending.append(data)
                return []
            self._at_start = False
            data = data.removeprefix(_BOM)
        if self._after_cr or data.find(b"\r") >= 0:
            data = self._normalize_line_ends(data)
        if not data:
            return []
        if self._pending:
            crosses = data[0] == 10 and self._pending[-1][-1] == 10
            self._pending.append(data)
            if not crosses and data.find(b"\n\n") < 0:
                self._remaining -= len(data)
                if self._remaining < 0:
                    raise TooLargeError(f"one event has more than {self._max_bytes:,} bytes")
                return []
            data = b"".join(self._pending)
            self._pending.clear()
        whole, end, rest = data.rpartition(b"\n\n")
        self._remaining = self._max_bytes - len(rest)
        if rest:
            self._pending.append(rest)
        return _parse_all(whole) if end else []

    def flush(self) -> list[ServerSentEvent]:
        """Return the last event, if the stream ended before the blank line after it."""
        block = b"".join(self._pending)
        self._pending.clear()
        event = _parse(block)
        return [event] if event else []

    @property
    def pending_bytes(self) -> int:
        """The number of bytes of data, blanks left out, of the event that has not ended yet."""
        lines = b"".join(self._pending).split(b"\n")
        return sum(len(line[5:].strip()) for line in lines if line.startswith(b"data:"))

    def _normalize_line_ends(self, data: bytes) -> bytes:
        if self._after_cr:
            data = data.removeprefix(b"\n")
        self._after_cr = data.endswith(b"\r")
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _parse_all(blocks: bytes) -> list[ServerSentEvent]:
    # If every event is one line of data, as from nearly all servers, splitting is enough.
    # (`find`, because `in` raises and drops an exception inside each time: it tries the bytes as a number first.)
    if blocks.startswith(b"data: "):
        lines = blocks[6:].split(b"\n\ndata: ")
        events = [(line, "") for line in lines if line.find(b"\n") < 0]
        if len(events) == len(lines):
            return events
    return [event for block in blocks.split(b"\n\n") if (event := _parse(block))]


def _parse(block: bytes) -> ServerSentEvent | None:
    lines: list[bytes] = []
    event = ""
    for line in block.split(b"\n"):
        name, _, value = line.partition(b":")
        if name == b"data":
            lines.append(value.removeprefix(b" "))
        elif name == b"event":
            event = value.removeprefix(b" ").decode("utf-8", "replace")
        elif name == b"error":
            lines.append(value.removeprefix(b" "))
            event = "error"
    return (b"\n".join(lines), event) if lines else None
