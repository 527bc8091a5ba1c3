from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define
from attrs import field as _field

from .. import models
from ..types import UNSET, Unset


@define
class WebSearchLocation:
    """A place, as exactly as it is known; every field may be left out."""

    country: str | Unset = UNSET
    """Country by its two-letter ISO 3166-1 code, such as `US`."""
    region: str | Unset = UNSET
    """State, province or other region, as free text."""
    city: str | Unset = UNSET
    """City, as free text."""
    timezone: str | Unset = UNSET
    """Time zone by its IANA name, such as `Europe/Vienna`."""
    additional_properties: dict[str, Any] = _field(init=False, factory=dict)

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        if not isinstance(src_dict, dict) and not isinstance(src_dict, Mapping):
            raise TypeError(f"{cls.__name__} is read from a mapping, but {type(src_dict).__name__} came")
        d = dict(src_dict)
        own = cls is WebSearchLocation or cls.__attrs_attrs__ is WebSearchLocation.__attrs_attrs__
        self = cls.__new__(cls) if own else cls()
        self.country = d.pop("country", UNSET)
        self.region = d.pop("region", UNSET)
        self.city = d.pop("city", UNSET)
        self.timezone = d.pop("timezone", UNSET)
        self.additional_properties = d or {}
        return self

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API; what is UNSET is left out."""
        return models._write(
            {
                "country": self.country,
                "region": self.region,
                "city": self.city,
                "timezone": self.timezone,
            },
            self.additional_properties,
        )

    def __repr__(self) -> str:
        return models._show(self)

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
