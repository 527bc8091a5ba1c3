from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

from attrs import define
from attrs import field as _field

from .. import models
from ..models import _new, _read, _show, _write

if TYPE_CHECKING:
    from ..models.moderation_categories import ModerationCategories
    from ..models.moderation_category_applied_input_types import ModerationCategoryAppliedInputTypes
    from ..models.moderation_category_scores import ModerationCategoryScores


@define
class ModerationResultBody:
    """Verdict of a moderation model on one piece of content. The three mappings share their keys, the
    names of the categories.
    """

    type_: Literal["moderation_result"]
    """Tags this object as a moderation verdict."""
    model: str
    """Moderation model that gave the verdict."""
    flagged: bool
    """Whether the content falls into any category."""
    categories: ModerationCategories
    """For each category, whether the content falls into it."""
    category_scores: ModerationCategoryScores
    """For each category, how sure the model is, from 0 to 1."""
    category_applied_input_types: ModerationCategoryAppliedInputTypes
    """For each category, the kinds of content on which its score rests."""
    additional_properties: dict[str, Any] = _field(init=False, factory=dict)

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], *, copy: bool = True) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came.

        With `copy=False` the members are taken out of `src_dict`, which is faster.
        """
        return _read(cls, ModerationResultBody, src_dict, copy)

    def _read(self, d: dict[str, Any], copy: bool) -> Self:
        """Take the fields out of an object; what is left of it are the additional properties."""
        if copy:
            d = dict(d)
        self.type_ = d.pop("type", None)
        self.model = d.pop("model", None)
        self.flagged = d.pop("flagged", None)
        self.categories = value = d.pop("categories", None)
        if isinstance(value, dict):
            self.categories = _new(models.ModerationCategories)._read(value, copy)
        self.category_scores = value = d.pop("category_scores", None)
        if isinstance(value, dict):
            self.category_scores = _new(models.ModerationCategoryScores)._read(value, copy)
        self.category_applied_input_types = value = d.pop("category_applied_input_types", None)
        if isinstance(value, dict):
            self.category_applied_input_types = _new(models.ModerationCategoryAppliedInputTypes)._read(
                value, copy
            )
        self.additional_properties = d or {}
        return self

    def _copy(self) -> Self:
        """Return a model that holds the same values."""
        model = _new(type(self))
        model.type_ = self.type_
        model.model = self.model
        model.flagged = self.flagged
        model.categories = self.categories
        model.category_scores = self.category_scores
        model.category_applied_input_types = self.category_applied_input_types
        model.additional_properties = self.additional_properties.copy()
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API; what is UNSET is left out."""
        return _write(
            {
                "type": self.type_,
                "model": self.model,
                "flagged": self.flagged,
                "categories": self.categories,
                "category_scores": self.category_scores,
                "category_applied_input_types": self.category_applied_input_types,
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
