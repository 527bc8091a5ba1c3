from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypedDict

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _typed_dict, _write
from ..types import UNSET


@define(eq=False, repr=False, getstate_setstate=False)
class CustomToolGrammar(_Model):
    """The grammar that the model's input must match."""

    definition: str
    """Source text of the grammar."""
    syntax: models.GrammarSyntax
    """Language of that source, a Lark grammar or a regular expression."""
    _fields: ClassVar[dict[str, str]] = {
        "definition": "definition",
        "syntax": "syntax",
    }

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, CustomToolGrammar, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.definition = d["definition"]
        except KeyError:
            self.definition = UNSET
            absent += 1
        try:
            self.syntax = d["syntax"]
        except KeyError:
            self.syntax = UNSET
            absent += 2
        self._absent = absent
        self._extra = None
        if len(d) != (2 - absent.bit_count() if absent else 2):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.definition = self.definition
        model.syntax = self.syntax
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "definition": self.definition,
                "syntax": self.syntax,
            },
            self._extra,
            self._absent,
        )


if TYPE_CHECKING:

    class CustomToolGrammarDict(TypedDict):
        """The grammar that the model's input must match."""

        definition: str
        """Source text of the grammar."""
        syntax: models.GrammarSyntax
        """Language of that source, a Lark grammar or a regular expression."""
else:

    def __getattr__(name: str) -> Any:
        required = {
            "definition": "str",
            "syntax": "models.GrammarSyntax",
        }
        optional = {}
        return _typed_dict(CustomToolGrammar, name, "CustomToolGrammarDict", required, optional)
