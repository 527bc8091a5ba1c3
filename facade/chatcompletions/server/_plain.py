"""Values of applications, such as their models, as plain JSON."""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import enum
import uuid
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePath
from typing import Any

_TEXTS = (decimal.Decimal, uuid.UUID, PurePath)


def plain(value: Any) -> Any:
    """Turn a value into plain JSON: mappings, lists, and models of pydantic, msgspec, attrs and data classes.

    Raises:
        TypeError: The value, or one inside it, has no JSON form.
    """
    match value:
        case enum.Enum():
            return plain(value.value)
        case None | bool() | int() | float() | str():
            return value
        case Mapping():
            return {key if isinstance(key, str) else str(plain(key)): plain(item) for key, item in value.items()}
        case dt.date() | dt.time():
            return value.isoformat()
        case _ if isinstance(value, _TEXTS):
            return str(value)
    if not isinstance(value, type):
        if members := _members(value):
            return plain(members())
        if isinstance(value, Iterable) and not isinstance(value, bytes | bytearray):
            return [plain(item) for item in value]
    raise TypeError(f"{value!r:.80} has no JSON form")


def _members(value: Any) -> Callable[[], Any] | None:
    """Return what gives a model's members by name; `None` if the value is no model."""
    if hasattr(value, "model_dump"):
        return lambda: value.model_dump(mode="json", by_alias=True)
    if hasattr(value, "to_dict"):
        return value.to_dict  # type: ignore[no-any-return]  # answers of the client
    fields: Any = None
    if dataclasses.is_dataclass(value):
        fields = [field.name for field in dataclasses.fields(value)]
    elif attributes := getattr(type(value), "__attrs_attrs__", None):
        fields = [attribute.name for attribute in attributes]
    elif hasattr(value, "__struct_fields__"):
        names = zip(value.__struct_encode_fields__, value.__struct_fields__, strict=True)
        return lambda: {wire: getattr(value, name) for wire, name in names}
    return None if fields is None else lambda: {name: getattr(value, name) for name in fields}
