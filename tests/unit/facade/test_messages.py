"""The helpers that make messages."""

from __future__ import annotations

from typing import Any

import pytest

from chatcompletions import assistant, developer, system, tool, user


@pytest.mark.parametrize("helper", [developer, system, user, assistant])
def test_roles(helper: Any) -> None:
    """Each helper is named for the role of its message, and takes further members."""
    assert helper("a") == {"role": helper.__name__, "content": "a"}
    assert helper("a", name="n") == {"role": helper.__name__, "content": "a", "name": "n"}
    assert helper.__doc__


def test_parts() -> None:
    """Content parts are passed on as they are."""
    parts = [{"type": "text", "text": "a"}]
    assert user(parts)["content"] is parts


def test_assistant_without_content() -> None:
    """An assistant message of tool calls alone has null for its content."""
    calls = [{"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
    assert assistant(tool_calls=calls) == {"role": "assistant", "content": None, "tool_calls": calls}


def test_tool() -> None:
    """A tool message has the id of its tool call."""
    assert tool("4", "call_1") == {"role": "tool", "content": "4", "tool_call_id": "call_1"}
