"""Schemas that the API's strict mode takes: what only narrows is left out, what cannot be said is refused.

See https://platform.openai.com/docs/guides/structured-outputs#supported-schemas.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from .read import Schema

_KEPT = (
    "description", "type", "enum", "const", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    "multipleOf", "minItems", "maxItems",
)  # fmt: skip
_FORMATS = ("date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid")
_SHAPES = ("allOf", "not", "if", "then", "else", "dependentRequired", "dependentSchemas", "patternProperties",
           "propertyNames", "contains", "unevaluatedProperties", "unevaluatedItems")  # fmt: skip
_KINDS = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}
#: The most that the API takes.
_MOST_PROPERTIES, _MOST_LEVELS, _MOST_OPTIONS, _MOST_CHARACTERS = 5_000, 10, 1_000, 120_000


def strict_schema(schema: Schema, name: str, *, wraps: bool = False) -> Schema:
    """Return a schema as strict mode takes it.

    Args:
        schema: The schema of an object, with its definitions under ``$defs``.
        name: The name of the type, for messages.
        wraps: Whether the object is none of the type's, but has the value as its only member.

    Raises:
        TypeError: Strict mode cannot take it; the message has the place in the type, and says what to write instead.
    """
    return _Writer(schema.get("$defs") or schema.get("definitions") or {}, name, wraps).written(schema)


class _Writer:
    def __init__(self, definitions: dict[str, Schema], name: str, wraps: bool) -> None:
        self._name, self._wraps = name, wraps
        self._definitions = definitions
        self._written: dict[str, Schema] = {}
        self._properties = self._options = self._characters = 0

    def written(self, root: Schema) -> Schema:
        found = self._schema(root, self._name, frozenset(), 0)
        used = {
            name: one
            for name, one in self._written.items()
            if f'"#/$defs/{name}"' in json.dumps([found, self._written])
        }
        self._characters += sum(map(len, used))
        for count, most, what in (
            (self._properties, _MOST_PROPERTIES, "properties"),
            (self._options, _MOST_OPTIONS, "values of enums"),
            (self._characters, _MOST_CHARACTERS, "characters of names and values"),
        ):
            if count > most:
                raise TypeError(
                    f"{self._name}: it has {count:,} {what}, and strict mode takes {most:,}; make it smaller"
                )
        return {**found, "$defs": used} if used else found

    def _schema(self, schema: Any, where: str, above: frozenset[str], level: int) -> Schema:
        if not isinstance(schema, dict):
            self._refuse(where, "any value", "write the types that it may have")
        if level > _MOST_LEVELS:
            self._refuse(where, "a schema of more than 10 levels", "make it flatter")
        for keyword in _SHAPES:
            if keyword in schema and not (keyword == "allOf" and len(schema[keyword]) == 1):
                self._refuse(where, f"the keyword {keyword!r}", "write a type without it")
        if "allOf" in schema:
            schema = {**schema["allOf"][0], **{key: value for key, value in schema.items() if key != "allOf"}}
        if "$ref" in schema:
            return self._reference(schema, where, above, level)
        found: Schema = {key: schema[key] for key in _KEPT if key in schema}
        if schema.get("format") in _FORMATS:
            found["format"] = schema["format"]
        if "(?" in found.get("pattern", "").replace("(?:", ""):  # no lookaround
            del found["pattern"]
        if variants := schema.get("anyOf") or schema.get("oneOf"):
            found["anyOf"] = [self._schema(one, where, above, level) for one in variants]
            found.pop("type", None)
            return found
        if "const" in found or "enum" in found:
            return self._constant(found)
        kinds = found.get("type") or ("object" if "properties" in schema else "array" if "items" in schema else None)
        if kinds is None:
            self._refuse(where, "any value", "write the types that it may have")
        if "object" in kinds:
            found |= self._object(schema, where, above, level)
        if "array" in kinds:
            found |= self._array(schema, where, above, level)
        return found

    def _reference(self, schema: Schema, where: str, above: frozenset[str], level: int) -> Schema:
        name = str(schema["$ref"]).rpartition("/")[2].replace("~1", "/").replace("~0", "~")
        if schema["$ref"] == "#":
            return {"$ref": "#"}
        if name not in self._definitions:
            self._refuse(where, f"the reference {schema['$ref']!r}, which leads nowhere", "put it under $defs")
        if level == 0 and "properties" in self._definitions[name]:  # the root is no reference
            target = {**self._definitions[name], **{key: schema[key] for key in schema if key != "$ref"}}
            return self._schema(target, where, above, level)
        if name not in above:
            one = self._schema(self._definitions[name], where, above | {name}, level)
            self._written.setdefault(name, one)
        found: Schema = {"$ref": f"#/$defs/{name}"}
        text = schema.get("description")
        return {"anyOf": [found], "description": text} if text else found

    def _constant(self, found: Schema) -> Schema:
        values = found["enum"] if "enum" in found else [found["const"]]
        kinds = list(dict.fromkeys(_KINDS.get(type(value), "string") for value in values))
        self._options += len(values)
        self._characters += sum(len(value) for value in values if isinstance(value, str))
        return {**found, "type": found.get("type") or (kinds[0] if len(kinds) == 1 else kinds)}

    def _object(self, schema: Schema, where: str, above: frozenset[str], level: int) -> Schema:
        properties = schema.get("properties") or {}
        rest = schema.get("additionalProperties", not properties)
        if isinstance(rest, dict) or (rest and not properties):
            advice = "write a list of objects that have a key and a value, or a class with a field for each key"
            self._refuse(where, "an open mapping", advice)
        self._properties += len(properties)
        self._characters += sum(map(len, properties))
        found = {}
        for key, one in properties.items():
            place = where if self._wraps and level == 0 else f"{where}.{key}"
            found[key] = self._schema(one, place, above, level + 1)
        return {"properties": found, "required": [*found], "additionalProperties": False}

    def _array(self, schema: Schema, where: str, above: frozenset[str], level: int) -> Schema:
        first, items = schema.get("prefixItems") or [], schema.get("items")
        if first and all(one == first[0] for one in first):
            items = first[0]
        elif first:
            self._refuse(where, "a tuple of several types", "write a class with a field for each")
        if schema.get("uniqueItems"):
            self._refuse(where, "a set", "write a list, and make a set of it")
        return {"items": self._schema(items, f"{where}[]", above, level + 1)}

    def _refuse(self, where: str, what: str, advice: str) -> NoReturn:
        raise TypeError(f"{where}: strict mode does not take {what}; {advice}, or pass strict=False")
