from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _write


@define(eq=False, repr=False, getstate_setstate=False)
class Choice(_Model):
    """One answer of the model."""

    finish_reason: models.FinishReason
    """Why generation ended. `stop` is a natural end or a stop sequence, `length` a token limit,
    `tool_calls` a wish to call tools, `content_filter` content that was withheld; `function_call` is
    the deprecated form of `tool_calls`.
    """
    index: int
    """Position of this answer among the choices, counted from 0."""
    message: models.ChatCompletionResponseMessage
    """The message that the model wrote."""
    logprobs: models.ChoiceLogprobs | None
    """Log probabilities of the answer's tokens; null or absent unless the request asked for them."""
    _fields: ClassVar[dict[str, str]] = {
        "finish_reason": "finish_reason",
        "index": "index",
        "message": "message",
        "logprobs": "logprobs",
    }
    _nothing: ClassVar[Any] = None
    _optional: ClassVar[int] = 0

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, Choice, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.finish_reason = d["finish_reason"]
        except KeyError:
            self.finish_reason = None
            absent += 1
        try:
            self.index = d["index"]
        except KeyError:
            self.index = None
            absent += 2
        try:
            self.message = value = d["message"]
        except KeyError:
            self.message = value = None
            absent += 4
        if isinstance(value, dict):
            self.message = _new(models.ChatCompletionResponseMessage)._read(value)
        if "logprobs" in d:
            self.logprobs = value = d["logprobs"]
            if isinstance(value, dict):
                self.logprobs = _new(models.ChoiceLogprobs)._read(value)
        else:
            self.logprobs = None
            absent += 8
        self._absent = absent
        self._extra = None
        if len(d) != (4 - absent.bit_count() if absent else 4):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.finish_reason = self.finish_reason
        model.index = self.index
        model.message = self.message
        model.logprobs = self.logprobs
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "finish_reason": self.finish_reason,
                "index": self.index,
                "message": self.message,
                "logprobs": self.logprobs,
            },
            self._extra,
            self._absent,
        )
