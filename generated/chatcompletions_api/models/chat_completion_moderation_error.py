from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

from attrs import define

from ..models import _keep, _Model, _new, _read, _write


@define(eq=False, repr=False, getstate_setstate=False)
class ChatCompletionModerationError(_Model):
    """Stands in for results when moderation itself failed."""

    type: Literal["error"]
    """Tells a failure from results."""
    code: str
    """Short identifier of the failure, meant for programs."""
    message: str
    """The failure in words, meant for people."""
    _fields: ClassVar[dict[str, str]] = {
        "type": "type",
        "code": "code",
        "message": "message",
    }
    _nothing: ClassVar[Any] = None
    _optional: ClassVar[int] = 0

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, ChatCompletionModerationError, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.type = d["type"]
        except KeyError:
            self.type = None
            absent += 1
        try:
            self.code = d["code"]
        except KeyError:
            self.code = None
            absent += 2
        try:
            self.message = d["message"]
        except KeyError:
            self.message = None
            absent += 4
        self._absent = absent
        self._extra = None
        if len(d) != (3 - absent.bit_count() if absent else 3):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.type = self.type
        model.code = self.code
        model.message = self.message
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "type": self.type,
                "code": self.code,
                "message": self.message,
            },
            self._extra,
            self._absent,
        )
