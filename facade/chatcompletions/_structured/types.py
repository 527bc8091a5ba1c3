"""From a Python type to its JSON Schema and the function that reads its values: one method for each kind of type."""

from __future__ import annotations

import collections.abc
import dataclasses
import json
import operator
import re
import types
import typing
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, NoReturn, TypeVar, Union, get_args, get_origin

from . import foreign
from .fields import Field, description_of, fields_of, value_of_alias
from .read import MISSING, SCALARS, InvalidValue, Read, Schema, distance, not_taken, same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_ARRAYS: dict[Any, Any] = {
    list: list,
    tuple: tuple,
    set: set,
    frozenset: frozenset,
    collections.abc.Sequence: list,
    collections.abc.MutableSequence: list,
    collections.abc.Collection: list,
    collections.abc.Iterable: list,
    collections.abc.Set: frozenset,
    collections.abc.MutableSet: set,
}
_KINDS = {str: "string", int: "integer", bool: "boolean", types.NoneType: "null"}
_MAPPINGS = (dict, collections.abc.Mapping, collections.abc.MutableMapping)
#: What may stand around the type of a field, and says nothing about its values.
_QUALIFIERS = ("Required", "NotRequired", "ReadOnly", "Final", "ClassVar")
#: The constraints that annotated_types, pydantic and msgspec write by the same names: keyword, test and words.
_BOUNDS: dict[str, tuple[str, Callable[[Any, Any], Any], str]] = {
    "gt": ("exclusiveMinimum", operator.gt, "more than"),
    "ge": ("minimum", operator.ge, "at least"),
    "lt": ("exclusiveMaximum", operator.lt, "less than"),
    "le": ("maximum", operator.le, "at most"),
    "multiple_of": ("multipleOf", lambda value, bound: value % bound == 0, "a multiple of"),
    "min_length": ("minLength", lambda value, bound: len(value) >= bound, "a length of at least"),
    "max_length": ("maxLength", lambda value, bound: len(value) <= bound, "a length of at most"),
    "pattern": ("pattern", lambda value, bound: re.search(bound, value), "text with the pattern"),
}


class Node(NamedTuple):
    """What is known of a type: its schema, and the function that reads its values."""

    schema: Schema
    read: Read


class Types:
    """The types that one type is made of.

    Args:
        strict: Make fields that have a default nullable, because strict mode requires every property.

    Attributes:
        definitions: The schemas of classes and aliases, to which `{"$ref": "#/$defs/..."}` refers.
    """

    def __init__(self, *, strict: bool) -> None:
        self.definitions: dict[str, Schema] = {}
        self._strict = strict
        self._names: dict[Any, str] = {}
        self._readers: dict[str, Read] = {}
        self._classes: list[Any] = []

    def node(self, tp: Any, where: str) -> Node:
        """Return the schema and the reader of a type.

        Args:
            tp: The type.
            where: The way to it, for messages, such as ``Recipe.steps[]``.

        Raises:
            TypeError: The type, or one within it, has no JSON form.
        """
        tp = types.NoneType if tp is None else tp
        if isinstance(tp, type) and tp in SCALARS:
            schema, read = SCALARS[tp]
            return Node(dict(schema), read)
        if tp is Any or tp is object:
            return Node({}, lambda value: value)
        origin, arguments = get_origin(tp), get_args(tp)
        if origin is Annotated:
            return self._annotated(tp, where)
        if origin is Union or origin is types.UnionType:
            return self._union(arguments, where)
        if origin is Literal:
            return _options(arguments, where)
        if isinstance(tp, dataclasses.InitVar):
            return self.node(tp.type, where)
        if getattr(origin, "_name", None) in _QUALIFIERS:
            return self.node(arguments[0], where)
        cls = origin or tp
        if cls in _ARRAYS:
            return self._array(cls, arguments, where)
        if cls in _MAPPINGS:
            return self._mapping(arguments or (str, Any), where)
        if hasattr(cls, "__value__"):
            return self._defined(tp, lambda _: self.node(value_of_alias(tp), where))
        if hasattr(tp, "__supertype__"):
            return self.node(tp.__supertype__, where)
        if isinstance(tp, TypeVar):
            bound = tp.__bound__ if tp.__bound__ is not None else tp.__constraints__ and Union[tp.__constraints__]  # noqa: UP007 - of a tuple
            return self.node(bound or Any, where)
        if tp is typing.Self and self._classes:
            return self.node(self._classes[-1], where)
        if isinstance(cls, type):
            return self._class(cls, tp, where)
        return _refuse(tp, where)

    def _class(self, cls: Any, tp: Any, where: str) -> Node:
        if issubclass(cls, Enum):
            return _options(tuple(cls), where)
        if (found := foreign.described(tp, strict=self._strict)) is not None:
            schema, read = found
            return Node(self._adopt(schema, type_name(tp)), read)
        fields = fields_of(tp, where)
        if fields is None:
            _refuse(tp, where)
        return self._defined(tp, lambda name: self._object(cls, fields, name, where or name))

    def _defined(self, tp: Any, make: Callable[[str], Node]) -> Node:
        key = repr(tp) if get_origin(tp) is not None else tp
        if key not in self._names:
            name = self._names[key] = self._free_name(type_name(tp))
            self.definitions[name] = {}  # taken, also while the schema of a recursive type is made
            self._classes.append(tp)
            self.definitions[name], self._readers[name] = make(name)
            self._classes.pop()
        name = self._names[key]
        return Node(_reference(name), self._readers.get(name) or (lambda value: self._readers[name](value)))

    def _free_name(self, name: str) -> str:
        return next(one for one in (name, *(f"{name}_{n}" for n in range(2, 10_000))) if one not in self.definitions)

    def _adopt(self, schema: Schema, name: str) -> Schema:
        """Take over the schema of another library with its definitions, and return a reference to it."""
        inner = schema.pop("$defs", {})
        names = {one: self._free_name(one) for one in inner}
        own = names.get(name) or self._free_name(name)
        places = {**{f"#/$defs/{one}": new for one, new in names.items()}, "#": own}

        def moved(part: Any) -> Any:
            if isinstance(part, list):
                return [moved(one) for one in part]
            if not isinstance(part, dict):
                return part
            found = {key: moved(value) for key, value in part.items()}
            if isinstance(reference := part.get("$ref"), str):
                found["$ref"] = f"#/$defs/{places.get(reference, reference)}"
            return found

        self.definitions |= {names[one]: moved(part) for one, part in inner.items()}
        if "$ref" in schema:
            return dict(moved(schema))
        self.definitions[own] = moved(schema)
        return _reference(own)

    def _object(self, cls: Any, fields: Sequence[Field], name: str, where: str) -> Node:
        properties: dict[str, Schema] = {}
        members: list[tuple[Field, Read, bool]] = []
        for one in fields:
            schema, read = self.node(one.type, f"{where}.{one.name}")
            takes_null = self._takes_null(schema)
            if not one.required and self._strict and not takes_null:
                words = {key: value for key, value in schema.items() if key == "description"}
                inner = {key: value for key, value in schema.items() if key != "description"}
                schema = {**_any_of([inner, {"type": "null"}]), **words}
            properties[one.name] = schema
            members.append((one, read, takes_null))
        required = [one.name for one in fields if one.required or self._strict]
        schema = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
        if text := description_of(cls):
            schema["description"] = text

        def read_object(value: Any) -> Any:
            if not isinstance(value, dict):
                raise InvalidValue(f"an object ({name})", value)
            arguments = {}
            for one, read, takes_null in members:
                item = value.get(one.name, MISSING)
                if not one.required and (item is MISSING or (item is None and not takes_null)):
                    continue
                try:
                    if item is MISSING:
                        raise InvalidValue("a value", item)
                    arguments[one.argument] = read(item)
                except InvalidValue as exc:
                    exc.keys.append(one.name)
                    raise
            try:
                return make(**arguments)
            except Exception as exc:  # what the class itself asks for
                raise not_taken(name, exc, value) from exc

        make = dict if hasattr(cls, "__required_keys__") else cls
        return Node(schema, read_object)

    def _takes_null(self, schema: Schema) -> bool:
        while "$ref" in schema:
            schema = self.definitions.get(schema["$ref"].rpartition("/")[2]) or {"type": "object"}
        if "anyOf" in schema:
            return any(map(self._takes_null, schema["anyOf"]))
        options = [schema["const"]] if "const" in schema else schema.get("enum")
        kinds = schema.get("type", "null")
        return None in options if options is not None else kinds == "null" or "null" in kinds

    def _union(self, arguments: tuple[Any, ...], where: str) -> Node:
        nodes = [self.node(one, where) for one in arguments]
        definitions = self.definitions

        def read(value: Any) -> Any:
            failure: InvalidValue | None = None
            for node in sorted(nodes, key=lambda one: distance(value, one.schema, definitions)):
                try:
                    return node.read(value)
                except InvalidValue as exc:
                    failure = failure or exc
            if failure is None:  # a union has members
                raise TypeError("an empty union")
            if not failure.keys:
                failure.expected = " or ".join(dict.fromkeys(map(_words, arguments)))
            raise failure

        return Node(_any_of([node.schema for node in nodes]), read)

    def _annotated(self, tp: Any, where: str) -> Node:
        inner, *notes = get_args(tp)
        schema, read = self.node(inner, where)
        schema = dict(schema)
        for note in notes:
            text = note if isinstance(note, str) else getattr(note, "description", None)
            text = text or getattr(note, "documentation", None)
            if isinstance(text, str):
                schema["description"] = " ".join(text.split())
            for one in (note, *(getattr(note, "metadata", None) or ())):
                for name, (keyword, test, expected) in _BOUNDS.items():
                    bound = None if isinstance(one, str) else getattr(one, name, None)
                    if bound is not None:
                        is_array = keyword.endswith("Length") and "items" in schema
                        schema[keyword.replace("Length", "Items") if is_array else keyword] = bound
                        read = _bounded(read, test, bound, expected)
        return Node(schema, read)

    def _array(self, cls: Any, arguments: tuple[Any, ...], where: str) -> Node:
        make = _ARRAYS[cls]
        if make is tuple and arguments[-1:] != (Ellipsis,) and len(arguments) > 0:
            return self._tuple(arguments, where)
        schema, read = self.node(arguments[0] if arguments else Any, f"{where}[]")
        array: Schema = {"type": "array", "items": schema}
        if make in (set, frozenset):
            array["uniqueItems"] = True
        return Node(array, _each(make, lambda _: read))

    def _tuple(self, arguments: tuple[Any, ...], where: str) -> Node:
        nodes = [self.node(one, f"{where}[{place}]") for place, one in enumerate(arguments)]
        length = len(nodes)
        array: Schema = {"type": "array", "minItems": length, "maxItems": length}
        if all(node.schema == nodes[0].schema for node in nodes):
            array["items"] = nodes[0].schema
        else:
            array |= {"prefixItems": [node.schema for node in nodes], "items": False}
        return Node(array, _each(tuple, lambda place: nodes[place].read, length))

    def _mapping(self, arguments: tuple[Any, ...], where: str) -> Node:
        key, item = self.node(arguments[0], f"{where}{{key}}"), self.node(arguments[1], f"{where}[...]")
        is_number = key.schema.get("type") == "integer"

        def read(value: Any) -> Any:
            if not isinstance(value, dict):
                raise InvalidValue("an object", value)
            found = {}
            for name, one in value.items():
                try:
                    found[key.read(int(name) if is_number and name.isdecimal() else name)] = item.read(one)
                except InvalidValue as exc:
                    exc.keys.append(name)
                    raise
            return found

        return Node({"type": "object", "additionalProperties": item.schema or True}, read)


def _reference(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _any_of(schemas: list[Schema]) -> Schema:
    found: list[Schema] = []
    for schema in schemas:
        found += schema["anyOf"] if schema.keys() == {"anyOf"} else [schema]
    return {"anyOf": [one for place, one in enumerate(found) if one not in found[:place]]}


def _bounded(read: Read, test: Callable[[Any, Any], Any], bound: Any, expected: str) -> Read:
    def bounded(value: Any) -> Any:
        found = read(value)
        if not test(found, bound):
            raise InvalidValue(f"{expected} {bound}", value)
        return found

    return bounded


def _each(make: Callable[[Iterable[Any]], Any], read_of: Callable[[int], Read], length: int | None = None) -> Read:
    def read(value: Any) -> Any:
        if not isinstance(value, list):
            raise InvalidValue("an array", value)
        if length is not None and len(value) != length:
            raise InvalidValue(f"{length} items", value)
        found = []
        for place, one in enumerate(value):
            try:
                found.append(read_of(place)(one))
            except InvalidValue as exc:
                exc.keys.append(place)
                raise
        return make(found)

    return read


def _options(options: tuple[Any, ...], where: str) -> Node:
    """Return the node of an enum's members, or of literals."""
    pairs = [(one.value if isinstance(one, Enum) else one, one) for one in options]
    kinds = list(dict.fromkeys(_KINDS.get(type(value), "") for value, _ in pairs))
    if "" in kinds or not pairs:
        raise TypeError(f"{where or 'the type'}: the values must be text, whole numbers, booleans or null")
    values = [value for value, _ in pairs]
    schema: Schema = {"const": values[0]} if len(values) == 1 else {"enum": values}
    expected = " or ".join(json.dumps(value, ensure_ascii=False) for value in values)

    def read(value: Any) -> Any:
        for known, member in pairs:
            if same(value, known):
                return member
        raise InvalidValue(expected, value)

    return Node({**schema, "type": kinds[0] if len(kinds) == 1 else kinds}, read)


def type_name(tp: Any) -> str:
    """Return a name for a type that may stand in a schema, such as ``Box_int``."""
    tp = get_args(tp)[0] if get_origin(tp) is Annotated else tp
    text = getattr(tp, "__name__", "") if get_origin(tp) is None else ""
    text = text or re.sub(r"\b\w+\.|<locals>\.|typing\.", "", repr(tp).replace(" | ", "_or_"))
    return re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_")[:60] or "value"


def _words(tp: Any) -> str:
    """Return the name of a type for a message."""
    names = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
    return "null" if tp in (None, types.NoneType) else names.get(tp) or type_name(tp)


def name_of(tp: Any) -> str:
    """Return a type as it is written, for a message."""
    name = getattr(tp, "__qualname__", "") if get_origin(tp) is None else ""
    return name.rpartition("<locals>.")[2] or re.sub(r"\b(?:\w+\.)+(?:<locals>\.)?", "", repr(tp))


def _refuse(tp: Any, where: str) -> NoReturn:
    advice = (
        "write a type that has one: a class with annotated fields (attrs, a data class, a TypedDict, pydantic, "
        "msgspec), list[...], an enum, Literal, str, int, float, bool, datetime, UUID or Decimal"
    )
    if tp in (bytes, bytearray):
        advice = "write str, and decode its base64"
    raise TypeError(f"{where}{': ' if where else ''}{name_of(tp)} has no JSON form; {advice}")
