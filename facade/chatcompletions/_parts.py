"""Helpers that make the parts of a message's content, as plain mappings: text, images, sound and documents.

What the API would refuse is refused before a request carries it: a file that is missing, empty or too large, and
content of a type that the API does not take. Its first bytes tell the type, whatever its name says.

See https://platform.openai.com/docs/api-reference/chat/create#chat-create-messages.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from binascii import b2a_base64
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from chatcompletions_api.types import UNSET

from ._public import public

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from chatcompletions_api import models
    from chatcompletions_api.types import Unset

    from ._dicts import AudioPartDict, FilePartDict, ImagePartDict, TextPartDict

    Source = str | os.PathLike[str] | bytes | bytearray | memoryview
    Breakpoint = models.PromptCacheBreakpointParamDict | models.PromptCacheBreakpointParam | Unset

#: How the types begin that the API takes, and others by which an error can name what it got.
_BEGINNINGS = {
    "PNG": rb"\x89PNG\r\n\x1a\n",
    "JPEG": rb"\xff\xd8\xff",
    "GIF": rb"GIF8[79]a",
    "WebP": rb"RIFF.{4}WEBP",
    "WAV": rb"(?:RIFF|RF64).{4}WAVE",
    "MP3": rb"ID3|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]",
    "PDF": rb".{0,1019}?%PDF-",
    "TIFF": rb"II\*\0|MM\0\*",
    "HEIC": rb".{4}ftyp(?:hei|hev|mif|msf)",
    "AVIF": rb".{4}ftypavi",
    "MP4 or M4A": rb".{4}ftyp",
    "Ogg": rb"OggS",
    "FLAC": rb"fLaC",
    "AAC": rb"\xff[\xf0\xf1\xf8\xf9]",
    "WebM": rb"\x1aE\xdf\xa3",
    "ZIP or Office": rb"PK\x03\x04",
    "HTML": rb"\s*<(?:!doctype html|html)",
    "SVG or other XML": rb"\s*<(?:\?xml|svg)",
}
_PATTERNS = {name: re.compile(beginning, re.DOTALL | re.IGNORECASE) for name, beginning in _BEGINNINGS.items()}
#: Bytes that are read at a time: a multiple of three, so that the base64 of the blocks is that of the whole.
_BLOCK = 3 * 2**18
_SCHEME = re.compile(r"(data):|([a-z][a-z0-9+.-]+)://", re.IGNORECASE)
#: Characters from which on a text that is no file's name is taken for what is in a file.
_LONG_NAME = 200


class _Kind(NamedTuple):
    """A kind of content: the helper, the API's names of the types that it takes, and what to do about another."""

    call: str
    types: Mapping[str, str]
    max_bytes: int
    advice: str


# A request has at most 512 MB (https://developers.openai.com/api/docs/guides/images-vision), of which base64 makes
# four bytes of three; a document has 50 MB (https://developers.openai.com/api/docs/guides/file-inputs).
_IMAGE = _Kind(
    "image",
    {name: f"image/{name.lower()}" for name in ("PNG", "JPEG", "GIF", "WebP")},
    384 * 2**20,
    "convert it, with Pillow for one",
)
_AUDIO = _Kind(
    "audio", {"WAV": "wav", "MP3": "mp3"}, 384 * 2**20, "convert it, or give format= if your server takes the type"
)
_FILE = _Kind("file", {"PDF": "application/pdf"}, 50 * 2**20, "read it yourself, and give its words to text()")


@public
def text(text: str, *, prompt_cache_breakpoint: Breakpoint = UNSET) -> TextPartDict:
    """Make a part that is text, to stand beside parts of other kinds.

    Args:
        text: The text.
        prompt_cache_breakpoint: Ends a cacheable prompt prefix with this part.

    Raises:
        TypeError: The text is none.
    """
    if not isinstance(text, str):
        raise TypeError(f"text() takes text, not {type(text).__name__}")
    part: TextPartDict = _part("text", text, prompt_cache_breakpoint)
    return part


@public
def image(
    source: Source, *, detail: models.ImageDetail | Unset = UNSET, prompt_cache_breakpoint: Breakpoint = UNSET
) -> ImagePartDict:
    """Make a part that is an image: a PNG, JPEG, WebP or GIF file.

    Args:
        source: The path of a file, its bytes, or the URL of an image, which begins with ``https://``, ``http://`` or
            ``data:``; any other text is a path.
        detail: Resolution at which the model sees the image: ``"low"``, ``"high"`` or ``"auto"``.
        prompt_cache_breakpoint: Ends a cacheable prompt prefix with this part.

    Raises:
        OSError: The file cannot be read; it is a `FileNotFoundError` if there is none.
        TypeError: The source is of another type.
        ValueError: The file is empty, of a type that the API does not take, or larger than a request may be.
    """
    url = source if _is_url(_IMAGE, source) else _encoded(_IMAGE, source)[1]
    part: ImagePartDict = _part("image_url", {"url": url, **_given(detail=detail)}, prompt_cache_breakpoint)
    return part


@public
def audio(
    source: Source,
    *,
    format: models.InputAudioFormat | Unset = UNSET,  # noqa: A002 - the API's own word
    prompt_cache_breakpoint: Breakpoint = UNSET,
) -> AudioPartDict:
    """Make a part that is sound: a WAV or MP3 file.

    Args:
        source: The path of a file, or its bytes.
        format: The name of the type, for servers that take others; by default it is found in the file.
        prompt_cache_breakpoint: Ends a cacheable prompt prefix with this part.

    Raises:
        OSError: The file cannot be read; it is a `FileNotFoundError` if there is none.
        TypeError: The source is of another type.
        ValueError: The file is empty, of a type that the API does not take, or larger than a request may be; or the
            source is a URL.
    """
    if _is_url(_AUDIO, source):
        raise ValueError("audio(): the API takes no URL of sound: give its bytes, or the path of a file")
    name, data = _encoded(_AUDIO, source, format, as_url=False)
    part: AudioPartDict = _part("input_audio", {"data": data, "format": name}, prompt_cache_breakpoint)
    return part


@public
def file(
    source: Source | None = None,
    *,
    filename: str | None = None,
    file_id: str | None = None,
    prompt_cache_breakpoint: Breakpoint = UNSET,
) -> FilePartDict:
    """Make a part that is a document: a PDF file, or a file that was uploaded before.

    Args:
        source: The path of a file, its bytes, or a ``data:`` URL of it.
        filename: The name of the document; by default that of the file at the path.
        file_id: The id of an uploaded file, in the place of a source.
        prompt_cache_breakpoint: Ends a cacheable prompt prefix with this part.

    Raises:
        OSError: The file cannot be read; it is a `FileNotFoundError` if there is none.
        TypeError: There is no source and no id, or both, or bytes without a name; or the source is of another type.
        ValueError: The file is empty, of a type that the API does not take, or larger than 50 MB; or the source is a
            URL of another kind.
    """
    if (source is None) == (file_id is None):
        raise TypeError("file() takes either a source, which is a path or bytes, or file_id=")
    document = {"file_id": file_id} if source is None else _document(source, filename)
    part: FilePartDict = _part("file", document, prompt_cache_breakpoint)
    return part


def _document(source: Any, filename: str | None) -> dict[str, Any]:
    is_url = _is_url(_FILE, source)
    if is_url and not source[:5].lower() == "data:":
        raise ValueError("file(): the API takes no URL of a document: give its bytes, or the path of a file")
    data = source if is_url else _encoded(_FILE, source)[1]
    if filename is None:
        if is_url or not isinstance(source, str | os.PathLike):
            raise TypeError("file() needs a filename= for bytes, such as filename='report.pdf'")
        filename = os.path.basename(os.fspath(source))  # noqa: PTH119 - of a text or a path alike
    return {"filename": filename, "file_data": data}


def _part(type: str, content: Any, prompt_cache_breakpoint: Any) -> Any:  # noqa: A002 - the API's own word
    return {"type": type, type: content, **_given(prompt_cache_breakpoint=prompt_cache_breakpoint)}


def _given(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not UNSET}


def _is_url(kind: _Kind, source: Any) -> bool:
    scheme = _SCHEME.match(source) if isinstance(source, str) else None
    if scheme is None:
        return False
    if scheme[0].lower() not in ("data:", "http://", "https://"):
        raise ValueError(f"{kind.call}(): the API reads nothing from {scheme[0]}...: give a path, or the bytes")
    return True


def _encoded(kind: _Kind, source: Any, format: Any = UNSET, *, as_url: bool = True) -> tuple[str, str]:  # noqa: A002
    """Return the API's name of the type of a content, and the content in base64, as a ``data:`` URL if asked for."""
    what, size, blocks = _opened(kind, source)
    if size > kind.max_bytes:
        raise ValueError(
            f"{kind.call}(): {what} has {size / 2**20:.0f} MB, and the API takes at most {kind.max_bytes >> 20}"
        )
    name = encoded = ""
    for block in blocks:
        if not encoded:
            name = format if format is not UNSET else _type_of(kind, what, bytes(block[:1024]))
            encoded = f"data:{name};base64," if as_url else ""
        # Nothing else refers to the text, so that Python adds to it in place, and there is no copy of it beside.
        encoded += b2a_base64(block, newline=False).decode("ascii")
    if not encoded:
        raise ValueError(f"{kind.call}(): {what} is empty")
    return name, encoded


def _opened(kind: _Kind, source: Any) -> tuple[str, int, Iterator[Any]]:
    """Return a name for a content in errors, its size in bytes, and its blocks."""
    if isinstance(source, bytes | bytearray | memoryview):
        view = memoryview(source).cast("B")
        blocks = (view[start : start + _BLOCK] for start in range(0, len(view), _BLOCK))
        return "the content", len(view), blocks
    if not isinstance(source, str | os.PathLike):
        advice = "; give what its read() returns" if hasattr(source, "read") else ""
        raise TypeError(f"{kind.call}() takes a path or bytes, not {type(source).__name__}{advice}")
    path = os.fspath(source)
    info = _status(kind, path)
    if stat.S_ISDIR(info.st_mode):
        raise IsADirectoryError(errno.EISDIR, f"{kind.call}(): this is a directory, not a file", path)
    if not stat.S_ISREG(info.st_mode):
        raise ValueError(f"{kind.call}(): {path!r} is no regular file: read it yourself, and give the bytes")
    return repr(path), info.st_size, _blocks(path)


def _status(kind: _Kind, path: str) -> os.stat_result:
    try:
        return os.stat(path)  # noqa: PTH116 - of a text or a path alike
    except OSError as exc:
        if exc.errno == errno.ENAMETOOLONG or (exc.errno == errno.ENOENT and len(path) >= _LONG_NAME):
            raise ValueError(
                f"{kind.call}(): a text of {len(path)} characters is no path: if it is base64, give the bytes, "
                "base64.b64decode(...)"
            ) from None
        if exc.errno != errno.ENOENT:
            raise
        advice = "; ~ is not expanded" if path.startswith("~") else ""
        if kind is _FILE and path.startswith("file-"):
            advice = "; the id of an uploaded file goes in file_id="
        raise FileNotFoundError(errno.ENOENT, f"{kind.call}(): there is no such file{advice}", path) from None


def _blocks(path: str) -> Iterator[bytes]:
    with open(path, "rb") as content:  # noqa: PTH123 - of a text or a path alike
        yield from iter(partial(content.read, _BLOCK), b"")


def _type_of(kind: _Kind, what: str, beginning: bytes) -> str:
    """Return the API's name of the type of a content.

    Raises:
        ValueError: The API does not take it.
    """
    found = next((name for name, pattern in _PATTERNS.items() if pattern.match(beginning)), None)
    if found is None or found not in kind.types:
        known = f"is {found}" if found else "has no type that is known here"
        taken = " or ".join(", ".join(kind.types).rsplit(", ", 1))
        raise ValueError(f"{kind.call}(): {what} {known}, and the API takes {taken}: {kind.advice}")
    return kind.types[found]
