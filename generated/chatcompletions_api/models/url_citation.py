from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define

from ..models import _keep, _Model, _new, _read, _write


@define(eq=False, repr=False, getstate_setstate=False)
class UrlCitation(_Model):
    """The page that is cited, and where in the text."""

    end_index: int
    """Character position in `content` at which the cited stretch ends, counted from 0."""
    start_index: int
    """Character position in `content` at which the cited stretch begins, counted from 0."""
    url: str
    """Address of the cited page."""
    title: str
    """Title of the cited page."""
    _fields: ClassVar[dict[str, str]] = {
        "end_index": "end_index",
        "start_index": "start_index",
        "url": "url",
        "title": "title",
    }
    _nothing: ClassVar[Any] = None
    _optional: ClassVar[int] = 0

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, UrlCitation, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.end_index = d["end_index"]
        except KeyError:
            self.end_index = None
            absent += 1
        try:
            self.start_index = d["start_index"]
        except KeyError:
            self.start_index = None
            absent += 2
        try:
            self.url = d["url"]
        except KeyError:
            self.url = None
            absent += 4
        try:
            self.title = d["title"]
        except KeyError:
            self.title = None
            absent += 8
        self._absent = absent
        self._extra = None
        if len(d) != (4 - absent.bit_count() if absent else 4):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.end_index = self.end_index
        model.start_index = self.start_index
        model.url = self.url
        model.title = self.title
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "end_index": self.end_index,
                "start_index": self.start_index,
                "url": self.url,
                "title": self.title,
            },
            self._extra,
            self._absent,
        )
