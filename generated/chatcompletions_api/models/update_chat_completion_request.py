from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypedDict

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _typed_dict, _write
from ..types import UNSET


@define(eq=False, repr=False, getstate_setstate=False)
class UpdateChatCompletionRequest(_Model):
    """The new metadata of a stored completion."""

    metadata: models.Metadata | None
    """The full new set of pairs, not an addition to the old one."""
    _fields: ClassVar[dict[str, str]] = {
        "metadata": "metadata",
    }

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, UpdateChatCompletionRequest, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        if "metadata" in d:
            self.metadata = value = d["metadata"]
            if isinstance(value, dict):
                self.metadata = _new(models.Metadata)._read(value)
        else:
            self.metadata = UNSET
            absent += 1
        self._absent = absent
        self._extra = None
        if len(d) != (1 - absent.bit_count() if absent else 1):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.metadata = self.metadata
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "metadata": self.metadata,
            },
            self._extra,
            self._absent,
        )


if TYPE_CHECKING:

    class UpdateChatCompletionRequestDict(TypedDict):
        """The new metadata of a stored completion."""

        metadata: Mapping[str, str] | None
        """The full new set of pairs, not an addition to the old one."""
else:

    def __getattr__(name: str) -> Any:
        required = {
            "metadata": "Mapping[str, str] | None",
        }
        optional = {}
        return _typed_dict(
            UpdateChatCompletionRequest, name, "UpdateChatCompletionRequestDict", required, optional
        )
