from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NotRequired, Self, TypedDict

from attrs import define

from ..models import _keep, _Model, _new, _read, _typed_dict, _write
from ..types import UNSET, Unset


@define(eq=False, repr=False, getstate_setstate=False)
class InputFile(_Model):
    """The document, either its bytes with a name or the id of an upload."""

    filename: str | Unset = UNSET
    """Name of the document, for use with `file_data`."""
    file_data: str | Unset = UNSET
    """The document itself in base64, usually as a data URL. Leave it out when `file_id` is given."""
    file_id: str | Unset = UNSET
    """Id of a file uploaded earlier, in place of `file_data`."""
    _fields: ClassVar[dict[str, str]] = {
        "filename": "filename",
        "file_data": "file_data",
        "file_id": "file_id",
    }

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, InputFile, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        if "filename" in d:
            self.filename = d["filename"]
        else:
            self.filename = UNSET
            absent += 1
        if "file_data" in d:
            self.file_data = d["file_data"]
        else:
            self.file_data = UNSET
            absent += 2
        if "file_id" in d:
            self.file_id = d["file_id"]
        else:
            self.file_id = UNSET
            absent += 4
        self._absent = absent
        self._extra = None
        if len(d) != (3 - absent.bit_count() if absent else 3):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.filename = self.filename
        model.file_data = self.file_data
        model.file_id = self.file_id
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "filename": self.filename,
                "file_data": self.file_data,
                "file_id": self.file_id,
            },
            self._extra,
            self._absent,
        )


if TYPE_CHECKING:

    class InputFileDict(TypedDict):
        """The document, either its bytes with a name or the id of an upload."""

        filename: NotRequired[str]
        """Name of the document, for use with `file_data`."""
        file_data: NotRequired[str]
        """The document itself in base64, usually as a data URL. Leave it out when `file_id` is given."""
        file_id: NotRequired[str]
        """Id of a file uploaded earlier, in place of `file_data`."""
else:

    def __getattr__(name: str) -> Any:
        required = {}
        optional = {
            "filename": "str",
            "file_data": "str",
            "file_id": "str",
        }
        return _typed_dict(InputFile, name, "InputFileDict", required, optional)
