from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, TypedDict

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _typed_dict, _write


@define(eq=False, repr=False, getstate_setstate=False)
class ChatCompletionMessageCustomToolCall(_Model):
    """A call that the model makes to a custom tool, with free text as input."""

    id: str
    """Id of the call; the tool message that answers it repeats it as `tool_call_id`."""
    type: Literal["custom"]
    """Tells a custom tool call from a function call."""
    custom: models.CustomCall
    """The tool that is called and what it is given."""
    _fields: ClassVar[dict[str, str]] = {
        "id": "id",
        "type": "type",
        "custom": "custom",
    }
    _nothing: ClassVar[Any] = None
    _optional: ClassVar[int] = 0

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, ChatCompletionMessageCustomToolCall, src_dict)

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
            self.custom = value = d["custom"]
        except KeyError:
            self.custom = value = None
            absent += 4
        if isinstance(value, dict):
            self.custom = _new(models.CustomCall)._read(value)
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
        model.custom = self.custom
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "id": self.id,
                "type": self.type,
                "custom": self.custom,
            },
            self._extra,
            self._absent,
        )


if TYPE_CHECKING:

    class ChatCompletionMessageCustomToolCallDict(TypedDict):
        """A call that the model makes to a custom tool, with free text as input."""

        id: str
        """Id of the call; the tool message that answers it repeats it as `tool_call_id`."""
        type: Literal["custom"]
        """Tells a custom tool call from a function call."""
        custom: models.CustomCallDict | models.CustomCall
        """The tool that is called and what it is given."""
else:

    def __getattr__(name: str) -> Any:
        required = {
            "id": "str",
            "type": "Literal['custom']",
            "custom": "models.CustomCallDict | models.CustomCall",
        }
        optional = {}
        return _typed_dict(
            ChatCompletionMessageCustomToolCall,
            name,
            "ChatCompletionMessageCustomToolCallDict",
            required,
            optional,
        )
