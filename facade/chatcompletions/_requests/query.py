"""How the mappings within a query are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def flatten(query: Mapping[str, Any], outer: str = "", *, where: str = "") -> Iterator[tuple[str, Any]]:
    """Flatten the mappings within a query, as the API takes them: ``name[key]=value``.

    Raises:
        TypeError: A list holds mappings.
    """
    for key, value in query.items():
        name = f"{outer}[{key}]" if outer else key
        if isinstance(value, Mapping):
            yield from flatten(value, name, where=where)
        elif isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value):
            raise TypeError(f"{where}{name} is a list with mappings in it, which a query cannot hold")
        else:
            yield name, value
