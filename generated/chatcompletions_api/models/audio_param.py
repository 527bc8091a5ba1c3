from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypedDict

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _typed_dict, _write
from ..types import UNSET


@define(eq=False, repr=False, getstate_setstate=False)
class AudioParam(_Model):
    """Voice and format of spoken output. Required when `modalities` holds `audio`, otherwise left out."""

    voice: models.CustomVoice | models.VoiceId | str
    """A voice, either built in and given by name or made to order and given by id."""
    format: models.AudioFormat
    """Encoding of the sound. Streaming may narrow the choice, usually to `pcm16`."""
    _fields: ClassVar[dict[str, str]] = {
        "voice": "voice",
        "format": "format",
    }

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, AudioParam, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.voice = value = d["voice"]
        except KeyError:
            self.voice = value = UNSET
            absent += 1
        if isinstance(value, dict):
            self.voice = _new(models.CustomVoice)._read(value)
        try:
            self.format = d["format"]
        except KeyError:
            self.format = UNSET
            absent += 2
        self._absent = absent
        self._extra = None
        if len(d) != (2 - absent.bit_count() if absent else 2):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.voice = self.voice
        model.format = self.format
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "voice": self.voice,
                "format": self.format,
            },
            self._extra,
            self._absent,
        )


if TYPE_CHECKING:

    class AudioParamDict(TypedDict):
        """Voice and format of spoken output. Required when `modalities` holds `audio`, otherwise left out."""

        voice: str | models.VoiceId | models.CustomVoiceDict | models.CustomVoice
        """A voice, either built in and given by name or made to order and given by id."""
        format: models.AudioFormat
        """Encoding of the sound. Streaming may narrow the choice, usually to `pcm16`."""
else:

    def __getattr__(name: str) -> Any:
        required = {
            "voice": "str | models.VoiceId | models.CustomVoiceDict | models.CustomVoice",
            "format": "models.AudioFormat",
        }
        optional = {}
        return _typed_dict(AudioParam, name, "AudioParamDict", required, optional)
