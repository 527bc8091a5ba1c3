from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define
from attrs import field as _field

from .. import models
from ..models import _new, _read, _show, _write
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.completion_tokens_details import CompletionTokensDetails
    from ..models.prompt_tokens_details import PromptTokensDetails


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
    def from_dict(cls, src_dict: Mapping[str, Any], *, copy: bool = True) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came.

        With `copy=False` the members are taken out of `src_dict`, which is faster.
        """
        return _read(cls, CompletionUsage, src_dict, copy)

    def _read(self, d: dict[str, Any], copy: bool) -> Self:
        """Take the fields out of an object; what is left of it are the additional properties."""
        if copy:
            d = dict(d)
        self.completion_tokens = d.pop("completion_tokens", None)
        self.prompt_tokens = d.pop("prompt_tokens", None)
        self.total_tokens = d.pop("total_tokens", None)
        self.completion_tokens_details = value = d.pop("completion_tokens_details", UNSET)
        if isinstance(value, dict):
            self.completion_tokens_details = _new(models.CompletionTokensDetails)._read(value, copy)
        self.prompt_tokens_details = value = d.pop("prompt_tokens_details", UNSET)
        if isinstance(value, dict):
            self.prompt_tokens_details = _new(models.PromptTokensDetails)._read(value, copy)
        self.additional_properties = d or {}
        return self

    def _copy(self) -> Self:
        """Return a model that holds the same values."""
        model = _new(type(self))
        model.completion_tokens = self.completion_tokens
        model.prompt_tokens = self.prompt_tokens
        model.total_tokens = self.total_tokens
        model.completion_tokens_details = self.completion_tokens_details
        model.prompt_tokens_details = self.prompt_tokens_details
        model.additional_properties = self.additional_properties.copy()
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API; what is UNSET is left out."""
        return _write(
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
