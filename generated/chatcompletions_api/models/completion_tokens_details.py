from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define
from attrs import field as _field

from .. import models
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
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        if not isinstance(src_dict, dict) and not isinstance(src_dict, Mapping):
            raise TypeError(f"{cls.__name__} is read from a mapping, but {type(src_dict).__name__} came")
        d = dict(src_dict)
        own = cls is CompletionTokensDetails or cls.__attrs_attrs__ is CompletionTokensDetails.__attrs_attrs__
        self = cls.__new__(cls) if own else cls()
        self.accepted_prediction_tokens = d.pop("accepted_prediction_tokens", UNSET)
        self.audio_tokens = d.pop("audio_tokens", UNSET)
        self.reasoning_tokens = d.pop("reasoning_tokens", UNSET)
        self.text_tokens = d.pop("text_tokens", UNSET)
        self.rejected_prediction_tokens = d.pop("rejected_prediction_tokens", UNSET)
        self.additional_properties = d or {}
        return self

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API; what is UNSET is left out."""
        return models._write(
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
