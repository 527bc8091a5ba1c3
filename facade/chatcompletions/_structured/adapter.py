"""A type with its schema and its reader."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar, get_origin

from .fields import description_of
from .models import value_of
from .read import InvalidValue, not_taken, read_json
from .strict import strict_schema
from .types import Types, name_of, type_name

if TYPE_CHECKING:
    from typing_extensions import TypeForm

    from chatcompletions._answers.models import ChatCompletion

    from .read import Read

T = TypeVar("T")


class TypeAdapter(Generic[T]):
    """A type, with the JSON Schema that a model is held to, and the way back from JSON to a value.

    Args:
        type: The type, or a JSON Schema, whose values are read as the JSON that they are.
        strict: Write the schema as strict mode takes it.
        name: The name of the schema; by default the type's.

    Attributes:
        name: The name of the schema: up to 64 letters, digits, ``_`` and ``-``.
        description: What the docstring of the class says.
        json_schema: The schema, of an object.
        wraps: Whether the object has the value as its ``value``, because the type itself is none.

    Raises:
        TypeError: It is no type that has a JSON form, or strict mode takes no schema of it.
        ValueError: The name cannot be a schema's.
    """

    def __init__(
        self,
        type: TypeForm[T] | Mapping[str, Any],  # noqa: A002 - the argument of pydantic's
        *,
        strict: bool = True,
        name: str | None = None,
    ) -> None:
        self.strict = strict
        self._read: Read = _unread
        self.description: str | None = None
        if isinstance(type, Mapping):
            schema = copy.deepcopy(dict(type))
            shown = "the schema"
            found = name or re.sub(r"[^\w-]+", "_", str(schema.get("title", "")), flags=re.ASCII)[:64]
        else:
            types = Types(strict=strict)
            shown = name_of(_checked(type))
            schema, self._read = types.node(type, "")
            found = name or type_name(type)
            self.description = description_of(type) if isinstance(type, builtin_type) else None
            if types.definitions:
                schema = {**schema, "$defs": types.definitions}
        self.name = _checked_name(found or "answer")
        self.wraps = not _is_object(schema)
        if self.wraps:
            inner = {key: value for key, value in schema.items() if key != "$defs"}
            outer = {"type": "object", "properties": {"value": inner}, "required": ["value"]}
            schema = {
                **outer,
                "additionalProperties": False,
                **({"$defs": schema["$defs"]} if "$defs" in schema else {}),
            }
        self.json_schema: dict[str, Any] = (
            strict_schema(schema, shown, wraps=self.wraps) if strict else _inlined(schema)
        )

    def validate_json(self, text: str | bytes) -> T:
        """Read a value from the JSON that a model wrote.

        Raises:
            InvalidValue: The text is not JSON, or not of the type.
        """
        return self.validate_python(read_json(text))

    def validate_python(self, value: Any) -> T:
        """Read a value from parsed JSON.

        Raises:
            InvalidValue: It is not of the type.
        """
        if self.wraps and isinstance(value, dict) and value.keys() == {"value"}:
            try:
                return self._value(value["value"])
            except InvalidValue as exc:
                exc.keys.append("value")
                raise
        return self._value(value)

    def _value(self, value: Any) -> T:
        try:
            found: T = self._read(value)
        except InvalidValue:
            raise
        except Exception as exc:  # of the caller's own, such as a bound that cannot be compared
            raise not_taken(self.name, exc, value) from exc
        return found

    def read_choice(self, completion: ChatCompletion, choice: int) -> T | None:
        """Return the value of a choice, by its index; `None` if it has none, as beside tool calls.

        Raises:
            ParseError: The answer does not fit the type, is cut off, or is a refusal.
        """
        for one in completion.choices:
            if (one.index or 0) == choice:
                return value_of(completion, one, self)
        return None

    def unwrap(self, value: Any) -> Any:
        """Return the part of a JSON value, or of what there is of one, that stands for a value of the type."""
        return value.get("value") if self.wraps and isinstance(value, dict) else value


builtin_type = type


@lru_cache(maxsize=256)
def _cached(tp: Any, strict: bool) -> TypeAdapter[Any]:
    return TypeAdapter(tp, strict=strict)


def adapter_of(tp: Any, *, strict: bool = True) -> TypeAdapter[Any]:
    """Return the adapter of a type, which is made once if the type can be told from others."""
    try:
        return _cached(tp, strict)
    except TypeError as exc:
        if "unhashable" not in str(exc):
            raise
        return TypeAdapter(tp, strict=strict)


def _unread(value: Any) -> Any:
    return value


def _checked(tp: Any) -> Any:
    is_type = isinstance(tp, type) or get_origin(tp) is not None
    if not is_type and not any(hasattr(tp, name) for name in ("__supertype__", "__value__", "__bound__")):
        raise TypeError(f"response_format must be a type or a JSON Schema, not {tp!r}")
    return tp


def _checked_name(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name):
        raise ValueError(f"{name!r} cannot be the name of a schema, which has up to 64 letters, digits, _ and -")
    return name


def _is_object(schema: dict[str, Any]) -> bool:
    target = schema
    for _ in range(len(schema.get("$defs", ())) + 1):
        if "$ref" not in target:
            break
        target = schema.get("$defs", {}).get(str(target["$ref"]).rpartition("/")[2], {})
    return (target.get("type") == "object" or "properties" in target) and "anyOf" not in target


def _inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema whose root is no reference."""
    while "$ref" in schema:
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        schema = {**schema["$defs"][schema["$ref"].rpartition("/")[2]], **rest}
    return schema
