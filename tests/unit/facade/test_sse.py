"""The decoder of server-sent events, for bytes that are cut anywhere, by the WHATWG rules."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatcompletions._streaming.sse import SSEDecoder

Event = tuple[bytes, str]


def decoded(*pieces: bytes) -> list[Event]:
    decoder = SSEDecoder()
    found = [event for piece in pieces for event in decoder.feed(piece)]
    return [(data, name) for data, name in [*found, *decoder.flush()]]


RULES: dict[str, tuple[bytes, list[Event]]] = {
    "one event": (b"data: a\n\n", [(b"a", "")]),
    "two events": (b"data: a\n\ndata: b\n\n", [(b"a", ""), (b"b", "")]),
    "CR": (b"data: a\r\rdata: b\r\r", [(b"a", ""), (b"b", "")]),
    "CRLF": (b"data: a\r\n\r\ndata: b\r\n\r\n", [(b"a", ""), (b"b", "")]),
    "all line ends mixed": (b"data: a\r\ndata: b\rdata: c\n\r\ndata: d\r\r\n", [(b"a\nb\nc", ""), (b"d", "")]),
    "a lone CR before CRLF is a blank line": (b"data: a\r\r\ndata: b\n\n", [(b"a", ""), (b"b", "")]),
    "further blank lines": (b"\n\n\ndata: a\n\n\n\n\ndata: b\n\n", [(b"a", ""), (b"b", "")]),
    "lines of data are joined": (b"data: a\ndata: b\ndata:\ndata: c\n\n", [(b"a\nb\n\nc", "")]),
    "no space after the colon": (b"data:a\n\n", [(b"a", "")]),
    "one space is taken, no more": (b"data:  a \n\n", [(b" a ", "")]),
    "a tab is no space": (b"data:\ta\n\n", [(b"\ta", "")]),
    "a colon in the value": (b"data: a: b:c\n\n", [(b"a: b:c", "")]),
    "a field without a colon": (b"data\n\n", [(b"", "")]),
    "two fields without a colon": (b"data\ndata\n\n", [(b"\n", "")]),
    "no data, no event": (b"event: x\nid: 1\n\n", []),
    "comments": (b": a\n:b\n:\n\ndata: c\n: d\n\n", [(b"c", "")]),
    "comments alone": (b": keep-alive\n\n: keep-alive\n\n", []),
    "id and retry": (b"id: 1\nretry: 10\ndata: a\n\n", [(b"a", "")]),
    "a NUL in an id": (b"id: 1\0\ndata: a\n\n", [(b"a", "")]),
    "a NUL in the data": (b"data: a\0b\n\n", [(b"a\0b", "")]),
    "unknown fields": (b"date: x\ndata-x: y\nDATA: z\n data: w\ndata : v\ndata: a\n\n", [(b"a", "")]),
    "an error by a field of its own": (b"error: a\n\ndata: b\n\n", [(b"a", "error"), (b"b", "")]),
    "a named event": (b"event: error\ndata: a\n\ndata: b\n\n", [(b"a", "error"), (b"b", "")]),
    "the name may come last, and twice": (b"event: x\ndata: a\nevent: y\n\n", [(b"a", "y")]),
    "a name beyond ASCII": (b"event:\xc3\xa9\xff\ndata: a\n\n", [(b"a", "\xe9\ufffd")]),
    "a byte order mark": (b"\xef\xbb\xbfdata: a\n\n", [(b"a", "")]),
    "a second byte order mark": (b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\ndata: b\n\n", [(b"b", "")]),
    "a byte order mark further on": (b"data: \xef\xbb\xbfa\n\n", [(b"\xef\xbb\xbfa", "")]),
    "line separators of Unicode": (
        b"data: a\xe2\x80\xa8b\xe2\x80\xa9c\xc2\x85d\x0b\x0c\x1c\n\n",
        [(b"a\xe2\x80\xa8b\xe2\x80\xa9c\xc2\x85d\x0b\x0c\x1c", "")],
    ),
    "bytes that are no UTF-8": (b"data: \xff\xfe\n\n", [(b"\xff\xfe", "")]),
    "no final blank line": (b"data: a\n\ndata: b\n", [(b"a", ""), (b"b", "")]),
    "no final line end": (b"data: a\n\ndata: b", [(b"a", ""), (b"b", "")]),
    "an end within a name": (b"data: a\n\nda", [(b"a", "")]),
    "nothing": (b"", []),
    "a byte order mark alone": (b"\xef\xbb\xbf", []),
    "half a byte order mark": (b"\xef\xbb", []),
}


@pytest.mark.parametrize(("stream", "expected"), RULES.values(), ids=RULES)
def test_rules(stream: bytes, expected: list[Event]) -> None:
    """The rules hold for a stream that comes as one piece."""
    assert decoded(stream) == expected


@pytest.mark.parametrize(("stream", "expected"), RULES.values(), ids=RULES)
def test_every_cut(stream: bytes, expected: list[Event]) -> None:
    """The rules hold wherever a stream is cut in two or three, and byte by byte."""
    assert decoded(*(stream[at : at + 1] for at in range(len(stream)))) == expected
    for first in range(len(stream) + 1):
        for second in range(first, len(stream) + 1):
            assert decoded(stream[:first], stream[first:second], b"", stream[second:]) == expected


def by_the_book(stream: bytes) -> list[Event]:
    """Decode a whole stream line by line, as the standard words it."""
    lines = stream.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    found: list[Event] = []
    data: list[bytes] = []
    name = ""
    for line in [*lines, b""]:
        field, _, value = line.partition(b":")
        if not line:
            if data:
                found.append((b"\n".join(data), name))
            data, name = [], ""
        elif field == b"data":
            data.append(value.removeprefix(b" "))
        elif field == b"event":
            name = value.removeprefix(b" ").decode("utf-8", "replace")
    return found


BITS = [
    b"data",
    b"event",
    b"id",
    b"retry",
    b":",
    b" ",
    b"\n",
    b"\r",
    b"\r\n",
    b"\n\n",
    b"\xef\xbb\xbf",
    b"\xef",
    b"{}",
    b"\xe2\x80\xa8",
    b"\0",
    b"data: ",
    b"data: x\n\n",
    b": ping\n\n",
]


@given(
    bits=st.lists(st.one_of(st.sampled_from(BITS), st.binary(max_size=3)), max_size=40),
    cuts=st.lists(st.integers(0, 200), max_size=12),
)
def test_any_chunking_gives_the_same_events(bits: list[bytes], cuts: list[int]) -> None:
    """Any bytes, cut anywhere, give the same events as reading them line by line."""
    stream = b"".join(bits)
    places = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    pieces = [stream[start:end] for start, end in itertools.pairwise(places)]
    assert decoded(*pieces) == decoded(stream) == by_the_book(stream)


def test_events_come_at_once() -> None:
    """An event is returned with the byte that completes it, not with the event after it."""
    decoder = SSEDecoder()
    assert decoder.feed(b"data: a\n") == []
    assert decoder.feed(b"\n") == [(b"a", "")]
    assert decoder.feed(b"data: b\r") == []
    assert decoder.feed(b"\r") == [(b"b", "")]


class Counting(bytes):
    """Bytes that count how many of them are searched and copied."""

    looked = 0

    def find(self, *arguments: Any) -> int:
        Counting.looked += len(self)
        return super().find(*arguments)


@pytest.mark.parametrize("size", [1_000, 4_000])
def test_a_huge_event_in_small_pieces_costs_no_more_than_its_size(size: int) -> None:
    """The number of bytes that the decoder searches grows with the bytes that come, not with their square."""
    Counting.looked = 0
    decoder = SSEDecoder()
    decoder.feed(b"data: x")
    for _ in range(size):
        assert decoder.feed(Counting(b"x" * 10)) == []
    assert 0 < Counting.looked <= 10 * size * 4
    assert decoder.feed(b"\n\n") == [(b"x" * (10 * size + 1), "")]


def test_flush_ends_the_stream() -> None:
    """A second flush does not return the event again."""
    decoder = SSEDecoder()
    decoder.feed(b"data: a")
    assert decoder.flush() == [(b"a", "")]
    assert decoder.flush() == []


@pytest.mark.parametrize(
    ("begun", "count"),
    [
        (b"", 0),
        (b"data: a\n\n", 0),
        (b"data: a\n\ndata: bc", 2),
        (b"data: bc\ndata:d\n: ping\nevent: x\nda", 3),
        (b"data:\ndata: \n: ping\ndate: x\n", 0),
    ],
)
def test_what_is_under_way(begun: bytes, count: int) -> None:
    """The decoder counts the bytes of data of an event that has not ended."""
    decoder = SSEDecoder()
    for at in range(len(begun)):
        decoder.feed(begun[at : at + 1])
    assert decoder.pending_bytes == count
