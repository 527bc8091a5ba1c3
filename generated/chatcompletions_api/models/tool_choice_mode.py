from typing import Any, Literal, cast

ToolChoiceMode = Literal["auto", "none", "required"]


def check_tool_choice_mode(value: Any) -> ToolChoiceMode:
    """Return the value as it came: one that the API adds later is read like the known ones."""
    return cast(ToolChoiceMode, value)
