from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

from attrs import define
from attrs import field as _field

from .. import models
from ..models import _new, _read, _show, _write
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.chat_completion_moderation import ChatCompletionModeration
    from ..models.chunk_choice import ChunkChoice
    from ..models.completion_usage import CompletionUsage
    from ..models.service_tier import ServiceTier


@define
class CreateChatCompletionStreamResponse:
    """One chunk of a streamed completion. Joining the deltas of all chunks, choice by choice, gives the
    whole answer.
    """

    id: str
    """Id of the completion, the same in every chunk."""
    choices: list[ChunkChoice]
    """Additions to the answers. Empty in the chunk that reports `usage`."""
    created: int
    """When the completion was begun, as Unix time in seconds, alike in every chunk."""
    model: str
    """Model that answers, often a dated version of the one asked for."""
    object_: Literal["chat.completion.chunk"]
    """Tags this object as a chunk of a completion."""
    obfuscation: str | Unset = UNSET
    """Random padding that hides the true size of the chunk; ignore it. Absent when `include_obfuscation`
    was false.
    """
    service_tier: None | ServiceTier | Unset = UNSET
    """Class of processing that serves the call, which may differ from the one asked for."""
    system_fingerprint: str | Unset = UNSET
    """Identifies the configuration that produces the answer, as a companion to `seed`. Deprecated without
    a replacement.
    """
    usage: CompletionUsage | None | Unset = UNSET
    """Tokens that the whole call used up, in the last chunk only and only with `include_usage`; null or
    absent elsewhere.
    """
    moderation: ChatCompletionModeration | None | Unset = UNSET
    """Findings of moderation, in the chunk that reports them; null or absent elsewhere."""
    additional_properties: dict[str, Any] = _field(init=False, factory=dict)

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], *, copy: bool = True) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came.

        With `copy=False` the members are taken out of `src_dict`, which is faster.
        """
        return _read(cls, CreateChatCompletionStreamResponse, src_dict, copy)

    def _read(self, d: dict[str, Any], copy: bool) -> Self:
        """Take the fields out of an object; what is left of it are the additional properties."""
        if copy:
            d = dict(d)
        self.id = d.pop("id", None)
        self.choices = value = d.pop("choices", None)
        if isinstance(value, list):
            items = []
            for item in value:
                if isinstance(item, dict):
                    item = _new(models.ChunkChoice)._read(item, copy)
                items.append(item)
            self.choices = items
        self.created = d.pop("created", None)
        self.model = d.pop("model", None)
        self.object_ = d.pop("object", None)
        self.obfuscation = d.pop("obfuscation", UNSET)
        self.service_tier = d.pop("service_tier", UNSET)
        self.system_fingerprint = d.pop("system_fingerprint", UNSET)
        self.usage = value = d.pop("usage", UNSET)
        if isinstance(value, dict):
            self.usage = _new(models.CompletionUsage)._read(value, copy)
        self.moderation = value = d.pop("moderation", UNSET)
        if isinstance(value, dict):
            self.moderation = _new(models.ChatCompletionModeration)._read(value, copy)
        self.additional_properties = d or {}
        return self

    def _copy(self) -> Self:
        """Return a model that holds the same values."""
        model = _new(type(self))
        model.id = self.id
        model.choices = self.choices
        model.created = self.created
        model.model = self.model
        model.object_ = self.object_
        model.obfuscation = self.obfuscation
        model.service_tier = self.service_tier
        model.system_fingerprint = self.system_fingerprint
        model.usage = self.usage
        model.moderation = self.moderation
        model.additional_properties = self.additional_properties.copy()
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API; what is UNSET is left out."""
        return _write(
            {
                "id": self.id,
                "choices": self.choices,
                "created": self.created,
                "model": self.model,
                "object": self.object_,
                "obfuscation": self.obfuscation,
                "service_tier": self.service_tier,
                "system_fingerprint": self.system_fingerprint,
                "usage": self.usage,
                "moderation": self.moderation,
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
