from typing import Any, Literal, cast

ModerationInputType = Literal["image", "text"]


def check_moderation_input_type(value: Any) -> ModerationInputType:
    """Return the value as it came: one that the API adds later is read like the known ones."""
    return cast(ModerationInputType, value)
