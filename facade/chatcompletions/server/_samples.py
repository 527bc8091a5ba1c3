"""A small value that fits a JSON Schema: what a canned tool call or a canned structured answer holds.

It reads what tool and answer schemas use (types, required members, enumerations, bounds, local references,
unions) and leaves patterns and conditions alone. A schema comes from a stranger: the value is bounded in
depth and size whatever it says.
"""

from collections.abc import Mapping
from typing import Any

from chatcompletions.server._scalars import bound, number, string

_DEPTH = 24
_VALUES = 1_000


def sample(schema: object) -> Any:
    """Make a value for a schema; the same schema always gives the same value."""
    return _Sampler(schema).value(schema, 0)


class _Sampler:
    def __init__(self, root: object) -> None:
        self._root = root
        self._left = _VALUES

    def value(self, schema: object, depth: int) -> Any:
        self._left -= 1
        if not isinstance(schema, dict) or depth > _DEPTH or self._left < 0:
            return None
        schema = self._whole(schema)
        if "const" in schema:
            return schema["const"]
        if options := _array(schema, "enum"):
            return options[0]
        for union in ("anyOf", "oneOf"):
            if branches := _array(schema, union):
                rest = {key: item for key, item in schema.items() if key != union}
                return self.value(_merged(rest, branches[0]), depth + 1)
        match _type(schema):
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, depth)
            case "string":
                return string(schema)
            case "integer" | "number" as name:
                return number(schema, whole=name == "integer")
            case "boolean":
                return False
            case _:
                return None

    def _whole(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Follow references and fold ``allOf`` in, as far as the depth allows."""
        for _ in range(_DEPTH):
            if isinstance(reference := schema.get("$ref"), str):
                rest = {key: item for key, item in schema.items() if key != "$ref"}
                schema = _merged(self._find(reference), rest)
            elif parts := _array(schema, "allOf"):
                schema = {key: item for key, item in schema.items() if key != "allOf"}
                for part in parts:
                    schema = _merged(schema, part)
            else:
                break
        return schema

    def _find(self, reference: str) -> object:
        place = self._root
        if not reference.startswith("#"):
            return None
        for step in reference[1:].split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            place = place.get(key) if isinstance(place, dict) else None
        return place

    def _object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        properties = _mapping(schema, "properties")
        # Without required members, an empty object would fit but show nothing.
        names = _array(schema, "required") or list(properties)
        result: dict[str, Any] = {}
        for name in names:
            if self._left <= 0:
                break
            if isinstance(name, str):
                result[name] = self.value(properties.get(name, {"type": "string"}), depth + 1)
        return result

    def _array(self, schema: Mapping[str, Any], depth: int) -> list[Any]:
        first = _array(schema, "prefixItems")
        items = schema.get("items", {"type": "string"})
        least = max(bound(schema, "minItems", 1), len(first))
        length = min(least, bound(schema, "maxItems", _VALUES), self._left)
        return [
            self.value(first[index] if index < len(first) else items, depth + 1) for index in range(int(max(length, 0)))
        ]


def _type(schema: Mapping[str, Any]) -> object:
    declared = schema.get("type")
    if isinstance(declared, list):
        return next((name for name in declared if name != "null"), "null")
    if declared is None:
        for name, signs in (("object", ("properties", "required")), ("array", ("items", "prefixItems"))):
            if any(sign in schema for sign in signs):
                return name
        return "string"
    return declared


def _merged(base: object, extra: object) -> dict[str, Any]:
    """Put two schemas together: members of both, required names of both, else the later one's word."""
    left = base if isinstance(base, dict) else {}
    right = extra if isinstance(extra, dict) else {}
    result = {**left, **right}
    if "properties" in left and "properties" in right:
        result["properties"] = {**_mapping(left, "properties"), **_mapping(right, "properties")}
    if "required" in left and "required" in right:
        result["required"] = [*_array(left, "required"), *_array(right, "required")]
    return result


def _array(schema: Mapping[str, Any], key: str) -> list[Any]:
    value = schema.get(key)
    return value if isinstance(value, list) else []


def _mapping(schema: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = schema.get(key)
    return value if isinstance(value, dict) else {}
