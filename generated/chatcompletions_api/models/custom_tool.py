from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define
from attrs import field as _field

from .. import models
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.custom_tool_grammar_format import CustomToolGrammarFormat
    from ..models.custom_tool_text_format import CustomToolTextFormat

# A subclass with fields of its own is made by its __init__, from these, before it is read.
_BLANK: Any = {"name": None}


@define
class CustomTool:
    """Name, purpose and input format of the tool."""

    name: str
    """Name by which the model calls the tool."""
    description: str | Unset = UNSET
    """Tells the model what the tool is for, so that it can decide when to call it."""
    format_: CustomToolGrammarFormat | CustomToolTextFormat | Unset = UNSET
    """What the tool's input may look like. Absent means any text."""
    additional_properties: dict[str, Any] = _field(init=False, factory=dict)

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        if not isinstance(src_dict, dict) and not isinstance(src_dict, Mapping):
            raise TypeError(f"{cls.__name__} is read from a mapping, but {type(src_dict).__name__} came")
        d = dict(src_dict)
        own = cls is CustomTool or cls.__attrs_attrs__ is CustomTool.__attrs_attrs__
        self = cls.__new__(cls) if own else cls(**_BLANK)
        self.name = d.pop("name", None)
        self.description = d.pop("description", UNSET)
        self.format_ = value = d.pop("format", UNSET)
        if isinstance(value, dict):
            tag = value.get("type")
            if tag == "text":
                self.format_ = models.CustomToolTextFormat.from_dict(value)
            elif tag == "grammar":
                self.format_ = models.CustomToolGrammarFormat.from_dict(value)
        self.additional_properties = d or {}
        return self

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API; what is UNSET is left out."""
        return models._write(
            {
                "name": self.name,
                "description": self.description,
                "format": self.format_,
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
