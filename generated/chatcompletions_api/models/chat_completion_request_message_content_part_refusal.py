from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, TypedDict

from attrs import define

from ..models import _keep, _Model, _new, _read, _typed_dict, _write
from ..types import UNSET


@define(eq=False, repr=False, getstate_setstate=False)
class ChatCompletionRequestMessageContentPartRefusal(_Model):
    """A refusal as part of an assistant message."""

    type: Literal["refusal"]
    """Marks the part as a refusal."""
    refusal: str
    """The words with which the model declined."""
    _fields: ClassVar[dict[str, str]] = {
        "type": "type",
        "refusal": "refusal",
    }

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, ChatCompletionRequestMessageContentPartRefusal, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.type = d["type"]
        except KeyError:
            self.type = UNSET
            absent += 1
        try:
            self.refusal = d["refusal"]
        except KeyError:
            self.refusal = UNSET
            absent += 2
        self._absent = absent
        self._extra = None
        if len(d) != (2 - absent.bit_count() if absent else 2):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.type = self.type
        model.refusal = self.refusal
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "type": self.type,
                "refusal": self.refusal,
            },
            self._extra,
            self._absent,
        )


if TYPE_CHECKING:

    class ChatCompletionRequestMessageContentPartRefusalDict(TypedDict):
        """A refusal as part of an assistant message."""

        type: Literal["refusal"]
        """Marks the part as a refusal."""
        refusal: str
        """The words with which the model declined."""
else:

    def __getattr__(name: str) -> Any:
        required = {
            "type": "Literal['refusal']",
            "refusal": "str",
        }
        optional = {}
        return _typed_dict(
            ChatCompletionRequestMessageContentPartRefusal,
            name,
            "ChatCompletionRequestMessageContentPartRefusalDict",
            required,
            optional,
        )
