from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define

from ..models import _keep, _Model, _new, _read, _write


@define(eq=False, repr=False, getstate_setstate=False)
class Error(_Model):
    """What went wrong with a request."""

    code: None | str
    """Short identifier of the error, meant for programs; null when it has none."""
    message: str
    """The error in words, meant for people."""
    param: None | str
    """Parameter at fault; null when no single one is."""
    type: str
    """Family of the error, such as `invalid_request_error`."""
    _fields: ClassVar[dict[str, str]] = {
        "code": "code",
        "message": "message",
        "param": "param",
        "type": "type",
    }
    _nothing: ClassVar[Any] = None
    _optional: ClassVar[int] = 0

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, Error, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        if "code" in d:
            self.code = d["code"]
        else:
            self.code = None
            absent += 1
        try:
            self.message = d["message"]
        except KeyError:
            self.message = None
            absent += 2
        if "param" in d:
            self.param = d["param"]
        else:
            self.param = None
            absent += 4
        try:
            self.type = d["type"]
        except KeyError:
            self.type = None
            absent += 8
        self._absent = absent
        self._extra = None
        if len(d) != (4 - absent.bit_count() if absent else 4):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.code = self.code
        model.message = self.message
        model.param = self.param
        model.type = self.type
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "code": self.code,
                "message": self.message,
                "param": self.param,
                "type": self.type,
            },
            self._extra,
            self._absent,
        )
