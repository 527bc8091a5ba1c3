from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypedDict

from attrs import define

from ..models import _keep, _Model, _new, _read, _typed_dict, _write


@define(eq=False, repr=False, getstate_setstate=False)
class CustomCall(_Model):
    """The tool that is called and what it is given."""

    name: str
    """Name of the custom tool."""
    input: str
    """Text that the model wrote for the tool, in the tool's own format."""
    _fields: ClassVar[dict[str, str]] = {
        "name": "name",
        "input": "input",
    }
    _nothing: ClassVar[Any] = None
    _optional: ClassVar[int] = 0

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, CustomCall, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.name = d["name"]
        except KeyError:
            self.name = None
            absent += 1
        try:
            self.input = d["input"]
        except KeyError:
            self.input = None
            absent += 2
        self._absent = absent
        self._extra = None
        if len(d) != (2 - absent.bit_count() if absent else 2):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.name = self.name
        model.input = self.input
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "name": self.name,
                "input": self.input,
            },
            self._extra,
            self._absent,
        )


if TYPE_CHECKING:

    class CustomCallDict(TypedDict):
        """The tool that is called and what it is given."""

        name: str
        """Name of the custom tool."""
        input: str
        """Text that the model wrote for the tool, in the tool's own format."""
else:

    def __getattr__(name: str) -> Any:
        required = {
            "name": "str",
            "input": "str",
        }
        optional = {}
        return _typed_dict(CustomCall, name, "CustomCallDict", required, optional)
