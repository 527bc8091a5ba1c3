from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

from attrs import define
from attrs import field as _field

from .. import models
from ..models import _new, _read, _show, _write
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.annotation import Annotation
    from ..models.chat_completion_audio import ChatCompletionAudio
    from ..models.chat_completion_message_custom_tool_call import ChatCompletionMessageCustomToolCall
    from ..models.chat_completion_message_tool_call import ChatCompletionMessageToolCall
    from ..models.function_call import FunctionCall


@define
class ChatCompletionResponseMessage:
    """The message that the model wrote."""

    content: None | str
    """Text of the message; null when there is none, as in a message of tool calls only."""
    refusal: None | str
    """The words with which the model declined; null when it did not."""
    role: Literal["assistant"]
    """Marks the message as the model's."""
    tool_calls: list[ChatCompletionMessageCustomToolCall | ChatCompletionMessageToolCall] | Unset = UNSET
    """The calls that the model wants made, to be answered by one tool message each."""
    annotations: list[Annotation] | Unset = UNSET
    """Sources cited in the text, present when web search was used."""
    function_call: FunctionCall | Unset = UNSET
    """A function that the model wants called. Deprecated; `tool_calls` took its place."""
    audio: ChatCompletionAudio | None | Unset = UNSET
    """The spoken answer, when `modalities` asked for audio; null or absent otherwise."""
    additional_properties: dict[str, Any] = _field(init=False, factory=dict)

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], *, copy: bool = True) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came.

        With `copy=False` the members are taken out of `src_dict`, which is faster.
        """
        return _read(cls, ChatCompletionResponseMessage, src_dict, copy)

    def _read(self, d: dict[str, Any], copy: bool) -> Self:
        """Take the fields out of an object; what is left of it are the additional properties."""
        if copy:
            d = dict(d)
        self.content = d.pop("content", None)
        self.refusal = d.pop("refusal", None)
        self.role = d.pop("role", None)
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
        self.annotations = value = d.pop("annotations", UNSET)
        if isinstance(value, list):
            items = []
            for item in value:
                if isinstance(item, dict):
                    item = _new(models.Annotation)._read(item, copy)
                items.append(item)
            self.annotations = items
        self.function_call = value = d.pop("function_call", UNSET)
        if isinstance(value, dict):
            self.function_call = _new(models.FunctionCall)._read(value, copy)
        self.audio = value = d.pop("audio", UNSET)
        if isinstance(value, dict):
            self.audio = _new(models.ChatCompletionAudio)._read(value, copy)
        self.additional_properties = d or {}
        return self

    def _copy(self) -> Self:
        """Return a model that holds the same values."""
        model = _new(type(self))
        model.content = self.content
        model.refusal = self.refusal
        model.role = self.role
        model.tool_calls = self.tool_calls
        model.annotations = self.annotations
        model.function_call = self.function_call
        model.audio = self.audio
        model.additional_properties = self.additional_properties.copy()
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API; what is UNSET is left out."""
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
