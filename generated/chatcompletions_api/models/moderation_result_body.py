from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _write


@define(eq=False, repr=False, getstate_setstate=False)
class ModerationResultBody(_Model):
    """Verdict of a moderation model on one piece of content. The three mappings share their keys, the
    names of the categories.
    """

    type: Literal["moderation_result"]
    """Tags this object as a moderation verdict."""
    model: str
    """Moderation model that gave the verdict."""
    flagged: bool
    """Whether the content falls into any category."""
    categories: models.ModerationCategories
    """For each category, whether the content falls into it."""
    category_scores: models.ModerationCategoryScores
    """For each category, how sure the model is, from 0 to 1."""
    category_applied_input_types: models.ModerationCategoryAppliedInputTypes
    """For each category, the kinds of content on which its score rests."""
    _fields: ClassVar[dict[str, str]] = {
        "type": "type",
        "model": "model",
        "flagged": "flagged",
        "categories": "categories",
        "category_scores": "category_scores",
        "category_applied_input_types": "category_applied_input_types",
    }
    _nothing: ClassVar[Any] = None
    _optional: ClassVar[int] = 0

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, ModerationResultBody, src_dict)

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
            self.flagged = d["flagged"]
        except KeyError:
            self.flagged = None
            absent += 4
        try:
            self.categories = value = d["categories"]
        except KeyError:
            self.categories = value = None
            absent += 8
        if isinstance(value, dict):
            self.categories = _new(models.ModerationCategories)._read(value)
        try:
            self.category_scores = value = d["category_scores"]
        except KeyError:
            self.category_scores = value = None
            absent += 16
        if isinstance(value, dict):
            self.category_scores = _new(models.ModerationCategoryScores)._read(value)
        try:
            self.category_applied_input_types = value = d["category_applied_input_types"]
        except KeyError:
            self.category_applied_input_types = value = None
            absent += 32
        if isinstance(value, dict):
            self.category_applied_input_types = _new(models.ModerationCategoryAppliedInputTypes)._read(value)
        self._absent = absent
        self._extra = None
        if len(d) != (6 - absent.bit_count() if absent else 6):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.type = self.type
        model.model = self.model
        model.flagged = self.flagged
        model.categories = self.categories
        model.category_scores = self.category_scores
        model.category_applied_input_types = self.category_applied_input_types
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "type": self.type,
                "model": self.model,
                "flagged": self.flagged,
                "categories": self.categories,
                "category_scores": self.category_scores,
                "category_applied_input_types": self.category_applied_input_types,
            },
            self._extra,
            self._absent,
        )
