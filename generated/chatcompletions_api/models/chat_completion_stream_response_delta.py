from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _write


@define(eq=False, repr=False, getstate_setstate=False)
class ChatCompletionStreamResponseDelta(_Model):
    """What one chunk adds to the message under way."""

    content: None | str = None
    """The next stretch of the text; absent or null when this chunk adds none."""
    function_call: models.FunctionCallDelta | None = None
    """What this fragment adds to the function's name and arguments."""
    tool_calls: list[models.ChatCompletionMessageToolCallChunk] | None = None
    """Fragments of tool calls, to be joined by their `index`."""
    role: models.MessageRole | None = None
    """Whose message this is, normally in the first chunk only."""
    refusal: None | str = None
    """The next stretch of a refusal; absent or null when this chunk adds none."""
    _fields: ClassVar[dict[str, str]] = {
        "content": "content",
        "function_call": "function_call",
        "tool_calls": "tool_calls",
        "role": "role",
        "refusal": "refusal",
    }
    _nothing: ClassVar[Any] = None
    _optional: ClassVar[int] = 31

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, ChatCompletionStreamResponseDelta, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        if "content" in d:
            self.content = d["content"]
        else:
            self.content = None
            absent += 1
        if "function_call" in d:
            self.function_call = value = d["function_call"]
            if isinstance(value, dict):
                self.function_call = _new(models.FunctionCallDelta)._read(value)
        else:
            self.function_call = None
            absent += 2
        if "tool_calls" in d:
            self.tool_calls = value = d["tool_calls"]
            if isinstance(value, list):
                items = []
                for item in value:
                    if isinstance(item, dict):
                        item = _new(models.ChatCompletionMessageToolCallChunk)._read(item)
                    items.append(item)
                self.tool_calls = items
        else:
            self.tool_calls = None
            absent += 4
        if "role" in d:
            self.role = d["role"]
        else:
            self.role = None
            absent += 8
        if "refusal" in d:
            self.refusal = d["refusal"]
        else:
            self.refusal = None
            absent += 16
        self._absent = absent
        self._extra = None
        if len(d) != (5 - absent.bit_count() if absent else 5):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.content = self.content
        model.function_call = self.function_call
        model.tool_calls = self.tool_calls
        model.role = self.role
        model.refusal = self.refusal
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "content": self.content,
                "function_call": self.function_call,
                "tool_calls": self.tool_calls,
                "role": self.role,
                "refusal": self.refusal,
            },
            self._extra,
            self._absent,
        )
