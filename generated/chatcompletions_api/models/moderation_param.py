from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NotRequired, Self, TypedDict

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _typed_dict, _write
from ..types import UNSET, Unset


@define(eq=False, repr=False, getstate_setstate=False)
class ModerationParam(_Model):
    """Asks for moderation of a call."""

    model: str
    """Id of the moderation model to run."""
    policy: models.ModerationPolicyParam | None | Unset = UNSET
    """What to do about flagged content. Absent or null leaves it to the service."""
    _fields: ClassVar[dict[str, str]] = {
        "model": "model",
        "policy": "policy",
    }

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, ModerationParam, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.model = d["model"]
        except KeyError:
            self.model = UNSET
            absent += 1
        if "policy" in d:
            self.policy = value = d["policy"]
            if isinstance(value, dict):
                self.policy = _new(models.ModerationPolicyParam)._read(value)
        else:
            self.policy = UNSET
            absent += 2
        self._absent = absent
        self._extra = None
        if len(d) != (2 - absent.bit_count() if absent else 2):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.model = self.model
        model.policy = self.policy
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "model": self.model,
                "policy": self.policy,
            },
            self._extra,
            self._absent,
        )


if TYPE_CHECKING:

    class ModerationParamDict(TypedDict):
        """Asks for moderation of a call."""

        model: str
        """Id of the moderation model to run."""
        policy: NotRequired[models.ModerationPolicyParamDict | models.ModerationPolicyParam | None]
        """What to do about flagged content. Absent or null leaves it to the service."""
else:

    def __getattr__(name: str) -> Any:
        required = {
            "model": "str",
        }
        optional = {
            "policy": "models.ModerationPolicyParamDict | models.ModerationPolicyParam | None",
        }
        return _typed_dict(ModerationParam, name, "ModerationParamDict", required, optional)
