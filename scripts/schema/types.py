"""Settle the type of each schema, and the keywords that belong to it."""

from typing import Any

from scripts.schema.walk import Schema, shape

_SPELLINGS = {
    "string": ("string", "str", "text", "char", "date", "date-time", "datetime", "time", "uuid", "uri", "url", "email",
               "binary", "byte", "bytes", "base64", "file", "enum"),
    "integer": ("integer", "int", "int8", "int16", "int32", "int64", "long", "short", "uint", "uint32", "uint64",
                "unixtime"),
    "number": ("number", "float", "float32", "float64", "double", "decimal"),
    "boolean": ("boolean", "bool"),
    "object": ("object", "map", "dict", "dictionary", "hash", "record", "struct"),
    "array": ("array", "list", "set", "tuple"),
    "null": ("null", "none", "nil"),
}  # fmt: skip
MEANT = {name: meant for meant, names in _SPELLINGS.items() for name in names}
"""The type that is meant by each name that documents were seen to use for a type."""

_MEMBERS = {
    "object": ("properties", "patternProperties", "additionalProperties", "required"),
    "array": ("items", "prefixItems"),
}


def settle_type(schema: Schema) -> Schema:
    """Give each schema one type that exists, with only the keywords of that type.

    Evidence: one revision says `type: int64`, others `map`; the generator reads neither. 3.1 allows lists of types,
    which it turns into classes with numbered names. Arrays without items stop it.
    """
    settled = {key: value for key, value in schema.items() if key != "type"}
    if isinstance(schema.get("type"), list):
        names = list(dict.fromkeys(MEANT.get(str(name).lower(), "") for name in schema["type"]))
        if "null" in names and len(names) > 1:
            settled["nullable"] = True
            names.remove("null")
    else:
        names = [MEANT.get(str(schema.get("type")).lower(), "")] if "type" in schema else []
    if len(names) > 1 and "" not in names and "enum" not in schema and "const" not in schema:
        return _one_of_types(settled, names)
    return _with_members_of(settled, names[0] if len(names) == 1 and names[0] else implied_type(settled))


def _one_of_types(schema: Schema, names: list[str]) -> Schema:
    outer = {key: schema.pop(key) for key in ("nullable", "description", "deprecated") if key in schema}
    return outer | {"anyOf": [_with_members_of(dict(schema), name) for name in names]}


def implied_type(schema: Schema) -> str:
    """Return the type that a schema's keywords imply where it names none; empty if they imply none."""
    return next((name for name, keys in _MEMBERS.items() if any(key in schema for key in keys)), "")


def _with_members_of(schema: Schema, name: str) -> Schema:
    if not name:
        return schema
    kept: Schema = {"type": name} | schema
    for owner, keys in _MEMBERS.items():
        if owner != name:
            kept = {key: value for key, value in kept.items() if key not in keys}
    if name == "array":
        kept["items"] = _items(kept)
        kept.pop("prefixItems", None)
    if name == "object" and "patternProperties" in kept:
        kept["additionalProperties"] = _map_values(kept)
        del kept["patternProperties"]
    return kept


def _items(schema: Schema) -> Schema:
    tuple_items = schema.get("prefixItems", [])
    rest = [schema["items"]] if "items" in schema else []
    found: list[Schema] = [*tuple_items, *rest]
    return found[0] if len(found) == 1 else {"anyOf": found} if found else {}


def _map_values(schema: Schema) -> Any:
    rest = schema.get("additionalProperties")
    found = [*schema["patternProperties"].values(), *([rest] if isinstance(rest, dict) else [])]
    if rest is True or not all(shape(value) for value in found):
        return True
    return found[0] if len(found) == 1 else {"anyOf": found}
