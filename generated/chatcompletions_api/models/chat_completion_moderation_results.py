from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _write


@define(eq=False, repr=False, getstate_setstate=False)
class ChatCompletionModerationResults(_Model):
    """What a moderation model found."""

    type: Literal["moderation_results"]
    """Tells results from a failure."""
    model: str
    """Moderation model that was run."""
    results: list[models.ModerationResultBody]
    """One verdict for each piece of content that was examined."""
    _fields: ClassVar[dict[str, str]] = {
        "type": "type",
        "model": "model",
        "results": "results",
    }
    _nothing: ClassVar[Any] = None
    _optional: ClassVar[int] = 0

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, ChatCompletionModerationResults, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.type = d["type"]
        except KeyError:
            self.type = None
            absent += 1
        try:
            self.model = d["model"]
        except KeyError:
            self.model = None
            absent += 2
        try:
            self.results = value = d["results"]
        except KeyError:
            self.results = value = None
            absent += 4
        if isinstance(value, list):
            items = []
            for item in value:
                if isinstance(item, dict):
                    item = _new(models.ModerationResultBody)._read(item)
                items.append(item)
            self.results = items
        self._absent = absent
        self._extra = None
        if len(d) != (3 - absent.bit_count() if absent else 3):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.type = self.type
        model.model = self.model
        model.results = self.results
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "type": self.type,
                "model": self.model,
                "results": self.results,
            },
            self._extra,
            self._absent,
        )
