from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NotRequired, Self, TypedDict

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _typed_dict, _write
from ..types import UNSET, Unset


@define(eq=False, repr=False, getstate_setstate=False)
class WebSearchOptions(_Model):
    """Lets a search model look things up on the web before it answers. An empty object takes the defaults."""

    user_location: models.UserLocation | None | Unset = UNSET
    """Roughly where the user is, to find results of local interest. Absent or null means no location."""
    search_context_size: models.WebSearchContextSize | Unset = UNSET
    """How much of what a web search found the model gets to read. More of it may improve the answer, and
    costs more time and money.
    """
    _fields: ClassVar[dict[str, str]] = {
        "user_location": "user_location",
        "search_context_size": "search_context_size",
    }

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, WebSearchOptions, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        if "user_location" in d:
            self.user_location = value = d["user_location"]
            if isinstance(value, dict):
                self.user_location = _new(models.UserLocation)._read(value)
        else:
            self.user_location = UNSET
            absent += 1
        if "search_context_size" in d:
            self.search_context_size = d["search_context_size"]
        else:
            self.search_context_size = UNSET
            absent += 2
        self._absent = absent
        self._extra = None
        if len(d) != (2 - absent.bit_count() if absent else 2):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.user_location = self.user_location
        model.search_context_size = self.search_context_size
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "user_location": self.user_location,
                "search_context_size": self.search_context_size,
            },
            self._extra,
            self._absent,
        )


if TYPE_CHECKING:

    class WebSearchOptionsDict(TypedDict):
        """Lets a search model look things up on the web before it answers. An empty object takes the defaults."""

        user_location: NotRequired[models.UserLocationDict | models.UserLocation | None]
        """Roughly where the user is, to find results of local interest. Absent or null means no location."""
        search_context_size: NotRequired[models.WebSearchContextSize]
        """How much of what a web search found the model gets to read. More of it may improve the answer, and
        costs more time and money.
        """
else:

    def __getattr__(name: str) -> Any:
        required = {}
        optional = {
            "user_location": "models.UserLocationDict | models.UserLocation | None",
            "search_context_size": "models.WebSearchContextSize",
        }
        return _typed_dict(WebSearchOptions, name, "WebSearchOptionsDict", required, optional)
