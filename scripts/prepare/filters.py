"""Rewrite the parameters that the generator would send wrongly, or refuse."""

from copy import deepcopy

from scripts import naming
from scripts.errors import PrepareError
from scripts.schema.styles import DEEP, STYLES, is_exploded, style_of
from scripts.schema.unions import NULL, flatten_union
from scripts.schema.walk import Schema, notes, operations, ref_name, ref_to, schemas_of, shape


def settle_parameters(document: Schema) -> None:
    """Give each object in a query a component that knows the prefix of its keys, and let no parameter be null.

    Evidence: the API wants `metadata[topic]=rivers`; the generator ignores `style` and would send `topic=rivers`, or
    the repr of a dict. `x-query-prefix` makes the model template write `metadata[topic]`. A query has no null. The
    generator drops an operation with a constant, a list or an object in a header: such a parameter becomes text. So
    does one in a style that the generator does not know, such as `pipeDelimited`: the caller writes it, in both layers.
    An object whose members stand in the query by themselves is none of the function's parameters.

    Raises:
        PrepareError: If the path is written in a style that the generator does not know.
    """
    for _path, _method, operation in operations(document):
        named = [one for one in operation["parameters"] if not _is_apart(document, one)]
        operation["parameters"] = named
        for parameter in named:
            branches = [b for b in parameter["schema"].get("anyOf", []) if shape(b) != NULL]
            if branches:
                parameter["schema"] = flatten_union(parameter["schema"] | {"anyOf": branches})
            if not _can_be_sent(document, parameter, operation["operationId"]) or shape(parameter["schema"]) == NULL:
                parameter["schema"] = notes(parameter["schema"]) | {"type": "string"}
            for key in ("style", "explode"):
                parameter.pop(key, None)
            found = _object_in(document, parameter["schema"])
            if found is not None and parameter["in"] == "query":
                parameter["schema"] = _filter(document, parameter, found)


def _can_be_sent(document: Schema, parameter: Schema, operation: str) -> bool:
    """Tell whether the generated code writes a parameter as its style asks; else it has to be given as text."""
    style = style_of(parameter)
    if parameter["in"] == "path" and style != STYLES["path"]:
        raise PrepareError(
            f"{operation}: {parameter['name']!r} stands in the path in the style {style!r}, which the generator cannot "
            "write; call the operation by hand, without it in the document"
        )
    if parameter["in"] != "query":
        return _is_scalar(document, parameter["schema"])
    is_repeated, is_deep = is_exploded(parameter), style == DEEP or "style" not in parameter
    return all(
        _is_scalar(document, branch, with_constants=True)
        or (branch.get("type") == "object" and is_repeated and is_deep)
        or (branch.get("type") == "array" and is_repeated and style != DEEP and _are_flat(document, branch["items"]))
        for branch in _branches(document, parameter["schema"])
    )


def _is_apart(document: Schema, parameter: Schema) -> bool:
    """Tell whether no member of an object stands in the query under the parameter's name, as far as code can write."""
    objects = [one for one in _branches(document, parameter["schema"]) if one.get("type") == "object"]
    if parameter["in"] != "query" or not objects or not is_exploded(parameter):
        return False
    is_deep = parameter.get("style", DEEP) == DEEP
    return not is_deep or not all(_is_deep(document, one, []) for one in objects)


def _branches(document: Schema, schema: Schema) -> list[Schema]:
    """Return the alternatives of a schema, references followed; null and anything at all are none."""
    if (name := ref_name(schema)) is not None:
        return _branches(document, schemas_of(document)[name])
    if "anyOf" in schema:
        return [one for branch in schema["anyOf"] for one in _branches(document, branch)]
    return [] if shape(schema) in ({}, NULL) else [schema]


def _are_flat(document: Schema, items: Schema) -> bool:
    return all(_is_scalar(document, branch, with_constants=True) for branch in _branches(document, items))


def _is_deep(document: Schema, schema: Schema, outer: list[Schema]) -> bool:
    """Tell whether an object can be written as `name[key][key]=value`: a list of objects cannot, nor one in itself."""
    if schema in outer:
        return False
    return all(
        _is_scalar(document, member, with_constants=True)
        or (member.get("type") == "object" and _is_deep(document, member, [*outer, schema]))
        or (member.get("type") == "array" and _are_flat(document, member["items"]))
        for member in _members(document, schema)
    )


def _members(document: Schema, schema: Schema) -> list[Schema]:
    extra = schema.get("additionalProperties", {})
    members = [*schema.get("properties", {}).values(), *([extra] if isinstance(extra, dict) else [])]
    return [branch for member in members for branch in _branches(document, member)]


def let_clients_give(document: Schema) -> None:
    """Let a call do without a parameter of its query, its headers or its cookies that the document requires.

    Evidence: Azure's documents require `api-version` of every call. It is given once, as `params=` of the client; a
    function that demands it again cannot be called by the facade.
    """
    for _path, _method, operation in operations(document):
        for parameter in operation["parameters"]:
            parameter["required"] = parameter["in"] == "path"


def _is_scalar(document: Schema, schema: Schema, *, with_constants: bool = False) -> bool:
    if (name := ref_name(schema)) is not None:
        return _is_scalar(document, schemas_of(document)[name], with_constants=with_constants)
    if "anyOf" in schema:
        return all(_is_scalar(document, branch, with_constants=with_constants) for branch in schema["anyOf"])
    if "const" in schema:
        return with_constants
    return schema.get("type") in ("string", "integer", "number", "boolean")


def _object_in(document: Schema, schema: Schema) -> Schema | None:
    if (name := ref_name(schema)) is not None:
        return _object_in(document, schemas_of(document)[name])
    if schema.get("type") == "object":
        return schema
    found = (_object_in(document, branch) for branch in schema.get("anyOf", []))
    return next((branch for branch in found if branch is not None), None)


def _filter(document: Schema, parameter: Schema, found: Schema) -> Schema:
    schemas = schemas_of(document)
    words = {"description": parameter["description"]} if "description" in parameter else notes(found)
    schema = deepcopy(shape(found)) | words | {"x-query-prefix": parameter["name"]}
    schema.pop("x-place", None)
    if any(one.get("type") == "object" for one in _members(document, schema)):
        schema["x-query-nested"] = True
    name = naming.derived(parameter["name"], parameter["name"], f"{parameter['name']}.filter")
    same = next((known for known in schemas if schemas[known] == schema), None)
    if same is None:
        same = naming.unique(name, {naming.module_key(known): "" for known in schemas})
        schemas[same] = schema
    return ref_to(same)
