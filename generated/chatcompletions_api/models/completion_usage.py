from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _write


@define(eq=False, repr=False, getstate_setstate=False)
class CompletionUsage(_Model):
    """Tokens that a call used up."""

    completion_tokens: int
    """Tokens generated, over all choices, hidden reasoning included."""
    prompt_tokens: int
    """Tokens of the input, cached ones included."""
    total_tokens: int
    """Tokens of input and output together."""
    completion_tokens_details: models.CompletionTokensDetails | None = None
    """Breakdown of the generated tokens."""
    prompt_tokens_details: models.PromptTokensDetails | None = None
    """Breakdown of the input tokens."""
    _fields: ClassVar[dict[str, str]] = {
        "completion_tokens": "completion_tokens",
        "prompt_tokens": "prompt_tokens",
        "total_tokens": "total_tokens",
        "completion_tokens_details": "completion_tokens_details",
        "prompt_tokens_details": "prompt_tokens_details",
    }
    _nothing: ClassVar[Any] = None
    _optional: ClassVar[int] = 24

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, CompletionUsage, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.completion_tokens = d["completion_tokens"]
        except KeyError:
            self.completion_tokens = None
            absent += 1
        try:
            self.prompt_tokens = d["prompt_tokens"]
        except KeyError:
            self.prompt_tokens = None
            absent += 2
        try:
            self.total_tokens = d["total_tokens"]
        except KeyError:
            self.total_tokens = None
            absent += 4
        if "completion_tokens_details" in d:
            self.completion_tokens_details = value = d["completion_tokens_details"]
            if isinstance(value, dict):
                self.completion_tokens_details = _new(models.CompletionTokensDetails)._read(value)
        else:
            self.completion_tokens_details = None
            absent += 8
        if "prompt_tokens_details" in d:
            self.prompt_tokens_details = value = d["prompt_tokens_details"]
            if isinstance(value, dict):
                self.prompt_tokens_details = _new(models.PromptTokensDetails)._read(value)
        else:
            self.prompt_tokens_details = None
            absent += 16
        self._absent = absent
        self._extra = None
        if len(d) != (5 - absent.bit_count() if absent else 5):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.completion_tokens = self.completion_tokens
        model.prompt_tokens = self.prompt_tokens
        model.total_tokens = self.total_tokens
        model.completion_tokens_details = self.completion_tokens_details
        model.prompt_tokens_details = self.prompt_tokens_details
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "completion_tokens": self.completion_tokens,
                "prompt_tokens": self.prompt_tokens,
                "total_tokens": self.total_tokens,
                "completion_tokens_details": self.completion_tokens_details,
                "prompt_tokens_details": self.prompt_tokens_details,
            },
            self._extra,
            self._absent,
        )
