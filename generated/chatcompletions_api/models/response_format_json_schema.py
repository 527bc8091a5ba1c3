from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, TypedDict

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _typed_dict, _write
from ..types import UNSET


@define(eq=False, repr=False, getstate_setstate=False)
class ResponseFormatJsonSchema(_Model):
    """Asks for an answer in JSON that follows a schema."""

    type: Literal["json_schema"]
    """Tags this format as JSON that follows a schema."""
    json_schema: models.JsonSchema
    """The schema, its name, and how strictly it holds."""
    _fields: ClassVar[dict[str, str]] = {
        "type": "type",
        "json_schema": "json_schema",
    }

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, ResponseFormatJsonSchema, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.type = d["type"]
        except KeyError:
            self.type = UNSET
            absent += 1
        try:
            self.json_schema = value = d["json_schema"]
        except KeyError:
            self.json_schema = value = UNSET
            absent += 2
        if isinstance(value, dict):
            self.json_schema = _new(models.JsonSchema)._read(value)
        self._absent = absent
        self._extra = None
        if len(d) != (2 - absent.bit_count() if absent else 2):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.type = self.type
        model.json_schema = self.json_schema
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "type": self.type,
                "json_schema": self.json_schema,
            },
            self._extra,
            self._absent,
        )


if TYPE_CHECKING:

    class ResponseFormatJsonSchemaDict(TypedDict):
        """Asks for an answer in JSON that follows a schema."""

        type: Literal["json_schema"]
        """Tags this format as JSON that follows a schema."""
        json_schema: models.JsonSchemaDict | models.JsonSchema
        """The schema, its name, and how strictly it holds."""
else:

    def __getattr__(name: str) -> Any:
        required = {
            "type": "Literal['json_schema']",
            "json_schema": "models.JsonSchemaDict | models.JsonSchema",
        }
        optional = {}
        return _typed_dict(ResponseFormatJsonSchema, name, "ResponseFormatJsonSchemaDict", required, optional)
