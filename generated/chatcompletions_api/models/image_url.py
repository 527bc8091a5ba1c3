from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NotRequired, Self, TypedDict

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _typed_dict, _write


@define(eq=False, repr=False, getstate_setstate=False)
class ImageUrl(_Model):
    """Where the picture is and how closely to look at it."""

    url: str
    """Web address of the picture, or the picture itself as a base64 data URL."""
    detail: models.ImageDetail | None = None
    """Resolution at which the model sees the picture. `low` costs fewer tokens, `high` shows finer detail,
    `auto`, also meant by absence, leaves the choice to the service.
    """
    _fields: ClassVar[dict[str, str]] = {
        "url": "url",
        "detail": "detail",
    }
    _nothing: ClassVar[Any] = None
    _optional: ClassVar[int] = 2

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, ImageUrl, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.url = d["url"]
        except KeyError:
            self.url = None
            absent += 1
        if "detail" in d:
            self.detail = d["detail"]
        else:
            self.detail = None
            absent += 2
        self._absent = absent
        self._extra = None
        if len(d) != (2 - absent.bit_count() if absent else 2):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.url = self.url
        model.detail = self.detail
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "url": self.url,
                "detail": self.detail,
            },
            self._extra,
            self._absent,
        )


if TYPE_CHECKING:

    class ImageUrlDict(TypedDict):
        """Where the picture is and how closely to look at it."""

        url: str
        """Web address of the picture, or the picture itself as a base64 data URL."""
        detail: NotRequired[models.ImageDetail]
        """Resolution at which the model sees the picture. `low` costs fewer tokens, `high` shows finer detail,
        `auto`, also meant by absence, leaves the choice to the service.
        """
else:

    def __getattr__(name: str) -> Any:
        required = {
            "url": "str",
        }
        optional = {
            "detail": "models.ImageDetail",
        }
        return _typed_dict(ImageUrl, name, "ImageUrlDict", required, optional)
