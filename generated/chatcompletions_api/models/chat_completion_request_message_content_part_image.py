from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NotRequired, Self, TypedDict

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _typed_dict, _write


@define(eq=False, repr=False, getstate_setstate=False)
class ChatCompletionRequestMessageContentPartImage(_Model):
    """A picture as part of a user message."""

    type: Literal["image_url"]
    """Marks the part as an image."""
    image_url: models.ImageUrl
    """Where the picture is and how closely to look at it."""
    prompt_cache_breakpoint: models.PromptCacheBreakpointParam | None = None
    """Marks where a cacheable prompt prefix ends; everything up to the marked part belongs to it."""
    _fields: ClassVar[dict[str, str]] = {
        "type": "type",
        "image_url": "image_url",
        "prompt_cache_breakpoint": "prompt_cache_breakpoint",
    }
    _nothing: ClassVar[Any] = None
    _optional: ClassVar[int] = 4

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, ChatCompletionRequestMessageContentPartImage, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.type = d["type"]
        except KeyError:
            self.type = None
            absent += 1
        try:
            self.image_url = value = d["image_url"]
        except KeyError:
            self.image_url = value = None
            absent += 2
        if isinstance(value, dict):
            self.image_url = _new(models.ImageUrl)._read(value)
        if "prompt_cache_breakpoint" in d:
            self.prompt_cache_breakpoint = value = d["prompt_cache_breakpoint"]
            if isinstance(value, dict):
                self.prompt_cache_breakpoint = _new(models.PromptCacheBreakpointParam)._read(value)
        else:
            self.prompt_cache_breakpoint = None
            absent += 4
        self._absent = absent
        self._extra = None
        if len(d) != (3 - absent.bit_count() if absent else 3):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.type = self.type
        model.image_url = self.image_url
        model.prompt_cache_breakpoint = self.prompt_cache_breakpoint
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "type": self.type,
                "image_url": self.image_url,
                "prompt_cache_breakpoint": self.prompt_cache_breakpoint,
            },
            self._extra,
            self._absent,
        )


if TYPE_CHECKING:

    class ChatCompletionRequestMessageContentPartImageDict(TypedDict):
        """A picture as part of a user message."""

        type: Literal["image_url"]
        """Marks the part as an image."""
        image_url: models.ImageUrlDict | models.ImageUrl
        """Where the picture is and how closely to look at it."""
        prompt_cache_breakpoint: NotRequired[
            models.PromptCacheBreakpointParamDict | models.PromptCacheBreakpointParam
        ]
        """Marks where a cacheable prompt prefix ends; everything up to the marked part belongs to it."""
else:

    def __getattr__(name: str) -> Any:
        required = {
            "type": "Literal['image_url']",
            "image_url": "models.ImageUrlDict | models.ImageUrl",
        }
        optional = {
            "prompt_cache_breakpoint": "models.PromptCacheBreakpointParamDict | models.PromptCacheBreakpointParam",
        }
        return _typed_dict(
            ChatCompletionRequestMessageContentPartImage,
            name,
            "ChatCompletionRequestMessageContentPartImageDict",
            required,
            optional,
        )
