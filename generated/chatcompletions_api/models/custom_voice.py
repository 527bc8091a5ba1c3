from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypedDict

from attrs import define

from ..models import _keep, _Model, _new, _read, _typed_dict, _write
from ..types import UNSET


@define(eq=False, repr=False, getstate_setstate=False)
class CustomVoice(_Model):
    """A voice made to order."""

    id: str
    """Id of the voice."""
    _fields: ClassVar[dict[str, str]] = {
        "id": "id",
    }

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, CustomVoice, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.id = d["id"]
        except KeyError:
            self.id = UNSET
            absent += 1
        self._absent = absent
        self._extra = None
        if len(d) != (1 - absent.bit_count() if absent else 1):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.id = self.id
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "id": self.id,
            },
            self._extra,
            self._absent,
        )


if TYPE_CHECKING:

    class CustomVoiceDict(TypedDict):
        """A voice made to order."""

        id: str
        """Id of the voice."""
else:

    def __getattr__(name: str) -> Any:
        required = {
            "id": "str",
        }
        optional = {}
        return _typed_dict(CustomVoice, name, "CustomVoiceDict", required, optional)
