from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NotRequired, Self, TypedDict

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _typed_dict, _write
from ..types import UNSET, Unset


@define(eq=False, repr=False, getstate_setstate=False)
class CustomTool(_Model):
    """Name, purpose and input format of the tool."""

    name: str
    """Name by which the model calls the tool."""
    description: str | Unset = UNSET
    """Tells the model what the tool is for, so that it can decide when to call it."""
    format: models.CustomToolGrammarFormat | models.CustomToolTextFormat | Unset = UNSET
    """What the tool's input may look like. Absent means any text."""
    _fields: ClassVar[dict[str, str]] = {
        "name": "name",
        "description": "description",
        "format": "format",
    }

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, CustomTool, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.name = d["name"]
        except KeyError:
            self.name = UNSET
            absent += 1
        if "description" in d:
            self.description = d["description"]
        else:
            self.description = UNSET
            absent += 2
        if "format" in d:
            self.format = value = d["format"]
            if isinstance(value, dict):
                tag = value.get("type")
                if tag == "text":
                    self.format = _new(models.CustomToolTextFormat)._read(value)
                elif tag == "grammar":
                    self.format = _new(models.CustomToolGrammarFormat)._read(value)
        else:
            self.format = UNSET
            absent += 4
        self._absent = absent
        self._extra = None
        if len(d) != (3 - absent.bit_count() if absent else 3):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.name = self.name
        model.description = self.description
        model.format = self.format
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "name": self.name,
                "description": self.description,
                "format": self.format,
            },
            self._extra,
            self._absent,
        )


if TYPE_CHECKING:

    class CustomToolDict(TypedDict):
        """Name, purpose and input format of the tool."""

        name: str
        """Name by which the model calls the tool."""
        description: NotRequired[str]
        """Tells the model what the tool is for, so that it can decide when to call it."""
        format: NotRequired[
            models.CustomToolTextFormatDict
            | models.CustomToolTextFormat
            | models.CustomToolGrammarFormatDict
            | models.CustomToolGrammarFormat
        ]
        """What the tool's input may look like. Absent means any text."""
else:

    def __getattr__(name: str) -> Any:
        required = {
            "name": "str",
        }
        optional = {
            "description": "str",
            "format": "models.CustomToolTextFormatDict | models.CustomToolTextFormat | models.CustomToolGrammarFormatDict | models.CustomToolGrammarFormat",
        }
        return _typed_dict(CustomTool, name, "CustomToolDict", required, optional)
