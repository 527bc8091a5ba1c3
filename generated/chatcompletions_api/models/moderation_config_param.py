from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypedDict

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _typed_dict, _write
from ..types import UNSET


@define(eq=False, repr=False, getstate_setstate=False)
class ModerationConfigParam(_Model):
    """How one side of a call is moderated."""

    mode: models.ModerationMode
    """What moderation does. With `score` it only reports, with `block` it also stops flagged content."""
    _fields: ClassVar[dict[str, str]] = {
        "mode": "mode",
    }

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, ModerationConfigParam, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.mode = d["mode"]
        except KeyError:
            self.mode = UNSET
            absent += 1
        self._absent = absent
        self._extra = None
        if len(d) != (1 - absent.bit_count() if absent else 1):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.mode = self.mode
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "mode": self.mode,
            },
            self._extra,
            self._absent,
        )


if TYPE_CHECKING:

    class ModerationConfigParamDict(TypedDict):
        """How one side of a call is moderated."""

        mode: models.ModerationMode
        """What moderation does. With `score` it only reports, with `block` it also stops flagged content."""
else:

    def __getattr__(name: str) -> Any:
        required = {
            "mode": "models.ModerationMode",
        }
        optional = {}
        return _typed_dict(ModerationConfigParam, name, "ModerationConfigParamDict", required, optional)
