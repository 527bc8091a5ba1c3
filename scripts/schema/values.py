"""Settle the values of enumerations and constants."""

from datetime import date
from typing import Any

from scripts.schema.walk import Schema

_NAMES = {str: "string", int: "integer", float: "number", bool: "boolean"}


def settle_values(schema: Schema) -> Schema:
    """Make one value a `const`, several texts or integers an `enum`, and anything else a plain type.

    Evidence: upstream's tags are enums of one value; each would become a module of its own. The generator stops at an
    empty enum, at one of mixed types and at fractions.
    """
    values = _listed(schema)
    if values is None:
        return schema
    settled = {key: value for key, value in schema.items() if key not in ("enum", "const")}
    if schema.get("type") in ("array", "object") or any(isinstance(value, dict | list) for value in values):
        return settled
    settled.pop("type", None)
    if None in values:
        settled["nullable"] = True
    texts = [_text_if_date(value) for value in values if value is not None]
    known = list({(type(value), value): value for value in texts}.values())
    if not known:
        settled.pop("nullable", None)
        return settled | ({"type": "null"} if values else _type_only(schema))
    return settled | _values(known)


def _listed(schema: Schema) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    found: list[Any] | None = schema.get("enum")
    return found


def _text_if_date(value: Any) -> Any:
    return str(value) if isinstance(value, date) else value


def _type_only(schema: Schema) -> Schema:
    return {"type": schema["type"]} if "type" in schema else {}


def _values(known: list[Any]) -> Schema:
    kinds = {type(value) for value in known}
    if len(kinds) > 1:
        return {"anyOf": [{"type": name} for kind, name in _NAMES.items() if kind in kinds]}
    kind = kinds.pop()
    if len(known) == 1 and kind is bool:
        return {"const": known[0]}  # a type beside it would make the generator forget the value
    if len(known) == 1 and kind in (str, int):
        return {"type": _NAMES[kind], "const": known[0]}
    if kind in (str, int):
        return {"type": _NAMES[kind], "enum": known}
    return {"type": _NAMES[kind]}
