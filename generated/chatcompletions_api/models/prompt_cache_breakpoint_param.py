from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, TypedDict

from attrs import define

from ..models import _keep, _Model, _new, _read, _typed_dict, _write


@define(eq=False, repr=False, getstate_setstate=False)
class PromptCacheBreakpointParam(_Model):
    """Marks where a cacheable prompt prefix ends; everything up to the marked part belongs to it."""

    mode: Literal["explicit"]
    """Tags this boundary as set by the caller."""
    _fields: ClassVar[dict[str, str]] = {
        "mode": "mode",
    }
    _nothing: ClassVar[Any] = None
    _optional: ClassVar[int] = 0

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, PromptCacheBreakpointParam, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.mode = d["mode"]
        except KeyError:
            self.mode = None
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

    class PromptCacheBreakpointParamDict(TypedDict):
        """Marks where a cacheable prompt prefix ends; everything up to the marked part belongs to it."""

        mode: Literal["explicit"]
        """Tags this boundary as set by the caller."""
else:

    def __getattr__(name: str) -> Any:
        required = {
            "mode": "Literal['explicit']",
        }
        optional = {}
        return _typed_dict(
            PromptCacheBreakpointParam, name, "PromptCacheBreakpointParamDict", required, optional
        )
