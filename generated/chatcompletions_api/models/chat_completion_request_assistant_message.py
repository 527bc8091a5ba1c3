from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

from attrs import define
from attrs import field as _field

from .. import models
from ..models import _new, _read, _show, _write
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.audio_reference import AudioReference
    from ..models.chat_completion_message_custom_tool_call import ChatCompletionMessageCustomToolCall
    from ..models.chat_completion_message_tool_call import ChatCompletionMessageToolCall
    from ..models.chat_completion_request_message_content_part_refusal import (
        ChatCompletionRequestMessageContentPartRefusal,
    )
    from ..models.chat_completion_request_message_content_part_text import (
        ChatCompletionRequestMessageContentPartText,
    )
    from ..models.function_call import FunctionCall


@define
class ChatCompletionRequestAssistantMessage:
    """An earlier answer of the model, sent back as part of the conversation."""

    role: Literal["assistant"]
    """Marks the message as the model's."""
    content: (
        list[ChatCompletionRequestMessageContentPartRefusal | ChatCompletionRequestMessageContentPartText]
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
    audio: AudioReference | None | Unset = UNSET
    """Refers to a spoken answer that the model gave before. Absent or null when there was none."""
    tool_calls: list[ChatCompletionMessageCustomToolCall | ChatCompletionMessageToolCall] | Unset = UNSET
    """The calls that the model wants made, to be answered by one tool message each."""
    function_call: FunctionCall | None | Unset = UNSET
    """The function call that the model made. Deprecated; `tool_calls` took its place."""
    additional_properties: dict[str, Any] = _field(init=False, factory=dict)

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], *, copy: bool = True) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came.

        With `copy=False` the members are taken out of `src_dict`, which is faster.
        """
        return _read(cls, ChatCompletionRequestAssistantMessage, src_dict, copy)

    def _read(self, d: dict[str, Any], copy: bool) -> Self:
        """Take the fields out of an object; what is left of it are the additional properties."""
        if copy:
            d = dict(d)
        self.role = d.pop("role", None)
        self.content = value = d.pop("content", UNSET)
        if isinstance(value, list):
            items = []
            for item in value:
                if isinstance(item, dict):
                    tag = item.get("type")
                    if tag == "text":
                        item = _new(models.ChatCompletionRequestMessageContentPartText)._read(item, copy)
                    elif tag == "refusal":
                        item = _new(models.ChatCompletionRequestMessageContentPartRefusal)._read(item, copy)
                items.append(item)
            self.content = items
        self.refusal = d.pop("refusal", UNSET)
        self.name = d.pop("name", UNSET)
        self.audio = value = d.pop("audio", UNSET)
        if isinstance(value, dict):
            self.audio = _new(models.AudioReference)._read(value, copy)
        self.tool_calls = value = d.pop("tool_calls", UNSET)
        if isinstance(value, list):
            items = []
            for item in value:
                if isinstance(item, dict):
                    tag = item.get("type")
                    if tag == "function":
                        item = _new(models.ChatCompletionMessageToolCall)._read(item, copy)
                    elif tag == "custom":
                        item = _new(models.ChatCompletionMessageCustomToolCall)._read(item, copy)
                items.append(item)
            self.tool_calls = items
        self.function_call = value = d.pop("function_call", UNSET)
        if isinstance(value, dict):
            self.function_call = _new(models.FunctionCall)._read(value, copy)
        self.additional_properties = d or {}
        return self

    def _copy(self) -> Self:
        """Return a model that holds the same values."""
        model = _new(type(self))
        model.role = self.role
        model.content = self.content
        model.refusal = self.refusal
        model.name = self.name
        model.audio = self.audio
        model.tool_calls = self.tool_calls
        model.function_call = self.function_call
        model.additional_properties = self.additional_properties.copy()
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API; what is UNSET is left out."""
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
