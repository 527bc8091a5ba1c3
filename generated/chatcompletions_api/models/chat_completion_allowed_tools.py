from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define
from attrs import field as _field

from .. import models

if TYPE_CHECKING:
    from ..models.allowed_tool import AllowedTool
    from ..models.allowed_tools_mode import AllowedToolsMode

# A subclass with fields of its own is made by its __init__, from these, before it is read.
_BLANK: Any = {"mode": None, "tools": None}


@define
class ChatCompletionAllowedTools:
    """A subset of the request's tools that the model may call this time."""

    mode: AllowedToolsMode
    """With `auto` the model may answer in text or call a listed tool; with `required` it must call at
    least one of them.
    """
    tools: list[AllowedTool]
    """The permitted tools, each named by its type and name; they must also be defined in the request's
    `tools`.
    """
    additional_properties: dict[str, Any] = _field(init=False, factory=dict)

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        if not isinstance(src_dict, dict) and not isinstance(src_dict, Mapping):
            raise TypeError(f"{cls.__name__} is read from a mapping, but {type(src_dict).__name__} came")
        d = dict(src_dict)
        own = (
            cls is ChatCompletionAllowedTools
            or cls.__attrs_attrs__ is ChatCompletionAllowedTools.__attrs_attrs__
        )
        self = cls.__new__(cls) if own else cls(**_BLANK)
        self.mode = d.pop("mode", None)
        self.tools = value = d.pop("tools", None)
        if isinstance(value, list):
            items = []
            for item in value:
                if isinstance(item, dict):
                    item = models.AllowedTool.from_dict(item)
                items.append(item)
            self.tools = items
        self.additional_properties = d or {}
        return self

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API; what is UNSET is left out."""
        return models._write(
            {
                "mode": self.mode,
                "tools": self.tools,
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
