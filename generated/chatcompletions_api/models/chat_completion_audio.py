from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define

from ..models import _keep, _Model, _new, _read, _write


@define(eq=False, repr=False, getstate_setstate=False)
class ChatCompletionAudio(_Model):
    """An answer in speech, with its transcript."""

    id: str
    """Id of the spoken answer, for referring to it from an assistant message later."""
    expires_at: int
    """When the service forgets the spoken answer, as Unix time in seconds; its id is useless from then on."""
    data: str
    """The sound's bytes in base64, in the format that the request named."""
    transcript: str
    """The spoken words as text."""
    _fields: ClassVar[dict[str, str]] = {
        "id": "id",
        "expires_at": "expires_at",
        "data": "data",
        "transcript": "transcript",
    }
    _nothing: ClassVar[Any] = None
    _optional: ClassVar[int] = 0

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, ChatCompletionAudio, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.id = d["id"]
        except KeyError:
            self.id = None
            absent += 1
        try:
            self.expires_at = d["expires_at"]
        except KeyError:
            self.expires_at = None
            absent += 2
        try:
            self.data = d["data"]
        except KeyError:
            self.data = None
            absent += 4
        try:
            self.transcript = d["transcript"]
        except KeyError:
            self.transcript = None
            absent += 8
        self._absent = absent
        self._extra = None
        if len(d) != (4 - absent.bit_count() if absent else 4):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.id = self.id
        model.expires_at = self.expires_at
        model.data = self.data
        model.transcript = self.transcript
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "id": self.id,
                "expires_at": self.expires_at,
                "data": self.data,
                "transcript": self.transcript,
            },
            self._extra,
            self._absent,
        )
