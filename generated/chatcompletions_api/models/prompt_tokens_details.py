from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define

from ..models import _keep, _Model, _new, _read, _write


@define(eq=False, repr=False, getstate_setstate=False)
class PromptTokensDetails(_Model):
    """Breakdown of the input tokens."""

    audio_tokens: int | None = None
    """Input tokens that are sound."""
    cached_tokens: int | None = None
    """Input tokens that were read from the prompt cache."""
    text_tokens: int | None = None
    """Input tokens that are text."""
    image_tokens: int | None = None
    """Input tokens that are pictures."""
    cache_write_tokens: int | None = None
    """Input tokens that this call put into the prompt cache."""
    _fields: ClassVar[dict[str, str]] = {
        "audio_tokens": "audio_tokens",
        "cached_tokens": "cached_tokens",
        "text_tokens": "text_tokens",
        "image_tokens": "image_tokens",
        "cache_write_tokens": "cache_write_tokens",
    }
    _nothing: ClassVar[Any] = None
    _optional: ClassVar[int] = 31

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, PromptTokensDetails, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        if "audio_tokens" in d:
            self.audio_tokens = d["audio_tokens"]
        else:
            self.audio_tokens = None
            absent += 1
        if "cached_tokens" in d:
            self.cached_tokens = d["cached_tokens"]
        else:
            self.cached_tokens = None
            absent += 2
        if "text_tokens" in d:
            self.text_tokens = d["text_tokens"]
        else:
            self.text_tokens = None
            absent += 4
        if "image_tokens" in d:
            self.image_tokens = d["image_tokens"]
        else:
            self.image_tokens = None
            absent += 8
        if "cache_write_tokens" in d:
            self.cache_write_tokens = d["cache_write_tokens"]
        else:
            self.cache_write_tokens = None
            absent += 16
        self._absent = absent
        self._extra = None
        if len(d) != (5 - absent.bit_count() if absent else 5):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.audio_tokens = self.audio_tokens
        model.cached_tokens = self.cached_tokens
        model.text_tokens = self.text_tokens
        model.image_tokens = self.image_tokens
        model.cache_write_tokens = self.cache_write_tokens
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "audio_tokens": self.audio_tokens,
                "cached_tokens": self.cached_tokens,
                "text_tokens": self.text_tokens,
                "image_tokens": self.image_tokens,
                "cache_write_tokens": self.cache_write_tokens,
            },
            self._extra,
            self._absent,
        )
