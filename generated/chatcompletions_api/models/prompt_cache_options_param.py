from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

from attrs import define
from attrs import field as _field

from .. import models
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.prompt_cache_mode_enum import PromptCacheModeEnum


@define
class PromptCacheOptionsParam:
    """How the prompt of a call is cached for later calls that begin alike."""

    ttl: Literal["30m"] | Unset = UNSET
    """Lifetime of a cached prompt prefix; `30m` is 30 minutes."""
    mode: PromptCacheModeEnum | Unset = UNSET
    """Who sets the boundaries of cached prefixes. With `implicit` the service does, with `explicit` only
    the parts that the caller marked count.
    """
    additional_properties: dict[str, Any] = _field(init=False, factory=dict)

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        if not isinstance(src_dict, dict) and not isinstance(src_dict, Mapping):
            raise TypeError(f"{cls.__name__} is read from a mapping, but {type(src_dict).__name__} came")
        d = dict(src_dict)
        own = cls is PromptCacheOptionsParam or cls.__attrs_attrs__ is PromptCacheOptionsParam.__attrs_attrs__
        self = cls.__new__(cls) if own else cls()
        self.ttl = d.pop("ttl", UNSET)
        self.mode = d.pop("mode", UNSET)
        self.additional_properties = d or {}
        return self

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API; what is UNSET is left out."""
        return models._write(
            {
                "ttl": self.ttl,
                "mode": self.mode,
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
