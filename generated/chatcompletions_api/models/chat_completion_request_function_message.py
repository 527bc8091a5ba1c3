from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from attrs import define
from attrs import field as _field

from ..models import _new, _read, _show, _write


@define
class ChatCompletionRequestFunctionMessage:
    """What a function returned, in the deprecated form. Use a tool message instead."""

    role: Literal["function"]
    """Marks the message as a function's result."""
    content: None | str
    """The result as text; null when the function returned nothing."""
    name: str
    """The called function's name."""
    additional_properties: dict[str, Any] = _field(init=False, factory=dict)

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], *, copy: bool = True) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came.

        With `copy=False` the members are taken out of `src_dict`, which is faster.
        """
        return _read(cls, ChatCompletionRequestFunctionMessage, src_dict, copy)

    def _read(self, d: dict[str, Any], copy: bool) -> Self:
        """Take the fields out of an object; what is left of it are the additional properties."""
        if copy:
            d = dict(d)
        self.role = d.pop("role", None)
        self.content = d.pop("content", None)
        self.name = d.pop("name", None)
        self.additional_properties = d or {}
        return self

    def _copy(self) -> Self:
        """Return a model that holds the same values."""
        model = _new(type(self))
        model.role = self.role
        model.content = self.content
        model.name = self.name
        model.additional_properties = self.additional_properties.copy()
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API; what is UNSET is left out."""
        return _write(
            {
                "role": self.role,
                "content": self.content,
                "name": self.name,
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
