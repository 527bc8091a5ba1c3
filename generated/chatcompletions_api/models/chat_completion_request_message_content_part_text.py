from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NotRequired, Self, TypedDict

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _typed_dict, _write


@define(eq=False, repr=False, getstate_setstate=False)
class ChatCompletionRequestMessageContentPartText(_Model):
    """Text as part of a message."""

    type: Literal["text"]
    """Marks the part as text."""
    text: str
    """The text itself."""
    prompt_cache_breakpoint: models.PromptCacheBreakpointParam | None = None
    """Marks where a cacheable prompt prefix ends; everything up to the marked part belongs to it."""
    _fields: ClassVar[dict[str, str]] = {
        "type": "type",
        "text": "text",
        "prompt_cache_breakpoint": "prompt_cache_breakpoint",
    }
    _nothing: ClassVar[Any] = None
    _optional: ClassVar[int] = 4

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, ChatCompletionRequestMessageContentPartText, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.type = d["type"]
        except KeyError:
            self.type = None
            absent += 1
        try:
            self.text = d["text"]
        except KeyError:
            self.text = None
            absent += 2
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
        model.text = self.text
        model.prompt_cache_breakpoint = self.prompt_cache_breakpoint
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "type": self.type,
                "text": self.text,
                "prompt_cache_breakpoint": self.prompt_cache_breakpoint,
            },
            self._extra,
            self._absent,
        )


if TYPE_CHECKING:

    class ChatCompletionRequestMessageContentPartTextDict(TypedDict):
        """Text as part of a message."""

        type: Literal["text"]
        """Marks the part as text."""
        text: str
        """The text itself."""
        prompt_cache_breakpoint: NotRequired[
            models.PromptCacheBreakpointParamDict | models.PromptCacheBreakpointParam
        ]
        """Marks where a cacheable prompt prefix ends; everything up to the marked part belongs to it."""
else:

    def __getattr__(name: str) -> Any:
        required = {
            "type": "Literal['text']",
            "text": "str",
        }
        optional = {
            "prompt_cache_breakpoint": "models.PromptCacheBreakpointParamDict | models.PromptCacheBreakpointParam",
        }
        return _typed_dict(
            ChatCompletionRequestMessageContentPartText,
            name,
            "ChatCompletionRequestMessageContentPartTextDict",
            required,
            optional,
        )
