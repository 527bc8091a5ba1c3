"""Keep the keywords of a schema that shape code, and drop all others."""

import re
import unicodedata
from typing import Any

from scripts.schema.walk import SCHEMAS, Fact, Schema, shape

_SINGLES = ("items",)
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_MAPS = ("properties", "patternProperties")
_BIDI = frozenset("\u200e\u200f\u061c" + "".join(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A)))))


def keep_shape(schema: object) -> Schema:
    """Keep the types, members, unions, values, references and descriptions of a schema.

    Evidence: titles collide ("Allowed tools" twice) and cost the create operation; upstream defaults put six
    parameters on the wire that nobody set; `format` turns text into dates that are written back differently; one
    revision holds infinite bounds, which the generator's own reader refuses. A schema that is `true`, `false` or
    broken says nothing about shape.
    """
    if not isinstance(schema, dict):
        return {}
    kept: Schema = {key: keep_shape(schema[key]) for key in _SINGLES if isinstance(schema.get(key), dict)}
    if isinstance(schema.get("items"), bool) and (schema["items"] or not schema.get("prefixItems")):
        kept["items"] = {}  # false beside prefixItems means that there are no further items
    if isinstance(schema.get("items"), list):
        kept["prefixItems"] = [keep_shape(item) for item in schema["items"]]
    for key in _LISTS:
        if isinstance(schema.get(key), list) and schema[key]:
            kept[key] = [keep_shape(item) for item in schema[key]]
    for key in _MAPS:
        if isinstance(schema.get(key), dict) and (schema[key] or key == "properties"):
            kept[key] = {str(name): keep_shape(child) for name, child in schema[key].items()}
    kept |= _plain_keywords(schema) | {key: value for key, value in schema.items() if type(key) is Fact}
    return _null_out_of_all_of(kept)


def _plain_keywords(schema: dict[Any, Any]) -> Schema:
    kept: Schema = {}
    if isinstance(schema.get("$ref"), str):
        kept["$ref"] = schema["$ref"]
    if isinstance(schema.get("additionalProperties"), dict):
        kept["additionalProperties"] = keep_shape(schema["additionalProperties"]) or True
    elif schema.get("additionalProperties") is True:
        kept["additionalProperties"] = True
    if schema.get("type") is not None:
        kept["type"] = schema["type"]
    if isinstance(schema.get("enum"), list):
        kept["enum"] = schema["enum"]
    if "const" in schema:
        kept["const"] = schema["const"]
    if isinstance(schema.get("required"), list):
        kept["required"] = list(dict.fromkeys(name for name in schema["required"] if isinstance(name, str)))
    if isinstance(schema.get("discriminator"), dict):
        kept |= _discriminator(schema["discriminator"])
    if words := clean_text(schema.get("description")):
        kept["description"] = words
    return kept | {key: True for key in ("nullable", "deprecated") if schema.get(key) is True}


def _discriminator(found: dict[Any, Any]) -> Schema:
    if not isinstance(found.get("propertyName"), str):
        return {}
    kept: Schema = {"propertyName": found["propertyName"]}
    mapping = found.get("mapping")
    if isinstance(mapping, dict):
        kept["mapping"] = {
            str(tag): target if target.startswith("#") else SCHEMAS + target
            for tag, target in mapping.items()
            if isinstance(target, str)
        }
    return {"discriminator": kept}


def _null_out_of_all_of(schema: Schema) -> Schema:
    """Read `allOf: [X, {nullable: true}]` as it is meant: X or null."""
    parts = [part for part in schema.get("allOf", []) if shape(part) != {"nullable": True}]
    if len(parts) < len(schema.get("allOf", [])):
        return schema | {"allOf": parts, "nullable": True}
    return schema


def clean_text(text: object) -> str:
    """Return text without control characters, lone surrogates and characters that reverse the reading order."""
    if not isinstance(text, str):
        return ""
    lines = re.sub(r"\r\n?|[\u2028\u2029\x85]", "\n", text)
    return "".join(
        c for c in lines if c == "\n" or (unicodedata.category(c) not in ("Cc", "Cs") and c not in _BIDI)
    ).strip()
