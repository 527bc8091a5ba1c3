from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

from attrs import define

from ..models import _keep, _Model, _new, _read, _write


@define(eq=False, repr=False, getstate_setstate=False)
class ChatCompletionDeleted(_Model):
    """Confirms that a stored completion was removed."""

    object: Literal["chat.completion.deleted"]
    """Tags this object as a deletion receipt."""
    id: str
    """Id of the completion that was removed."""
    deleted: bool
    """True when the completion is gone."""
    _fields: ClassVar[dict[str, str]] = {
        "object": "object",
        "id": "id",
        "deleted": "deleted",
    }
    _nothing: ClassVar[Any] = None
    _optional: ClassVar[int] = 0

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, ChatCompletionDeleted, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.object = d["object"]
        except KeyError:
            self.object = None
            absent += 1
        try:
            self.id = d["id"]
        except KeyError:
            self.id = None
            absent += 2
        try:
            self.deleted = d["deleted"]
        except KeyError:
            self.deleted = None
            absent += 4
        self._absent = absent
        self._extra = None
        if len(d) != (3 - absent.bit_count() if absent else 3):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.object = self.object
        model.id = self.id
        model.deleted = self.deleted
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "object": self.object,
                "id": self.id,
                "deleted": self.deleted,
            },
            self._extra,
            self._absent,
        )
