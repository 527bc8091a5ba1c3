"""Rewrite the parameters that the generator would send wrongly, or refuse."""

from copy import deepcopy

from scripts import naming
from scripts.schema.unions import NULL, flatten_union
from scripts.schema.walk import Schema, notes, operations, ref_name, ref_to, schemas_of, shape


def settle_parameters(document: Schema) -> None:
    """Give each object in a query a component that knows the prefix of its keys, and let no parameter be null.

    Evidence: the API wants `metadata[topic]=rivers`; the generator ignores `style` and would send `topic=rivers`, or
    the repr of a dict. `x-query-prefix` makes the model template write `metadata[topic]`. A query has no null. The
    generator drops an operation with a constant, a list or an object in a header: such a parameter becomes text.
    """
    for _path, _method, operation in operations(document):
        for parameter in operation["parameters"]:
            branches = [b for b in parameter["schema"].get("anyOf", []) if shape(b) != NULL]
            if branches:
                parameter["schema"] = flatten_union(parameter["schema"] | {"anyOf": branches})
            is_text = parameter["in"] != "query" and not _is_scalar(document, parameter["schema"])
            if is_text or shape(parameter["schema"]) == NULL:
                parameter["schema"] = notes(parameter["schema"]) | {"type": "string"}
            found = _object_in(document, parameter["schema"])
            if found is not None and parameter["in"] == "query":
                parameter["schema"] = _filter(document, parameter, found)


def _is_scalar(document: Schema, schema: Schema) -> bool:
    if (name := ref_name(schema)) is not None:
        return _is_scalar(document, schemas_of(document)[name])
    if "anyOf" in schema:
        return all(_is_scalar(document, branch) for branch in schema["anyOf"])
    return schema.get("type") in ("string", "integer", "number", "boolean") and "const" not in schema


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
    name = naming.derived(parameter["name"], parameter["name"], f"{parameter['name']}.filter")
    same = next((known for known in schemas if schemas[known] == schema), None)
    if same is None:
        same = naming.unique(name, {naming.module_key(known): "" for known in schemas})
        schemas[same] = schema
    return ref_to(same)
