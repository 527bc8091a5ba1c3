from typing import Any, Literal, cast

AudioFormat = Literal["aac", "flac", "mp3", "opus", "pcm16", "wav"]


def check_audio_format(value: Any) -> AudioFormat:
    """Return the value as it came: one that the API adds later is read like the known ones."""
    return cast(AudioFormat, value)
