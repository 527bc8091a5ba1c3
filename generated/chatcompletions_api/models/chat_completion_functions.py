from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NotRequired, Self, TypedDict

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _typed_dict, _write
from ..types import UNSET, Unset


@define(eq=False, repr=False, getstate_setstate=False)
class ChatCompletionFunctions(_Model):
    """A function that the model may call, in the deprecated `functions` list. Use `tools` with an entry of
    type `function` instead.
    """

    name: str
    """Name of the function, at most 64 characters out of ASCII letters, digits, underscore and dash."""
    description: str | Unset = UNSET
    """Tells the model what the function is for, so that it can decide when to call it."""
    parameters: models.FunctionParameters | Unset = UNSET
    """JSON Schema of a function's arguments, an object with one property for each argument."""
    _fields: ClassVar[dict[str, str]] = {
        "name": "name",
        "description": "description",
        "parameters": "parameters",
    }

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, ChatCompletionFunctions, src_dict)

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
        if "parameters" in d:
            self.parameters = value = d["parameters"]
            if isinstance(value, dict):
                self.parameters = _new(models.FunctionParameters)._read(value)
        else:
            self.parameters = UNSET
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
        model.parameters = self.parameters
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "name": self.name,
                "description": self.description,
                "parameters": self.parameters,
            },
            self._extra,
            self._absent,
        )


if TYPE_CHECKING:

    class ChatCompletionFunctionsDict(TypedDict):
        """A function that the model may call, in the deprecated `functions` list. Use `tools` with an entry of
        type `function` instead.
        """

        name: str
        """Name of the function, at most 64 characters out of ASCII letters, digits, underscore and dash."""
        description: NotRequired[str]
        """Tells the model what the function is for, so that it can decide when to call it."""
        parameters: NotRequired[Mapping[str, Any]]
        """JSON Schema of a function's arguments, an object with one property for each argument."""
else:

    def __getattr__(name: str) -> Any:
        required = {
            "name": "str",
        }
        optional = {
            "description": "str",
            "parameters": "Mapping[str, Any]",
        }
        return _typed_dict(ChatCompletionFunctions, name, "ChatCompletionFunctionsDict", required, optional)
