from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define

from ..models import _keep, _Model, _new, _read, _write


@define(eq=False, repr=False, getstate_setstate=False)
class TopLogprob(_Model):
    """A token that could have stood at this position, and how likely it was."""

    token: str
    """The candidate as text."""
    logprob: float
    """Natural logarithm of the candidate's probability, or -9999.0 if it is too unlikely to be ranked."""
    bytes: list[int] | None
    """The candidate as UTF-8 bytes, each from 0 to 255; null when it has none."""
    _fields: ClassVar[dict[str, str]] = {
        "token": "token",
        "logprob": "logprob",
        "bytes": "bytes",
    }
    _nothing: ClassVar[Any] = None
    _optional: ClassVar[int] = 0

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, TopLogprob, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.token = d["token"]
        except KeyError:
            self.token = None
            absent += 1
        try:
            self.logprob = d["logprob"]
        except KeyError:
            self.logprob = None
            absent += 2
        if "bytes" in d:
            self.bytes = d["bytes"]
        else:
            self.bytes = None
            absent += 4
        self._absent = absent
        self._extra = None
        if len(d) != (3 - absent.bit_count() if absent else 3):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.token = self.token
        model.logprob = self.logprob
        model.bytes = self.bytes
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "token": self.token,
                "logprob": self.logprob,
                "bytes": self.bytes,
            },
            self._extra,
            self._absent,
        )
