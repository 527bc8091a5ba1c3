from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define
from attrs import field as _field

from .. import models
from ..models import _new, _read, _show, _write
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
    def from_dict(cls, src_dict: Mapping[str, Any], *, copy: bool = True) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came.

        With `copy=False` the members are taken out of `src_dict`, which is faster.
        """
        return _read(cls, ModerationPolicyParam, src_dict, copy)

    def _read(self, d: dict[str, Any], copy: bool) -> Self:
        """Take the fields out of an object; what is left of it are the additional properties."""
        if copy:
            d = dict(d)
        self.input_ = value = d.pop("input", UNSET)
        if isinstance(value, dict):
            self.input_ = _new(models.ModerationConfigParam)._read(value, copy)
        self.output = value = d.pop("output", UNSET)
        if isinstance(value, dict):
            self.output = _new(models.ModerationConfigParam)._read(value, copy)
        self.additional_properties = d or {}
        return self

    def _copy(self) -> Self:
        """Return a model that holds the same values."""
        model = _new(type(self))
        model.input_ = self.input_
        model.output = self.output
        model.additional_properties = self.additional_properties.copy()
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API; what is UNSET is left out."""
        return _write(
            {
                "input": self.input_,
                "output": self.output,
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
