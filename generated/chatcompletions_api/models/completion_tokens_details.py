from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define

from ..models import _keep, _Model, _new, _read, _write


@define(eq=False, repr=False, getstate_setstate=False)
class CompletionTokensDetails(_Model):
    """Breakdown of the generated tokens."""

    accepted_prediction_tokens: int | None = None
    """Tokens of `prediction` that turned up in the answer."""
    audio_tokens: int | None = None
    """Generated tokens that are sound."""
    reasoning_tokens: int | None = None
    """Tokens that the model spent on reasoning, which the answer does not show."""
    text_tokens: int | None = None
    """Generated tokens that are text."""
    rejected_prediction_tokens: int | None = None
    """Tokens of `prediction` that did not turn up in the answer; they are billed like generated ones."""
    _fields: ClassVar[dict[str, str]] = {
        "accepted_prediction_tokens": "accepted_prediction_tokens",
        "audio_tokens": "audio_tokens",
        "reasoning_tokens": "reasoning_tokens",
        "text_tokens": "text_tokens",
        "rejected_prediction_tokens": "rejected_prediction_tokens",
    }
    _nothing: ClassVar[Any] = None
    _optional: ClassVar[int] = 31

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, CompletionTokensDetails, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        if "accepted_prediction_tokens" in d:
            self.accepted_prediction_tokens = d["accepted_prediction_tokens"]
        else:
            self.accepted_prediction_tokens = None
            absent += 1
        if "audio_tokens" in d:
            self.audio_tokens = d["audio_tokens"]
        else:
            self.audio_tokens = None
            absent += 2
        if "reasoning_tokens" in d:
            self.reasoning_tokens = d["reasoning_tokens"]
        else:
            self.reasoning_tokens = None
            absent += 4
        if "text_tokens" in d:
            self.text_tokens = d["text_tokens"]
        else:
            self.text_tokens = None
            absent += 8
        if "rejected_prediction_tokens" in d:
            self.rejected_prediction_tokens = d["rejected_prediction_tokens"]
        else:
            self.rejected_prediction_tokens = None
            absent += 16
        self._absent = absent
        self._extra = None
        if len(d) != (5 - absent.bit_count() if absent else 5):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.accepted_prediction_tokens = self.accepted_prediction_tokens
        model.audio_tokens = self.audio_tokens
        model.reasoning_tokens = self.reasoning_tokens
        model.text_tokens = self.text_tokens
        model.rejected_prediction_tokens = self.rejected_prediction_tokens
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "accepted_prediction_tokens": self.accepted_prediction_tokens,
                "audio_tokens": self.audio_tokens,
                "reasoning_tokens": self.reasoning_tokens,
                "text_tokens": self.text_tokens,
                "rejected_prediction_tokens": self.rejected_prediction_tokens,
            },
            self._extra,
            self._absent,
        )
