from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, TypedDict

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _typed_dict, _write


@define(eq=False, repr=False, getstate_setstate=False)
class ChatCompletionMessageToolCall(_Model):
    """A call that the model makes to a function, with JSON text as arguments."""

    id: str
    """Id of the call; the tool message that answers it repeats it as `tool_call_id`."""
    type: Literal["function"]
    """Tells a function call from a custom tool call."""
    function: models.FunctionCall
    """A function that the model wants called. Deprecated; `tool_calls` took its place."""
    _fields: ClassVar[dict[str, str]] = {
        "id": "id",
        "type": "type",
        "function": "function",
    }
    _nothing: ClassVar[Any] = None
    _optional: ClassVar[int] = 0

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, ChatCompletionMessageToolCall, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.id = d["id"]
        except KeyError:
            self.id = None
            absent += 1
        try:
            self.type = d["type"]
        except KeyError:
            self.type = None
            absent += 2
        try:
            self.function = value = d["function"]
        except KeyError:
            self.function = value = None
            absent += 4
        if isinstance(value, dict):
            self.function = _new(models.FunctionCall)._read(value)
        self._absent = absent
        self._extra = None
        if len(d) != (3 - absent.bit_count() if absent else 3):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.id = self.id
        model.type = self.type
        model.function = self.function
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "id": self.id,
                "type": self.type,
                "function": self.function,
            },
            self._extra,
            self._absent,
        )


if TYPE_CHECKING:

    class ChatCompletionMessageToolCallDict(TypedDict):
        """A call that the model makes to a function, with JSON text as arguments."""

        id: str
        """Id of the call; the tool message that answers it repeats it as `tool_call_id`."""
        type: Literal["function"]
        """Tells a function call from a custom tool call."""
        function: models.FunctionCallDict | models.FunctionCall
        """A function that the model wants called. Deprecated; `tool_calls` took its place."""
else:

    def __getattr__(name: str) -> Any:
        required = {
            "id": "str",
            "type": "Literal['function']",
            "function": "models.FunctionCallDict | models.FunctionCall",
        }
        optional = {}
        return _typed_dict(
            ChatCompletionMessageToolCall, name, "ChatCompletionMessageToolCallDict", required, optional
        )
