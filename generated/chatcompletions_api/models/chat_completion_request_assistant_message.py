from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NotRequired, Self, TypedDict

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _typed_dict, _write
from ..types import UNSET, Unset


@define(eq=False, repr=False, getstate_setstate=False)
class ChatCompletionRequestAssistantMessage(_Model):
    """An earlier answer of the model, sent back as part of the conversation."""

    role: Literal["assistant"]
    """Marks the message as the model's."""
    content: (
        list[
            models.ChatCompletionRequestMessageContentPartRefusal
            | models.ChatCompletionRequestMessageContentPartText
        ]
        | None
        | str
        | Unset
    ) = UNSET
    """What the model said, as text or as parts. May be absent or null only when the message holds
    `tool_calls` or `function_call`.
    """
    refusal: None | str | Unset = UNSET
    """The words with which the model declined, if it did."""
    name: str | Unset = UNSET
    """Name of this participant, to tell apart several with the same role."""
    audio: models.AudioReference | None | Unset = UNSET
    """Refers to a spoken answer that the model gave before. Absent or null when there was none."""
    tool_calls: (
        list[models.ChatCompletionMessageCustomToolCall | models.ChatCompletionMessageToolCall] | Unset
    ) = UNSET
    """The calls that the model wants made, to be answered by one tool message each."""
    function_call: models.FunctionCall | None | Unset = UNSET
    """The function call that the model made. Deprecated; `tool_calls` took its place."""
    _fields: ClassVar[dict[str, str]] = {
        "role": "role",
        "content": "content",
        "refusal": "refusal",
        "name": "name",
        "audio": "audio",
        "tool_calls": "tool_calls",
        "function_call": "function_call",
    }

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, ChatCompletionRequestAssistantMessage, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.role = d["role"]
        except KeyError:
            self.role = UNSET
            absent += 1
        if "content" in d:
            self.content = value = d["content"]
            if isinstance(value, list):
                items = []
                for item in value:
                    if isinstance(item, dict):
                        tag = item.get("type")
                        if tag == "text":
                            item = _new(models.ChatCompletionRequestMessageContentPartText)._read(item)
                        elif tag == "refusal":
                            item = _new(models.ChatCompletionRequestMessageContentPartRefusal)._read(item)
                    items.append(item)
                self.content = items
        else:
            self.content = UNSET
            absent += 2
        if "refusal" in d:
            self.refusal = d["refusal"]
        else:
            self.refusal = UNSET
            absent += 4
        if "name" in d:
            self.name = d["name"]
        else:
            self.name = UNSET
            absent += 8
        if "audio" in d:
            self.audio = value = d["audio"]
            if isinstance(value, dict):
                self.audio = _new(models.AudioReference)._read(value)
        else:
            self.audio = UNSET
            absent += 16
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
            self.tool_calls = UNSET
            absent += 32
        if "function_call" in d:
            self.function_call = value = d["function_call"]
            if isinstance(value, dict):
                self.function_call = _new(models.FunctionCall)._read(value)
        else:
            self.function_call = UNSET
            absent += 64
        self._absent = absent
        self._extra = None
        if len(d) != (7 - absent.bit_count() if absent else 7):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.role = self.role
        model.content = self.content
        model.refusal = self.refusal
        model.name = self.name
        model.audio = self.audio
        model.tool_calls = self.tool_calls
        model.function_call = self.function_call
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "role": self.role,
                "content": self.content,
                "refusal": self.refusal,
                "name": self.name,
                "audio": self.audio,
                "tool_calls": self.tool_calls,
                "function_call": self.function_call,
            },
            self._extra,
            self._absent,
        )


if TYPE_CHECKING:

    class ChatCompletionRequestAssistantMessageDict(TypedDict):
        """An earlier answer of the model, sent back as part of the conversation."""

        role: Literal["assistant"]
        """Marks the message as the model's."""
        content: NotRequired[
            str
            | Sequence[
                models.ChatCompletionRequestMessageContentPartTextDict
                | models.ChatCompletionRequestMessageContentPartText
                | models.ChatCompletionRequestMessageContentPartRefusalDict
                | models.ChatCompletionRequestMessageContentPartRefusal
            ]
            | None
        ]
        """What the model said, as text or as parts. May be absent or null only when the message holds
        `tool_calls` or `function_call`.
        """
        refusal: NotRequired[str | None]
        """The words with which the model declined, if it did."""
        name: NotRequired[str]
        """Name of this participant, to tell apart several with the same role."""
        audio: NotRequired[models.AudioReferenceDict | models.AudioReference | None]
        """Refers to a spoken answer that the model gave before. Absent or null when there was none."""
        tool_calls: NotRequired[
            Sequence[
                models.ChatCompletionMessageToolCallDict
                | models.ChatCompletionMessageToolCall
                | models.ChatCompletionMessageCustomToolCallDict
                | models.ChatCompletionMessageCustomToolCall
            ]
        ]
        """The calls that the model wants made, to be answered by one tool message each."""
        function_call: NotRequired[models.FunctionCallDict | models.FunctionCall | None]
        """The function call that the model made. Deprecated; `tool_calls` took its place."""
else:

    def __getattr__(name: str) -> Any:
        required = {
            "role": "Literal['assistant']",
        }
        optional = {
            "content": "str | Sequence[models.ChatCompletionRequestMessageContentPartTextDict | models.ChatCompletionRequestMessageContentPartText | models.ChatCompletionRequestMessageContentPartRefusalDict | models.ChatCompletionRequestMessageContentPartRefusal] | None",
            "refusal": "str | None",
            "name": "str",
            "audio": "models.AudioReferenceDict | models.AudioReference | None",
            "tool_calls": "Sequence[models.ChatCompletionMessageToolCallDict | models.ChatCompletionMessageToolCall | models.ChatCompletionMessageCustomToolCallDict | models.ChatCompletionMessageCustomToolCall]",
            "function_call": "models.FunctionCallDict | models.FunctionCall | None",
        }
        return _typed_dict(
            ChatCompletionRequestAssistantMessage,
            name,
            "ChatCompletionRequestAssistantMessageDict",
            required,
            optional,
        )
