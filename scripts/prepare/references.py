"""Settle the references that the generator cannot follow."""

from scripts.schema.unions import flatten_union
from scripts.schema.walk import Schema, apply, notes, ref_name, rewrite, schemas_of, shape


def cut_loops(document: Schema) -> None:
    """Let anything stand where an array or a union would contain itself without an object in between.

    Evidence: the generator builds such types by nesting them and cannot end; an object is a class, which can.
    """
    schemas = schemas_of(document)
    open_: set[str] = set()
    done: set[str] = set()

    def end_loop(schema: Schema) -> Schema:
        target = ref_name(schema)
        if target is None:
            return flatten_union(schema)
        if target in open_:
            return notes(schema)
        cut(target)
        return schema

    def cut(name: str) -> None:
        if name not in done and schemas[name].get("type") != "object":
            open_.add(name)
            schemas[name] = rewrite(schemas[name], end_loop)
            open_.remove(name)
        done.add(name)

    for name in schemas:
        cut(name)


def spell_out_tagged_unions(document: Schema) -> None:
    """Put a union whose discriminator maps tags to classes in the place of each reference to it.

    Evidence: the generator hands the templates a reference as such, so the discriminator behind it stays unseen; where
    the tags are open text nothing else tells the classes apart, and an answer would stay a raw mapping. A union with
    arrays in it stays where it is: its copies could grow without bound.
    """
    schemas = schemas_of(document)

    def spelled(schema: Schema) -> Schema:
        name = ref_name(schema)
        union = schemas[name] if name is not None else {}
        branches, tags = union.get("anyOf", []), union.get("discriminator", {})
        if not branches or "mapping" not in tags or any("items" in branch for branch in branches):
            return flatten_union(schema)
        return rewrite(shape(union), spelled) | notes(schema)

    apply(document, spelled)
