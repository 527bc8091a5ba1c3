from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, TypedDict

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _typed_dict, _write
from ..types import UNSET


@define(eq=False, repr=False, getstate_setstate=False)
class PredictionContent(_Model):
    """Text that the answer is expected to repeat in large part."""

    type: Literal["content"]
    """Tags this prediction as fixed content."""
    content: list[models.ChatCompletionRequestMessageContentPartText] | str
    """The expected text, whole or in parts. Where the answer follows it, generation is quicker."""
    _fields: ClassVar[dict[str, str]] = {
        "type": "type",
        "content": "content",
    }

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, PredictionContent, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.type = d["type"]
        except KeyError:
            self.type = UNSET
            absent += 1
        try:
            self.content = value = d["content"]
        except KeyError:
            self.content = value = UNSET
            absent += 2
        if isinstance(value, list):
            items = []
            for item in value:
                if isinstance(item, dict):
                    item = _new(models.ChatCompletionRequestMessageContentPartText)._read(item)
                items.append(item)
            self.content = items
        self._absent = absent
        self._extra = None
        if len(d) != (2 - absent.bit_count() if absent else 2):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.type = self.type
        model.content = self.content
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "type": self.type,
                "content": self.content,
            },
            self._extra,
            self._absent,
        )


if TYPE_CHECKING:

    class PredictionContentDict(TypedDict):
        """Text that the answer is expected to repeat in large part."""

        type: Literal["content"]
        """Tags this prediction as fixed content."""
        content: (
            str
            | Sequence[
                models.ChatCompletionRequestMessageContentPartTextDict
                | models.ChatCompletionRequestMessageContentPartText
            ]
        )
        """The expected text, whole or in parts. Where the answer follows it, generation is quicker."""
else:

    def __getattr__(name: str) -> Any:
        required = {
            "type": "Literal['content']",
            "content": "str | Sequence[models.ChatCompletionRequestMessageContentPartTextDict | models.ChatCompletionRequestMessageContentPartText]",
        }
        optional = {}
        return _typed_dict(PredictionContent, name, "PredictionContentDict", required, optional)
