"""Settle the components: make one of each target of a reference, drop aliases, and move null to where it is used."""

from scripts.errors import PrepareError
from scripts.schema.keywords import keep_shape
from scripts.schema.references import resolve
from scripts.schema.unions import NULL, flatten_union
from scripts.schema.walk import (
    SCHEMAS,
    Schema,
    apply,
    every_schema,
    notes,
    ref_name,
    ref_to,
    roots,
    schemas_in,
    schemas_of,
    shape,
)


def promote_targets(document: Schema, source: Schema) -> None:
    """Make a component of every schema inside another one that a reference points to.

    Evidence: the generator finds `#/components/schemas/Name` and nothing deeper; JSON Reference allows any target.
    """
    schemas = schemas_of(document)
    waiting = list(dict.fromkeys(schema["$ref"] for _, schema in every_schema(document) if "$ref" in schema))
    names: dict[str, str] = {}
    while waiting:
        ref = waiting.pop(0)
        if ref in names or ref.removeprefix(SCHEMAS) in schemas:
            continue
        name = names[ref] = _free_name(ref, schemas)
        schemas[name] = keep_shape(resolve(source, ref))
        waiting += [schema["$ref"] for schema in schemas_in(schemas[name]) if "$ref" in schema]

    def retarget(schema: Schema) -> Schema:
        return schema | ref_to(names[schema["$ref"]]) if schema.get("$ref") in names else schema

    apply(document, retarget)


def _free_name(ref: str, schemas: dict[str, Schema]) -> str:
    words = ref.removeprefix("#/").removeprefix("components/schemas/").split("/")
    name = "".join(word[:1].upper() + word[1:] for word in words if word not in ("properties", "items"))
    while name in schemas:
        name += "2"
    return name


def resolve_aliases(document: Schema) -> None:
    """Drop each component that is nothing but a reference, and point the references to it at its target.

    Evidence: the generator writes a second class for an alias, and upstream has unions of one that are aliases.
    """
    schemas = schemas_of(document)
    targets: dict[str, str] = {}
    for name in schemas:
        trail, end = [name], name
        while (onward := ref_name(schemas[end])) is not None:
            if onward in trail:
                raise PrepareError(f"circular $ref: {' > '.join([*trail, onward])}")
            trail.append(onward)
            end = onward
        targets[name] = end
    for name, end in targets.items():
        if name != end:
            schemas[end] = notes(schemas[name]) | schemas[end]
    for name in [name for name, end in targets.items() if name != end]:
        del schemas[name]
    rename_targets(document, targets)


def rename_targets(document: Schema, names: dict[str, str]) -> None:
    """Point references and discriminator mappings at the new names of their targets; drop mappings without a target."""

    def rename(schema: Schema) -> Schema:
        changed = dict(schema)
        if (name := ref_name(schema)) is not None:
            changed |= ref_to(names[name])
        if "mapping" in schema.get("discriminator", {}):
            targets = {tag: ref.removeprefix(SCHEMAS) for tag, ref in schema["discriminator"]["mapping"].items()}
            known = {tag: SCHEMAS + names[name] for tag, name in targets.items() if name in names}
            changed["discriminator"] = schema["discriminator"] | {"mapping": known}
        return changed

    apply(document, rename)


def move_null_to_uses(document: Schema) -> None:
    """Take null out of each component that may be null, and add it wherever the component is referred to.

    Evidence: `ServiceTier`, `Metadata` and `ReasoningEffort` are unions with null in some revisions and not in others;
    they keep a class or a Literal of their own name only without the null.
    """
    schemas = schemas_of(document)
    nullable: set[str] = set()
    while grown := {name for name in schemas.keys() - nullable if _top_is_null(schemas[name], nullable)}:
        nullable |= grown

    def at_use(schema: Schema) -> Schema:
        if ref_name(schema) in nullable:
            return notes(schema) | {"anyOf": [schema, dict(NULL)]}
        return flatten_union(schema)

    apply(document, at_use)
    for name in nullable:
        rest = [branch for branch in schemas[name].get("anyOf", []) if shape(branch) != NULL]
        schemas[name] = flatten_union(schemas[name] | {"anyOf": rest})


def _top_is_null(schema: Schema, nullable: set[str]) -> bool:
    branches = schema.get("anyOf", [])
    return any(shape(branch) == NULL or ref_name(branch) in nullable for branch in branches)


def unused(document: Schema) -> set[str]:
    """Return the components that nothing else refers to: a pin holds them for their own sake."""
    used = {
        ref_name(schema)
        for name, holder, key in roots(document)
        for schema in schemas_in(holder[key])
        if ref_name(schema) != name or holder is not schemas_of(document)
    }
    return {name for name in schemas_of(document) if name not in used}
