from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, TypedDict

from attrs import define

from ..models import _keep, _Model, _new, _read, _typed_dict, _write
from ..types import UNSET


@define(eq=False, repr=False, getstate_setstate=False)
class ChatCompletionRequestFunctionMessage(_Model):
    """What a function returned, in the deprecated form. Use a tool message instead."""

    role: Literal["function"]
    """Marks the message as a function's result."""
    content: None | str
    """The result as text; null when the function returned nothing."""
    name: str
    """The called function's name."""
    _fields: ClassVar[dict[str, str]] = {
        "role": "role",
        "content": "content",
        "name": "name",
    }

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, ChatCompletionRequestFunctionMessage, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.role = d["role"]
        except KeyError:
            self.role = UNSET
            absent += 1
        if "content" in d:
            self.content = d["content"]
        else:
            self.content = UNSET
            absent += 2
        try:
            self.name = d["name"]
        except KeyError:
            self.name = UNSET
            absent += 4
        self._absent = absent
        self._extra = None
        if len(d) != (3 - absent.bit_count() if absent else 3):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.role = self.role
        model.content = self.content
        model.name = self.name
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "role": self.role,
                "content": self.content,
                "name": self.name,
            },
            self._extra,
            self._absent,
        )


if TYPE_CHECKING:

    class ChatCompletionRequestFunctionMessageDict(TypedDict):
        """What a function returned, in the deprecated form. Use a tool message instead."""

        role: Literal["function"]
        """Marks the message as a function's result."""
        content: str | None
        """The result as text; null when the function returned nothing."""
        name: str
        """The called function's name."""
else:

    def __getattr__(name: str) -> Any:
        required = {
            "role": "Literal['function']",
            "content": "str | None",
            "name": "str",
        }
        optional = {}
        return _typed_dict(
            ChatCompletionRequestFunctionMessage,
            name,
            "ChatCompletionRequestFunctionMessageDict",
            required,
            optional,
        )
