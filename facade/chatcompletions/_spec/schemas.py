"""Make the schemas of an OpenAPI document such that a JSON Schema validator means by them what the document means.

OpenAPI 3.0 says `nullable` where JSON Schema says type null, and documents of 3.1 still do. Properties that a schema
does not list are allowed by both; `KNOWN` lists them all the same, because a reader of the spec does not expect more.
"""

from __future__ import annotations

import re
from typing import Any

Schema = dict[str, Any]

#: A keyword of our own: the names of all properties that the spec has for an object.
KNOWN = "x-known-properties"

_REFERENCE = "#/components/schemas/"
_UNIONS = ("allOf", "anyOf", "oneOf")
_JOINTS = ("$ref", "properties", *_UNIONS)
_JSON = re.compile(r"application/(\S+\+)?json\s*(;.*)?", re.IGNORECASE)
_METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
_TYPES = {"array", "boolean", "integer", "null", "number", "object", "string"}
#: What documents write for a type that JSON Schema has under another name; any other word says nothing.
_SPELLINGS = {"int32": "integer", "int64": "integer", "float": "number", "double": "number", "map": "object"}


class Schemas:
    """The schemas of a document, ready for a validator.

    Attributes:
        root: A schema that holds them by name, twice: under ``whole`` with their known properties, and under ``open``
            without, to stand for a part of a whole, as in `allOf`; under ``answers`` are those of the operations.
        answers: Method and path of each operation, and where in `root` the schema of its JSON answer stands.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self._components: dict[str, Schema] = document.get("components", {}).get("schemas", {})
        self.root: Schema = {
            "whole": {name: self.prepared(schema) for name, schema in self._components.items()},
            "open": {name: self.prepared(schema, whole=False) for name, schema in self._components.items()},
            "answers": {},
        }
        self.answers: list[tuple[str, str, str]] = []
        for path, item in document.get("paths", {}).items():
            for method in (key for key in item if key in _METHODS):
                schema = _answer(item[method], document)
                if schema is not None:
                    name = f"{method} {path}".replace("/", " ")
                    self.root["answers"][name] = self.prepared(schema)
                    self.answers.append((method.upper(), path, f"answers/{name}"))

    def prepared(self, schema: Any, *, whole: bool = True) -> Any:
        """Return a schema as a validator understands it.

        Args:
            schema: As the document has it.
            whole: Whether it describes a value entirely, so that its known properties are all that there are.
        """
        if not isinstance(schema, dict):
            return schema
        if schema.get("nullable") is True or _names_null(schema):
            rest = {key: value for key, value in schema.items() if key != "nullable"}
            if isinstance(types := schema.get("type"), list):
                rest["type"] = [one for one in types if one != "null"]
            return {"anyOf": [self.prepared(rest, whole=whole), {"type": "null"}]}
        joints = [key for key in _JOINTS if key in schema]
        # A reference or a choice of one is the whole itself; anything else is made of parts.
        passed_on = whole and joints in (["$ref"], ["oneOf"])
        found = {key: self._member(key, value, whole=passed_on) for key, value in _sane(schema).items()}
        names = self._names(schema) if whole and joints and not passed_on else None
        if names is not None:
            found.pop("additionalProperties", None)
            found[KNOWN] = sorted(names)
        return found

    def _member(self, key: str, value: Any, *, whole: bool) -> Any:
        if key == "$ref":
            return str(value).replace(_REFERENCE, "#/whole/" if whole else "#/open/")
        if key in _UNIONS:
            return [self.prepared(part, whole=whole) for part in value]
        if key == "properties":
            return {name: self.prepared(one) for name, one in value.items()}
        return self.prepared(value) if key in ("items", "additionalProperties") else value

    def _names(self, schema: Schema, above: tuple[str, ...] = ()) -> set[str] | None:
        """Return the properties that an object can have by a schema; None if they have no end, or it is no object."""
        if schema.get("additionalProperties", False) is not False or "patternProperties" in schema:
            return None
        parts = [part for key in _UNIONS for part in schema.get(key, ())]
        if (name := str(schema.get("$ref", "")).removeprefix(_REFERENCE)) in self._components and name not in above:
            parts.append(self._components[name])
            above = (*above, name)
        objects = [self._names(part, above) for part in parts if _may_be_object(part)]
        own = schema.get("properties")
        if None in objects or (own is None and not objects):
            return None
        return {*(own or ()), *(name for names in objects if names for name in names)}


def _answer(operation: dict[str, Any], document: dict[str, Any]) -> Any:
    for status, response in operation.get("responses", {}).items():
        content = _followed(response, document).get("content", {}) if str(status).startswith("2") else {}
        for name, media in content.items():
            if _JSON.fullmatch(name.strip()):
                return _followed(media, document).get("schema")
    return None


def _followed(node: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        kind, name = node["$ref"].split("/")[-2:]
        node = document["components"][kind][name]
    return node


def _names_null(schema: Schema) -> bool:
    """Tell whether null is a type of an enumeration that does not list it, as documents write what may be null."""
    values = schema.get("enum")
    return isinstance(values, list) and None not in values and "null" in _listed(schema.get("type"))


def _may_be_object(schema: Schema) -> bool:
    types = schema.get("type", "object")
    return "object" in types if isinstance(types, list) else types in ("object", "map")


def _sane(schema: Schema) -> Schema:
    """Return a schema without what a validator stumbles over: words that are no types, the flags of OpenAPI 3.0."""
    found = dict(schema)
    types = [_SPELLINGS.get(one, one) for one in _listed(found.pop("type", []))]
    if types and _TYPES.issuperset(types):
        found["type"] = types if len(types) > 1 else types[0]
    for flag, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(found.get(flag), bool) and found.pop(flag) and bound in found:
            found[flag] = found.pop(bound)
    if not isinstance(found.get("required", []), list):
        del found["required"]
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
