from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, TypedDict

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _typed_dict, _write
from ..types import UNSET


@define(eq=False, repr=False, getstate_setstate=False)
class ChatCompletionAllowedToolsChoice(_Model):
    """Restricts the model to some of the request's tools without changing `tools` itself."""

    type: Literal["allowed_tools"]
    """Tags this choice as a restriction to listed tools."""
    allowed_tools: models.ChatCompletionAllowedTools
    """A subset of the request's tools that the model may call this time."""
    _fields: ClassVar[dict[str, str]] = {
        "type": "type",
        "allowed_tools": "allowed_tools",
    }

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, ChatCompletionAllowedToolsChoice, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.type = d["type"]
        except KeyError:
            self.type = UNSET
            absent += 1
        try:
            self.allowed_tools = value = d["allowed_tools"]
        except KeyError:
            self.allowed_tools = value = UNSET
            absent += 2
        if isinstance(value, dict):
            self.allowed_tools = _new(models.ChatCompletionAllowedTools)._read(value)
        self._absent = absent
        self._extra = None
        if len(d) != (2 - absent.bit_count() if absent else 2):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.type = self.type
        model.allowed_tools = self.allowed_tools
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "type": self.type,
                "allowed_tools": self.allowed_tools,
            },
            self._extra,
            self._absent,
        )


if TYPE_CHECKING:

    class ChatCompletionAllowedToolsChoiceDict(TypedDict):
        """Restricts the model to some of the request's tools without changing `tools` itself."""

        type: Literal["allowed_tools"]
        """Tags this choice as a restriction to listed tools."""
        allowed_tools: models.ChatCompletionAllowedToolsDict | models.ChatCompletionAllowedTools
        """A subset of the request's tools that the model may call this time."""
else:

    def __getattr__(name: str) -> Any:
        required = {
            "type": "Literal['allowed_tools']",
            "allowed_tools": "models.ChatCompletionAllowedToolsDict | models.ChatCompletionAllowedTools",
        }
        optional = {}
        return _typed_dict(
            ChatCompletionAllowedToolsChoice, name, "ChatCompletionAllowedToolsChoiceDict", required, optional
        )
