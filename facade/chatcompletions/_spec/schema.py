"""Read what the pinned spec says, as JSON Schema: `schema.json` of the generated package.

It has every component under ``$defs``, and under ``operations`` what each one takes and gives. A place in it is written
as a path, such as ``$defs/CompletionUsage`` or ``operations/create_chat_completion/answer``.
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
        FileNotFoundError: The generated package was installed without it.
    """
    file = Path(chatcompletions_api.__file__).with_name("schema.json")
    try:
        found: Schema = json.loads(file.read_bytes())
    except FileNotFoundError:
        raise FileNotFoundError(f"{file.name} is missing from {file.parent}: install chatcompletions again") from None
    return found


def at(place: str) -> Any:
    """Return the schema at a place, or `None`."""
    found: Any = spec_schema()
    for step in place.split("/"):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def followed(schema: Any) -> Any:
    """Return the schema that a reference stands for; any other is itself."""
    while isinstance(schema, dict) and "$ref" in schema:
        schema = at(schema["$ref"].removeprefix("#/"))
    return schema


def values(schema: Any) -> list[Any]:
    """Return the only values that a schema allows; an empty list if they are not listed."""
    found: list[Any] = [schema["const"]] if "const" in schema else schema.get("enum", [])
    return found
