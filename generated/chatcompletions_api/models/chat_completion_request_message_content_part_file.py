from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NotRequired, Self, TypedDict

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _typed_dict, _write
from ..types import UNSET, Unset


@define(eq=False, repr=False, getstate_setstate=False)
class ChatCompletionRequestMessageContentPartFile(_Model):
    """A document as part of a user message, given inline or as the id of an upload."""

    type: Literal["file"]
    """Marks the part as a file."""
    file: models.InputFile
    """The document, either its bytes with a name or the id of an upload."""
    prompt_cache_breakpoint: models.PromptCacheBreakpointParam | Unset = UNSET
    """Marks where a cacheable prompt prefix ends; everything up to the marked part belongs to it."""
    _fields: ClassVar[dict[str, str]] = {
        "type": "type",
        "file": "file",
        "prompt_cache_breakpoint": "prompt_cache_breakpoint",
    }

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, ChatCompletionRequestMessageContentPartFile, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.type = d["type"]
        except KeyError:
            self.type = UNSET
            absent += 1
        try:
            self.file = value = d["file"]
        except KeyError:
            self.file = value = UNSET
            absent += 2
        if isinstance(value, dict):
            self.file = _new(models.InputFile)._read(value)
        if "prompt_cache_breakpoint" in d:
            self.prompt_cache_breakpoint = value = d["prompt_cache_breakpoint"]
            if isinstance(value, dict):
                self.prompt_cache_breakpoint = _new(models.PromptCacheBreakpointParam)._read(value)
        else:
            self.prompt_cache_breakpoint = UNSET
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
        model.file = self.file
        model.prompt_cache_breakpoint = self.prompt_cache_breakpoint
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "type": self.type,
                "file": self.file,
                "prompt_cache_breakpoint": self.prompt_cache_breakpoint,
            },
            self._extra,
            self._absent,
        )


if TYPE_CHECKING:

    class ChatCompletionRequestMessageContentPartFileDict(TypedDict):
        """A document as part of a user message, given inline or as the id of an upload."""

        type: Literal["file"]
        """Marks the part as a file."""
        file: models.InputFileDict | models.InputFile
        """The document, either its bytes with a name or the id of an upload."""
        prompt_cache_breakpoint: NotRequired[
            models.PromptCacheBreakpointParamDict | models.PromptCacheBreakpointParam
        ]
        """Marks where a cacheable prompt prefix ends; everything up to the marked part belongs to it."""
else:

    def __getattr__(name: str) -> Any:
        required = {
            "type": "Literal['file']",
            "file": "models.InputFileDict | models.InputFile",
        }
        optional = {
            "prompt_cache_breakpoint": "models.PromptCacheBreakpointParamDict | models.PromptCacheBreakpointParam",
        }
        return _typed_dict(
            ChatCompletionRequestMessageContentPartFile,
            name,
            "ChatCompletionRequestMessageContentPartFileDict",
            required,
            optional,
        )
