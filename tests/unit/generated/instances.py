"""Make random valid instances of the prepared document, whose objects know which model they must become."""

from functools import cache
from pathlib import Path
from typing import Any

import attrs
from hypothesis import strategies as st
import chatcompletions_api.models as models
from scripts.document import load
from scripts.prepare_spec import prepare

ROOT = Path(__file__).resolve().parents[3]
PREFIX = "#/components/schemas/"

EXTRA = st.dictionaries(
    st.sampled_from(["x_extra", "reasoning_content", "x \u2028 y"]),
    st.one_of(st.none(), st.booleans(), st.text(max_size=3), st.lists(st.integers(), max_size=2)),
    max_size=2,
)
PRIMITIVES: dict[str, st.SearchStrategy[Any]] = {
    "string": st.text(max_size=5),
    "integer": st.integers(),
    "number": st.one_of(st.integers(), st.floats(allow_nan=False)),
    "boolean": st.booleans(),
    "null": st.none(),
}


class Made(dict[str, Any]):
    """An object made from a component schema."""

    model: str


@cache
def components() -> dict[str, Any]:
    """The component schemas of the prepared pin."""
    schemas: dict[str, Any] = prepare(load(str(ROOT / "openapi.yaml")))["components"]["schemas"]
    return schemas


def model_names() -> list[str]:
    """The names of the models, of each of which `components` has the schema."""
    return sorted(name for name in models.__all__ if attrs.has(getattr(models, name)))


def query_filters() -> set[str]:
    """The names of the models that are written as query parameters."""
    return {name for name, schema in components().items() if "x-query-prefix" in schema}


@cache
def instances_of(name: str) -> st.SearchStrategy[Any]:
    """Return a strategy for valid instances of a component."""
    return st.deferred(lambda: _strategy(components()[name], name))


def _strategy(schema: dict[str, Any], name: str = "") -> st.SearchStrategy[Any]:
    if "$ref" in schema:
        return instances_of(schema["$ref"].removeprefix(PREFIX))
    if "anyOf" in schema:
        return st.one_of(*(_strategy(branch) for branch in schema["anyOf"]))
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if schema.get("type") == "array":
        return st.lists(_strategy(schema["items"]), max_size=2)
    if schema.get("type") == "object":
        return _objects(schema, name)
    return PRIMITIVES[schema["type"]] if "type" in schema else st.one_of(*PRIMITIVES.values())


def _objects(schema: dict[str, Any], name: str) -> st.SearchStrategy[Any]:
    properties = {key: _strategy(child) for key, child in schema.get("properties", {}).items()}
    required = {key: value for key, value in properties.items() if key in schema.get("required", ())}
    optional = {key: value for key, value in properties.items() if key not in required}
    extra = EXTRA
    if isinstance(schema.get("additionalProperties"), dict):
        extra = st.dictionaries(st.text(max_size=3), _strategy(schema["additionalProperties"]), max_size=2)
    return st.tuples(st.fixed_dictionaries(required, optional=optional), extra).map(
        lambda parts: _made(name, {**parts[1], **parts[0]})
    )


def _made(name: str, content: dict[str, Any]) -> Made:
    made = Made(content)
    from openapi_python_client.strings import ClassName  # not before it is needed: see conftest.py

    made.model = str(ClassName(name, "field_"))
    return made


def wrong_classes(value: Any, read: Any, place: str = "$") -> list[str]:
    """List the places where an object was not read as the model that it was made for."""
    if isinstance(value, list):
        pairs = enumerate(zip(value, read, strict=True))
        return [wrong for index, pair in pairs for wrong in wrong_classes(*pair, f"{place}[{index}]")]
    if not isinstance(value, Made):
        return [] if read == value else [f"{place}: {value!r} was read as {read!r}"]
    if type(read).__name__ != value.model:
        return [f"{place}: a {value.model} was read as {type(read).__name__}"]
    return [wrong for key, item in value.items() for wrong in wrong_classes(item, read[key], f"{place}.{key}")]
