from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define
from attrs import field as _field

from .. import models
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.function_parameters import FunctionParameters

# A subclass with fields of its own is made by its __init__, from these, before it is read.
_BLANK: Any = {"name": None}


@define
class ChatCompletionFunctions:
    """A function that the model may call, in the deprecated `functions` list. Use `tools` with an entry of
    type `function` instead.
    """

    name: str
    """Name of the function, at most 64 characters out of ASCII letters, digits, underscore and dash."""
    description: str | Unset = UNSET
    """Tells the model what the function is for, so that it can decide when to call it."""
    parameters: FunctionParameters | Unset = UNSET
    """JSON Schema of a function's arguments, an object with one property for each argument."""
    additional_properties: dict[str, Any] = _field(init=False, factory=dict)

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        if not isinstance(src_dict, dict) and not isinstance(src_dict, Mapping):
            raise TypeError(f"{cls.__name__} is read from a mapping, but {type(src_dict).__name__} came")
        d = dict(src_dict)
        own = cls is ChatCompletionFunctions or cls.__attrs_attrs__ is ChatCompletionFunctions.__attrs_attrs__
        self = cls.__new__(cls) if own else cls(**_BLANK)
        self.name = d.pop("name", None)
        self.description = d.pop("description", UNSET)
        self.parameters = value = d.pop("parameters", UNSET)
        if isinstance(value, dict):
            self.parameters = models.FunctionParameters.from_dict(value)
        self.additional_properties = d or {}
        return self

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API; what is UNSET is left out."""
        return models._write(
            {
                "name": self.name,
                "description": self.description,
                "parameters": self.parameters,
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
