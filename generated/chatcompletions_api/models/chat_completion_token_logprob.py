from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _write


@define(eq=False, repr=False, getstate_setstate=False)
class ChatCompletionTokenLogprob(_Model):
    """How likely one token of the answer was, and what else was likely in its place."""

    token: str
    """The token as text."""
    logprob: float
    """Natural logarithm of the token's probability. A value of -9999.0 stands for a token too unlikely to
    be ranked.
    """
    bytes: list[int] | None
    """The token as UTF-8 bytes, each from 0 to 255. Join the bytes of neighboring tokens where a character
    spans several; null when the token has no bytes.
    """
    top_logprobs: list[models.TopLogprob]
    """Likeliest tokens at this position, as many as the request's `top_logprobs` or fewer."""
    _fields: ClassVar[dict[str, str]] = {
        "token": "token",
        "logprob": "logprob",
        "bytes": "bytes",
        "top_logprobs": "top_logprobs",
    }
    _nothing: ClassVar[Any] = None
    _optional: ClassVar[int] = 0

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, ChatCompletionTokenLogprob, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.token = d["token"]
        except KeyError:
            self.token = None
            absent += 1
        try:
            self.logprob = d["logprob"]
        except KeyError:
            self.logprob = None
            absent += 2
        if "bytes" in d:
            self.bytes = d["bytes"]
        else:
            self.bytes = None
            absent += 4
        try:
            self.top_logprobs = value = d["top_logprobs"]
        except KeyError:
            self.top_logprobs = value = None
            absent += 8
        if isinstance(value, list):
            items = []
            for item in value:
                if isinstance(item, dict):
                    item = _new(models.TopLogprob)._read(item)
                items.append(item)
            self.top_logprobs = items
        self._absent = absent
        self._extra = None
        if len(d) != (4 - absent.bit_count() if absent else 4):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.token = self.token
        model.logprob = self.logprob
        model.bytes = self.bytes
        model.top_logprobs = self.top_logprobs
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "token": self.token,
                "logprob": self.logprob,
                "bytes": self.bytes,
                "top_logprobs": self.top_logprobs,
            },
            self._extra,
            self._absent,
        )
