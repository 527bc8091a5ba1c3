"""Flatten `allOf`, and everything that means the same, into single schemas."""

from collections.abc import Callable
from copy import deepcopy

from scripts.errors import PrepareError
from scripts.schema.unions import NULL, flatten_union
from scripts.schema.walk import Schema, notes, ref_name, ref_to, replace_children, roots, schemas_of, shape

_OUTER = ("$ref", "allOf", "anyOf", "discriminator")


def flatten_all_of(document: Schema) -> None:
    """Merge the parts of every `allOf` into one schema; later declarations take precedence over earlier ones.

    Evidence: `top_logprobs` is declared `integer | null`, then `integer`, then nullable again along one `allOf`; the
    generator drops the whole create operation over it. Members beside a `$ref` or a union are merged in the same way.
    """
    schemas = schemas_of(document)
    merger = _Merger(schemas)
    for place, holder, key in roots(document):
        holder[key] = merger.component(place) if holder is schemas else merger.flat(holder[key])


class _Merger:
    """Flatten each schema on demand, so that a part is flat before it is merged into another."""

    def __init__(self, schemas: dict[str, Schema]) -> None:
        self._schemas = schemas
        self._done: dict[str, Schema] = {}
        self._open: list[str] = []

    def component(self, name: str) -> Schema:
        if name in self._open:
            trail = " > ".join([*self._open[self._open.index(name) :], name])
            raise PrepareError(f"allOf refers to itself: {trail}; no finite schema can be made of it")
        if name not in self._done:
            self._open.append(name)
            self._done[name] = self.flat(self._schemas[name])
            self._open.pop()
        return self._done[name]

    def flat(self, schema: Schema) -> Schema:
        schema = replace_children(schema, self.flat)
        parts = self._meaningful(_parts(schema))
        if len(parts) == 1:
            return parts[0] | notes(schema)
        if not parts:
            return notes(schema)
        merged: Schema = {}
        for part in parts:
            merged = self._merge(merged, self._resolved(part))
        merged.pop("x-place", None)
        return merged | notes(schema)

    def _meaningful(self, parts: list[Schema]) -> list[Schema]:
        """Leave out the parts that say nothing, or only repeat the type of another part, as beside many references."""
        parts = [part for part in parts if shape(part)]
        bare = [part for part in parts if shape(part).keys() == {"type"}]
        known = [_without_null(self._resolved(part))[0].get("type") for part in parts if bare and part not in bare]
        return [part for part in parts if part not in bare or part["type"] not in known]

    def _resolved(self, part: Schema) -> Schema:
        """Replace a reference with a copy of its target: only that can be merged."""
        name = ref_name(part)
        if name is None:
            plain, null = _without_null(part)
            return {"anyOf": [self._resolved(plain), dict(NULL)]} if null and ref_name(plain) else part
        return deepcopy(self._resolved(self.component(name))) | notes(part)

    def _merge(self, earlier: Schema, later: Schema) -> Schema:
        if not shape(later) or shape(earlier) == shape(later):
            return earlier | notes(later)
        if not shape(earlier):
            return later
        old, _ = _without_null(earlier)
        new, null = _without_null(later)
        merged = self._merge_values(old, new)
        if null and merged:
            merged = flatten_union({"anyOf": [merged, dict(NULL)]})
        return merged | notes(earlier) | notes(later)

    def _merge_values(self, old: Schema, new: Schema) -> Schema:
        if new == {"type": old.get("type")}:
            return old  # a repeated type says nothing new; the earlier members or values stand
        for one, other, join in (
            (new, old, lambda b: self._merge(old, b)),
            (old, new, lambda b: self._merge(b, new)),
        ):
            if "anyOf" in one and other.get("type") == "object":
                return self._each_branch(one, join)
        if old.get("type") == new.get("type") == "object":
            return self._merge_objects(old, new)
        if old.get("type") == new.get("type") == "array" and not shape(new["items"]):
            return old
        return new

    def _each_branch(self, union: Schema, join: Callable[[Schema], Schema]) -> Schema:
        if union["anyOf"] and all(shape(b).keys() == {"$ref"} or "type" in b for b in union["anyOf"]):
            branches = [join(self._resolved(branch)) for branch in union["anyOf"]]
            return flatten_union({"anyOf": branches} | {k: v for k, v in union.items() if k == "discriminator"})
        return union

    def _merge_objects(self, old: Schema, new: Schema) -> Schema:
        merged = old | new
        properties = dict(old.get("properties", {}))
        for name, declared in new.get("properties", {}).items():
            properties[name] = self._merge_property(properties[name], declared) if name in properties else declared
        if properties:
            merged["properties"] = properties
        required = list(dict.fromkeys([*old.get("required", []), *new.get("required", [])]))
        return merged | ({"required": required} if required else {})

    def _merge_property(self, earlier: Schema, later: Schema) -> Schema:
        if ref_name(later) is not None:
            return notes(earlier) | later
        if ref_name(earlier) is None or not shape(later):
            return self._merge(earlier, later)
        target = self._resolved(earlier)
        if shape(later) in (shape(target), {"type": target.get("type")}):
            return earlier | notes(later)
        return self._merge(target, later)


def _parts(schema: Schema) -> list[Schema]:
    own = {key: value for key, value in shape(schema).items() if key not in _OUTER}
    union = {key: schema[key] for key in ("anyOf", "discriminator") if key in schema and "anyOf" in schema}
    ref = [ref_to(name)] if (name := ref_name(schema)) is not None else []
    return [*ref, *schema.get("allOf", []), own, union]


def _without_null(schema: Schema) -> tuple[Schema, bool]:
    plain = shape(schema)
    rest = [branch for branch in plain.get("anyOf", []) if shape(branch) != NULL]
    if len(rest) == len(plain.get("anyOf", [])):
        return plain, False
    return shape(flatten_union(plain | {"anyOf": rest})), True
