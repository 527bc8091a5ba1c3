from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define
from attrs import field as _field

from .. import models
from ..models import _new, _read, _show, _write

if TYPE_CHECKING:
    from ..models.chat_completion_response_message import ChatCompletionResponseMessage
    from ..models.choice_logprobs import ChoiceLogprobs
    from ..models.finish_reason import FinishReason


@define
class Choice:
    """One answer of the model."""

    finish_reason: FinishReason
    """Why generation ended. `stop` is a natural end or a stop sequence, `length` a token limit,
    `tool_calls` a wish to call tools, `content_filter` content that was withheld; `function_call` is
    the deprecated form of `tool_calls`.
    """
    index: int
    """Position of this answer among the choices, counted from 0."""
    message: ChatCompletionResponseMessage
    """The message that the model wrote."""
    logprobs: ChoiceLogprobs | None
    """Log probabilities of the answer's tokens; null or absent unless the request asked for them."""
    additional_properties: dict[str, Any] = _field(init=False, factory=dict)

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], *, copy: bool = True) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came.

        With `copy=False` the members are taken out of `src_dict`, which is faster.
        """
        return _read(cls, Choice, src_dict, copy)

    def _read(self, d: dict[str, Any], copy: bool) -> Self:
        """Take the fields out of an object; what is left of it are the additional properties."""
        if copy:
            d = dict(d)
        self.finish_reason = d.pop("finish_reason", None)
        self.index = d.pop("index", None)
        self.message = value = d.pop("message", None)
        if isinstance(value, dict):
            self.message = _new(models.ChatCompletionResponseMessage)._read(value, copy)
        self.logprobs = value = d.pop("logprobs", None)
        if isinstance(value, dict):
            self.logprobs = _new(models.ChoiceLogprobs)._read(value, copy)
        self.additional_properties = d or {}
        return self

    def _copy(self) -> Self:
        """Return a model that holds the same values."""
        model = _new(type(self))
        model.finish_reason = self.finish_reason
        model.index = self.index
        model.message = self.message
        model.logprobs = self.logprobs
        model.additional_properties = self.additional_properties.copy()
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API; what is UNSET is left out."""
        return _write(
            {
                "finish_reason": self.finish_reason,
                "index": self.index,
                "message": self.message,
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
