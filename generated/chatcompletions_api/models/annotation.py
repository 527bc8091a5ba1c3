from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _write


@define(eq=False, repr=False, getstate_setstate=False)
class Annotation(_Model):
    """A remark attached to a stretch of the text."""

    type: Literal["url_citation"]
    """Marks the annotation as a citation of a web page."""
    url_citation: models.UrlCitation
    """The page that is cited, and where in the text."""
    _fields: ClassVar[dict[str, str]] = {
        "type": "type",
        "url_citation": "url_citation",
    }
    _nothing: ClassVar[Any] = None
    _optional: ClassVar[int] = 0

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, Annotation, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.type = d["type"]
        except KeyError:
            self.type = None
            absent += 1
        try:
            self.url_citation = value = d["url_citation"]
        except KeyError:
            self.url_citation = value = None
            absent += 2
        if isinstance(value, dict):
            self.url_citation = _new(models.UrlCitation)._read(value)
        self._absent = absent
        self._extra = None
        if len(d) != (2 - absent.bit_count() if absent else 2):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.type = self.type
        model.url_citation = self.url_citation
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "type": self.type,
                "url_citation": self.url_citation,
            },
            self._extra,
            self._absent,
        )
