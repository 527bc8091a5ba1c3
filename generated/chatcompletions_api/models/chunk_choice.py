from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _write


@define(eq=False, repr=False, getstate_setstate=False)
class ChunkChoice(_Model):
    """An addition to one answer of the model."""

    delta: models.ChatCompletionStreamResponseDelta
    """What one chunk adds to the message under way."""
    finish_reason: models.FinishReason | None
    """Null until the answer's last chunk, which says why generation ended; the values mean what they do in
    a whole completion.
    """
    index: int
    """Position of the answer among the choices, counted from 0."""
    logprobs: models.ChoiceLogprobs | None = None
    """Log probabilities of this chunk's tokens; null or absent unless the request asked for them."""
    _fields: ClassVar[dict[str, str]] = {
        "delta": "delta",
        "finish_reason": "finish_reason",
        "index": "index",
        "logprobs": "logprobs",
    }
    _nothing: ClassVar[Any] = None
    _optional: ClassVar[int] = 8

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, ChunkChoice, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.delta = value = d["delta"]
        except KeyError:
            self.delta = value = None
            absent += 1
        if isinstance(value, dict):
            self.delta = _new(models.ChatCompletionStreamResponseDelta)._read(value)
        if "finish_reason" in d:
            self.finish_reason = d["finish_reason"]
        else:
            self.finish_reason = None
            absent += 2
        try:
            self.index = d["index"]
        except KeyError:
            self.index = None
            absent += 4
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
        model.delta = self.delta
        model.finish_reason = self.finish_reason
        model.index = self.index
        model.logprobs = self.logprobs
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "delta": self.delta,
                "finish_reason": self.finish_reason,
                "index": self.index,
                "logprobs": self.logprobs,
            },
            self._extra,
            self._absent,
        )
