from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

from attrs import define
from attrs import field as _field

from .. import models
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.annotation import Annotation
    from ..models.chat_completion_audio import ChatCompletionAudio
    from ..models.chat_completion_message_custom_tool_call import ChatCompletionMessageCustomToolCall
    from ..models.chat_completion_message_tool_call import ChatCompletionMessageToolCall
    from ..models.function_call import FunctionCall

# A subclass with fields of its own is made by its __init__, from these, before it is read.
_BLANK: Any = {"content": None, "refusal": None, "role": None}


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
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        if not isinstance(src_dict, dict) and not isinstance(src_dict, Mapping):
            raise TypeError(f"{cls.__name__} is read from a mapping, but {type(src_dict).__name__} came")
        d = dict(src_dict)
        own = (
            cls is ChatCompletionResponseMessage
            or cls.__attrs_attrs__ is ChatCompletionResponseMessage.__attrs_attrs__
        )
        self = cls.__new__(cls) if own else cls(**_BLANK)
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
                        item = models.ChatCompletionMessageToolCall.from_dict(item)
                    elif tag == "custom":
                        item = models.ChatCompletionMessageCustomToolCall.from_dict(item)
                items.append(item)
            self.tool_calls = items
        self.annotations = value = d.pop("annotations", UNSET)
        if isinstance(value, list):
            items = []
            for item in value:
                if isinstance(item, dict):
                    item = models.Annotation.from_dict(item)
                items.append(item)
            self.annotations = items
        self.function_call = value = d.pop("function_call", UNSET)
        if isinstance(value, dict):
            self.function_call = models.FunctionCall.from_dict(value)
        self.audio = value = d.pop("audio", UNSET)
        if isinstance(value, dict):
            self.audio = models.ChatCompletionAudio.from_dict(value)
        self.additional_properties = d or {}
        return self

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API; what is UNSET is left out."""
        return models._write(
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
        return models._show(self)

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
