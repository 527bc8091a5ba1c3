"""JSON values that a schema of the pin allows: random ones for the rule, one fixed one that has everything.

hypothesis-jsonschema would do the first, but its objects need a part of hypothesis that is gone (0.23.1 with 6.170).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hypothesis.strategies import SearchStrategy

    from scripts.contract.spec import Schema, Spec

TEXT = st.text(max_size=6)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
INTEGERS = st.integers(-(2**70), 2**70)
ANYTHING = st.recursive(
    st.none() | st.booleans() | INTEGERS | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=3,
)
# Names that the generated code has uses of its own for.
AWKWARD = st.sampled_from(["additional_properties", "object_", "to_dict", "self", "__class__", "timeout", "$ref", ""])
_UNBOUNDED = 10**9


class Instances:
    """Random instances of the schemas of a document."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._named: dict[str, SearchStrategy[Any]] = {}

    def of(self, schema: Schema) -> SearchStrategy[Any]:
        """Return the strategy for a schema; a name is looked up on use, as schemas may be recursive."""
        name = schema.get("$ref")
        if name is None or schema.get("nullable"):
            return st.one_of([self._branch(branch) for branch in self._spec.branches(schema)])
        if name not in self._named:
            self._named[name] = st.deferred(lambda: st.one_of([*map(self._branch, self._spec.branches(schema))]))
        return self._named[name]

    def _branch(self, schema: Schema) -> SearchStrategy[Any]:
        if "const" in schema:
            return st.just(schema["const"])
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        kind = schema.get("type", "object" if "properties" in schema else None)
        match kind:
            case "null":
                return st.none()
            case "boolean":
                return st.booleans()
            case "integer":
                return st.integers(schema.get("minimum", -(2**70)), schema.get("maximum", 2**70))
            case "number":
                low, high = schema.get("minimum"), schema.get("maximum")
                return st.floats(low, high, allow_nan=False, allow_infinity=False) | st.integers(low, high)
            case "string":
                return st.text(min_size=schema.get("minLength", 0), max_size=min(schema.get("maxLength", 6), 6))
            case "array":
                least, most = schema.get("minItems", 0), schema.get("maxItems", _UNBOUNDED)
                return st.lists(self.of(schema.get("items", {})), min_size=least, max_size=min(most, least + 2))
            case "object":
                return self._object(schema)
        return ANYTHING

    def _object(self, schema: Schema) -> SearchStrategy[dict[str, Any]]:
        properties: Mapping[str, Schema] = schema.get("properties", {})
        required = set(schema.get("required", ()))
        declared = st.fixed_dictionaries(
            {name: self.of(properties.get(name, {})) for name in sorted(required)},
            optional={name: self.of(one) for name, one in properties.items() if name not in required},
        )
        further = schema.get("additionalProperties", True)
        if further is False:
            return declared
        names = (TEXT | AWKWARD).filter(lambda name: name not in properties)
        extra = st.dictionaries(names, self.of(further) if isinstance(further, dict) else ANYTHING, max_size=1)
        return st.builds(lambda own, more: {**more, **own}, declared, extra)


def full(spec: Spec, schema: Schema) -> Any:
    """Return one instance that has every property; of several alternatives it shows the first."""
    schema = spec.branches(schema)[0]
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type", "object"):
        case "array":
            return [full(spec, schema.get("items", {}))] * max(1, schema.get("minItems", 0))
        case "object":
            declared = {name: full(spec, one) for name, one in schema.get("properties", {}).items()}
            further = schema.get("additionalProperties", False)
            return declared or ({'käy "&=?': full(spec, further)} if isinstance(further, dict) else {"any": ["thing"]})
        case "string":
            return "tëxt\n&=?/\u2028"
        case "integer" | "number":
            return schema.get("maximum", 2**53 + 1)
        case kind:
            return kind == "boolean" or None
