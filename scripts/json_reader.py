"""Read untrusted JSON, within the same limits as YAML.

libyaml refuses two things that JSON allows, tabs as indentation and escaped surrogate pairs.
"""

import json
from typing import Any

from scripts.errors import DocumentError, shown
from scripts.yaml_reader import MAX_DEPTH, MAX_NODES


def parse(data: bytes) -> Any:
    """Build the value of a JSON text.

    Args:
        data: The text, in UTF-8 with or without a byte order mark.

    Returns:
        Dicts, lists, str, int, float, bool and None.

    Raises:
        DocumentError: If the text is JSON, but repeats a key or is nested too deeply.
        ValueError: If the text is not JSON, or holds more values than are allowed; the YAML reader can
            report the place.
        RecursionError: If the nesting is deeper than the interpreter follows.
    """
    # Every value follows a comma or an opening bracket, so this bounds their number before memory is spent.
    if sum(map(data.count, (b",", b"{", b"["))) > MAX_NODES:
        raise ValueError("too many values")
    value = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_unique, parse_constant=_refuse)
    unchecked = [(value, 0)]
    while unchecked:
        node, depth = unchecked.pop()
        if isinstance(node, str):
            node.encode()
        elif isinstance(node, dict | list):
            if depth >= MAX_DEPTH:
                raise DocumentError(f"is nested deeper than {MAX_DEPTH} levels")
            if isinstance(node, dict):
                unchecked.extend((key, depth) for key in node)
            parts = node.values() if isinstance(node, dict) else node
            unchecked.extend((part, depth + 1) for part in parts)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for key, part in pairs:
        if key in value:
            raise DocumentError(f"repeats the key {shown(key)} in one mapping")
        value[key] = part
    return value


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")
