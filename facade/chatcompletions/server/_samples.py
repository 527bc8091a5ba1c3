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
_STEPS = 1_000  # values made, and references followed for them
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
    return _Sampler(schema).value(schema)


def sampled(name: str, **members: Any) -> dict[str, Any]:
    """Make an answer: the members given, and a value for each other one that the spec requires of its model."""
    model = at(f"$defs/{name}") or {}
    sampler = _Sampler({"$defs": at("$defs")})
    missing = [one for one in model.get("required", ()) if one not in members]
    return {**{one: sampler.value(model["properties"].get(one, {})) for one in missing}, **members}


class _Sampler:
    def __init__(self, root: object) -> None:
        self._root = root
        self._left = _STEPS

    def value(self, schema: object, depth: int = 0) -> Any:
        self._left -= 1
        if not isinstance(schema, dict) or depth > _DEPTH or self._left < 0:
            return None
        schema = self._settled(schema)
        if "const" in schema:
            return schema["const"]
        if options := _list(schema, "enum"):
            return options[0]
        kind = schema.get("type") or next((kind for sign, kind in _SIGNS.items() if schema.get(sign)), "string")
        if isinstance(kind, list):
            kind = next((name for name in kind if name != "null"), "null")
        match kind:
            case "object":
                properties = schema["properties"]
                # Without required members, an empty object would fit but show nothing.
                names = schema["required"] or properties
                members = ((name, properties.get(name, {"type": "string"})) for name in names)
                return {name: self.value(member, depth + 1) for name, member in members if self._left > 0}
            case "array":
                first, items = _list(schema, "prefixItems"), schema.get("items", {"type": "string"})
                least = max(_bound(schema, "minItems", 1), len(first))
                length = int(max(min(least, _bound(schema, "maxItems", _STEPS), self._left), 0))
                schemas = [*first, *[items] * (length - len(first))][:length]
                return [self.value(one, depth + 1) for one in schemas]
            case "string":
                text = _FORMATS.get(str(schema.get("format")), "canned")
                text = text.ljust(int(min(_bound(schema, "minLength", 0), _LENGTH)), ".")
                return text[: int(max(_bound(schema, "maxLength", len(text)), 0))]
            case "integer" | "number":
                return _number(schema, whole=kind == "integer")
            case "boolean":
                return False
        return None

    def _settled(self, schema: object, depth: int = 0) -> Schema:
        """Follow references, merge `allOf` and take the first branch of each union, as far as the bounds allow."""
        if not isinstance(schema, dict) or depth > _DEPTH:
            return {}
        own = {key: item for key, item in schema.items() if key not in ("$ref", "allOf", "anyOf", "oneOf")}
        further = [*_list(schema, "allOf"), *_list(schema, "anyOf")[:1], *_list(schema, "oneOf")[:1]]
        settled = self._settled(self._find(schema["$ref"]), depth + 1) if "$ref" in schema else {}
        for part in (own, *(self._settled(one, depth + 1) for one in further)):
            properties = _dict(settled, "properties") | _dict(part, "properties")
            required = [name for name in _list(settled, "required") + _list(part, "required") if isinstance(name, str)]
            settled = {**settled, **part, "properties": properties, "required": list(dict.fromkeys(required))}
        return settled

    def _find(self, reference: object) -> object:
        self._left -= 1
        path = reference.split("/") if isinstance(reference, str) else [""]
        place = self._root if path[0] == "#" and self._left >= 0 else None
        for step in path[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            place = place.get(key) if isinstance(place, dict) else None
        return place


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
    fitting = (one for one in candidates if low <= one <= high and above < one < below and not (whole and one % 1))
    number = next(fitting, 0)
    return int(number) if whole else number
