from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypedDict

from attrs import define

from ..models import _keep, _Model, _new, _read, _typed_dict, _write
from ..types import UNSET


@define(eq=False, repr=False, getstate_setstate=False)
class NamedCustom(_Model):
    """The custom tool to call."""

    name: str
    """Name of a custom tool defined in `tools`."""
    _fields: ClassVar[dict[str, str]] = {
        "name": "name",
    }

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, NamedCustom, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.name = d["name"]
        except KeyError:
            self.name = UNSET
            absent += 1
        self._absent = absent
        self._extra = None
        if len(d) != (1 - absent.bit_count() if absent else 1):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.name = self.name
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "name": self.name,
            },
            self._extra,
            self._absent,
        )


if TYPE_CHECKING:

    class NamedCustomDict(TypedDict):
        """The custom tool to call."""

        name: str
        """Name of a custom tool defined in `tools`."""
else:

    def __getattr__(name: str) -> Any:
        required = {
            "name": "str",
        }
        optional = {}
        return _typed_dict(NamedCustom, name, "NamedCustomDict", required, optional)
