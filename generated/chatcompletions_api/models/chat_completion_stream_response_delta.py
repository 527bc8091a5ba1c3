from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define
from attrs import field as _field

from .. import models
from ..models import _new, _read, _show, _write
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.chat_completion_message_tool_call_chunk import ChatCompletionMessageToolCallChunk
    from ..models.function_call_delta import FunctionCallDelta
    from ..models.message_role import MessageRole


@define
class ChatCompletionStreamResponseDelta:
    """What one chunk adds to the message under way."""

    content: None | str | Unset = UNSET
    """The next stretch of the text; absent or null when this chunk adds none."""
    function_call: FunctionCallDelta | Unset = UNSET
    """What this fragment adds to the function's name and arguments."""
    tool_calls: list[ChatCompletionMessageToolCallChunk] | Unset = UNSET
    """Fragments of tool calls, to be joined by their `index`."""
    role: MessageRole | Unset = UNSET
    """Whose message this is, normally in the first chunk only."""
    refusal: None | str | Unset = UNSET
    """The next stretch of a refusal; absent or null when this chunk adds none."""
    additional_properties: dict[str, Any] = _field(init=False, factory=dict)

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], *, copy: bool = True) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came.

        With `copy=False` the members are taken out of `src_dict`, which is faster.
        """
        return _read(cls, ChatCompletionStreamResponseDelta, src_dict, copy)

    def _read(self, d: dict[str, Any], copy: bool) -> Self:
        """Take the fields out of an object; what is left of it are the additional properties."""
        if copy:
            d = dict(d)
        self.content = d.pop("content", UNSET)
        self.function_call = value = d.pop("function_call", UNSET)
        if isinstance(value, dict):
            self.function_call = _new(models.FunctionCallDelta)._read(value, copy)
        self.tool_calls = value = d.pop("tool_calls", UNSET)
        if isinstance(value, list):
            items = []
            for item in value:
                if isinstance(item, dict):
                    item = _new(models.ChatCompletionMessageToolCallChunk)._read(item, copy)
                items.append(item)
            self.tool_calls = items
        self.role = d.pop("role", UNSET)
        self.refusal = d.pop("refusal", UNSET)
        self.additional_properties = d or {}
        return self

    def _copy(self) -> Self:
        """Return a model that holds the same values."""
        model = _new(type(self))
        model.content = self.content
        model.function_call = self.function_call
        model.tool_calls = self.tool_calls
        model.role = self.role
        model.refusal = self.refusal
        model.additional_properties = self.additional_properties.copy()
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API; what is UNSET is left out."""
        return _write(
            {
                "content": self.content,
                "function_call": self.function_call,
                "tool_calls": self.tool_calls,
                "role": self.role,
                "refusal": self.refusal,
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
