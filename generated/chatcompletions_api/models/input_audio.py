from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypedDict

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _typed_dict, _write
from ..types import UNSET


@define(eq=False, repr=False, getstate_setstate=False)
class InputAudio(_Model):
    """The recording and its format."""

    data: str
    """The recording's bytes, in base64."""
    format: models.InputAudioFormat
    """Format in which those bytes are encoded."""
    _fields: ClassVar[dict[str, str]] = {
        "data": "data",
        "format": "format",
    }

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, InputAudio, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.data = d["data"]
        except KeyError:
            self.data = UNSET
            absent += 1
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
        model.data = self.data
        model.format = self.format
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "data": self.data,
                "format": self.format,
            },
            self._extra,
            self._absent,
        )


if TYPE_CHECKING:

    class InputAudioDict(TypedDict):
        """The recording and its format."""

        data: str
        """The recording's bytes, in base64."""
        format: models.InputAudioFormat
        """Format in which those bytes are encoded."""
else:

    def __getattr__(name: str) -> Any:
        required = {
            "data": "str",
            "format": "models.InputAudioFormat",
        }
        optional = {}
        return _typed_dict(InputAudio, name, "InputAudioDict", required, optional)
