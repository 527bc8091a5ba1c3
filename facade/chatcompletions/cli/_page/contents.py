"""What a message holds, as blocks of kinds that the page knows how to show."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from chatcompletions.cli._texts import answer_text, as_json, called, member, members

if TYPE_CHECKING:
    from collections.abc import Iterator

_IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+")
_AUDIO = {"wav": "wav", "mp3": "mpeg", "flac": "flac", "opus": "ogg", "aac": "aac"}
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+")
_WEB = re.compile(r"https?://[^\s\"'<>]+", re.IGNORECASE)
#: Characters of a text that the page shows; the whole is in the JSON.
_LONGEST = 20_000


class Block(NamedTuple):
    """A part of a message.

    Attributes:
        kind: ``text``, ``json``, ``refusal``, ``call``, ``image``, ``audio`` or ``link``.
        text: The text, the formatted JSON, or the address.
        label: What is said above it.
    """

    kind: str
    text: str
    label: str = ""


def blocks(message: Any) -> list[Block]:
    """Return the parts of a message, which may lack anything."""
    return [*_blocks(message)]


def _blocks(message: Any) -> Iterator[Block]:
    content = member(message, "content_parts") or member(message, "content")
    for part in content if isinstance(content, list) else [content]:
        if isinstance(part, str):
            yield _text(part)
        elif part is not None:
            yield _part(part)
    if isinstance(refusal := member(message, "refusal"), str):
        yield Block("refusal", refusal, "refused")
    for call in members(message, "tool_calls"):
        name, given = called(call)
        text = _formatted(given or "") if isinstance(given or "", str) else as_json(given, 2)
        yield Block("call", text, str(name))
    if isinstance(call_id := member(message, "tool_call_id"), str):
        yield Block("note", call_id, "answers the call")


def _part(part: Any) -> Block:
    kind, text = member(part, "type"), member(part, "text")
    if kind == "text" and isinstance(text, str):
        return _text(text)
    if kind == "refusal" and isinstance(refusal := member(part, "refusal"), str):
        return Block("refusal", refusal, "refused")
    url, data = member(part, "image_url", "url"), member(part, "input_audio", "data")
    if isinstance(url, str):
        if _IMAGE.fullmatch(url):
            return Block("image", url)
        return Block("link", url, "image") if _WEB.fullmatch(url) else Block("text", url, "image")
    sound = _AUDIO.get(str(member(part, "input_audio", "format")))
    if isinstance(data, str) and sound and _BASE64.fullmatch(data):
        return Block("audio", f"data:audio/{sound};base64,{data}")
    return Block("json", as_json(part, 2), str(kind or ""))


def _text(text: str) -> Block:
    formatted = _formatted(text) if text.lstrip()[:1] in ("{", "[") else text
    return Block("text" if formatted is text else "json", formatted)


def _formatted(text: str) -> str:
    try:
        return as_json(json.loads(text), 2)
    except (ValueError, RecursionError):
        return text


def pairs_of(completion: Any) -> dict[str, Any]:
    """Return the metadata of a completion; empty if it has none."""
    metadata = member(completion, "metadata")
    return metadata if isinstance(metadata, dict) else {}


def first_words(completion: Any) -> str:
    """Return the beginning of the answers, for a list."""
    text = " ".join(answer_text(completion)[:400].split())
    return f"{text[:140]}…" if len(text) > 140 else text


def shortened(text: str) -> tuple[str, int]:
    """Return the beginning of a long text, and how many characters were left out."""
    return text[:_LONGEST], max(0, len(text) - _LONGEST)
