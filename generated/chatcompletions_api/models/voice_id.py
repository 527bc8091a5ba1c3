from typing import Any, Literal, cast

VoiceId = Literal["alloy", "ash", "ballad", "cedar", "coral", "echo", "marin", "sage", "shimmer", "verse"]


def check_voice_id(value: Any) -> VoiceId:
    """Return the value as it came: one that the API adds later is read like the known ones."""
    return cast(VoiceId, value)
