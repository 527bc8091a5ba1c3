from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define

from ..models import _keep, _Model, _new, _read, _write


@define(eq=False, repr=False, getstate_setstate=False)
class FunctionCallDelta(_Model):
    """What this fragment adds to the function's name and arguments."""

    name: str | None = None
    """Name of the function, normally in the call's first fragment only."""
    arguments: str | None = None
    """The next stretch of the arguments' JSON text; join all stretches before parsing."""
    _fields: ClassVar[dict[str, str]] = {
        "name": "name",
        "arguments": "arguments",
    }
    _nothing: ClassVar[Any] = None
    _optional: ClassVar[int] = 3

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, FunctionCallDelta, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        if "name" in d:
            self.name = d["name"]
        else:
            self.name = None
            absent += 1
        if "arguments" in d:
            self.arguments = d["arguments"]
        else:
            self.arguments = None
            absent += 2
        self._absent = absent
        self._extra = None
        if len(d) != (2 - absent.bit_count() if absent else 2):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.name = self.name
        model.arguments = self.arguments
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "name": self.name,
                "arguments": self.arguments,
            },
            self._extra,
            self._absent,
        )
