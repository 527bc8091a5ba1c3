"""Replace the references that the generator cannot follow."""

from scripts.schema.unions import flatten_union
from scripts.schema.walk import Schema, apply, notes, ref_name, rewrite, schemas_of, shape


def cut_loops(document: Schema) -> None:
    """Allow any value where an array or a union would contain itself without an object in between.

    Evidence: the generator nests such types without end; an object is a class, which may refer to itself.
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
    """Replace each reference to a union whose discriminator maps tags to classes with a copy of that union.

    Evidence: the generator gives the templates the reference alone, so that they do not see its target's discriminator;
    where the tags are open text nothing else tells the classes apart, and an answer would stay a raw mapping. A union
    with arrays in it is not copied: its copies could grow without bound.
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
