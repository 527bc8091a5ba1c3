from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define
from attrs import field as _field

from ..models import _new, _read, _show, _write
from ..types import UNSET, Unset


@define
class CompletionTokensDetails:
    """Breakdown of the generated tokens."""

    accepted_prediction_tokens: int | Unset = UNSET
    """Tokens of `prediction` that turned up in the answer."""
    audio_tokens: int | Unset = UNSET
    """Generated tokens that are sound."""
    reasoning_tokens: int | Unset = UNSET
    """Tokens that the model spent on reasoning, which the answer does not show."""
    text_tokens: int | Unset = UNSET
    """Generated tokens that are text."""
    rejected_prediction_tokens: int | Unset = UNSET
    """Tokens of `prediction` that did not turn up in the answer; they are billed like generated ones."""
    additional_properties: dict[str, Any] = _field(init=False, factory=dict)

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], *, copy: bool = True) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came.

        With `copy=False` the members are taken out of `src_dict`, which is faster.
        """
        return _read(cls, CompletionTokensDetails, src_dict, copy)

    def _read(self, d: dict[str, Any], copy: bool) -> Self:
        """Take the fields out of an object; what is left of it are the additional properties."""
        if copy:
            d = dict(d)
        self.accepted_prediction_tokens = d.pop("accepted_prediction_tokens", UNSET)
        self.audio_tokens = d.pop("audio_tokens", UNSET)
        self.reasoning_tokens = d.pop("reasoning_tokens", UNSET)
        self.text_tokens = d.pop("text_tokens", UNSET)
        self.rejected_prediction_tokens = d.pop("rejected_prediction_tokens", UNSET)
        self.additional_properties = d or {}
        return self

    def _copy(self) -> Self:
        """Return a model that holds the same values."""
        model = _new(type(self))
        model.accepted_prediction_tokens = self.accepted_prediction_tokens
        model.audio_tokens = self.audio_tokens
        model.reasoning_tokens = self.reasoning_tokens
        model.text_tokens = self.text_tokens
        model.rejected_prediction_tokens = self.rejected_prediction_tokens
        model.additional_properties = self.additional_properties.copy()
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API; what is UNSET is left out."""
        return _write(
            {
                "accepted_prediction_tokens": self.accepted_prediction_tokens,
                "audio_tokens": self.audio_tokens,
                "reasoning_tokens": self.reasoning_tokens,
                "text_tokens": self.text_tokens,
                "rejected_prediction_tokens": self.rejected_prediction_tokens,
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
