from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _write


@define(eq=False, repr=False, getstate_setstate=False)
class ChoiceLogprobs(_Model):
    """Log probabilities of one answer, token by token."""

    content: list[models.ChatCompletionTokenLogprob] | None
    """One entry for each token of the text; null when there is no text."""
    refusal: list[models.ChatCompletionTokenLogprob] | None
    """One entry for each token of the refusal; null when there is none."""
    _fields: ClassVar[dict[str, str]] = {
        "content": "content",
        "refusal": "refusal",
    }
    _nothing: ClassVar[Any] = None
    _optional: ClassVar[int] = 0

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, ChoiceLogprobs, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        if "content" in d:
            self.content = value = d["content"]
            if isinstance(value, list):
                items = []
                for item in value:
                    if isinstance(item, dict):
                        item = _new(models.ChatCompletionTokenLogprob)._read(item)
                    items.append(item)
                self.content = items
        else:
            self.content = None
            absent += 1
        if "refusal" in d:
            self.refusal = value = d["refusal"]
            if isinstance(value, list):
                items = []
                for item in value:
                    if isinstance(item, dict):
                        item = _new(models.ChatCompletionTokenLogprob)._read(item)
                    items.append(item)
                self.refusal = items
        else:
            self.refusal = None
            absent += 2
        self._absent = absent
        self._extra = None
        if len(d) != (2 - absent.bit_count() if absent else 2):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.content = self.content
        model.refusal = self.refusal
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "content": self.content,
                "refusal": self.refusal,
            },
            self._extra,
            self._absent,
        )
