from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

from attrs import define
from attrs import field as _field

from .. import models

if TYPE_CHECKING:
    from ..models.function_call import FunctionCall

# A subclass with fields of its own is made by its __init__, from these, before it is read.
_BLANK: Any = {"id": None, "type_": None, "function": None}


@define
class ChatCompletionMessageToolCall:
    """A call that the model makes to a function, with JSON text as arguments."""

    id: str
    """Id of the call; the tool message that answers it repeats it as `tool_call_id`."""
    type_: Literal["function"]
    """Tells a function call from a custom tool call."""
    function: FunctionCall
    """A function that the model wants called. Deprecated; `tool_calls` took its place."""
    additional_properties: dict[str, Any] = _field(init=False, factory=dict)

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        if not isinstance(src_dict, dict) and not isinstance(src_dict, Mapping):
            raise TypeError(f"{cls.__name__} is read from a mapping, but {type(src_dict).__name__} came")
        d = dict(src_dict)
        own = (
            cls is ChatCompletionMessageToolCall
            or cls.__attrs_attrs__ is ChatCompletionMessageToolCall.__attrs_attrs__
        )
        self = cls.__new__(cls) if own else cls(**_BLANK)
        self.id = d.pop("id", None)
        self.type_ = d.pop("type", None)
        self.function = value = d.pop("function", None)
        if isinstance(value, dict):
            self.function = models.FunctionCall.from_dict(value)
        self.additional_properties = d or {}
        return self

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API; what is UNSET is left out."""
        return models._write(
            {
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
