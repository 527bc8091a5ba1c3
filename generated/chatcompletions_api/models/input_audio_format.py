from typing import Any, Literal, cast

InputAudioFormat = Literal["mp3", "wav"]


def check_input_audio_format(value: Any) -> InputAudioFormat:
    """Return the value as it came: one that the API adds later is read like the known ones."""
    return cast(InputAudioFormat, value)
