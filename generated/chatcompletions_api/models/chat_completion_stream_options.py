from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NotRequired, Self, TypedDict

from attrs import define

from ..models import _keep, _Model, _new, _read, _typed_dict, _write
from ..types import UNSET, Unset


@define(eq=False, repr=False, getstate_setstate=False)
class ChatCompletionStreamOptions(_Model):
    """Options that matter only when `stream` is true."""

    include_usage: bool | Unset = UNSET
    """Adds one chunk before `[DONE]` with the token counts of the whole call in `usage` and an empty
    `choices`; the chunks before it have a null `usage`. A stream that is cut short may lack that chunk.
    """
    include_obfuscation: bool | Unset = UNSET
    """Whether chunks are padded with random text in `obfuscation`, so that their sizes on the network give
    nothing away. Chunks are padded unless this is false, which saves bandwidth.
    """
    _fields: ClassVar[dict[str, str]] = {
        "include_usage": "include_usage",
        "include_obfuscation": "include_obfuscation",
    }

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, ChatCompletionStreamOptions, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        if "include_usage" in d:
            self.include_usage = d["include_usage"]
        else:
            self.include_usage = UNSET
            absent += 1
        if "include_obfuscation" in d:
            self.include_obfuscation = d["include_obfuscation"]
        else:
            self.include_obfuscation = UNSET
            absent += 2
        self._absent = absent
        self._extra = None
        if len(d) != (2 - absent.bit_count() if absent else 2):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.include_usage = self.include_usage
        model.include_obfuscation = self.include_obfuscation
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "include_usage": self.include_usage,
                "include_obfuscation": self.include_obfuscation,
            },
            self._extra,
            self._absent,
        )


if TYPE_CHECKING:

    class ChatCompletionStreamOptionsDict(TypedDict):
        """Options that matter only when `stream` is true."""

        include_usage: NotRequired[bool]
        """Adds one chunk before `[DONE]` with the token counts of the whole call in `usage` and an empty
        `choices`; the chunks before it have a null `usage`. A stream that is cut short may lack that chunk.
        """
        include_obfuscation: NotRequired[bool]
        """Whether chunks are padded with random text in `obfuscation`, so that their sizes on the network give
        nothing away. Chunks are padded unless this is false, which saves bandwidth.
        """
else:

    def __getattr__(name: str) -> Any:
        required = {}
        optional = {
            "include_usage": "bool",
            "include_obfuscation": "bool",
        }
        return _typed_dict(
            ChatCompletionStreamOptions, name, "ChatCompletionStreamOptionsDict", required, optional
        )
