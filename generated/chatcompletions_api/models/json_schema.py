from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define
from attrs import field as _field

from .. import models
from ..models import _new, _read, _show, _write
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.response_format_json_schema_schema import ResponseFormatJsonSchemaSchema


@define
class JsonSchema:
    """The schema, its name, and how strictly it holds."""

    name: str
    """Name of the format, at most 64 characters out of ASCII letters, digits, underscore and dash."""
    description: str | Unset = UNSET
    """Tells the model what the format is for, so that it can fill it in well."""
    schema: ResponseFormatJsonSchemaSchema | Unset = UNSET
    """A JSON Schema, as an object."""
    strict: bool | None | Unset = UNSET
    """Whether the answer is certain to match `schema`, which may then use only some of JSON Schema's
    keywords. Absent or null means that it need not match.
    """
    additional_properties: dict[str, Any] = _field(init=False, factory=dict)

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], *, copy: bool = True) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came.

        With `copy=False` the members are taken out of `src_dict`, which is faster.
        """
        return _read(cls, JsonSchema, src_dict, copy)

    def _read(self, d: dict[str, Any], copy: bool) -> Self:
        """Take the fields out of an object; what is left of it are the additional properties."""
        if copy:
            d = dict(d)
        self.name = d.pop("name", None)
        self.description = d.pop("description", UNSET)
        self.schema = value = d.pop("schema", UNSET)
        if isinstance(value, dict):
            self.schema = _new(models.ResponseFormatJsonSchemaSchema)._read(value, copy)
        self.strict = d.pop("strict", UNSET)
        self.additional_properties = d or {}
        return self

    def _copy(self) -> Self:
        """Return a model that holds the same values."""
        model = _new(type(self))
        model.name = self.name
        model.description = self.description
        model.schema = self.schema
        model.strict = self.strict
        model.additional_properties = self.additional_properties.copy()
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API; what is UNSET is left out."""
        return _write(
            {
                "name": self.name,
                "description": self.description,
                "schema": self.schema,
                "strict": self.strict,
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
