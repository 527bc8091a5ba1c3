from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, TypedDict

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _typed_dict, _write
from ..types import UNSET


@define(eq=False, repr=False, getstate_setstate=False)
class UserLocation(_Model):
    """Roughly where the user is, to find results of local interest. Absent or null means no location."""

    type: Literal["approximate"]
    """Marks the location as an estimate."""
    approximate: models.WebSearchLocation
    """A place, as exactly as it is known; every field may be left out."""
    _fields: ClassVar[dict[str, str]] = {
        "type": "type",
        "approximate": "approximate",
    }

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, UserLocation, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.type = d["type"]
        except KeyError:
            self.type = UNSET
            absent += 1
        try:
            self.approximate = value = d["approximate"]
        except KeyError:
            self.approximate = value = UNSET
            absent += 2
        if isinstance(value, dict):
            self.approximate = _new(models.WebSearchLocation)._read(value)
        self._absent = absent
        self._extra = None
        if len(d) != (2 - absent.bit_count() if absent else 2):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.type = self.type
        model.approximate = self.approximate
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "type": self.type,
                "approximate": self.approximate,
            },
            self._extra,
            self._absent,
        )


if TYPE_CHECKING:

    class UserLocationDict(TypedDict):
        """Roughly where the user is, to find results of local interest. Absent or null means no location."""

        type: Literal["approximate"]
        """Marks the location as an estimate."""
        approximate: models.WebSearchLocationDict | models.WebSearchLocation
        """A place, as exactly as it is known; every field may be left out."""
else:

    def __getattr__(name: str) -> Any:
        required = {
            "type": "Literal['approximate']",
            "approximate": "models.WebSearchLocationDict | models.WebSearchLocation",
        }
        optional = {}
        return _typed_dict(UserLocation, name, "UserLocationDict", required, optional)
