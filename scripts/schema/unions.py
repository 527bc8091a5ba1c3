"""Spell out null as a branch, and flatten unions."""

from typing import Any

from scripts.schema.walk import UNIONS, Schema, notes, rewrite, shape, structure, without_facts

NULL: Schema = {"type": "null"}


def null_as_branch(schema: Schema) -> Schema:
    """Turn `nullable: true` into a union with null, whatever other keywords are beside it.

    Evidence: upstream mixes 3.0 and 3.1. Beside an `enum` or a `$ref` the generator loses the null, and then every
    normal stream chunk (`finish_reason: null`) fails to read.
    """
    if not schema.get("nullable"):
        return schema
    inner = {key: value for key, value in schema.items() if key != "nullable"}
    if not shape(inner) or shape(inner) == NULL:
        return inner
    return notes(inner) | {"anyOf": [inner, dict(NULL)]}


def flatten_union(schema: Schema) -> Schema:
    """Turn nested unions into one `anyOf` of different branches, null last, and a union of one into its branch.

    Evidence: `anyOf: [oneOf: [string, array], null]` upstream; a nested union is another class with a numbered name,
    and so is a union of one. `oneOf: [{const: low}, {const: high}]`, which 3.1 has for values that each have a
    description, is one enumeration.
    """
    if not any(key in schema for key in UNIONS):
        return schema
    rest = {key: value for key, value in schema.items() if key not in UNIONS}
    found = [branch for key in UNIONS for branch in schema.get(key, [])]
    if _only_constrains(rest, found):
        rest.pop("discriminator", None)
        return rest
    tags = [rest.pop("discriminator")] if "discriminator" in rest else []
    branches: dict[str, Schema] = {}
    for branch in found:
        inner = branch["anyOf"] if set(shape(branch)) <= {"anyOf", "discriminator"} and "anyOf" in branch else [branch]
        if inner is not found and "discriminator" in branch:
            tags.append(branch["discriminator"])
        for one in inner:
            same = branches.setdefault(structure(one), one)
            if same != one:  # a bound of one branch does not hold for the union
                branches[structure(one)] = rewrite(same, without_facts)
    known = sorted(_with_values_joined(list(branches.values())), key=lambda one: shape(one) == NULL)
    if not all(shape(one) for one in known) and not shape(rest):
        return rest
    if len(known) == 1:
        return _collapsed(rest, known[0])
    united = rest | {"anyOf": known}
    if len({tag["propertyName"] for tag in tags}) == 1:
        united["discriminator"] = _joined(tags)
    return united


def _with_values_joined(branches: list[Schema]) -> list[Schema]:
    """Join the branches that list values of the same type."""
    joined: list[Schema] = []
    for branch in branches:
        values, same = _values(branch), None
        if values:
            same = next((one for one in joined if _values(one) and one.get("type") == branch.get("type")), None)
        if same is None:
            joined.append(branch)
            continue
        every = list(dict.fromkeys([*_values(same), *values]))
        rest = {key: value for key, value in notes(same).items() if key not in ("description", "deprecated")}
        joined[joined.index(same)] = rest | {"type": branch["type"], "enum": every}
    return joined


def _values(branch: Schema) -> list[Any]:
    if "type" not in branch or not shape(branch).keys() <= {"type", "const", "enum"}:
        return []
    return [branch["const"]] if "const" in branch else branch.get("enum", [])


def _only_constrains(rest: Schema, branches: list[Schema]) -> bool:
    """Tell whether a union only limits values and shapes no type: `anyOf` of `required` lists beside properties."""
    return "properties" in rest and all(
        set(shape(branch)) <= {"required", "type"} and branch.get("type", "object") == "object" for branch in branches
    )


def _collapsed(rest: Schema, only: Schema) -> Schema:
    return only | notes(rest) if not shape(rest) else rest | {"allOf": [*rest.get("allOf", []), only]}


def _joined(tags: list[Schema]) -> Schema:
    mapping = {tag: target for found in tags for tag, target in found.get("mapping", {}).items()}
    return {"propertyName": tags[0]["propertyName"]} | ({"mapping": mapping} if mapping else {})
