"""Types of pydantic and msgspec, which have schemas and rules of their own; neither is imported here."""

from __future__ import annotations

import json
import re
import sys
from typing import Any, get_origin

from .read import InvalidValue, Read, Schema, not_taken

_STEP = re.compile(r"\.(\w+)|\[(\d+|\.\.\.)\]")


def described(tp: Any, *, strict: bool) -> tuple[Schema, Read] | None:  # noqa: ARG001
    """Return the schema of a type of another library, and its way to read values; `None` for any other type.

    Raises:
        TypeError: The library has no JSON Schema for the type.
    """
    cls = get_origin(tp) or tp
    if hasattr(cls, "__pydantic_validator__"):
        return _of_pydantic(tp)
    if hasattr(cls, "__struct_fields__"):
        return _of_msgspec(tp)
    return None


def _of_pydantic(tp: Any) -> tuple[Schema, Read]:
    pydantic: Any = sys.modules["pydantic"]
    adapter = pydantic.TypeAdapter(tp)
    try:
        schema = adapter.json_schema()
    except pydantic.errors.PydanticInvalidForJsonSchema as exc:
        raise TypeError(f"{tp.__name__}: pydantic has no JSON Schema for it ({exc.message})") from None
    validation_error = pydantic.ValidationError

    def read(value: Any) -> Any:
        try:
            return adapter.validate_json(json.dumps(value))
        except validation_error as exc:
            first = exc.errors(include_url=False, include_context=False)[0]
            message = first["msg"]
            expected = message.removeprefix("Input should be ")
            if first["type"] in ("value_error", "assertion_error"):
                expected = f"a value that its validator takes ({message.partition(', ')[2]})"
            elif expected == message:  # it says what is wrong
                expected = f"a value that pydantic takes ({message})"
            failure = InvalidValue(expected, first["input"])
            # Among the steps are names of variants of unions, which no value has.
            place = value
            for step in first["loc"]:
                if (isinstance(place, dict) and step in place) or (isinstance(place, list) and isinstance(step, int)):
                    place = place[step]
                    failure.keys.insert(0, step)
            if first["type"] == "missing":
                failure.keys.insert(0, first["loc"][-1])
                failure.expected, failure.received = "a value", "nothing"
            raise failure from None
        except Exception as exc:  # of a validator
            raise not_taken(tp.__name__, exc, value) from exc

    return schema, read


def _of_msgspec(tp: Any) -> tuple[Schema, Read]:
    msgspec: Any = sys.modules["msgspec"]
    (schema,), definitions = msgspec.json.schema_components([tp], ref_template="#/$defs/{name}")

    def read(value: Any) -> Any:
        try:
            return msgspec.convert(value, tp)
        except msgspec.ValidationError as exc:
            text, _, path = str(exc).partition(" - at `")
            expected = text.removeprefix("Expected ")
            failure = InvalidValue(f"a value that msgspec takes ({text})" if expected == text else expected, value)
            steps = [name or (int(place) if place.isdigit() else place) for name, place in _STEP.findall(path)]
            failure.keys = steps[::-1]
            raise failure from None
        except Exception as exc:  # of its __post_init__
            raise not_taken(tp.__name__, exc, value) from exc

    return {**schema, "$defs": definitions}, read
