from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

from attrs import define
from attrs import field as _field

from .. import models

if TYPE_CHECKING:
    from ..models.moderation_categories import ModerationCategories
    from ..models.moderation_category_applied_input_types import ModerationCategoryAppliedInputTypes
    from ..models.moderation_category_scores import ModerationCategoryScores

# A subclass with fields of its own is made by its __init__, from these, before it is read.
_BLANK: Any = {
    "type_": None,
    "model": None,
    "flagged": None,
    "categories": None,
    "category_scores": None,
    "category_applied_input_types": None,
}


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
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        if not isinstance(src_dict, dict) and not isinstance(src_dict, Mapping):
            raise TypeError(f"{cls.__name__} is read from a mapping, but {type(src_dict).__name__} came")
        d = dict(src_dict)
        own = cls is ModerationResultBody or cls.__attrs_attrs__ is ModerationResultBody.__attrs_attrs__
        self = cls.__new__(cls) if own else cls(**_BLANK)
        self.type_ = d.pop("type", None)
        self.model = d.pop("model", None)
        self.flagged = d.pop("flagged", None)
        self.categories = value = d.pop("categories", None)
        if isinstance(value, dict):
            self.categories = models.ModerationCategories.from_dict(value)
        self.category_scores = value = d.pop("category_scores", None)
        if isinstance(value, dict):
            self.category_scores = models.ModerationCategoryScores.from_dict(value)
        self.category_applied_input_types = value = d.pop("category_applied_input_types", None)
        if isinstance(value, dict):
            self.category_applied_input_types = models.ModerationCategoryAppliedInputTypes.from_dict(value)
        self.additional_properties = d or {}
        return self

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API; what is UNSET is left out."""
        return models._write(
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
        return models._show(self)

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
