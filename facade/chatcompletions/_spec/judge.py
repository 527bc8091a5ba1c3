"""The judge of JSON by the pinned spec, a validator of jsonschema.

For a union, jsonschema reports only that no branch fits. Here a value is judged by the branch that was meant: the one
for its type and tag, or else the one that fits best.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import ValidationError  # type: ignore[import-untyped]
from jsonschema.validators import extend  # type: ignore[import-untyped]

from .schema import Schema, at, followed, values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

#: One deviation: its path, the value that the spec expects, and the value that came.
Finding = tuple[tuple[str | int, ...], str, str]

#: The keyword of errors for properties that the spec does not have.
UNKNOWN = "additionalProperties"
#: Characters that are shown of a value, or of a list of values.
EXCERPT = 120


def judge(value: Any, pointer: str) -> Iterator[Finding]:
    """Describe each deviation of JSON from the schema that a pointer of `_spec.schema` leads to.

    Raises:
        FileNotFoundError: The generated package was installed without its schema.
    """
    seen = set()
    for error in errors(value, pointer):
        found = "missing" if _is_missing(error) else shown(error.instance)
        finding = (tuple(error.absolute_path), _expected(error), found)
        if finding not in seen:  # `type` and `const` say the same of a value that is neither
            seen.add(finding)
            yield finding


def errors(value: Any, pointer: str) -> Iterator[Any]:
    """Iterate over the deviations of JSON as jsonschema's errors; see `judge`.

    The path of an error ends at the member at fault, also if that is missing or unknown.
    """
    found: Iterator[Any] = _validator(pointer).iter_errors(value)
    return found


@cache
def _validator(pointer: str) -> Any:
    return _Validator(at(pointer))


def _reference(validator: Any, reference: str, instance: Any, _: Any) -> Iterator[ValidationError]:
    yield from validator.descend(instance, followed({"$ref": reference}))


def _required(_: Any, names: Sequence[str], instance: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        yield from (ValidationError("missing", path=[name]) for name in names if name not in instance)


def _properties(validator: Any, properties: Schema, instance: Any, schema: Schema) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        for name, value in instance.items():
            if name in properties:
                yield from validator.descend(value, properties[name], path=name, schema_path=name)
        if UNKNOWN not in schema:
            yield from _additional(validator, False, instance, schema)


def _additional(validator: Any, allowed: Any, instance: Any, schema: Schema) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        for name in (name for name in instance if name not in schema.get("properties", {})):
            if allowed is False:
                yield ValidationError("unknown", validator=UNKNOWN, path=[name], instance=instance[name])
            else:
                yield from validator.descend(instance[name], allowed, path=name)


def _any_of(validator: Any, branches: list[Schema], instance: Any, __: Any) -> Iterator[ValidationError]:
    leaves = [(n, leaf) for n, branch in enumerate(branches) for leaf in _leaves(branch)]
    typed = [(n, leaf) for n, leaf in leaves if _is_of_type(validator, leaf, instance)]
    if not typed:
        is_other_value = any("type" in leaf and validator.is_type(instance, leaf["type"]) for _, leaf in leaves)
        yield ValidationError("no branch fits", "enum" if is_other_value else "type")
        return
    meant = {n for n, leaf in typed if not _other_tag(leaf, instance)}
    if not meant:
        tag = next(filter(None, (_other_tag(leaf, instance) for _, leaf in typed)))
        tags = [value for _, leaf in typed for value in values(followed(leaf["properties"].get(tag, {})))]
        yield ValidationError("no such tag", "enum", [tag], instance=instance[tag], schema={"enum": tags})
        return
    found = [list(validator.descend(instance, branches[n])) for n in sorted(meant)]
    unknown = set.intersection(*({error.path[0] for error in one if _is_unknown(error)} for one in found))
    # A property is unknown if no branch that may be meant has it.
    found = [[error for error in one if not _is_unknown(error) or error.path[0] in unknown] for one in found]
    yield from min(found, key=len)


def _leaves(schema: Schema) -> Iterator[Schema]:
    """Iterate over the branches of a union, and of the unions inside it."""
    schema = followed(schema)
    if "anyOf" not in schema:
        yield schema
    for branch in schema.get("anyOf", ()):
        yield from _leaves(branch)


def _is_of_type(validator: Any, schema: Schema, instance: Any) -> bool:
    if allowed := values(schema):
        return instance in allowed
    return "type" not in schema or bool(validator.is_type(instance, schema["type"]))


def _other_tag(schema: Schema, instance: Any) -> str | None:
    """Return the name of the tag by which another schema is meant; `None` if there is none."""
    if not isinstance(instance, dict):
        return None
    tags = ((name, followed(one)) for name, one in schema.get("properties", {}).items() if name in instance)
    return next((name for name, one in tags if "const" in one and one["const"] != instance[name]), None)


def _is_missing(error: ValidationError) -> bool:
    return bool(error.validator == "required")


def _is_unknown(error: ValidationError) -> bool:
    return error.validator == UNKNOWN and len(error.path) == 1


_Validator = extend(
    Draft202012Validator,
    {"$ref": _reference, "required": _required, "properties": _properties, UNKNOWN: _additional, "anyOf": _any_of},
)


def _expected(error: ValidationError) -> str:
    match error.validator:
        case "required":
            return "required"
        case "additionalProperties":
            return "no such property"
        case "type" | "enum" | "const":
            return described(error.schema)
        case keyword:
            return f"{keyword} {_short(json.dumps(error.validator_value, default=str))}"


def described(schema: Any) -> str:
    """Describe the values that a schema allows, in a few words."""
    schema = followed(schema)
    if listed := values(schema):
        return one_of(listed)
    if "type" in schema:
        return str(schema["type"])
    leaves = list(_leaves(schema)) if "anyOf" in schema else []
    open_types = {leaf.get("type") for leaf in leaves if not values(leaf)}
    # If any string is allowed, listed ones do not matter.
    descriptions = [described(leaf) for leaf in leaves if not values(leaf) or leaf.get("type") not in open_types]
    return " or ".join(dict.fromkeys(descriptions)) or "anything"


def one_of(choices: Iterable[Any]) -> str:
    """List values as alternatives, cut after `EXCERPT` characters."""
    texts = list(dict.fromkeys(map(shown, choices)))
    return texts[0] if len(texts) == 1 else _short("one of " + ", ".join(texts))


def shown(value: Any) -> str:
    """Show a JSON value in a few characters, however large it is."""
    match value:
        case dict():
            return "an object"
        case list():
            return "an array"
        case str():
            return _short(repr(value[: 2 * EXCERPT]))
        case int() if not isinstance(value, bool) and value.bit_length() > EXCERPT:
            return "a huge integer"
    return json.dumps(value, default=repr)


def _short(text: str) -> str:
    return text if len(text) <= EXCERPT else text[:EXCERPT] + "..."
