from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _write


@define(eq=False, repr=False, getstate_setstate=False)
class ChatCompletionList(_Model):
    """One page of stored completions."""

    object: Literal["list"]
    """Tags this object as a page of a listing."""
    data: list[models.CreateChatCompletionResponse]
    """The completions of this page, in the requested order."""
    first_id: str
    """Id of the page's first completion."""
    last_id: str
    """Id of the page's last completion; pass it as `after` to get the next page."""
    has_more: bool
    """Whether further completions follow this page."""
    _fields: ClassVar[dict[str, str]] = {
        "object": "object",
        "data": "data",
        "first_id": "first_id",
        "last_id": "last_id",
        "has_more": "has_more",
    }
    _nothing: ClassVar[Any] = None
    _optional: ClassVar[int] = 0

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, ChatCompletionList, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.object = d["object"]
        except KeyError:
            self.object = None
            absent += 1
        try:
            self.data = value = d["data"]
        except KeyError:
            self.data = value = None
            absent += 2
        if isinstance(value, list):
            items = []
            for item in value:
                if isinstance(item, dict):
                    item = _new(models.CreateChatCompletionResponse)._read(item)
                items.append(item)
            self.data = items
        try:
            self.first_id = d["first_id"]
        except KeyError:
            self.first_id = None
            absent += 4
        try:
            self.last_id = d["last_id"]
        except KeyError:
            self.last_id = None
            absent += 8
        try:
            self.has_more = d["has_more"]
        except KeyError:
            self.has_more = None
            absent += 16
        self._absent = absent
        self._extra = None
        if len(d) != (5 - absent.bit_count() if absent else 5):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.object = self.object
        model.data = self.data
        model.first_id = self.first_id
        model.last_id = self.last_id
        model.has_more = self.has_more
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "object": self.object,
                "data": self.data,
                "first_id": self.first_id,
                "last_id": self.last_id,
                "has_more": self.has_more,
            },
            self._extra,
            self._absent,
        )
