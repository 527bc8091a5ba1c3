from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define
from attrs import field as _field

from .. import models
from ..models import _new, _read, _show, _write
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.user_location import UserLocation
    from ..models.web_search_context_size import WebSearchContextSize


@define
class WebSearchOptions:
    """Lets a search model look things up on the web before it answers. An empty object takes the defaults."""

    user_location: None | Unset | UserLocation = UNSET
    """Roughly where the user is, to find results of local interest. Absent or null means no location."""
    search_context_size: WebSearchContextSize | Unset = UNSET
    """How much of what a web search found the model gets to read. More of it may improve the answer, and
    costs more time and money.
    """
    additional_properties: dict[str, Any] = _field(init=False, factory=dict)

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], *, copy: bool = True) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came.

        With `copy=False` the members are taken out of `src_dict`, which is faster.
        """
        return _read(cls, WebSearchOptions, src_dict, copy)

    def _read(self, d: dict[str, Any], copy: bool) -> Self:
        """Take the fields out of an object; what is left of it are the additional properties."""
        if copy:
            d = dict(d)
        self.user_location = value = d.pop("user_location", UNSET)
        if isinstance(value, dict):
            self.user_location = _new(models.UserLocation)._read(value, copy)
        self.search_context_size = d.pop("search_context_size", UNSET)
        self.additional_properties = d or {}
        return self

    def _copy(self) -> Self:
        """Return a model that holds the same values."""
        model = _new(type(self))
        model.user_location = self.user_location
        model.search_context_size = self.search_context_size
        model.additional_properties = self.additional_properties.copy()
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API; what is UNSET is left out."""
        return _write(
            {
                "user_location": self.user_location,
                "search_context_size": self.search_context_size,
            },
            self.additional_properties,
        )

    def __repr__(self) -> str:
        return _show(self)

    @property
    def additional_keys(self) -> list[str]:
        """The names of what came beyond the declared fields."""
        return list(self.additional_properties)

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: object) -> bool:
        return key in self.additional_properties
