from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _write


@define(eq=False, repr=False, getstate_setstate=False)
class ChatCompletionResponseMessage(_Model):
    """The message that the model wrote."""

    content: None | str
    """Text of the message; null when there is none, as in a message of tool calls only."""
    refusal: None | str
    """The words with which the model declined; null when it did not."""
    role: Literal["assistant"]
    """Marks the message as the model's."""
    tool_calls: (
        list[models.ChatCompletionMessageCustomToolCall | models.ChatCompletionMessageToolCall] | None
    ) = None
    """The calls that the model wants made, to be answered by one tool message each."""
    annotations: list[models.Annotation] | None = None
    """Sources cited in the text, present when web search was used."""
    function_call: models.FunctionCall | None = None
    """A function that the model wants called. Deprecated; `tool_calls` took its place."""
    audio: models.ChatCompletionAudio | None = None
    """The spoken answer, when `modalities` asked for audio; null or absent otherwise."""
    _fields: ClassVar[dict[str, str]] = {
        "content": "content",
        "refusal": "refusal",
        "role": "role",
        "tool_calls": "tool_calls",
        "annotations": "annotations",
        "function_call": "function_call",
        "audio": "audio",
    }
    _nothing: ClassVar[Any] = None
    _optional: ClassVar[int] = 120

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, ChatCompletionResponseMessage, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        if "content" in d:
            self.content = d["content"]
        else:
            self.content = None
            absent += 1
        if "refusal" in d:
            self.refusal = d["refusal"]
        else:
            self.refusal = None
            absent += 2
        try:
            self.role = d["role"]
        except KeyError:
            self.role = None
            absent += 4
        if "tool_calls" in d:
            self.tool_calls = value = d["tool_calls"]
            if isinstance(value, list):
                items = []
                for item in value:
                    if isinstance(item, dict):
                        tag = item.get("type")
                        if tag == "function":
                            item = _new(models.ChatCompletionMessageToolCall)._read(item)
                        elif tag == "custom":
                            item = _new(models.ChatCompletionMessageCustomToolCall)._read(item)
                    items.append(item)
                self.tool_calls = items
        else:
            self.tool_calls = None
            absent += 8
        if "annotations" in d:
            self.annotations = value = d["annotations"]
            if isinstance(value, list):
                items = []
                for item in value:
                    if isinstance(item, dict):
                        item = _new(models.Annotation)._read(item)
                    items.append(item)
                self.annotations = items
        else:
            self.annotations = None
            absent += 16
        if "function_call" in d:
            self.function_call = value = d["function_call"]
            if isinstance(value, dict):
                self.function_call = _new(models.FunctionCall)._read(value)
        else:
            self.function_call = None
            absent += 32
        if "audio" in d:
            self.audio = value = d["audio"]
            if isinstance(value, dict):
                self.audio = _new(models.ChatCompletionAudio)._read(value)
        else:
            self.audio = None
            absent += 64
        self._absent = absent
        self._extra = None
        if len(d) != (7 - absent.bit_count() if absent else 7):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.content = self.content
        model.refusal = self.refusal
        model.role = self.role
        model.tool_calls = self.tool_calls
        model.annotations = self.annotations
        model.function_call = self.function_call
        model.audio = self.audio
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "content": self.content,
                "refusal": self.refusal,
                "role": self.role,
                "tool_calls": self.tool_calls,
                "annotations": self.annotations,
                "function_call": self.function_call,
                "audio": self.audio,
            },
            self._extra,
            self._absent,
        )
