from typing import Any, Literal, cast

ModerationMode = Literal["block", "score"]


def check_moderation_mode(value: Any) -> ModerationMode:
    """Return the value as it came: one that the API adds later is read like the known ones."""
    return cast(ModerationMode, value)
