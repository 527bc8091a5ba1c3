from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from attrs import define
from attrs import field as _field

from .. import models

# A subclass with fields of its own is made by its __init__, from these, before it is read.
_BLANK: Any = {"type_": None}


@define
class ResponseFormatJsonObject:
    """Asks for an answer that is a JSON object of any shape. The messages must ask for JSON as well;
    prefer a JSON schema where the model supports it.
    """

    type_: Literal["json_object"]
    """Tags this format as JSON of any shape."""
    additional_properties: dict[str, Any] = _field(init=False, factory=dict)

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        if not isinstance(src_dict, dict) and not isinstance(src_dict, Mapping):
            raise TypeError(f"{cls.__name__} is read from a mapping, but {type(src_dict).__name__} came")
        d = dict(src_dict)
        own = (
            cls is ResponseFormatJsonObject or cls.__attrs_attrs__ is ResponseFormatJsonObject.__attrs_attrs__
        )
        self = cls.__new__(cls) if own else cls(**_BLANK)
        self.type_ = d.pop("type", None)
        self.additional_properties = d or {}
        return self

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API; what is UNSET is left out."""
        return models._write(
            {
                "type": self.type_,
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
