"""Find out what a schema of a settled document allows, by following its references and flattening its unions."""

import json
from dataclasses import dataclass, field
from typing import Any, Final

from scripts.diff.conditions import CONDITION, READ_ONLY, WRITE_ONLY
from scripts.schema.facts import BOUNDS, facts_of
from scripts.schema.unions import NULL
from scripts.schema.walk import Schema, ref_name, schemas_of, shape

ANYTHING: Final = "anything"
_SCALARS: Final = ("string", "integer", "number", "boolean")


@dataclass(frozen=True, slots=True)
class Variant:
    """One type that a schema allows.

    Attributes:
        type: The JSON type, or `anything`.
        component: The component that the variant is, or is a branch of; empty inside another schema.
        schema: The schema itself, neither a reference nor a union.
        facts: Its bounds and format; an object's conditions, too.
    """

    type: str
    component: str
    schema: Schema
    facts: dict[str, Any]

    @property
    def values(self) -> dict[str, Any] | None:
        """The only values that are allowed, by their text, or None if any value is."""
        if "const" in self.schema:
            return {json.dumps(self.schema["const"], ensure_ascii=False): self.schema["const"]}
        if "enum" in self.schema:
            return {json.dumps(value, ensure_ascii=False): value for value in self.schema["enum"]}
        return None


@dataclass(slots=True)
class Form:
    """All variants that a schema allows, and how it is used.

    Attributes:
        null: Whether null is allowed.
        deprecated: Whether this use of the schema is deprecated.
        deprecated_in: The component that is deprecated itself; empty if it is its use that is.
        read_only: Whether only the service writes it.
        write_only: Whether only the caller writes it.
        conditions: What limits the values of scalars, arrays and unions beyond their bounds.
        default: Its default as JSON, or None if it has none.
        scalars: The variants of each scalar type.
        arrays: The arrays.
        objects: The objects.
        anything: Whether every value is allowed.
    """

    null: bool = False
    deprecated: bool = False
    deprecated_in: str = ""
    read_only: bool = False
    write_only: bool = False
    conditions: dict[str, Any] = field(default_factory=dict)
    default: str | None = None
    scalars: dict[str, list[Variant]] = field(default_factory=dict)
    arrays: list[Variant] = field(default_factory=list)
    objects: list[Variant] = field(default_factory=list)
    anything: Variant | None = None

    @property
    def types(self) -> list[str]:
        """The types that are allowed, null aside."""
        found: list[str] = [name for name in _SCALARS if name in self.scalars]
        found += ["array"] if self.arrays else []
        found += ["object"] if self.objects else []
        return [ANYTHING] if self.anything else found


def form(document: Schema, schema: Schema) -> Form:
    """Read the form of a schema of a settled document.

    Args:
        document: The document.
        schema: One of its schemas.

    Returns:
        Everything that the schema allows.
    """
    holder = _deprecated(document, schema, "", frozenset())
    found = Form(deprecated=holder is not None, deprecated_in=holder or "")
    _read(document, schema, {}, "", found, frozenset())
    return found


def _deprecated(document: Schema, schema: Schema, component: str, seen: frozenset[str]) -> str | None:
    """Return the component that marks all of a schema as deprecated, empty if the schema itself does, None if none."""
    if schema.get("deprecated") is True:
        return component
    name = ref_name(schema)
    if name is not None:
        target = schemas_of(document)[name]
        return None if name in seen else _deprecated(document, target, name, seen | {name})
    branches = [one for one in schema.get("anyOf", ()) if shape(one) != NULL]
    holders = [_deprecated(document, one, component, seen) for one in branches]
    return holders[0] if holders and None not in holders else None


def _read(
    document: Schema, schema: Schema, outer: dict[str, Any], component: str, found: Form, seen: frozenset[str]
) -> None:
    facts = {**facts_of(schema), **outer}
    name = ref_name(schema)
    if name is not None:
        if name not in seen:
            _read(document, schemas_of(document)[name], facts, name, found, seen | {name})
        return
    found.read_only |= facts.pop(READ_ONLY, False)
    found.write_only |= facts.pop(WRITE_ONLY, False)
    kind = _type(schema)
    if kind != "object":
        found.conditions |= {key: facts.pop(key) for key in list(facts) if key.startswith(CONDITION)}
    if "anyOf" in schema:
        for branch in schema["anyOf"]:
            _read(document, branch, facts, component, found, seen)
        return
    if shape(schema) == NULL:
        found.null = True
        return
    if found.default is None and "default" in facts:
        found.default = json.dumps(facts["default"], sort_keys=True, ensure_ascii=False)
    kept = {key: value for key, value in facts.items() if key == "format" or kind in BOUNDS.get(key, ("object",))}
    kept.pop("default", None)
    variant = Variant(kind, component, schema, kept)
    if kind == ANYTHING:
        found.anything = variant
    elif kind in ("array", "object"):
        (found.arrays if kind == "array" else found.objects).append(variant)
    else:
        found.scalars.setdefault(kind, []).append(variant)


def _type(schema: Schema) -> str:
    if "type" in schema:
        return str(schema["type"])
    return "boolean" if isinstance(schema.get("const"), bool) else ANYTHING
