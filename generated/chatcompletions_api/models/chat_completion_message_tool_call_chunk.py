from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _write


@define(eq=False, repr=False, getstate_setstate=False)
class ChatCompletionMessageToolCallChunk(_Model):
    """A fragment of a tool call in a stream. Fragments with the same `index` belong to one call."""

    index: int
    """Position of the call in the message's `tool_calls`, counted from 0."""
    id: str | None = None
    """Id of the call, normally in its first fragment only."""
    type: Literal["function"] | None = None
    """Kind of the call, normally in its first fragment only."""
    function: models.FunctionCallDelta | None = None
    """What this fragment adds to the function's name and arguments."""
    _fields: ClassVar[dict[str, str]] = {
        "index": "index",
        "id": "id",
        "type": "type",
        "function": "function",
    }
    _nothing: ClassVar[Any] = None
    _optional: ClassVar[int] = 14

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, ChatCompletionMessageToolCallChunk, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.index = d["index"]
        except KeyError:
            self.index = None
            absent += 1
        if "id" in d:
            self.id = d["id"]
        else:
            self.id = None
            absent += 2
        if "type" in d:
            self.type = d["type"]
        else:
            self.type = None
            absent += 4
        if "function" in d:
            self.function = value = d["function"]
            if isinstance(value, dict):
                self.function = _new(models.FunctionCallDelta)._read(value)
        else:
            self.function = None
            absent += 8
        self._absent = absent
        self._extra = None
        if len(d) != (4 - absent.bit_count() if absent else 4):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.index = self.index
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
                "index": self.index,
                "id": self.id,
                "type": self.type,
                "function": self.function,
            },
            self._extra,
            self._absent,
        )
