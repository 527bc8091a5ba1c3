"""Read and write the part of JSONPath (RFC 9535) that an overlay needs, and select nodes by it."""

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from scripts.errors import DocumentError, shown
from scripts.schema.grammar import VALUE, actual_kind, child_kind

_BLANK: Final = r"[ \t\n\r]*"
# Only the \u escapes that control characters need are allowed: none of them can be half of a surrogate pair.
_STRING: Final = r"""
    (?: '(?:[^'\\\x00-\x1f]|\\(?:['\\/bfnrt]|u00[0-9a-fA-F]{2}))*'
      | "(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u00[0-9a-fA-F]{2}))*" )
"""
_SEGMENT: Final = re.compile(
    rf"""
      \.(?P<name>[^\W\d]\w*)
    | \[{_BLANK}(?P<quoted>{_STRING}){_BLANK}\]
    | \[{_BLANK}(?P<index>0|[1-9][0-9]{{0,14}}){_BLANK}\]
    | (?P<all>\.\*|\[{_BLANK}\*{_BLANK}\])
    | \[{_BLANK}\?{_BLANK}(?:(?P<open>\(){_BLANK})?
        @\.(?P<key>[^\W\d]\w*){_BLANK}=={_BLANK}(?P<equals>{_STRING}){_BLANK}
        (?(open)\){_BLANK})\]
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Match:
    """A node that a path selects.

    Attributes:
        node: The node itself.
        kind: Its kind, in the terms of `scripts.schema.grammar`.
    """

    node: Any
    kind: str


def select(document: dict[str, Any], path: str) -> list[Match]:
    """Select the nodes of an OpenAPI document that a path leads to.

    Args:
        document: The document to search.
        path: `$`, then any of `.name`, `['name']`, `[0]`, `.*`, `[*]` and `[?(@.name == 'value')]`, each with the
            meaning that RFC 9535 gives it.

    Returns:
        The nodes in document order; empty if there are none.

    Raises:
        DocumentError: If the path uses other parts of JSONPath.
    """
    matches = [Match(document, "document")]
    for segment in _segments(path):
        matches = [found for match in matches for found in _step(match, segment)]
    return matches


def write(keys: tuple[str | int, ...]) -> str:
    """Write keys as a path that selects one node.

    Args:
        keys: Names and indexes from the root.

    Returns:
        The shortest spelling that `select` reads.
    """
    text = "$"
    for key in keys:
        if isinstance(key, int):
            text += f"[{key}]"
        elif re.fullmatch(r"[A-Za-z_]\w*", key, re.ASCII):
            text += f".{key}"
        else:
            text += f"[{quote(key)}]"
    return text


def quote(text: str) -> str:
    """Write text as a string of JSONPath.

    Args:
        text: Any text.

    Returns:
        The text in single quotes, control characters escaped.
    """
    written = json.dumps(text, ensure_ascii=False)[1:-1]
    return "'" + written.replace('\\"', '"').replace("'", "\\'") + "'"


def _segments(path: str) -> list[re.Match[str]]:
    segments: list[re.Match[str]] = []
    position = 1
    while path.startswith("$") and position < len(path):
        segment = _SEGMENT.match(path, position)
        if segment is None:
            break
        segments.append(segment)
        position = segment.end()
    if position != len(path) or not path.startswith("$"):
        raise DocumentError(
            f"the path {shown(path)} is not understood from {shown(path[position:] or path)} on:"
            " use .name, ['name'], [0], [*] or [?(@.name == 'value')]"
        )
    return segments


def _step(match: Match, segment: re.Match[str]) -> list[Match]:
    node, kind = match.node, actual_kind(match.kind, match.node)
    keys: list[Any] = []
    if isinstance(node, dict):
        if segment["name"] or segment["quoted"]:
            name = segment["name"] or _unquote(segment["quoted"])
            keys = [name] if name in node else []
        elif not segment["index"]:
            keys = [key for key in node if segment["all"] or _equals(node[key], segment)]
    elif isinstance(node, list):
        if segment["index"]:
            keys = [int(segment["index"])] if int(segment["index"]) < len(node) else []
        elif not (segment["name"] or segment["quoted"]):
            keys = [index for index in range(len(node)) if segment["all"] or _equals(node[index], segment)]
    return [Match(node[key], VALUE if kind == VALUE else child_kind(kind, key)) for key in keys]


def _equals(node: Any, segment: re.Match[str]) -> bool:
    return isinstance(node, dict) and node.get(segment["key"]) == _unquote(segment["equals"])


def _unquote(text: str) -> str:
    inner = text[1:-1]
    if text[0] == "'":
        inner = inner.replace('"', '\\"').replace("\\'", "'")
    return str(json.loads(f'"{inner}"'))
