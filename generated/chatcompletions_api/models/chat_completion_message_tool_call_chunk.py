from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

from attrs import define
from attrs import field as _field

from .. import models
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.function_call_delta import FunctionCallDelta

# A subclass with fields of its own is made by its __init__, from these, before it is read.
_BLANK: Any = {"index": None}


@define
class ChatCompletionMessageToolCallChunk:
    """A fragment of a tool call in a stream. Fragments with the same `index` belong to one call."""

    index: int
    """Position of the call in the message's `tool_calls`, counted from 0."""
    id: str | Unset = UNSET
    """Id of the call, normally in its first fragment only."""
    type_: Literal["function"] | Unset = UNSET
    """Kind of the call, normally in its first fragment only."""
    function: FunctionCallDelta | Unset = UNSET
    """What this fragment adds to the function's name and arguments."""
    additional_properties: dict[str, Any] = _field(init=False, factory=dict)

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        if not isinstance(src_dict, dict) and not isinstance(src_dict, Mapping):
            raise TypeError(f"{cls.__name__} is read from a mapping, but {type(src_dict).__name__} came")
        d = dict(src_dict)
        own = (
            cls is ChatCompletionMessageToolCallChunk
            or cls.__attrs_attrs__ is ChatCompletionMessageToolCallChunk.__attrs_attrs__
        )
        self = cls.__new__(cls) if own else cls(**_BLANK)
        self.index = d.pop("index", None)
        self.id = d.pop("id", UNSET)
        self.type_ = d.pop("type", UNSET)
        self.function = value = d.pop("function", UNSET)
        if isinstance(value, dict):
            self.function = models.FunctionCallDelta.from_dict(value)
        self.additional_properties = d or {}
        return self

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API; what is UNSET is left out."""
        return models._write(
            {
                "index": self.index,
                "id": self.id,
                "type": self.type_,
                "function": self.function,
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
