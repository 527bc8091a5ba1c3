from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, TypedDict

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _typed_dict, _write
from ..types import UNSET


@define(eq=False, repr=False, getstate_setstate=False)
class ChatCompletionRequestToolMessage(_Model):
    """What a tool returned for one call that the model made."""

    role: Literal["tool"]
    """Marks the message as a tool's result."""
    content: list[models.ChatCompletionRequestMessageContentPartText] | str
    """The result, as text or as text parts."""
    tool_call_id: str
    """Id of the answered call, from the assistant message before."""
    _fields: ClassVar[dict[str, str]] = {
        "role": "role",
        "content": "content",
        "tool_call_id": "tool_call_id",
    }

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, ChatCompletionRequestToolMessage, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.role = d["role"]
        except KeyError:
            self.role = UNSET
            absent += 1
        try:
            self.content = value = d["content"]
        except KeyError:
            self.content = value = UNSET
            absent += 2
        if isinstance(value, list):
            items = []
            for item in value:
                if isinstance(item, dict):
                    item = _new(models.ChatCompletionRequestMessageContentPartText)._read(item)
                items.append(item)
            self.content = items
        try:
            self.tool_call_id = d["tool_call_id"]
        except KeyError:
            self.tool_call_id = UNSET
            absent += 4
        self._absent = absent
        self._extra = None
        if len(d) != (3 - absent.bit_count() if absent else 3):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.role = self.role
        model.content = self.content
        model.tool_call_id = self.tool_call_id
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "role": self.role,
                "content": self.content,
                "tool_call_id": self.tool_call_id,
            },
            self._extra,
            self._absent,
        )


if TYPE_CHECKING:

    class ChatCompletionRequestToolMessageDict(TypedDict):
        """What a tool returned for one call that the model made."""

        role: Literal["tool"]
        """Marks the message as a tool's result."""
        content: (
            str
            | Sequence[
                models.ChatCompletionRequestMessageContentPartTextDict
                | models.ChatCompletionRequestMessageContentPartText
            ]
        )
        """The result, as text or as text parts."""
        tool_call_id: str
        """Id of the answered call, from the assistant message before."""
else:

    def __getattr__(name: str) -> Any:
        required = {
            "role": "Literal['tool']",
            "content": "str | Sequence[models.ChatCompletionRequestMessageContentPartTextDict | models.ChatCompletionRequestMessageContentPartText]",
            "tool_call_id": "str",
        }
        optional = {}
        return _typed_dict(
            ChatCompletionRequestToolMessage, name, "ChatCompletionRequestToolMessageDict", required, optional
        )
