"""Content decoding of an answer, piece by piece, so that no answer can fill the memory.

httpx decodes all the bytes that have come at once: 64 KiB of gzip within gzip are 64 GB. Here every layer yields
pieces, up to the number of bytes that the caller allows.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import httpx

from chatcompletions._answers.failures import TooLargeError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator

#: Bytes of an answer, decoded: more than any model writes, and less than would bring a machine down.
DEFAULT_MAX_ANSWER_BYTES = 256 * 2**20
#: The ``Accept-Encoding`` header of every request.
ACCEPT_ENCODING = "gzip, deflate"
#: Encodings that were not asked for, and cannot be decoded; any other name in the header is a server's mistake.
_REFUSED = frozenset({"br", "compress", "dcb", "dcz", "exi", "pack200-gzip", "x-compress", "zstd"})
#: Bytes that a layer yields at a time.
_PIECE_BYTES = 64 * 2**10
#: Layers of encoding; more than one is a server's mistake.
_MAX_LAYERS = 4


class _Layer:
    """A decoder of one encoding.

    Args:
        name: The name of the encoding, ``gzip`` or ``deflate``.
        max_bytes: How many decoded bytes it may yield.
    """

    def __init__(self, name: str, max_bytes: int) -> None:
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16 if name.endswith("gzip") else zlib.MAX_WBITS)
        self._may_be_raw = name == "deflate"
        self._remaining = max_bytes
        self._max_bytes = max_bytes

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Decode the next bytes."""
        while not self._inflate.eof:
            try:
                piece = self._inflate.decompress(data, _PIECE_BYTES)
            except zlib.error as failure:
                if not self._may_be_raw:
                    raise httpx.DecodingError(str(failure)) from failure
                # Some servers leave out the zlib header that the standard asks for.
                self._may_be_raw, self._inflate = False, zlib.decompressobj(-zlib.MAX_WBITS)
                continue
            self._may_be_raw = False
            data = self._inflate.unconsumed_tail
            self._remaining -= len(piece)
            if self._remaining < 0:
                raise too_large_error(self._max_bytes)
            if piece:
                yield piece
            if not data and len(piece) < _PIECE_BYTES:
                return


class Decoder:
    """A decoder of the body of a response.

    Args:
        response: The response, whose headers name the encodings.
        max_bytes: How many bytes may come, encoded as well as decoded.

    Raises:
        httpx.DecodingError: The body has an encoding that was not asked for, or more than four.
    """

    def __init__(self, response: httpx.Response, max_bytes: int) -> None:
        named = [name.strip().lower() for name in response.headers.get("content-encoding", "").split(",")]
        for name in named:
            if name in _REFUSED:
                raise httpx.DecodingError(f"it is encoded as {name!r}, and only {ACCEPT_ENCODING} were asked for")
        layers = [name for name in reversed(named) if name in ("gzip", "x-gzip", "deflate")]
        if len(layers) > _MAX_LAYERS:
            raise httpx.DecodingError(f"it is encoded {len(layers)} times over")
        self._layers = [_Layer(name, max_bytes) for name in layers]
        # Encoded bytes count as well: they can go on for ever without a decoded one, or after the end of the encoding.
        self._remaining = self._max_bytes = max_bytes

    def feed(self, data: bytes) -> Iterable[bytes]:
        """Decode the next bytes of the body into pieces; if they decode to nothing, into one empty piece.

        Raises:
            TooLargeError: The body has more bytes than it may.
            httpx.DecodingError: The body is not encoded as its headers say.
        """
        self._remaining -= len(data)
        if self._remaining < 0:
            raise too_large_error(self._max_bytes)
        return self._pieces(data) if self._layers else (data,)

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        is_empty = True
        for piece in self._decode_from(data, 0):
            is_empty = False
            yield piece
        if is_empty:
            yield b""

    def _decode_from(self, data: bytes, index: int) -> Iterator[bytes]:
        if index == len(self._layers):
            yield data
            return
        for piece in self._layers[index].feed(data):
            yield from self._decode_from(piece, index + 1)


def iter_decoded(response: httpx.Response, max_bytes: int) -> Iterator[bytes]:
    """Iterate over the decoded body of a response, which may have been read already."""
    if response.is_stream_consumed:
        yield response.content
        return
    decoder = Decoder(response, max_bytes)
    for data in response.iter_raw():
        yield from decoder.feed(data)


async def aiter_decoded(response: httpx.Response, max_bytes: int) -> AsyncIterator[bytes]:
    """`iter_decoded` for ``async`` callers."""
    if response.is_stream_consumed:
        yield response.content
        return
    decoder = Decoder(response, max_bytes)
    async for data in response.aiter_raw():
        for piece in decoder.feed(data):
            yield piece


def too_large_error(max_bytes: int) -> TooLargeError:
    """Return the error for an answer that has more bytes than it may."""
    return TooLargeError(f"it has more than {max_bytes:,} bytes, the client's max_answer_bytes")
