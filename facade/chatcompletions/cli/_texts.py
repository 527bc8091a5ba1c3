"""The texts of completions and messages, which come as the API's JSON, and may lack anything."""

from __future__ import annotations

import json
import re
from typing import Any

#: What a terminal may act upon, or what turns the direction of the text around it; line feeds and tabs are harmless.
_UNSAFE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def printable(text: str) -> str:
    """Return a text in which control characters are written out, so that a terminal shows them and does nothing."""
    return _UNSAFE.sub(
        lambda found: f"\\x{ord(found[0]):02x}" if found[0] < "\x80" else f"\\u{ord(found[0]):04x}", text
    )


def as_json(value: Any, indent: int | None = None) -> str:
    """Return JSON, on one line without an indent, in which control characters are written as JSON has them."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def content_text(message: Any) -> str:
    """Return the text of a message's content, parts included; empty if it has none."""
    content = member(message, "content_parts") or member(message, "content")
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = (member(part, "text") or member(part, "refusal") for part in parts)
    return "\n".join(text for text in texts if isinstance(text, str))


def answer_text(completion: Any) -> str:
    """Return the texts of the answers: what they say, what they refuse, and which tools they call."""
    return "\n".join(filter(None, map(_choice_text, members(completion, "choices"))))


def _choice_text(choice: Any) -> str:
    message = member(choice, "message")
    refusal = member(message, "refusal")
    texts = [content_text(message), refusal if isinstance(refusal, str) else ""]
    texts += map(call_text, members(message, "tool_calls"))
    return "\n".join(filter(None, texts))


def call_text(call: Any) -> str:
    """Return a call of a tool as it would be written: ``get_weather({"city": "Paris"})``."""
    name, given = called(call)
    return f"{name if isinstance(name, str) else '?'}({given if isinstance(given, str) else ''})"


def called(call: Any) -> tuple[Any, Any]:
    """Return the name of the tool that a call is of, and what it is given, as far as the call says."""
    tool = member(call, "function") or member(call, "custom")
    return member(tool, "name"), member(tool, "arguments") or member(tool, "input")


def member(value: Any, *path: str) -> Any:
    """Return a member of a JSON value, `None` if it or anything on the way to it is missing."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def members(value: Any, *path: str) -> list[Any]:
    """Return the items of an array in a JSON value; none if it is missing, or anything else."""
    found = member(value, *path)
    return found if isinstance(found, list) else []


def finish_reasons(completion: Any) -> list[str]:
    """Return why the answers ended, as far as that is said."""
    reasons = [member(choice, "finish_reason") for choice in members(completion, "choices")]
    return [reason for reason in reasons if isinstance(reason, str)]
