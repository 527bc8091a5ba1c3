from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _write


@define(eq=False, repr=False, getstate_setstate=False)
class CreateChatCompletionResponse(_Model):
    """A completion, as it is created or as it was stored."""

    id: str
    """Id of the completion, by which a stored one is fetched, updated or deleted."""
    choices: list[models.Choice]
    """The answers, one unless the request's `n` asked for more."""
    created: int
    """When the completion was made, as Unix time in seconds."""
    model: str
    """Model that answered, often a dated version of the one asked for."""
    object: Literal["chat.completion"]
    """Tags this object as a whole completion."""
    metadata: models.Metadata | None = None
    """Pairs attached to the completion when it was created or last updated."""
    service_tier: models.ServiceTier | None = None
    """Class of processing that served the call, which may differ from the one asked for."""
    system_fingerprint: str | None = None
    """Identifies the configuration that produced the answer, as a companion to `seed`. Deprecated without
    a replacement.
    """
    usage: models.CompletionUsage | None = None
    """Tokens that a call used up."""
    moderation: models.ChatCompletionModeration | None = None
    """Findings of moderation; null or absent unless the request asked for it."""
    _fields: ClassVar[dict[str, str]] = {
        "id": "id",
        "choices": "choices",
        "created": "created",
        "model": "model",
        "object": "object",
        "metadata": "metadata",
        "service_tier": "service_tier",
        "system_fingerprint": "system_fingerprint",
        "usage": "usage",
        "moderation": "moderation",
    }
    _nothing: ClassVar[Any] = None
    _optional: ClassVar[int] = 992

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, CreateChatCompletionResponse, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.id = d["id"]
        except KeyError:
            self.id = None
            absent += 1
        try:
            self.choices = value = d["choices"]
        except KeyError:
            self.choices = value = None
            absent += 2
        if isinstance(value, list):
            items = []
            for item in value:
                if isinstance(item, dict):
                    item = _new(models.Choice)._read(item)
                items.append(item)
            self.choices = items
        try:
            self.created = d["created"]
        except KeyError:
            self.created = None
            absent += 4
        try:
            self.model = d["model"]
        except KeyError:
            self.model = None
            absent += 8
        try:
            self.object = d["object"]
        except KeyError:
            self.object = None
            absent += 16
        if "metadata" in d:
            self.metadata = value = d["metadata"]
            if isinstance(value, dict):
                self.metadata = _new(models.Metadata)._read(value)
        else:
            self.metadata = None
            absent += 32
        if "service_tier" in d:
            self.service_tier = d["service_tier"]
        else:
            self.service_tier = None
            absent += 64
        if "system_fingerprint" in d:
            self.system_fingerprint = d["system_fingerprint"]
        else:
            self.system_fingerprint = None
            absent += 128
        if "usage" in d:
            self.usage = value = d["usage"]
            if isinstance(value, dict):
                self.usage = _new(models.CompletionUsage)._read(value)
        else:
            self.usage = None
            absent += 256
        if "moderation" in d:
            self.moderation = value = d["moderation"]
            if isinstance(value, dict):
                self.moderation = _new(models.ChatCompletionModeration)._read(value)
        else:
            self.moderation = None
            absent += 512
        self._absent = absent
        self._extra = None
        if len(d) != (10 - absent.bit_count() if absent else 10):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.id = self.id
        model.choices = self.choices
        model.created = self.created
        model.model = self.model
        model.object = self.object
        model.metadata = self.metadata
        model.service_tier = self.service_tier
        model.system_fingerprint = self.system_fingerprint
        model.usage = self.usage
        model.moderation = self.moderation
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "id": self.id,
                "choices": self.choices,
                "created": self.created,
                "model": self.model,
                "object": self.object,
                "metadata": self.metadata,
                "service_tier": self.service_tier,
                "system_fingerprint": self.system_fingerprint,
                "usage": self.usage,
                "moderation": self.moderation,
            },
            self._extra,
            self._absent,
        )
