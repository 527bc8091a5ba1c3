"""The helpers that make the parts of a message: what they send, and what they refuse before it is sent."""

from __future__ import annotations

import base64
import io
import os
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest

from chatcompletions import audio, file, image, text
from chatcompletions_api import models
from scripts.contract.spec import pinned

if TYPE_CHECKING:
    from pathlib import Path

IMAGES = {
    "png": b"\x89PNG\r\n\x1a\n...",
    "jpeg": b"\xff\xd8\xff\xe0...",
    "gif": b"GIF89a...",
    "webp": b"RIFF\x04\0\0\0WEBPVP8 ",
}
SOUNDS = {"wav": b"RIFF\x04\0\0\0WAVEfmt ", "mp3": b"ID3\x04...", "mp3 ": b"\xff\xfb\x90\x00..."}
PDF = b"%PDF-1.7\n..."


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def test_text() -> None:
    """A text part has the text."""
    assert text("Hi") == {"type": "text", "text": "Hi"}
    with pytest.raises(TypeError, match=r"text\(\) takes text, not bytes"):
        text(b"Hi")  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", IMAGES)
def test_images(tmp_path: Path, kind: str) -> None:
    """An image is a data URL whose type its content tells, from a path or from bytes of any kind."""
    path = tmp_path / "picture.bmp"
    path.write_bytes(IMAGES[kind])
    wanted = {"type": "image_url", "image_url": {"url": f"data:image/{kind};base64,{encoded(IMAGES[kind])}"}}
    for source in (path, str(path), IMAGES[kind], bytearray(IMAGES[kind]), memoryview(IMAGES[kind])):
        assert image(source) == wanted


@pytest.mark.parametrize("url", ["https://example.com/a.png", "HTTP://example.com", "data:image/x-icon;base64,AAAA"])
def test_image_urls(url: str) -> None:
    """A URL of an image is sent as it is, and detail beside it."""
    assert image(url) == {"type": "image_url", "image_url": {"url": url}}
    assert image(url, detail="low")["image_url"] == {"url": url, "detail": "low"}


@pytest.mark.parametrize("kind", SOUNDS)
def test_sounds(tmp_path: Path, kind: str) -> None:
    """Sound is base64 beside the API's name of its type."""
    path = tmp_path / "sound.ogg"
    path.write_bytes(SOUNDS[kind])
    wanted = {"type": "input_audio", "input_audio": {"data": encoded(SOUNDS[kind]), "format": kind.strip()}}
    assert audio(path) == audio(SOUNDS[kind]) == wanted


def test_sound_of_another_type() -> None:
    """With a format, sound of any type is sent."""
    assert audio(b"raw", format="pcm16")["input_audio"] == {"data": encoded(b"raw"), "format": "pcm16"}  # type: ignore[arg-type]


def test_documents(tmp_path: Path) -> None:
    """A document has its file's name, or one that is given; an uploaded one has its id alone."""
    path = tmp_path / "a report.pdf"
    path.write_bytes(PDF)
    data = f"data:application/pdf;base64,{encoded(PDF)}"
    assert file(path) == file(str(path)) == {"type": "file", "file": {"filename": "a report.pdf", "file_data": data}}
    assert file(path, filename="b.pdf") == file(PDF, filename="b.pdf") == file(data, filename="b.pdf")
    assert file(b"\xef\xbb\xbf\n" + PDF, filename="b.pdf")
    assert file(file_id="file-1") == {"type": "file", "file": {"file_id": "file-1"}}


def test_members_are_those_of_the_pin() -> None:
    """What the helpers make has the members that the pin has, a breakpoint of the cache included."""
    stop: Any = {"mode": "explicit"}
    parts = {
        "Text": text("a", prompt_cache_breakpoint=stop),
        "Image": image("data:,", detail="low", prompt_cache_breakpoint=stop),
        "Audio": audio(SOUNDS["wav"], prompt_cache_breakpoint=stop),
        "File": file(PDF, filename="a", prompt_cache_breakpoint=stop),
    }
    for name, part in parts.items():
        model = getattr(models, f"ChatCompletionRequestMessageContentPart{name}")
        assert not model.from_dict(part).additional_properties
        assert part.keys() == model._fields.keys()


def test_types_are_those_of_the_pin() -> None:
    """The formats of sound that the pin names are known."""
    schema = pinned().document["components"]["schemas"]["ChatCompletionRequestMessageContentPartAudio"]
    known = schema["properties"]["input_audio"]["properties"]["format"]["enum"]
    assert set(known) == {kind.strip() for kind in SOUNDS}


@pytest.mark.parametrize("make", [image, audio, file])
def test_no_such_file(tmp_path: Path, make: Any) -> None:
    """A file that is not there is a FileNotFoundError with its path; a directory or a pipe is an error, too."""
    with pytest.raises(FileNotFoundError, match=r"there is no such file: '.*missing.png'") as caught:
        make(tmp_path / "missing.png")
    assert caught.value.filename == str(tmp_path / "missing.png")
    with pytest.raises(IsADirectoryError, match="this is a directory"):
        make(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="is no regular file"):
        make(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(OSError, match="symbolic links"):
        make(tmp_path / "loop")


@pytest.mark.parametrize(
    ("source", "advice"),
    [
        ("~/a.png", "~ is not expanded"),
        ("file:///a.png", "reads nothing from file://"),
        ("s3://bucket/a.png", "reads nothing from s3://"),
        (encoded(b"?" * 600), "if it is base64, give the bytes"),
        ("a" * 250, "if it is base64, give the bytes"),
        ("", "there is no such file"),
        (b"", "the content is empty"),
        (b"<!DOCTYPE html><html>", "the content is HTML, and the API takes PNG, JPEG, GIF or WebP: convert it"),
        (b"Hello.", "has no type that is known here"),
        (PDF, "the content is PDF"),
    ],
)
def test_no_image(source: str | bytes, advice: str) -> None:
    """What is no image is an error that says what came and what to give instead."""
    with pytest.raises((ValueError, FileNotFoundError), match=advice):
        image(source)


@pytest.mark.parametrize("source", [None, 1, ["a.png"]])
def test_other_sources(source: Any) -> None:
    """A source of another type is a TypeError; an open file's has the advice to read it."""
    with pytest.raises(TypeError, match=f"takes a path or bytes, not {type(source).__name__}$"):
        image(source)
    with pytest.raises(TypeError, match="not BytesIO; give what its read"):
        image(io.BytesIO(b"a"))  # type: ignore[arg-type]


def test_an_empty_file(tmp_path: Path) -> None:
    """An empty file is an error that names it."""
    (tmp_path / "a.png").touch()
    with pytest.raises(ValueError, match=r"a.png' is empty"):
        image(tmp_path / "a.png")


@pytest.mark.parametrize("source", ["https://example.com/a.mp3", "data:audio/wav;base64,AAAA"])
def test_no_url_of_sound(source: str) -> None:
    """The API takes no URL of sound."""
    with pytest.raises(ValueError, match="no URL of sound"):
        audio(source)


def test_no_document() -> None:
    """A document needs a source or an id, a name, and a type that the API takes."""
    for arguments in ({}, {"source": PDF, "file_id": "file-1"}):
        with pytest.raises(TypeError, match="either a source"):
            file(**arguments)  # type: ignore[arg-type]
    for source in (PDF, "data:application/pdf;base64,AAAA"):
        with pytest.raises(TypeError, match="needs a filename="):
            file(source)
    with pytest.raises(ValueError, match="no URL of a document"):
        file("https://example.com/a.pdf")
    with pytest.raises(ValueError, match="is ZIP or Office, and the API takes PDF: read it yourself"):
        file(b"PK\x03\x04", filename="a.docx")
    with pytest.raises(FileNotFoundError, match="goes in file_id="):
        file("file-1")


def test_too_large(tmp_path: Path) -> None:
    """What is larger than the API takes is refused before it is read."""
    path = tmp_path / "a.pdf"
    with path.open("wb") as sparse:
        sparse.truncate(51 * 2**20)
    with pytest.raises(ValueError, match=r"a.pdf' has 51 MB, and the API takes at most 50"):
        file(path)
    with path.open("wb") as sparse:
        sparse.truncate(400 * 2**20)
    with pytest.raises(ValueError, match="has 400 MB, and the API takes at most 384"):
        image(path)


@pytest.mark.parametrize("size", [3 * 2**18 - 8, 3 * 2**18 - 7, 2**22])
def test_memory(tmp_path: Path, size: int) -> None:
    """However large a content is, there is at most one copy of it beside its base64, from a file as from bytes."""
    content = IMAGES["png"][:8] + bytes(size)
    path = tmp_path / "a.png"
    path.write_bytes(content)
    for source in (path, content):
        tracemalloc.start()
        try:
            part = image(source)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        url: Any = part["image_url"]["url"]  # type: ignore[index]
        assert url == f"data:image/png;base64,{encoded(content)}"
        assert peak < 2 * len(url) + 2**21
