from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

from attrs import define
from attrs import field as _field

from .. import models
from ..models import _new, _read, _show, _write
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.input_audio import InputAudio
    from ..models.prompt_cache_breakpoint_param import PromptCacheBreakpointParam


@define
class ChatCompletionRequestMessageContentPartAudio:
    """Sound as part of a user message."""

    type_: Literal["input_audio"]
    """Marks the part as audio."""
    input_audio: InputAudio
    """The recording and its format."""
    prompt_cache_breakpoint: PromptCacheBreakpointParam | Unset = UNSET
    """Marks where a cacheable prompt prefix ends; everything up to the marked part belongs to it."""
    additional_properties: dict[str, Any] = _field(init=False, factory=dict)

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], *, copy: bool = True) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came.

        With `copy=False` the members are taken out of `src_dict`, which is faster.
        """
        return _read(cls, ChatCompletionRequestMessageContentPartAudio, src_dict, copy)

    def _read(self, d: dict[str, Any], copy: bool) -> Self:
        """Take the fields out of an object; what is left of it are the additional properties."""
        if copy:
            d = dict(d)
        self.type_ = d.pop("type", None)
        self.input_audio = value = d.pop("input_audio", None)
        if isinstance(value, dict):
            self.input_audio = _new(models.InputAudio)._read(value, copy)
        self.prompt_cache_breakpoint = value = d.pop("prompt_cache_breakpoint", UNSET)
        if isinstance(value, dict):
            self.prompt_cache_breakpoint = _new(models.PromptCacheBreakpointParam)._read(value, copy)
        self.additional_properties = d or {}
        return self

    def _copy(self) -> Self:
        """Return a model that holds the same values."""
        model = _new(type(self))
        model.type_ = self.type_
        model.input_audio = self.input_audio
        model.prompt_cache_breakpoint = self.prompt_cache_breakpoint
        model.additional_properties = self.additional_properties.copy()
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API; what is UNSET is left out."""
        return _write(
            {
                "type": self.type_,
                "input_audio": self.input_audio,
                "prompt_cache_breakpoint": self.prompt_cache_breakpoint,
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
