"""Undo the content encodings of an answer, in pieces that no encoding can blow up.

httpx decodes whatever has come at once: 64 KiB of gzip within gzip are 64 GB. Here every layer gives pieces, and none
may give more than the caller is ready to take.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import httpx

from chatcompletions._answers.failures import TooLargeError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator

#: More than any model writes, and less than what would bring a machine down.
DEFAULT_MAX_ANSWER_BYTES = 256 * 2**20
#: The encodings that answers are asked for.
ACCEPTED = "gzip, deflate"
#: Those that have a meaning, and that nobody asked for; whatever else stands there is a server's mistake.
_REFUSED = frozenset({"br", "compress", "dcb", "dcz", "exi", "pack200-gzip", "x-compress", "zstd"})
#: Bytes that a layer gives at a time.
_PIECE = 64 * 2**10
#: Layers of encoding; nobody means more than one.
_MOST_LAYERS = 4


class _Layer:
    """One encoding to undo.

    Args:
        name: ``gzip`` or ``deflate``.
        most: Bytes that it may give.
    """

    def __init__(self, name: str, most: int) -> None:
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16 if name.endswith("gzip") else zlib.MAX_WBITS)
        self._may_be_raw = name == "deflate"
        self._left = most
        self._most = most

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take encoded bytes, and give decoded ones."""
        while not self._inflate.eof:
            try:
                piece = self._inflate.decompress(data, _PIECE)
            except zlib.error as failure:
                if not self._may_be_raw:
                    raise httpx.DecodingError(str(failure)) from failure
                # Some servers leave out the header that the standard asks for.
                self._may_be_raw, self._inflate = False, zlib.decompressobj(-zlib.MAX_WBITS)
                continue
            self._may_be_raw = False
            data = self._inflate.unconsumed_tail
            self._left -= len(piece)
            if self._left < 0:
                raise too_large(self._most)
            if piece:
                yield piece
            if not data and len(piece) < _PIECE:
                return


class Decoder:
    """Decode the body of a response.

    Args:
        response: Its headers name the encodings.
        most: Bytes that may come out.

    Raises:
        httpx.DecodingError: It has an encoding that nobody asked for, or more than four.
    """

    def __init__(self, response: httpx.Response, most: int) -> None:
        named = [name.strip().lower() for name in response.headers.get("content-encoding", "").split(",")]
        for name in named:
            if name in _REFUSED:
                raise httpx.DecodingError(f"it is encoded as {name!r}, and only {ACCEPTED} were asked for")
        layers = [name for name in reversed(named) if name in ("gzip", "x-gzip", "deflate")]
        if len(layers) > _MOST_LAYERS:
            raise httpx.DecodingError(f"it is encoded {len(layers)} times over")
        self._layers = [_Layer(name, most) for name in layers]
        # What comes counts as well: encodings can say nothing for ever, or go on behind their end.
        self._left = self._most = most

    def feed(self, data: bytes) -> Iterable[bytes]:
        """Take the next bytes of the body, and give what they decode to; if that is nothing, one empty piece.

        Raises:
            TooLargeError: The body has more bytes than may come.
            httpx.DecodingError: It is not encoded as it says.
        """
        self._left -= len(data)
        if self._left < 0:
            raise too_large(self._most)
        return self._pieces(data) if self._layers else (data,)

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        came = False
        for piece in self._through(data, 0):
            came = True
            yield piece
        if not came:
            yield b""

    def _through(self, data: bytes, index: int) -> Iterator[bytes]:
        if index == len(self._layers):
            yield data
            return
        for piece in self._layers[index].feed(data):
            yield from self._through(piece, index + 1)


def decoded(response: httpx.Response, most: int) -> Iterator[bytes]:
    """Iterate over the decoded body of an open response, or over the one that somebody has read already."""
    if response.is_stream_consumed:
        yield response.content
        return
    decoder = Decoder(response, most)
    for data in response.iter_raw():
        yield from decoder.feed(data)


async def adecoded(response: httpx.Response, most: int) -> AsyncIterator[bytes]:
    """`decoded` for ``async`` callers."""
    if response.is_stream_consumed:
        yield response.content
        return
    decoder = Decoder(response, most)
    async for data in response.aiter_raw():
        for piece in decoder.feed(data):
            yield piece


def too_large(most: int) -> TooLargeError:
    """Return the failure of an answer that has more bytes than may come."""
    return TooLargeError(f"it has more than {most:,} bytes, the client's max_answer_bytes")
