from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypedDict

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _typed_dict, _write
from ..types import UNSET


@define(eq=False, repr=False, getstate_setstate=False)
class ChatCompletionAllowedTools(_Model):
    """A subset of the request's tools that the model may call this time."""

    mode: models.AllowedToolsMode
    """With `auto` the model may answer in text or call a listed tool; with `required` it must call at
    least one of them.
    """
    tools: list[models.AllowedTool]
    """The permitted tools, each named by its type and name; they must also be defined in the request's
    `tools`.
    """
    _fields: ClassVar[dict[str, str]] = {
        "mode": "mode",
        "tools": "tools",
    }

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, ChatCompletionAllowedTools, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.mode = d["mode"]
        except KeyError:
            self.mode = UNSET
            absent += 1
        try:
            self.tools = value = d["tools"]
        except KeyError:
            self.tools = value = UNSET
            absent += 2
        if isinstance(value, list):
            items = []
            for item in value:
                if isinstance(item, dict):
                    item = _new(models.AllowedTool)._read(item)
                items.append(item)
            self.tools = items
        self._absent = absent
        self._extra = None
        if len(d) != (2 - absent.bit_count() if absent else 2):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.mode = self.mode
        model.tools = self.tools
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "mode": self.mode,
                "tools": self.tools,
            },
            self._extra,
            self._absent,
        )


if TYPE_CHECKING:

    class ChatCompletionAllowedToolsDict(TypedDict):
        """A subset of the request's tools that the model may call this time."""

        mode: models.AllowedToolsMode
        """With `auto` the model may answer in text or call a listed tool; with `required` it must call at
        least one of them.
        """
        tools: Sequence[Mapping[str, Any]]
        """The permitted tools, each named by its type and name; they must also be defined in the request's
        `tools`.
        """
else:

    def __getattr__(name: str) -> Any:
        required = {
            "mode": "models.AllowedToolsMode",
            "tools": "Sequence[Mapping[str, Any]]",
        }
        optional = {}
        return _typed_dict(
            ChatCompletionAllowedTools, name, "ChatCompletionAllowedToolsDict", required, optional
        )
