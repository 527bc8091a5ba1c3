from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

from attrs import define
from attrs import field as _field

from .. import models
from ..models import _new, _read, _show, _write

if TYPE_CHECKING:
    from ..models.chat_completion_store_message import ChatCompletionStoreMessage


@define
class ChatCompletionMessageList:
    """One page of the messages of a stored completion."""

    object_: Literal["list"]
    """Tags this object as a page of a listing."""
    data: list[ChatCompletionStoreMessage]
    """The messages of this page, in the requested order."""
    first_id: str
    """Id of the page's first message."""
    last_id: str
    """Id of the page's last message; pass it as `after` to get the next page."""
    has_more: bool
    """Whether further messages follow this page."""
    additional_properties: dict[str, Any] = _field(init=False, factory=dict)

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], *, copy: bool = True) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came.

        With `copy=False` the members are taken out of `src_dict`, which is faster.
        """
        return _read(cls, ChatCompletionMessageList, src_dict, copy)

    def _read(self, d: dict[str, Any], copy: bool) -> Self:
        """Take the fields out of an object; what is left of it are the additional properties."""
        if copy:
            d = dict(d)
        self.object_ = d.pop("object", None)
        self.data = value = d.pop("data", None)
        if isinstance(value, list):
            items = []
            for item in value:
                if isinstance(item, dict):
                    item = _new(models.ChatCompletionStoreMessage)._read(item, copy)
                items.append(item)
            self.data = items
        self.first_id = d.pop("first_id", None)
        self.last_id = d.pop("last_id", None)
        self.has_more = d.pop("has_more", None)
        self.additional_properties = d or {}
        return self

    def _copy(self) -> Self:
        """Return a model that holds the same values."""
        model = _new(type(self))
        model.object_ = self.object_
        model.data = self.data
        model.first_id = self.first_id
        model.last_id = self.last_id
        model.has_more = self.has_more
        model.additional_properties = self.additional_properties.copy()
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API; what is UNSET is left out."""
        return _write(
            {
                "object": self.object_,
                "data": self.data,
                "first_id": self.first_id,
                "last_id": self.last_id,
                "has_more": self.has_more,
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
