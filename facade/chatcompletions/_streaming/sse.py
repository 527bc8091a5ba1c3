"""Decode server-sent events: feed bytes, get events, by the WHATWG rules.

See https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation. Two departures: an
event that the end of the stream leaves without its blank line is handed out by `flush` instead of being dropped,
because the caller can tell a whole JSON text from a cut one, and a line ``error: ...``, by which llama.cpp's server
reports why it stops, is the data of an event of the type ``error``.
"""

from __future__ import annotations

from typing import TypeAlias

from chatcompletions._answers.failures import TooLargeError

#: Bytes of one event: more than the whole answer of any model, pictures and sounds included.
MOST_OF_EVENT = 64 * 2**20
_BOM = b"\xef\xbb\xbf"


#: An event: its ``data`` lines joined by line feeds, undecoded, and its type, empty when none was named. A plain
#: tuple, because a stream makes thousands of them.
ServerSentEvent: TypeAlias = tuple[bytes, str]


class SSEDecoder:
    """Split a byte stream, cut anywhere, into events; every byte is looked at a fixed number of times.

    Args:
        most: Bytes that one event may have.
    """

    def __init__(self, most: int = MOST_OF_EVENT) -> None:
        self._most = most
        self._left = most
        self._pending: list[bytes] = []
        self._at_start = True
        self._after_cr = False

    def feed(self, data: bytes) -> list[ServerSentEvent]:
        """Take the next bytes of the stream and return the events that they complete.

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
            data = self._with_line_feeds(data)
        if not data:
            return []
        if self._pending:
            crosses = data[0] == 10 and self._pending[-1][-1] == 10
            self._pending.append(data)
            if not crosses and data.find(b"\n\n") < 0:
                self._left -= len(data)
                if self._left < 0:
                    raise TooLargeError(f"one event has more than {self._most:,} bytes")
                return []
            data = b"".join(self._pending)
            self._pending.clear()
        whole, end, rest = data.rpartition(b"\n\n")
        self._left = self._most - len(rest)
        if rest:
            self._pending.append(rest)
        return _parse_all(whole) if end else []

    def flush(self) -> list[ServerSentEvent]:
        """Return the event, if any, that the end of the stream left without its blank line."""
        block = b"".join(self._pending)
        self._pending.clear()
        event = _parse(block)
        return [event] if event else []

    @property
    def under_way(self) -> int:
        """How many bytes of data there are of the event that has not ended yet, blanks left out."""
        lines = b"".join(self._pending).split(b"\n")
        return sum(len(line[5:].strip()) for line in lines if line.startswith(b"data:"))

    def _with_line_feeds(self, data: bytes) -> bytes:
        if self._after_cr:
            data = data.removeprefix(b"\n")
        self._after_cr = data.endswith(b"\r")
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _parse_all(blocks: bytes) -> list[ServerSentEvent]:
    # Where every line is one event's data, which is how nearly all servers write, splitting is all it takes.
    # (`find`, because `in` makes and drops an exception each time: bytes might be asked for a number.)
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
