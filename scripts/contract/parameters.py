"""The parameters of each call, in the pin, in the generated package and in the facade, and how they differ."""

from __future__ import annotations

import keyword
import types
import typing
from typing import TYPE_CHECKING, Any

import attrs

from chatcompletions._params import CallOptions
from chatcompletions._requests.operations import OPERATIONS
from scripts import naming
from scripts.contract.differences import (
    WHERE,
    class_differences,
    name_differences,
    required_differences,
    shape_difference,
)
from scripts.contract.layers import endpoint_modules, keywords, wire_names
from scripts.contract.shapes import Shape, evaluated, of_annotation, of_schema
from scripts.operations import CHAT_OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scripts.contract.spec import Operation, Schema, Spec

ADD, MOVE, RETYPE = "add it there", f"move it in {WHERE}", f"correct its annotation in {WHERE}"
GENERATE = "run make generate"
# What a parameter takes beyond the API's own types, and why.
WIDER = {("create", "messages"): "string"}  # text alone is what the user says
CALLS = {name: operation.params for name, operation in OPERATIONS.items()}
OPTIONS = {*CallOptions.__annotations__, "max_items"}
_TEXT = Shape(frozenset({"string"}))
_EXTRAS = {"query": "extra_query", "header": "extra_headers", "cookie": "extra_headers"}
_OF_CLIENT = {"query": "params", "header": "headers", "cookie": "cookies"}
"""Options of the client for what stands beside the body of every call, by where it stands."""


def present(spec: Spec) -> dict[str, Operation]:
    """Return the operation of each call, where the spec has it."""
    operations = spec.operations()
    return {one.call: operations[one.module] for one in CHAT_OPERATIONS if one.module in operations}


def member_names(model: Any) -> dict[str, str]:
    """Return for each field of a generated model the name that it has on the wire."""
    names = [one.name for one in attrs.fields(model) if one.init]
    return {field: name for name, field in model(**{name: name for name in names}).to_dict().items()}


def body_models(operation: Operation) -> list[Any]:
    """Return the generated models of an operation's request body: one, several for a union, none for no object."""
    declared = endpoint_modules()[operation.name]._get_kwargs.__annotations__.get("body")
    branches = typing.get_args(declared) if typing.get_origin(declared) is types.UnionType else (declared,)
    return [one for one in branches if hasattr(one, "__attrs_attrs__")]


def spelling(spec: Spec, operation: Operation) -> dict[str, str]:
    """Return, by its name on the wire, the keyword of each parameter that stands beside path and body."""
    names = {wire: name for name, wire in wire_names(endpoint_modules()[operation.name]).items()}
    members = spec.properties(operation.body) if operation.body else {}
    return {wire: name for wire, name in names.items() if wire not in members}


def generated_parameters(operation: Operation) -> dict[str, Any]:
    """Return the annotations of what the endpoint function takes, by names on the wire, members of a body too."""
    module = endpoint_modules()[operation.name]
    taken = keywords(module)
    found = {wire: taken[name].annotation for name, wire in wire_names(module).items()}
    for model in body_models(operation):
        hints = evaluated(model)
        found |= {name: hints[field] for field, name in member_names(model).items()}
    return found


def facade_parameters(spec: Spec, call: str) -> dict[str, Any]:
    """Return the annotations of the API's parameters of a call, those in the method's signature included."""
    wire = {name: wire for wire, name in spelling(spec, present(spec)[call]).items()}
    own = {wire.get(name, name): hint for name, hint in evaluated(CALLS[call]).items() if name not in OPTIONS}
    if call == "create":
        own["stream"] = bool | None  # the overloads tell its values apart; tests/typing holds them to it
    return own


def facade_name_differences(spec: Spec, call: str) -> list[str]:
    """Compare the names that the spec has with those of the TypedDict."""
    operation, cls = present(spec)[call], CALLS[call]
    spelled, having = spelling(spec, operation), {*facade_parameters(spec, call)}
    found, named = [], set()
    nameless = _nameless({*spec.keywords(operation)}, {*generated_parameters(operation)})
    for name in sorted(spec.keywords(operation)):
        beside = operation.parameters.get(name, {}).get("in", "") if name in operation.aside() else ""
        extra = _EXTRAS.get(beside, "extra_body") if name in spelled or name in nameless else "extra_body"
        given = spelled.get(name, name)
        if given in OPTIONS:
            found.append(
                f"openapi.yaml has the {call} parameter {name!r}, but {given!r} is an option of every call: "
                f"callers give it in {extra}"
            )
        elif name in nameless:
            found.append(
                f"openapi.yaml has the {call} parameter {name!r}, whose name is another one's in Python: "
                f"callers give it in {extra}"
            )
        elif cls is CallOptions:
            is_needed = name in spec.required_keywords(operation)
            found.append(
                f"openapi.yaml has the {call} parameter {name!r}, for which the facade's {call} has no keyword: "
                f"add one as CONTRIBUTING.md says; until then {'it fails' if is_needed else f'callers use {extra}'}"
            )
        elif given.isidentifier() and not keyword.iskeyword(
            given
        ):  # no other name can be a keyword: extra_body takes it
            named.add(name)
    found += name_differences(call, named, having, cls.__name__, WHERE, ADD, spelled)
    return [*found, *_sent_otherwise(operation, call, named - having)]


def _nameless(named: set[str], having: set[str]) -> set[str]:
    """Return the names that code lacks because what it has takes their place: `a b` is in Python what `a-b` is."""
    taken = {naming.attribute(name) for name in having}
    return {name for name in named - having if naming.attribute(name) in taken}


def _sent_otherwise(operation: Operation, call: str, lacking: set[str]) -> list[str]:
    """Say how parameters are given that the facade lacks and the document requires, or that code cannot write."""
    found = [
        f"openapi.yaml has the {call} parameter {name!r}, whose members code cannot write under its name: callers give "
        "them in extra_query"
        for name in sorted(operation.apart())
    ]
    found += [
        f"{CALLS[call].__name__} has to take text as {name!r}, as it stands in the query: openapi.yaml gives it a form "
        "that code does not write"
        for name in sorted(operation.texts() & lacking)
    ]
    needed = {name: one["in"] for name, one in operation.parameters.items() if one.get("required") and name in lacking}
    return found + [
        f"openapi.yaml requires the {call} parameter {name!r}, which the facade lacks: until it is added, callers give "
        f"it to the client, as in ChatClient({_OF_CLIENT[where]}={{{name!r}: ...}})"
        for name, where in sorted(needed.items())
    ]


def facade_required_differences(spec: Spec, call: str) -> list[str]:
    """Compare what the spec requires with what the TypedDict does."""
    operation, cls = present(spec)[call], CALLS[call]
    wire = {name: wire for wire, name in spelling(spec, operation).items()}
    shared = spec.keywords(operation).keys() & facade_parameters(spec, call)
    needed = {wire.get(name, name) for name in cls.__required_keys__}
    return required_differences(call, spec.required_keywords(operation) & shared, needed & shared, cls.__name__, MOVE)


def facade_type_differences(spec: Spec, call: str) -> list[str]:
    """Compare the types of the spec with the annotations of the TypedDict."""
    ours, found = facade_parameters(spec, call), []
    for name, schema in _shared(spec, call, ours).items():
        wider = Shape(frozenset({WIDER[call, name]} if (call, name) in WIDER else ()))
        shapes = of_schema(spec, schema) | wider, of_annotation(ours[name])
        found += shape_difference(call, name, *shapes, CALLS[call].__name__, RETYPE)
    return found


def facade_class_differences(spec: Spec, call: str) -> list[str]:
    """Compare the models that the generated package takes with those of the TypedDict."""
    theirs, ours = generated_parameters(present(spec)[call]), facade_parameters(spec, call)
    found = []
    for name in (name for name in theirs if name in ours):
        shapes = of_annotation(theirs[name]), of_annotation(ours[name])
        found += class_differences(call, name, *shapes, CALLS[call].__name__)
    return found


def generated_name_differences(spec: Spec, call: str) -> list[str]:
    """Compare the names that the spec has with those of the generated model or function."""
    operation = present(spec)[call]
    named, having = {*spec.keywords(operation)}, {*generated_parameters(operation)}
    named -= _nameless(named, having)
    return name_differences(call, named, having, operation.name, "generated/chatcompletions_api", GENERATE)


def generated_required_differences(spec: Spec, call: str) -> list[str]:
    """Compare what the spec requires with what the generated request cannot be made without."""
    operation = present(spec)[call]
    module = endpoint_modules()[operation.name]
    taken = keywords(module)
    needed = {wire for name, wire in wire_names(module).items() if taken[name].default is taken[name].empty}
    if models := body_models(operation):
        needed |= set.intersection(*map(_needed_members, models))
    return required_differences(call, spec.required_keywords(operation), needed, operation.name, GENERATE)


def _needed_members(model: Any) -> set[str]:
    names = member_names(model)
    return {names[one.name] for one in attrs.fields(model) if one.init and one.default is attrs.NOTHING}


def generated_type_differences(spec: Spec, call: str) -> list[str]:
    """Compare the types of the spec with those of the generated package.

    Beside a body nothing can be null, and what may be an object is one; as text a header can be anything.
    """
    operation = present(spec)[call]
    theirs, aside, found = generated_parameters(operation), spelling(spec, operation), []
    for name, schema in _shared(spec, call, theirs).items():
        shape, code = of_schema(spec, schema), of_annotation(theirs[name])
        if name in aside:
            if operation.parameters[name]["in"] != "query" and code == _TEXT:
                continue
            kinds = frozenset({"object"}) & shape.kinds or shape.kinds - {"null"} or _TEXT.kinds
            shape = Shape(kinds, shape.values, shape.classes, shape.items if "array" in kinds else None)
        found += shape_difference(call, name, shape, code, operation.name, GENERATE)
    return found


def _shared(spec: Spec, call: str, code: Mapping[str, Any]) -> dict[str, Schema]:
    """Return the schemas of the parameters that code has too; the differences of names tell of the others."""
    return {name: schema for name, schema in spec.keywords(present(spec)[call]).items() if name in code}
