from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define
from attrs import field as _field

from ..models import _new, _read, _show, _write


@define
class ChatCompletionAudio:
    """An answer in speech, with its transcript."""

    id: str
    """Id of the spoken answer, for referring to it from an assistant message later."""
    expires_at: int
    """When the service forgets the spoken answer, as Unix time in seconds; its id is useless from then on."""
    data: str
    """The sound's bytes in base64, in the format that the request named."""
    transcript: str
    """The spoken words as text."""
    additional_properties: dict[str, Any] = _field(init=False, factory=dict)

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], *, copy: bool = True) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came.

        With `copy=False` the members are taken out of `src_dict`, which is faster.
        """
        return _read(cls, ChatCompletionAudio, src_dict, copy)

    def _read(self, d: dict[str, Any], copy: bool) -> Self:
        """Take the fields out of an object; what is left of it are the additional properties."""
        if copy:
            d = dict(d)
        self.id = d.pop("id", None)
        self.expires_at = d.pop("expires_at", None)
        self.data = d.pop("data", None)
        self.transcript = d.pop("transcript", None)
        self.additional_properties = d or {}
        return self

    def _copy(self) -> Self:
        """Return a model that holds the same values."""
        model = _new(type(self))
        model.id = self.id
        model.expires_at = self.expires_at
        model.data = self.data
        model.transcript = self.transcript
        model.additional_properties = self.additional_properties.copy()
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API; what is UNSET is left out."""
        return _write(
            {
                "id": self.id,
                "expires_at": self.expires_at,
                "data": self.data,
                "transcript": self.transcript,
            },
            self.additional_properties,
        )

    def __repr__(self) -> str:
        return _show(self)

    @property
    def additional_keys(self) -> list[str]:
        """The names of what came beyond the declared fields."""
        return list(self.additional_properties)

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: object) -> bool:
        return key in self.additional_properties
