from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _write


@define(eq=False, repr=False, getstate_setstate=False)
class ChatCompletionModeration(_Model):
    """What moderation found in the conversation sent and in the answer, each a set of results or the
    reason there is none.
    """

    input: models.ChatCompletionModerationError | models.ChatCompletionModerationResults
    """Findings on the messages that were sent."""
    output: models.ChatCompletionModerationError | models.ChatCompletionModerationResults
    """Findings on what the model wrote."""
    _fields: ClassVar[dict[str, str]] = {
        "input": "input",
        "output": "output",
    }
    _nothing: ClassVar[Any] = None
    _optional: ClassVar[int] = 0

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, ChatCompletionModeration, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.input = value = d["input"]
        except KeyError:
            self.input = value = None
            absent += 1
        if isinstance(value, dict):
            tag = value.get("type")
            if tag == "moderation_results":
                self.input = _new(models.ChatCompletionModerationResults)._read(value)
            elif tag == "error":
                self.input = _new(models.ChatCompletionModerationError)._read(value)
        try:
            self.output = value = d["output"]
        except KeyError:
            self.output = value = None
            absent += 2
        if isinstance(value, dict):
            tag = value.get("type")
            if tag == "moderation_results":
                self.output = _new(models.ChatCompletionModerationResults)._read(value)
            elif tag == "error":
                self.output = _new(models.ChatCompletionModerationError)._read(value)
        self._absent = absent
        self._extra = None
        if len(d) != (2 - absent.bit_count() if absent else 2):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.input = self.input
        model.output = self.output
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "input": self.input,
                "output": self.output,
            },
            self._extra,
            self._absent,
        )
