from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define
from attrs import field as _field

from .. import models
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.moderation_config_param import ModerationConfigParam


@define
class ModerationPolicyParam:
    """How the two sides of a call are moderated, each by itself."""

    input_: ModerationConfigParam | None | Unset = UNSET
    """Treatment of the messages that were sent. Absent or null leaves it to the service."""
    output: ModerationConfigParam | None | Unset = UNSET
    """Treatment of what the model writes. Absent or null leaves it to the service."""
    additional_properties: dict[str, Any] = _field(init=False, factory=dict)

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        if not isinstance(src_dict, dict) and not isinstance(src_dict, Mapping):
            raise TypeError(f"{cls.__name__} is read from a mapping, but {type(src_dict).__name__} came")
        d = dict(src_dict)
        own = cls is ModerationPolicyParam or cls.__attrs_attrs__ is ModerationPolicyParam.__attrs_attrs__
        self = cls.__new__(cls) if own else cls()
        self.input_ = value = d.pop("input", UNSET)
        if isinstance(value, dict):
            self.input_ = models.ModerationConfigParam.from_dict(value)
        self.output = value = d.pop("output", UNSET)
        if isinstance(value, dict):
            self.output = models.ModerationConfigParam.from_dict(value)
        self.additional_properties = d or {}
        return self

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API; what is UNSET is left out."""
        return models._write(
            {
                "input": self.input_,
                "output": self.output,
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
