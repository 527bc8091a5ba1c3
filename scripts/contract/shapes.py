"""What JSON a place takes, read off a schema or off an annotation, so that the two can be compared."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from chatcompletions_api.types import Unset

if TYPE_CHECKING:
    from scripts.contract.spec import Schema, Spec

_KINDS = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}


@dataclass(frozen=True)
class Shape:
    """The JSON types of a place, the values of its enum, the classes for its objects, the shape of its items."""

    kinds: frozenset[str]
    values: frozenset[str] = frozenset()
    classes: frozenset[type] = frozenset()
    items: Shape | None = None

    def __or__(self, other: Shape) -> Shape:
        items = self.items | other.items if self.items and other.items else self.items or other.items
        return Shape(self.kinds | other.kinds, self.values | other.values, self.classes | other.classes, items)


NOTHING = Shape(frozenset())
ANYTHING = Shape(frozenset({"anything"}))


def of_schema(spec: Spec, schema: Schema, above: tuple[str, ...] = ()) -> Shape:
    """Return what a schema allows; an array in itself, below one of `above`, is a list of anything in the package."""
    name = str(schema.get("$ref", "")) if isinstance(schema, dict) else ""
    if name in above:
        return ANYTHING
    shape = NOTHING
    for branch in spec.branches(schema):
        shape |= _of_branch(spec, branch, (*above, name) if name else above)
    return ANYTHING if ANYTHING.kinds <= shape.kinds else shape


def _of_branch(spec: Spec, branch: Schema, above: tuple[str, ...]) -> Shape:
    values = branch.get("enum")
    if values and {*map(type, values)} in ({str}, {int}):
        return Shape(frozenset({"enum"}), frozenset(values))
    if values and not any(isinstance(value, list | dict) for value in values):
        return Shape(frozenset(_KINDS[type(value)] for value in values))
    kind = spec.kind(branch)
    if kind == "array":
        return Shape(frozenset({kind}), items=of_schema(spec, spec.items(branch), above))
    return Shape(frozenset({kind})) if kind else ANYTHING


def of_annotation(annotation: Any) -> Shape:
    """Return what a type allows."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        shape = NOTHING
        for argument in arguments:
            shape |= of_annotation(argument)
        return shape
    if annotation is Any:
        return ANYTHING
    if origin is Literal:
        # A flag has no values to list: one that is always true is a flag.
        values = frozenset(one for one in arguments if not isinstance(one, bool))
        return Shape(frozenset({"enum"}), values) if values else Shape(frozenset({"boolean"}))
    if origin in (Iterable, list):
        return Shape(frozenset({"array"}), items=of_annotation(arguments[0]))
    if annotation is Unset:
        return NOTHING
    if typing.is_typeddict(annotation):
        return Shape(frozenset({"object"}))  # a mapping that is told in full, beside the model and any other mapping
    if annotation in _KINDS:
        return Shape(frozenset({_KINDS[annotation]}))
    cls = origin or annotation
    if not inspect.isclass(cls):
        raise TypeError(f"{annotation!r} stands for no JSON type that the contract tests know")
    return Shape(frozenset({"object"}), classes=frozenset({cls}))


def evaluated(declared: type) -> dict[str, Any]:
    """Evaluate the annotations of a class.

    Raises:
        AssertionError: If an annotation names something that `chatcompletions_api` no longer has.
    """
    try:
        return typing.get_type_hints(declared)
    except AttributeError as exc:
        raise AssertionError(
            f"an annotation of {declared.__name__} names what is gone ({exc}): correct it in {declared.__module__}"
        ) from None
