"""Judge JSON by the pinned spec, through jsonschema: what departs from it, and what the spec says there.

jsonschema says of an alternative that none of its branches fits. Here the branch is chosen that was meant, by the
field that tags it or by its type, and what departs from that one is told.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import ValidationError  # type: ignore[import-untyped]
from jsonschema.validators import extend  # type: ignore[import-untyped]

from .file import read_spec
from .schemas import KNOWN, Schemas

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

#: A departure: where it is, what the spec says, what came.
Found = tuple[tuple[str | int, ...], str, str]

MISSING = "missing"
#: How much of a value or of a list of choices is shown, in characters.
EXCERPT = 120


@cache
def schemas() -> Schemas:
    """Return the schemas of the pinned spec."""
    return Schemas(read_spec())


def judge(value: Any, reference: str) -> Iterator[Found]:
    """Find what departs from a schema.

    Args:
        value: JSON.
        reference: Where the schema stands in `Schemas.root`, such as ``whole/CompletionUsage``.
    """
    seen = set()
    for error in _validator(reference).iter_errors(value):
        for found in _told(error):
            if found not in seen:
                seen.add(found)
                yield found


def at(reference: str) -> Any:
    """Return what stands there in `Schemas.root`, or `None`."""
    found: Any = schemas().root
    for step in reference.split("/"):
        found = found.get(step) if isinstance(found, dict) else None
    return found


@cache
def _validator(reference: str) -> Any:
    return _Validator({**schemas().root, "$ref": f"#/{reference}"})


def _check_required(_: Any, required: Sequence[str], instance: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        yield from (ValidationError(MISSING, path=[name]) for name in required if name not in instance)


def _check_known(_: Any, names: Sequence[str], instance: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        for name, value in instance.items():
            if name not in names:
                yield ValidationError("unknown", path=[name], instance=value)


# Our own, because those of the library tell the property in prose alone.
_Validator = extend(Draft202012Validator, {"required": _check_required, KNOWN: _check_known})


def _told(error: ValidationError) -> Iterator[Found]:
    path = tuple(error.absolute_path)
    match error.validator:
        case "required":
            yield path, "required", MISSING
        case keyword if keyword == KNOWN:
            yield path, "no such property", shown(error.instance)
        case "anyOf" | "oneOf":
            yield from _told_of_union(error, path)
        case "type" | "enum" | "const":
            yield path, _described(error.schema), shown(error.instance)
        case keyword:
            yield path, f"{keyword} {_short(json.dumps(error.validator_value, default=str))}", shown(error.instance)


def _told_of_union(error: ValidationError, path: tuple[str | int, ...]) -> Iterator[Found]:
    branches: dict[str | int, list[ValidationError]] = {}
    for inner in error.context:
        branches.setdefault(inner.relative_schema_path[0], []).append(inner)
    meant = [errors for errors in branches.values() if not any(map(_is_of_other_type, errors))]
    if not meant:
        yield path, _described(error.schema), shown(error.instance)
        return
    tagged = [errors for errors in meant if not any(map(_is_other_tag, errors))]
    if not tagged and len(meant) > 1:
        tags = [inner for errors in meant for inner in errors if _is_other_tag(inner)]
        yield tuple(tags[0].absolute_path), _one_of(_values(tag.schema)[0] for tag in tags), shown(tags[0].instance)
        return
    for inner in min(tagged or meant, key=len):
        yield from _told(inner)


def _is_of_other_type(error: ValidationError) -> bool:
    if error.relative_path:
        return False
    if error.validator in ("anyOf", "oneOf"):
        return bool(error.context) and all(map(_is_of_other_type, error.context))
    return error.validator in ("type", "enum", "const")


def _is_other_tag(error: ValidationError) -> bool:
    return error.validator in ("enum", "const") and len(error.relative_path) == 1 and len(_values(error.schema)) == 1


def _values(schema: Any) -> list[Any]:
    values: list[Any] = [schema["const"]] if "const" in schema else schema.get("enum", [])
    return values


def _described(schema: Any) -> str:
    """Say in a few words what a schema asks for."""
    if not isinstance(schema, dict):
        return "anything"
    if "$ref" in schema:
        return _described(at(schema["$ref"].removeprefix("#/")))
    if values := _values(schema):
        return _one_of(values)
    if "type" in schema:
        types = schema["type"]
        return " or ".join(types) if isinstance(types, list) else str(types)
    branches = [_described(branch) for key in ("anyOf", "oneOf") for branch in schema.get(key, ())]
    return " or ".join(dict.fromkeys(branches)) or "object"


def _one_of(values: Iterable[Any]) -> str:
    choices = list(dict.fromkeys(shown(value) for value in values))
    return choices[0] if len(choices) == 1 else _short("one of " + ", ".join(choices))


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
