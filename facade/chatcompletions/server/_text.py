"""Text as the server writes and counts it: a word, number or punctuation mark is a token, with the space before it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_TOKEN = re.compile(r"\s*(?:\w+|[^\w\s])|\s+")
_ECHO = 80  # characters of a message that an answer repeats


def dump(value: object) -> str:
    """Write compact JSON, non-ASCII characters as they are."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def tokens(text: str) -> list[str]:
    """Split text into tokens; joined, they give the text again."""
    return _TOKEN.findall(text)


def count(text: str) -> int:
    """Count the tokens of a text without keeping them."""
    return sum(1 for _ in _TOKEN.finditer(text))


def content_text(content: object) -> str:
    """Join the text of a message's content, be it a string, an array of parts, or null."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "\n".join(part["text"] for part in parts if part["type"] == "text")


def last_text(request: Mapping[str, Any], role: str) -> str:
    """Return the text of a request's last message of a role, or an empty string."""
    texts = [content_text(message.get("content")) for message in request["messages"] if message["role"] == role]
    return texts[-1] if texts else ""


def echo(text: str) -> str:
    """Shorten a text to one line that can be quoted."""
    line = " ".join(text[: 4 * _ECHO].split())
    return line if len(line) <= _ECHO else line[: _ECHO - 1].rstrip() + "…"
