from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NotRequired, Self, TypedDict

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _typed_dict, _write
from ..types import UNSET, Unset


@define(eq=False, repr=False, getstate_setstate=False)
class PromptCacheOptionsParam(_Model):
    """How the prompt of a call is cached for later calls that begin alike."""

    ttl: Literal["30m"] | Unset = UNSET
    """Lifetime of a cached prompt prefix; `30m` is 30 minutes."""
    mode: models.PromptCacheModeEnum | Unset = UNSET
    """Who sets the boundaries of cached prefixes. With `implicit` the service does, with `explicit` only
    the parts that the caller marked count.
    """
    _fields: ClassVar[dict[str, str]] = {
        "ttl": "ttl",
        "mode": "mode",
    }

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, PromptCacheOptionsParam, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        if "ttl" in d:
            self.ttl = d["ttl"]
        else:
            self.ttl = UNSET
            absent += 1
        if "mode" in d:
            self.mode = d["mode"]
        else:
            self.mode = UNSET
            absent += 2
        self._absent = absent
        self._extra = None
        if len(d) != (2 - absent.bit_count() if absent else 2):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.ttl = self.ttl
        model.mode = self.mode
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "ttl": self.ttl,
                "mode": self.mode,
            },
            self._extra,
            self._absent,
        )


if TYPE_CHECKING:

    class PromptCacheOptionsParamDict(TypedDict):
        """How the prompt of a call is cached for later calls that begin alike."""

        ttl: NotRequired[Literal["30m"]]
        """Lifetime of a cached prompt prefix; `30m` is 30 minutes."""
        mode: NotRequired[models.PromptCacheModeEnum]
        """Who sets the boundaries of cached prefixes. With `implicit` the service does, with `explicit` only
        the parts that the caller marked count.
        """
else:

    def __getattr__(name: str) -> Any:
        required = {}
        optional = {
            "ttl": "Literal['30m']",
            "mode": "models.PromptCacheModeEnum",
        }
        return _typed_dict(PromptCacheOptionsParam, name, "PromptCacheOptionsParamDict", required, optional)
