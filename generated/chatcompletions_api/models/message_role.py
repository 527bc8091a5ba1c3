from typing import Any, Literal, cast

MessageRole = Literal["assistant", "developer", "system", "tool", "user"]


def check_message_role(value: Any) -> MessageRole:
    """Return the value as it came: one that the API adds later is read like the known ones."""
    return cast(MessageRole, value)
