from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NotRequired, Self, TypedDict

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _typed_dict, _write
from ..types import UNSET, Unset


@define(eq=False, repr=False, getstate_setstate=False)
class ModerationPolicyParam(_Model):
    """How the two sides of a call are moderated, each by itself."""

    input: models.ModerationConfigParam | None | Unset = UNSET
    """Treatment of the messages that were sent. Absent or null leaves it to the service."""
    output: models.ModerationConfigParam | None | Unset = UNSET
    """Treatment of what the model writes. Absent or null leaves it to the service."""
    _fields: ClassVar[dict[str, str]] = {
        "input": "input",
        "output": "output",
    }

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, ModerationPolicyParam, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        if "input" in d:
            self.input = value = d["input"]
            if isinstance(value, dict):
                self.input = _new(models.ModerationConfigParam)._read(value)
        else:
            self.input = UNSET
            absent += 1
        if "output" in d:
            self.output = value = d["output"]
            if isinstance(value, dict):
                self.output = _new(models.ModerationConfigParam)._read(value)
        else:
            self.output = UNSET
            absent += 2
        self._absent = absent
        self._extra = None
        if len(d) != (2 - absent.bit_count() if absent else 2):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.input = self.input
        model.output = self.output
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "input": self.input,
                "output": self.output,
            },
            self._extra,
            self._absent,
        )


if TYPE_CHECKING:

    class ModerationPolicyParamDict(TypedDict):
        """How the two sides of a call are moderated, each by itself."""

        input: NotRequired[models.ModerationConfigParamDict | models.ModerationConfigParam | None]
        """Treatment of the messages that were sent. Absent or null leaves it to the service."""
        output: NotRequired[models.ModerationConfigParamDict | models.ModerationConfigParam | None]
        """Treatment of what the model writes. Absent or null leaves it to the service."""
else:

    def __getattr__(name: str) -> Any:
        required = {}
        optional = {
            "input": "models.ModerationConfigParamDict | models.ModerationConfigParam | None",
            "output": "models.ModerationConfigParamDict | models.ModerationConfigParam | None",
        }
        return _typed_dict(ModerationPolicyParam, name, "ModerationPolicyParamDict", required, optional)
