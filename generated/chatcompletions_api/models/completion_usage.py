from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define
from attrs import field as _field

from .. import models
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.completion_tokens_details import CompletionTokensDetails
    from ..models.prompt_tokens_details import PromptTokensDetails

# A subclass with fields of its own is made by its __init__, from these, before it is read.
_BLANK: Any = {"completion_tokens": None, "prompt_tokens": None, "total_tokens": None}


@define
class CompletionUsage:
    """Tokens that a call used up."""

    completion_tokens: int
    """Tokens generated, over all choices, hidden reasoning included."""
    prompt_tokens: int
    """Tokens of the input, cached ones included."""
    total_tokens: int
    """Tokens of input and output together."""
    completion_tokens_details: CompletionTokensDetails | Unset = UNSET
    """Breakdown of the generated tokens."""
    prompt_tokens_details: PromptTokensDetails | Unset = UNSET
    """Breakdown of the input tokens."""
    additional_properties: dict[str, Any] = _field(init=False, factory=dict)

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        if not isinstance(src_dict, dict) and not isinstance(src_dict, Mapping):
            raise TypeError(f"{cls.__name__} is read from a mapping, but {type(src_dict).__name__} came")
        d = dict(src_dict)
        own = cls is CompletionUsage or cls.__attrs_attrs__ is CompletionUsage.__attrs_attrs__
        self = cls.__new__(cls) if own else cls(**_BLANK)
        self.completion_tokens = d.pop("completion_tokens", None)
        self.prompt_tokens = d.pop("prompt_tokens", None)
        self.total_tokens = d.pop("total_tokens", None)
        self.completion_tokens_details = value = d.pop("completion_tokens_details", UNSET)
        if isinstance(value, dict):
            self.completion_tokens_details = models.CompletionTokensDetails.from_dict(value)
        self.prompt_tokens_details = value = d.pop("prompt_tokens_details", UNSET)
        if isinstance(value, dict):
            self.prompt_tokens_details = models.PromptTokensDetails.from_dict(value)
        self.additional_properties = d or {}
        return self

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API; what is UNSET is left out."""
        return models._write(
            {
                "completion_tokens": self.completion_tokens,
                "prompt_tokens": self.prompt_tokens,
                "total_tokens": self.total_tokens,
                "completion_tokens_details": self.completion_tokens_details,
                "prompt_tokens_details": self.prompt_tokens_details,
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
