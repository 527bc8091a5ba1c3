from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define
from attrs import field as _field

from .. import models

if TYPE_CHECKING:
    from ..models.chat_completion_moderation_error import ChatCompletionModerationError
    from ..models.chat_completion_moderation_results import ChatCompletionModerationResults

# A subclass with fields of its own is made by its __init__, from these, before it is read.
_BLANK: Any = {"input_": None, "output": None}


@define
class ChatCompletionModeration:
    """What moderation found in the conversation sent and in the answer, each a set of results or the
    reason there is none.
    """

    input_: ChatCompletionModerationError | ChatCompletionModerationResults
    """Findings on the messages that were sent."""
    output: ChatCompletionModerationError | ChatCompletionModerationResults
    """Findings on what the model wrote."""
    additional_properties: dict[str, Any] = _field(init=False, factory=dict)

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        if not isinstance(src_dict, dict) and not isinstance(src_dict, Mapping):
            raise TypeError(f"{cls.__name__} is read from a mapping, but {type(src_dict).__name__} came")
        d = dict(src_dict)
        own = (
            cls is ChatCompletionModeration or cls.__attrs_attrs__ is ChatCompletionModeration.__attrs_attrs__
        )
        self = cls.__new__(cls) if own else cls(**_BLANK)
        self.input_ = value = d.pop("input", None)
        if isinstance(value, dict):
            tag = value.get("type")
            if tag == "moderation_results":
                self.input_ = models.ChatCompletionModerationResults.from_dict(value)
            elif tag == "error":
                self.input_ = models.ChatCompletionModerationError.from_dict(value)
        self.output = value = d.pop("output", None)
        if isinstance(value, dict):
            tag = value.get("type")
            if tag == "moderation_results":
                self.output = models.ChatCompletionModerationResults.from_dict(value)
            elif tag == "error":
                self.output = models.ChatCompletionModerationError.from_dict(value)
        self.additional_properties = d or {}
        return self

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API; what is UNSET is left out."""
        return models._write(
            {
                "input": self.input_,
                "output": self.output,
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
