from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NotRequired, Self, TypedDict

from attrs import define

from ..models import _keep, _Model, _new, _read, _typed_dict, _write
from ..types import UNSET, Unset


@define(eq=False, repr=False, getstate_setstate=False)
class WebSearchLocation(_Model):
    """A place, as exactly as it is known; every field may be left out."""

    country: str | Unset = UNSET
    """Country by its two-letter ISO 3166-1 code, such as `US`."""
    region: str | Unset = UNSET
    """State, province or other region, as free text."""
    city: str | Unset = UNSET
    """City, as free text."""
    timezone: str | Unset = UNSET
    """Time zone by its IANA name, such as `Europe/Vienna`."""
    _fields: ClassVar[dict[str, str]] = {
        "country": "country",
        "region": "region",
        "city": "city",
        "timezone": "timezone",
    }

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, WebSearchLocation, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        if "country" in d:
            self.country = d["country"]
        else:
            self.country = UNSET
            absent += 1
        if "region" in d:
            self.region = d["region"]
        else:
            self.region = UNSET
            absent += 2
        if "city" in d:
            self.city = d["city"]
        else:
            self.city = UNSET
            absent += 4
        if "timezone" in d:
            self.timezone = d["timezone"]
        else:
            self.timezone = UNSET
            absent += 8
        self._absent = absent
        self._extra = None
        if len(d) != (4 - absent.bit_count() if absent else 4):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.country = self.country
        model.region = self.region
        model.city = self.city
        model.timezone = self.timezone
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "country": self.country,
                "region": self.region,
                "city": self.city,
                "timezone": self.timezone,
            },
            self._extra,
            self._absent,
        )


if TYPE_CHECKING:

    class WebSearchLocationDict(TypedDict):
        """A place, as exactly as it is known; every field may be left out."""

        country: NotRequired[str]
        """Country by its two-letter ISO 3166-1 code, such as `US`."""
        region: NotRequired[str]
        """State, province or other region, as free text."""
        city: NotRequired[str]
        """City, as free text."""
        timezone: NotRequired[str]
        """Time zone by its IANA name, such as `Europe/Vienna`."""
else:

    def __getattr__(name: str) -> Any:
        required = {}
        optional = {
            "country": "str",
            "region": "str",
            "city": "str",
            "timezone": "str",
        }
        return _typed_dict(WebSearchLocation, name, "WebSearchLocationDict", required, optional)
