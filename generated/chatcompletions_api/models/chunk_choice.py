from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define
from attrs import field as _field

from .. import models
from ..models import _new, _read, _show, _write
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.chat_completion_stream_response_delta import ChatCompletionStreamResponseDelta
    from ..models.choice_logprobs import ChoiceLogprobs
    from ..models.finish_reason import FinishReason


@define
class ChunkChoice:
    """An addition to one answer of the model."""

    delta: ChatCompletionStreamResponseDelta
    """What one chunk adds to the message under way."""
    finish_reason: FinishReason | None
    """Null until the answer's last chunk, which says why generation ended; the values mean what they do in
    a whole completion.
    """
    index: int
    """Position of the answer among the choices, counted from 0."""
    logprobs: ChoiceLogprobs | None | Unset = UNSET
    """Log probabilities of this chunk's tokens; null or absent unless the request asked for them."""
    additional_properties: dict[str, Any] = _field(init=False, factory=dict)

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], *, copy: bool = True) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came.

        With `copy=False` the members are taken out of `src_dict`, which is faster.
        """
        return _read(cls, ChunkChoice, src_dict, copy)

    def _read(self, d: dict[str, Any], copy: bool) -> Self:
        """Take the fields out of an object; what is left of it are the additional properties."""
        if copy:
            d = dict(d)
        self.delta = value = d.pop("delta", None)
        if isinstance(value, dict):
            self.delta = _new(models.ChatCompletionStreamResponseDelta)._read(value, copy)
        self.finish_reason = d.pop("finish_reason", None)
        self.index = d.pop("index", None)
        self.logprobs = value = d.pop("logprobs", UNSET)
        if isinstance(value, dict):
            self.logprobs = _new(models.ChoiceLogprobs)._read(value, copy)
        self.additional_properties = d or {}
        return self

    def _copy(self) -> Self:
        """Return a model that holds the same values."""
        model = _new(type(self))
        model.delta = self.delta
        model.finish_reason = self.finish_reason
        model.index = self.index
        model.logprobs = self.logprobs
        model.additional_properties = self.additional_properties.copy()
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API; what is UNSET is left out."""
        return _write(
            {
                "delta": self.delta,
                "finish_reason": self.finish_reason,
                "index": self.index,
                "logprobs": self.logprobs,
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
