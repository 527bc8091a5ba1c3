from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, TypedDict

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _typed_dict, _write
from ..types import UNSET


@define(eq=False, repr=False, getstate_setstate=False)
class ChatCompletionNamedToolChoiceCustom(_Model):
    """Makes the model call one particular custom tool."""

    type: Literal["custom"]
    """Tags this choice as naming a custom tool."""
    custom: models.NamedCustom
    """The custom tool to call."""
    _fields: ClassVar[dict[str, str]] = {
        "type": "type",
        "custom": "custom",
    }

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, ChatCompletionNamedToolChoiceCustom, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.type = d["type"]
        except KeyError:
            self.type = UNSET
            absent += 1
        try:
            self.custom = value = d["custom"]
        except KeyError:
            self.custom = value = UNSET
            absent += 2
        if isinstance(value, dict):
            self.custom = _new(models.NamedCustom)._read(value)
        self._absent = absent
        self._extra = None
        if len(d) != (2 - absent.bit_count() if absent else 2):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.type = self.type
        model.custom = self.custom
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "type": self.type,
                "custom": self.custom,
            },
            self._extra,
            self._absent,
        )


if TYPE_CHECKING:

    class ChatCompletionNamedToolChoiceCustomDict(TypedDict):
        """Makes the model call one particular custom tool."""

        type: Literal["custom"]
        """Tags this choice as naming a custom tool."""
        custom: models.NamedCustomDict | models.NamedCustom
        """The custom tool to call."""
else:

    def __getattr__(name: str) -> Any:
        required = {
            "type": "Literal['custom']",
            "custom": "models.NamedCustomDict | models.NamedCustom",
        }
        optional = {}
        return _typed_dict(
            ChatCompletionNamedToolChoiceCustom,
            name,
            "ChatCompletionNamedToolChoiceCustomDict",
            required,
            optional,
        )
