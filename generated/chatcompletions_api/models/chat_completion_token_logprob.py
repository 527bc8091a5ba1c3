from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define
from attrs import field as _field

from .. import models
from ..models import _new, _read, _show, _write

if TYPE_CHECKING:
    from ..models.top_logprob import TopLogprob


@define
class ChatCompletionTokenLogprob:
    """How likely one token of the answer was, and what else was likely in its place."""

    token: str
    """The token as text."""
    logprob: float
    """Natural logarithm of the token's probability. A value of -9999.0 stands for a token too unlikely to
    be ranked.
    """
    bytes_: list[int] | None
    """The token as UTF-8 bytes, each from 0 to 255. Join the bytes of neighboring tokens where a character
    spans several; null when the token has no bytes.
    """
    top_logprobs: list[TopLogprob]
    """Likeliest tokens at this position, as many as the request's `top_logprobs` or fewer."""
    additional_properties: dict[str, Any] = _field(init=False, factory=dict)

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], *, copy: bool = True) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came.

        With `copy=False` the members are taken out of `src_dict`, which is faster.
        """
        return _read(cls, ChatCompletionTokenLogprob, src_dict, copy)

    def _read(self, d: dict[str, Any], copy: bool) -> Self:
        """Take the fields out of an object; what is left of it are the additional properties."""
        if copy:
            d = dict(d)
        self.token = d.pop("token", None)
        self.logprob = d.pop("logprob", None)
        self.bytes_ = d.pop("bytes", None)
        self.top_logprobs = value = d.pop("top_logprobs", None)
        if isinstance(value, list):
            items = []
            for item in value:
                if isinstance(item, dict):
                    item = _new(models.TopLogprob)._read(item, copy)
                items.append(item)
            self.top_logprobs = items
        self.additional_properties = d or {}
        return self

    def _copy(self) -> Self:
        """Return a model that holds the same values."""
        model = _new(type(self))
        model.token = self.token
        model.logprob = self.logprob
        model.bytes_ = self.bytes_
        model.top_logprobs = self.top_logprobs
        model.additional_properties = self.additional_properties.copy()
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API; what is UNSET is left out."""
        return _write(
            {
                "token": self.token,
                "logprob": self.logprob,
                "bytes": self.bytes_,
                "top_logprobs": self.top_logprobs,
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
