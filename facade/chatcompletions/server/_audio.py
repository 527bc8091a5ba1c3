"""Silence in each format that the API has for audio: a valid file of some milliseconds, one channel of 24 kHz."""

from __future__ import annotations

import base64
import struct

_PCM = bytes(2 * 240)
_WAV = struct.pack("<4sI8sIHHIIHH4sI", b"RIFF", 516, b"WAVEfmt ", 16, 1, 1, 24_000, 48_000, 2, 16, b"data", 480)
SILENCE = {
    "pcm16": _PCM,
    "wav": _WAV + _PCM,
    "mp3": (b"\xff\xf3\x14\xc4" + bytes(20)) * 3,  # frames without any data
    "aac": base64.b64decode("//FYQAG//ADIAIAjgA=="),
    "flac": base64.b64decode("ZkxhQ4AAACIJAAkAAAAMAAAMBdwA8AAAAPCQlH40eRVFI/O98+okJTjI//hnCADvWgAAAIO2"),
    "opus": base64.b64decode(
        "T2dnUwACAAAAAAAAAAABAAAAAAAAAMUarfcBE09wdXNIZWFkAQEAAMBdAAAAAABPZ2dTAAAAAAAAAAAAAAEAAAABAAAA7mJdpQEWT3B1c1RhZ3MG"
        "AAAAY2FubmVkAAAAAE9nZ1MABMADAAAAAAAAAQAAAAIAAAApk7DdAQP4//4="
    ),
}
