from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NotRequired, Self, TypedDict

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _typed_dict, _write
from ..types import UNSET, Unset


@define(eq=False, repr=False, getstate_setstate=False)
class ChatCompletionRequestUserMessage(_Model):
    """What the end user says, possibly with pictures, sound or documents."""

    content: (
        list[
            models.ChatCompletionRequestMessageContentPartAudio
            | models.ChatCompletionRequestMessageContentPartFile
            | models.ChatCompletionRequestMessageContentPartImage
            | models.ChatCompletionRequestMessageContentPartText
        ]
        | str
    )
    """The message, as text or as parts. Which kinds of part are accepted depends on the model."""
    role: Literal["user"]
    """Marks the message as the user's."""
    name: str | Unset = UNSET
    """Name of this participant, to tell apart several with the same role."""
    _fields: ClassVar[dict[str, str]] = {
        "content": "content",
        "role": "role",
        "name": "name",
    }

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, ChatCompletionRequestUserMessage, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.content = value = d["content"]
        except KeyError:
            self.content = value = UNSET
            absent += 1
        if isinstance(value, list):
            items = []
            for item in value:
                if isinstance(item, dict):
                    tag = item.get("type")
                    if tag == "text":
                        item = _new(models.ChatCompletionRequestMessageContentPartText)._read(item)
                    elif tag == "image_url":
                        item = _new(models.ChatCompletionRequestMessageContentPartImage)._read(item)
                    elif tag == "input_audio":
                        item = _new(models.ChatCompletionRequestMessageContentPartAudio)._read(item)
                    elif tag == "file":
                        item = _new(models.ChatCompletionRequestMessageContentPartFile)._read(item)
                items.append(item)
            self.content = items
        try:
            self.role = d["role"]
        except KeyError:
            self.role = UNSET
            absent += 2
        if "name" in d:
            self.name = d["name"]
        else:
            self.name = UNSET
            absent += 4
        self._absent = absent
        self._extra = None
        if len(d) != (3 - absent.bit_count() if absent else 3):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.content = self.content
        model.role = self.role
        model.name = self.name
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "content": self.content,
                "role": self.role,
                "name": self.name,
            },
            self._extra,
            self._absent,
        )


if TYPE_CHECKING:

    class ChatCompletionRequestUserMessageDict(TypedDict):
        """What the end user says, possibly with pictures, sound or documents."""

        content: (
            str
            | Sequence[
                models.ChatCompletionRequestMessageContentPartTextDict
                | models.ChatCompletionRequestMessageContentPartText
                | models.ChatCompletionRequestMessageContentPartImageDict
                | models.ChatCompletionRequestMessageContentPartImage
                | models.ChatCompletionRequestMessageContentPartAudioDict
                | models.ChatCompletionRequestMessageContentPartAudio
                | models.ChatCompletionRequestMessageContentPartFileDict
                | models.ChatCompletionRequestMessageContentPartFile
            ]
        )
        """The message, as text or as parts. Which kinds of part are accepted depends on the model."""
        role: Literal["user"]
        """Marks the message as the user's."""
        name: NotRequired[str]
        """Name of this participant, to tell apart several with the same role."""
else:

    def __getattr__(name: str) -> Any:
        required = {
            "content": "str | Sequence[models.ChatCompletionRequestMessageContentPartTextDict | models.ChatCompletionRequestMessageContentPartText | models.ChatCompletionRequestMessageContentPartImageDict | models.ChatCompletionRequestMessageContentPartImage | models.ChatCompletionRequestMessageContentPartAudioDict | models.ChatCompletionRequestMessageContentPartAudio | models.ChatCompletionRequestMessageContentPartFileDict | models.ChatCompletionRequestMessageContentPartFile]",
            "role": "Literal['user']",
        }
        optional = {
            "name": "str",
        }
        return _typed_dict(
            ChatCompletionRequestUserMessage, name, "ChatCompletionRequestUserMessageDict", required, optional
        )
