"""The fields of a class, whatever made it: their names in JSON, the arguments that they are, and their types."""

from __future__ import annotations

import dataclasses
import inspect
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping


class Field(NamedTuple):
    """A field of a class.

    Attributes:
        name: Its name in JSON.
        argument: The argument of the class that it is.
        type: Its type.
        required: Whether it has no default.
    """

    name: str
    argument: str
    type: Any
    required: bool


def fields_of(tp: Any, where: str) -> list[Field] | None:
    """Return the fields that make an object of a class; `None` if it is no class with fields.

    Raises:
        TypeError: An annotation names something that cannot be found.
    """
    cls = get_origin(tp) or tp
    if hasattr(cls, "__required_keys__"):
        return [_key(cls, name, hint) for name, hint in _hints(tp, where).items()]
    if attrs.has(cls):
        return [
            Field(one.alias, one.alias, hint, one.default is attrs.NOTHING)
            for one in attrs.fields(cls)
            if one.init and (hint := _hints(tp, where).get(one.name, one.type)) is not None
        ]
    if dataclasses.is_dataclass(cls):
        hints, nothing = _hints(tp, where), dataclasses.MISSING
        known: dict[str, Any] = cls.__dataclass_fields__  # with those that are for __init__ alone
        return [
            Field(name, name, hints[name], one.default is nothing and one.default_factory is nothing)
            for name, one in known.items()
            if one.init and getattr(one._field_type, "name", "") != "_FIELD_CLASSVAR"
        ]
    if issubclass(cls, tuple) and (names := getattr(cls, "_fields", None)) is not None:
        hints, defaults = _hints(tp, where), getattr(cls, "_field_defaults", {})
        return [Field(name, name, hints.get(name, Any), name not in defaults) for name in names]
    return None


def description_of(cls: Any) -> str | None:
    """Return what the docstring of a class says, unless a library wrote it."""
    text = vars(cls).get("__doc__")
    if not isinstance(text, str) or text.startswith(f"{cls.__name__}("):
        return None
    return " ".join(text.partition("\n\n")[0].split()) or None


def value_of_alias(tp: Any) -> Any:
    """Return what an alias stands for, one with arguments too."""
    alias = get_origin(tp) or tp
    holder = SimpleNamespace(__annotations__={"value": alias.__value__})
    known = {**vars(sys.modules[alias.__module__]), alias.__name__: alias}
    value = get_type_hints(holder, known, include_extras=True)["value"]
    return _filled(value, dict(zip(getattr(alias, "__type_params__", ()), get_args(tp), strict=False)))


def _key(cls: Any, name: str, hint: Any) -> Field:
    required = name in cls.__required_keys__
    while (mark := getattr(get_origin(hint), "_name", None)) in ("Required", "NotRequired", "ReadOnly"):
        required = required if mark == "ReadOnly" else mark == "Required"
        hint = get_args(hint)[0]
    return Field(name, name, hint, required)


def _hints(tp: Any, where: str) -> dict[str, Any]:
    """Return the annotations of a class, evaluated, with the arguments of a generic one put in."""
    cls = get_origin(tp) or tp
    try:
        hints = get_type_hints(
            cls, localns={**vars(sys.modules[cls.__module__]), cls.__name__: cls}, include_extras=True
        )
    except NameError as exc:
        raise TypeError(
            f"{where or cls.__name__}: an annotation of {cls.__name__} names {exc.name!r}, which its module does not "
            "have: define it there rather than within a function"
        ) from None
    own = dict(zip(getattr(cls, "__parameters__", ()), get_args(tp), strict=False))
    owners = {name: bindings for base, bindings in _lineage(cls, own) for name in _own_names(base)}
    return {name: _filled(hint, owners.get(name, own)) for name, hint in hints.items()}


def _own_names(cls: Any) -> Mapping[str, Any]:
    return inspect.get_annotations(cls)


def _lineage(cls: Any, bindings: Mapping[Any, Any]) -> list[tuple[Any, Mapping[Any, Any]]]:
    """Return a class and its bases, the furthest ones first, each with the arguments that its parameters have."""
    found: list[tuple[Any, Mapping[Any, Any]]] = []
    for base in getattr(cls, "__orig_bases__", cls.__bases__):
        origin = get_origin(base) or base
        if isinstance(origin, type) and origin is not object:
            arguments = [_filled(one, bindings) for one in get_args(base)]
            inner = dict(zip(getattr(origin, "__parameters__", ()), arguments, strict=False))
            found += _lineage(origin, inner)
    # A TypedDict has the annotations of its bases as its own: theirs are bound already.
    inherited = {name for base, _ in found for name in _own_names(base)} if hasattr(cls, "__required_keys__") else ()
    return [(cls, bindings), *found] if inherited else [*found, (cls, bindings)]


def _filled(hint: Any, bindings: Mapping[Any, Any]) -> Any:
    if isinstance(hint, TypeVar):
        return bindings.get(hint, hint)
    parameters = getattr(hint, "__parameters__", ())
    if not bindings or not parameters or (isinstance(hint, type) and get_origin(hint) is None):
        return hint
    generic: Any = hint
    return generic[tuple(bindings.get(one, one) for one in parameters)]
