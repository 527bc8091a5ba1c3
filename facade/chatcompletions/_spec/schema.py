"""The pinned spec as JSON Schema, from `schema.json` of the generated package.

It has every component under ``$defs``, and under ``operations`` the request and the answer of each operation. A pointer
to one of its schemas is a path such as ``$defs/CompletionUsage`` or ``operations/create_chat_completion/answer``.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import chatcompletions_api

Schema = dict[str, Any]


@cache
def spec_schema() -> Schema:
    """Return the whole schema; do not change it.

    Raises:
        FileNotFoundError: The generated package was installed without its schema.
    """
    file = Path(chatcompletions_api.__file__).with_name("schema.json")
    try:
        schema: Schema = json.loads(file.read_bytes())
    except FileNotFoundError:
        raise FileNotFoundError(f"{file.name} is missing from {file.parent}: install chatcompletions again") from None
    return schema


def at(pointer: str) -> Any:
    """Return the schema that a pointer leads to, `None` if there is none."""
    schema: Any = spec_schema()
    for step in pointer.split("/"):
        schema = schema.get(step) if isinstance(schema, dict) else None
    return schema


def followed(schema: Any) -> Any:
    """Resolve a reference; a schema that is no reference is returned as it is."""
    while isinstance(schema, dict) and "$ref" in schema:
        schema = at(schema["$ref"].removeprefix("#/"))
    return schema


def values(schema: Any) -> list[Any]:
    """Return the values that a schema lists as the only ones; an empty list if it lists none."""
    listed: list[Any] = [schema["const"]] if "const" in schema else schema.get("enum", [])
    return listed
