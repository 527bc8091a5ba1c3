"""Reading of JSON values: scalars, what is said of a value that does not fit, and which of several types it fits."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address
from types import NoneType
from typing import Any, NoReturn
from uuid import UUID

import jiter

from chatcompletions._base_error import describe

Read = Callable[[Any], Any]
Schema = dict[str, Any]

#: Characters of a value that a message shows.
_EXCERPT = 60
#: Text in a fence of Markdown, in which models that are not held to a format like to put JSON.
_FENCED = re.compile(r"\s*```(?:json)?[^\S\n]*\n(.*?)\n?\s*```\s*", re.DOTALL | re.IGNORECASE)
_DURATION = re.compile(
    r"(-)?P(?=.)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?", re.ASCII
)
_NUMBER = r"^[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$"
#: The value of a member that did not come.
MISSING: Any = object()


class InvalidValue(ValueError):  # noqa: N818 - the caller learns of it as a ParseError
    """A JSON value that is not one of the type.

    Attributes:
        keys: The way to the value, from the inside out.
        expected: What the type asks for, in words.
        received: The value as JSON text, shortened.
    """

    def __init__(self, expected: str, value: Any) -> None:
        super().__init__(expected)
        self.keys: list[str | int] = []
        self.expected = expected
        self.received = "nothing" if value is MISSING else shown(value)

    @property
    def path(self) -> str:
        """The JSON path of the value, such as ``$.steps[2].when``."""
        return "$" + "".join(map(_step, reversed(self.keys)))

    def __str__(self) -> str:
        return f"{self.path}: expected {self.expected}, received {self.received}"


def not_taken(name: str, error: Exception, value: Any) -> InvalidValue:
    """Return what is said of a value that a class refused by an exception of its own."""
    told = describe(error)
    return InvalidValue(f"values that {name} takes ({told.removeprefix('ValueError: ')})", value)


def _step(key: str | int) -> str:
    if isinstance(key, str):
        return f".{key}" if key.isidentifier() else f"[{json.dumps(key, ensure_ascii=False)}]"
    return f"[{key}]"


def shown(value: Any) -> str:
    """Return a JSON value as text, shortened."""
    text = value if isinstance(value, _Text) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _EXCERPT else f"{text[: _EXCERPT - 2]} …"


class _Text(str):
    """Text that came in the place of JSON."""

    __slots__ = ()


def read_json(text: str | bytes) -> Any:
    """Read JSON text, also if it stands in a fence of Markdown; NaN and infinities are refused.

    Raises:
        InvalidValue: The text is not JSON.
    """
    source = str(text, "utf-8", "replace") if isinstance(text, bytes) else text
    if fenced := _FENCED.fullmatch(source):
        source = fenced[1]
    try:
        return jiter.from_json(source.encode(), allow_inf_nan=False)
    except ValueError:  # maybe only half a character, which the fast reader refuses
        expected = "JSON"
        try:
            return json.loads(source, parse_constant=_refuse)
        except RecursionError:
            expected = "JSON of fewer levels"
        except json.JSONDecodeError:
            pass
        except ValueError as exc:  # of Python's limit for the digits of a number
            expected = f"JSON that can be read ({exc})"
        raise InvalidValue(expected, _Text(source.strip()) or MISSING) from None


def _refuse(constant: str) -> NoReturn:
    raise json.JSONDecodeError("no number", constant, 0)


def read_partial(text: str) -> Any:
    """Return what there is of a JSON value that breaks off; `None` if there is nothing."""
    try:
        return jiter.from_json(text.encode("utf-8", "replace"), partial_mode="trailing-strings", allow_inf_nan=False)
    except ValueError:
        return None


def _none(value: Any) -> None:
    if value is not None:
        raise InvalidValue("null", value)


def _boolean(value: Any) -> bool:
    if value is True or value is False:
        return bool(value)
    raise InvalidValue("true or false", value)


def _integer(value: Any) -> int:
    if isinstance(value, float) and value.is_integer():  # JSON has one kind of number: 1.0 is as whole as 1
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidValue("a whole number", value)
    return value


def _float(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if math.isfinite(number):
            return number
    raise InvalidValue("a number", value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise InvalidValue("text", value)
    return value


def _from_text(make: Callable[[str], Any], expected: str) -> Read:
    def read(value: Any) -> Any:
        if isinstance(value, str):
            try:
                return make(value)
            except (ValueError, ArithmeticError):
                pass
        raise InvalidValue(expected, value)

    return read


def _datetime(text: str) -> datetime:
    date.fromisoformat(re.split("[Tt ]", text, maxsplit=1)[0])
    if len(text) <= len("2026-01-31"):
        raise ValueError("a date without a time")
    return datetime.fromisoformat(text)


def _duration(text: str) -> timedelta:
    if (match := _DURATION.fullmatch(text)) is None:
        raise ValueError("not a duration with a fixed length")
    sign, *numbers = match.groups()
    weeks, days, hours, minutes, seconds = (Decimal(number or 0) for number in numbers)
    whole, rest = divmod(seconds, 1)
    length = timedelta(
        weeks=int(weeks), days=int(days), hours=int(hours), minutes=int(minutes), seconds=int(whole),
        microseconds=round(rest * 1_000_000),
    )  # fmt: skip
    return -length if sign else length


def _decimal(text: str) -> Decimal:
    if re.match(_NUMBER, text) is None:
        raise ValueError("not a number")
    return Decimal(text)


def _decimal_or_integer(value: Any) -> Decimal:
    is_integer = isinstance(value, int) and not isinstance(value, bool)
    number: Decimal = _read_decimal(str(value) if is_integer else value)
    return number


_read_decimal = _from_text(_decimal, 'a decimal number as text, such as "12.50"')
#: The schema and the reader of each type that JSON has, or has a format for.
SCALARS: dict[Any, tuple[Schema, Read]] = {
    NoneType: ({"type": "null"}, _none),
    bool: ({"type": "boolean"}, _boolean),
    int: ({"type": "integer"}, _integer),
    float: ({"type": "number"}, _float),
    str: ({"type": "string"}, _text),
    Decimal: ({"type": "string", "pattern": _NUMBER}, _decimal_or_integer),
    **{
        cls: ({"type": "string", "format": name}, _from_text(make, expected))
        for cls, name, make, expected in (
            (datetime, "date-time", _datetime, 'a date and time such as "2026-01-31T12:00:00Z"'),
            (date, "date", date.fromisoformat, 'a date such as "2026-01-31"'),
            (time, "time", time.fromisoformat, 'a time such as "12:00:00Z"'),
            (timedelta, "duration", _duration, 'a duration such as "P1DT2H30M"'),
            (UUID, "uuid", UUID, "a UUID"),
            (IPv4Address, "ipv4", IPv4Address, "an IPv4 address"),
            (IPv6Address, "ipv6", IPv6Address, "an IPv6 address"),
        )
    },
}

_KINDS = {str: "string", int: "integer", float: "number", bool: "boolean", NoneType: "null", list: "array"}
#: What counts as another kind of value altogether, when types are compared that a value may fit.
_FAR = 10
#: Levels of a value that are compared: deeper ones cost more than they tell.
_LEVELS = 4


def distance(value: Any, schema: Schema, definitions: dict[str, Schema], levels: int = _LEVELS) -> int:
    """Return how far a value is from a schema: 0 if nothing speaks against it, more with every difference."""
    while "$ref" in schema:
        schema = definitions.get(schema["$ref"].rpartition("/")[2], {})
    if variants := schema.get("anyOf") or schema.get("oneOf"):
        return min(distance(value, one, definitions, levels) for one in variants)
    if (options := [schema["const"]] if "const" in schema else schema.get("enum")) is not None:
        return 0 if any(same(value, one) for one in options) else _FAR
    kinds: Any = schema.get("type", [])
    kinds = kinds if isinstance(kinds, list) else [kinds]
    kind = _KINDS.get(type(value), "object")
    if kind not in kinds:
        is_close = not kinds or (kind in ("integer", "number") and not {"integer", "number"}.isdisjoint(kinds))
        return 1 if is_close else _FAR
    if kind == "object":
        return _object_distance(value, schema, definitions, levels - 1)
    if kind == "array" and levels:
        items = schema.get("items")
        return sum(distance(one, items, definitions, levels - 1) for one in value) if isinstance(items, dict) else 0
    # What is only text fits whatever has a format less well than a type with that format.
    return int(kind == "string" and not {"format", "pattern"} & schema.keys())


def _object_distance(value: Any, schema: Schema, definitions: dict[str, Schema], levels: int) -> int:
    properties = schema.get("properties", {})
    names, required = properties.keys() & value.keys(), set(schema.get("required", ()))
    far = len(value.keys() - properties.keys()) + len(properties.keys() - names) + 2 * len(required - names)
    # A tag decides by itself, and keeps the rest from being compared in vain.
    tags = [name for name in names if "const" in properties[name] or "enum" in properties[name]]
    tagged = sum(distance(value[name], properties[name], definitions) for name in tags)
    if tagged or levels <= 0:
        return far + 2 * tagged
    return far + sum(distance(value[name], properties[name], definitions, levels) for name in names)


def same(value: Any, other: Any) -> bool:
    """Tell whether two JSON values are the same: 1 and 1.0 are, 1 and true are not."""
    return isinstance(value, bool) == isinstance(other, bool) and bool(value == other)
