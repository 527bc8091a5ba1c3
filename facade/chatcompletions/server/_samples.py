"""Make a small value that fits a JSON Schema: arguments of a canned tool call, a canned structured answer.

Types, required members, enumerations, bounds, formats, local references, unions and `allOf` are honoured; patterns and
conditions are not. A schema comes from a stranger: the value is bounded in depth and size whatever it says.
"""

from __future__ import annotations

import math
from typing import Any

from chatcompletions._spec.schema import at

Schema = dict[str, Any]

_DEPTH = 24
_VALUES = 1_000
_LENGTH = 1_000  # characters that minLength may ask for
_EXACT = 2**53  # beyond it a float skips integers
_FORMATS = {
    "date": "2025-01-31",
    "date-time": "2025-01-31T12:00:00Z",
    "email": "canned@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "time": "12:00:00Z",
    "uri": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
_SIGNS = {"properties": "object", "required": "object", "items": "array", "prefixItems": "array"}


def sample(schema: object) -> Any:
    """Make a value for a schema; the same schema always gives the same value."""
    return _Sampler(schema).value(schema, 0)


def sampled(name: str, **members: Any) -> dict[str, Any]:
    """Make an answer: the members that the spec requires of a model, and these in their place or beside them.

    Args:
        name: The model; one that the spec does not have requires nothing.
        **members: What is known of the answer.
    """
    model = at(f"$defs/{name}") or {}
    missing = [name for name in model.get("required", ()) if name not in members]
    sampler = _Sampler({"$defs": at("$defs")})
    return {**{one: sampler.value(model["properties"].get(one, {}), 0) for one in missing}, **members}


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
        if options := _list(schema, "enum"):
            return options[0]
        for union in ("anyOf", "oneOf"):
            if branches := _list(schema, union):
                rest = {key: item for key, item in schema.items() if key != union}
                return self.value(_merged(rest, branches[0]), depth + 1)
        match _type(schema):
            case "object":
                return self._object(schema, depth + 1)
            case "array":
                return self._array(schema, depth + 1)
            case "string":
                return _string(schema)
            case "integer" | "number" as name:
                return _number(schema, whole=name == "integer")
            case "boolean":
                return False
        return None

    def _whole(self, schema: Schema) -> Schema:
        """Follow references and merge `allOf`, as far as the depth allows."""
        for _ in range(_DEPTH):
            if isinstance(reference := schema.get("$ref"), str):
                parts = [self._find(reference), {key: item for key, item in schema.items() if key != "$ref"}]
            elif found := _list(schema, "allOf"):
                parts = [{key: item for key, item in schema.items() if key != "allOf"}, *found]
            else:
                break
            schema = _merged(*parts)
        return schema

    def _find(self, reference: str) -> object:
        place = self._root if reference.startswith("#") else None
        for step in reference.split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            place = place.get(key) if isinstance(place, dict) else None
        return place

    def _object(self, schema: Schema, depth: int) -> Schema:
        properties = _dict(schema, "properties")
        # Without required members, an empty object would fit but show nothing.
        names = [name for name in _list(schema, "required") or properties if isinstance(name, str)]
        result: Schema = {}
        for name in names:
            if self._left > 0:
                result[name] = self.value(properties.get(name, {"type": "string"}), depth)
        return result

    def _array(self, schema: Schema, depth: int) -> list[Any]:
        first, items = _list(schema, "prefixItems"), schema.get("items", {"type": "string"})
        least = max(_bound(schema, "minItems", 1), len(first))
        length = int(max(min(least, _bound(schema, "maxItems", _VALUES), self._left), 0))
        return [self.value(one, depth) for one in [*first, *[items] * (length - len(first))][:length]]


def _type(schema: Schema) -> object:
    declared = schema.get("type")
    if isinstance(declared, list):
        return next((name for name in declared if name != "null"), "null")
    return declared or next((kind for sign, kind in _SIGNS.items() if sign in schema), "string")


def _merged(*schemas: object) -> Schema:
    """Put schemas together: the members and required names of all, else the last one's word."""
    result: Schema = {}
    for one in (one for one in schemas if isinstance(one, dict)):
        properties = {**_dict(result, "properties"), **_dict(one, "properties")}
        required = [*_list(result, "required"), *_list(one, "required")]
        result = {**result, **one}
        result |= ({"properties": properties} if properties else {}) | ({"required": required} if required else {})
    return result


def _list(schema: Schema, key: str) -> list[Any]:
    return value if isinstance(value := schema.get(key), list) else []


def _dict(schema: Schema, key: str) -> Schema:
    return value if isinstance(value := schema.get(key), dict) else {}


def _bound(schema: Schema, key: str, default: float) -> float:
    """Read a numeric keyword; one that is missing, no number or out of reach counts as the default."""
    value = schema.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > _EXACT:
        return default
    return value


def _string(schema: Schema) -> str:
    text = _FORMATS.get(str(schema.get("format")), "canned")
    text = text.ljust(int(min(_bound(schema, "minLength", 0), _LENGTH)), ".")
    most = _bound(schema, "maxLength", math.inf)
    return text if len(text) <= most else text[: int(max(most, 0))]


def _number(schema: Schema, *, whole: bool) -> float:
    """Return a number within the bounds and on the grid: zero if it fits, else one next to a bound."""
    low, high = _bound(schema, "minimum", -math.inf), _bound(schema, "maximum", math.inf)
    above, below = _bound(schema, "exclusiveMinimum", -math.inf), _bound(schema, "exclusiveMaximum", math.inf)
    ends = [end for end in (low, above, high, below) if math.isfinite(end)]
    step = _bound(schema, "multipleOf", 1)
    step = step if step >= 1 / _EXACT else 1
    candidates = [(math.floor(end / step) + n) * step for end in (0, *ends) for n in (0, 1, -1)]
    if not whole and "multipleOf" not in schema:
        candidates += [*ends, (max(low, above) + min(high, below)) / 2]
    for candidate in candidates:
        if low <= candidate <= high and above < candidate < below and (not whole or candidate % 1 == 0):
            return int(candidate) if whole else candidate
    return 0
