"""The parameters of each call, in the pin, in the generated package and in the facade, and how they differ."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import attrs

from chatcompletions._params import CallOptions, CreateParams, ListParams, MessagesParams, UpdateParams
from scripts.contract.differences import (
    WHERE,
    class_differences,
    name_differences,
    required_differences,
    shape_difference,
)
from scripts.contract.layers import endpoint_modules
from scripts.contract.shapes import Shape, evaluated, of_annotation, of_schema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scripts.contract.spec import Operation, Schema, Spec

ADD, MOVE, RETYPE = "add it there", f"move it in {WHERE}", f"correct its annotation in {WHERE}"
GENERATE = "run make generate"
# What a parameter takes beyond the API's own types, and why.
WIDER = {("create", "messages"): "string"}  # text alone is what the user says
CALLS: dict[str, tuple[str, Any]] = {
    "create": ("create_chat_completion", CreateParams),
    "list": ("list_chat_completions", ListParams),
    "messages": ("get_chat_completion_messages", MessagesParams),
    "update": ("update_chat_completion", UpdateParams),
}


def present(spec: Spec) -> dict[str, Operation]:
    """Return the operation of each call that takes parameters, where the spec has it."""
    operations = spec.operations()
    return {call: operations[name] for call, (name, _) in CALLS.items() if name in operations}


def wire_names(model: Any) -> dict[str, str]:
    """Return for each field of a generated model the name that it has on the wire."""
    names = [one.name for one in attrs.fields(model) if one.init]
    return {field: name for name, field in model(**{name: name for name in names}).to_dict().items()}


def body_model(operation: Operation) -> Any:
    """Return the generated model of an operation's request body."""
    return inspect.signature(endpoint_modules()[operation.name]._get_kwargs).parameters["body"].annotation


def generated_parameters(operation: Operation) -> dict[str, Any]:
    """Return the annotations of the request model, or of the query parameters of the endpoint function."""
    if not operation.body:
        keywords = inspect.signature(endpoint_modules()[operation.name]._get_kwargs).parameters.values()
        return {one.name: one.annotation for one in keywords if one.kind is one.KEYWORD_ONLY}
    model = body_model(operation)
    hints = evaluated(model)
    return {name: hints[field] for field, name in wire_names(model).items()}


def facade_parameters(call: str) -> dict[str, Any]:
    """Return the annotations of the API's parameters of a call, those in the method's signature included."""
    params = CALLS[call][1]
    hints = evaluated(params)
    own = {name: hint for name, hint in hints.items() if name not in CallOptions.__annotations__}
    if call == "create":
        own["stream"] = bool | None  # the overloads tell its values apart; tests/typing holds them to it
    return own


def facade_name_differences(spec: Spec, call: str) -> list[str]:
    """Compare the names that the spec has with those of the TypedDict."""
    named, having = {*spec.keywords(present(spec)[call])}, {*facade_parameters(call)}
    return name_differences(call, named, having, CALLS[call][1].__name__, WHERE, ADD)


def facade_required_differences(spec: Spec, call: str) -> list[str]:
    """Compare what the spec requires with what the TypedDict does."""
    named, params = spec.required_keywords(present(spec)[call]), CALLS[call][1]
    shared = spec.keywords(present(spec)[call]).keys() & params.__annotations__
    return required_differences(call, named & shared, params.__required_keys__ & shared, params.__name__, MOVE)


def facade_type_differences(spec: Spec, call: str) -> list[str]:
    """Compare the types of the spec with the annotations of the TypedDict."""
    ours, found = facade_parameters(call), []
    for name, schema in _shared(spec, call, ours).items():
        wider = Shape(frozenset({WIDER[call, name]} if (call, name) in WIDER else ()))
        shapes = of_schema(spec, schema) | wider, of_annotation(ours[name])
        found += shape_difference(call, name, *shapes, CALLS[call][1].__name__, RETYPE)
    return found


def facade_class_differences(spec: Spec, call: str) -> list[str]:
    """Compare the models that the generated package takes with those of the TypedDict."""
    theirs, ours = generated_parameters(present(spec)[call]), facade_parameters(call)
    found = []
    for name in (name for name in theirs if name in ours):
        shapes = of_annotation(theirs[name]), of_annotation(ours[name])
        found += class_differences(call, name, *shapes, CALLS[call][1].__name__)
    return found


def generated_name_differences(spec: Spec, call: str) -> list[str]:
    """Compare the names that the spec has with those of the generated model or function."""
    operation = present(spec)[call]
    named, having = {*spec.keywords(operation)}, {*generated_parameters(operation)}
    return name_differences(call, named, having, operation.name, "generated/chatcompletions_api", GENERATE)


def generated_required_differences(spec: Spec, call: str) -> list[str]:
    """Compare what the spec requires with what the generated request model cannot be made without."""
    operation = present(spec)[call]
    if not operation.body:
        return []
    model = body_model(operation)
    needed = {wire_names(model)[one.name] for one in attrs.fields(model) if one.init and one.default is attrs.NOTHING}
    return required_differences(call, spec.required_keywords(operation), needed, model.__name__, GENERATE)


def generated_type_differences(spec: Spec, call: str) -> list[str]:
    """Compare the types of the spec with those of the generated package; a query cannot hold a null."""
    operation = present(spec)[call]
    theirs, found = generated_parameters(operation), []
    for name, schema in _shared(spec, call, theirs).items():
        shape = of_schema(spec, schema)
        if not operation.body:
            shape = Shape(shape.kinds - {"null"}, shape.values, shape.classes, shape.items)
        found += shape_difference(call, name, shape, of_annotation(theirs[name]), operation.name, GENERATE)
    return found


def _shared(spec: Spec, call: str, code: Mapping[str, Any]) -> dict[str, Schema]:
    """Return the schemas of the parameters that code has too; the differences of names tell of the others."""
    return {name: schema for name, schema in spec.keywords(present(spec)[call]).items() if name in code}
