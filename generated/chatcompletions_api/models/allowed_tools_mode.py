from typing import Any, Literal, cast

AllowedToolsMode = Literal["auto", "required"]


def check_allowed_tools_mode(value: Any) -> AllowedToolsMode:
    """Return the value as it came: one that the API adds later is read like the known ones."""
    return cast(AllowedToolsMode, value)
