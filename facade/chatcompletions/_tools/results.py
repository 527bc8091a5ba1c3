"""What a tool message says of what a function returned."""

from __future__ import annotations

import dataclasses
import inspect
import json
from collections.abc import Mapping, Set
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from os import PathLike
from typing import Any
from uuid import UUID

from chatcompletions._json import default, is_array

#: The types of content parts, each of which has a member of the same name.
_PARTS = ("text", "image_url", "input_audio", "file")


def content_of(result: Any) -> str | list[Any]:
    """Return the content of a tool message: text and content parts as they are, anything else as JSON.

    Raises:
        TypeError: A value has no JSON form.
        ValueError: A value is NaN or infinite, or holds itself or half a character.
    """
    content = _content_of(result)
    # A server refuses half a character, and whatever has no JSON form could not be sent.
    (content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, default=default)).encode()
    return content


def _content_of(result: Any) -> str | list[Any]:
    if isinstance(result, str):
        return str.__str__(result)  # the value of an enum
    if inspect.iscoroutine(result):
        result.close()
        raise TypeError("it returned a coroutine, which AsyncChatClient would await")
    if isinstance(result, list) and result and all(map(_is_part, result)):
        return result
    return json.dumps(result, ensure_ascii=False, allow_nan=False, default=_plain)


def _is_part(item: Any) -> bool:
    return isinstance(item, Mapping) and item.get("type") in _PARTS and item["type"] in item


def _plain(value: Any) -> Any:
    cls = type(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta | Decimal | UUID | PathLike):
        return str(value)
    if hasattr(cls, "model_dump"):  # pydantic's
        return value.model_dump(mode="json")
    for method in ("to_dict", "tolist"):  # our models and pandas; numpy
        if hasattr(cls, method):
            return getattr(value, method)()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Set) or is_array(value):
        return list(value)
    if dataclasses.is_dataclass(cls):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(cls)}
    names = getattr(cls, "__struct_fields__", None) or [one.name for one in getattr(cls, "__attrs_attrs__", ())]
    if names:  # msgspec's and attrs'
        written = getattr(cls, "__struct_encode_fields__", names)
        return {key: getattr(value, name) for key, name in zip(written, names, strict=True)}
    raise TypeError(f"a value of type {cls.__qualname__} has no JSON form")
