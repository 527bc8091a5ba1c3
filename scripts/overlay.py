"""Add our own words to a document, from an OpenAPI Overlay that can change nothing else."""

import copy
from typing import Any, Final

from scripts import yaml_reader
from scripts.errors import DocumentError, shown
from scripts.json_path import select, write
from scripts.schema.grammar import VALUE, child_kind
from scripts.source import read

_DESCRIBED: Final = frozenset(
    (
        *("info", "tag", "server", "server variable", "path item", "operation", "parameter", "request body"),
        *("response", "header", "link", "security scheme", "schema"),
    )
)
_SUMMARIZED: Final = frozenset(("info", "path item", "operation"))
_ACTION_KEYS: Final = frozenset(("target", "description", "update"))


def load_overlay(source: str) -> list[tuple[str, dict[str, Any]]]:
    """Read the actions of an overlay.

    Args:
        source: Path of an OpenAPI Overlay 1.x document.

    Returns:
        Target and update of each action, in order.

    Raises:
        DocumentError: If it cannot be read, is not an overlay, or an action does anything but update.
    """
    name = shown(source)
    try:
        overlay = yaml_reader.parse(read(source))
    except DocumentError as error:
        text = str(error)
        raise DocumentError(text if name in text else f"{name} {text}") from None
    if not isinstance(overlay, dict) or not str(overlay.get("overlay", "")).startswith("1."):
        raise DocumentError(f"{name} is not an OpenAPI Overlay: it should begin with overlay: 1.0.0")
    actions = overlay.get("actions")
    if not isinstance(actions, list) or not actions:
        raise DocumentError(f"{name} has no list of actions")
    return [_action(action, f"{name}, action {number}") for number, action in enumerate(actions, start=1)]


def apply(document: dict[str, Any], actions: list[tuple[str, dict[str, Any]]]) -> tuple[dict[str, Any], list[str]]:
    """Merge the words of an overlay into a document.

    Args:
        document: An OpenAPI document.
        actions: Target and update of each action.

    Returns:
        A changed copy, and the targets that match nothing in it.

    Raises:
        DocumentError: If a target is not understood, or an update holds more than `description` and `summary`.
    """
    worded = copy.deepcopy(document)
    stale: list[str] = []
    for target, update in actions:
        matches = select(worded, target)
        if not matches:
            stale.append(target)
        for match in matches:
            _merge(match.node, match.kind, update, target, stale)
    return worded, list(dict.fromkeys(stale))


def _action(action: Any, place: str) -> tuple[str, dict[str, Any]]:
    if not isinstance(action, dict) or not isinstance(target := action.get("target"), str):
        raise DocumentError(f"{place}: there is no target")
    unknown = [key for key in action if key not in _ACTION_KEYS and not key.startswith("x-")]
    if unknown:
        raise DocumentError(f"{place}, {shown(target)}: {shown(unknown[0])} is not allowed, only update is")
    if not isinstance(update := action.get("update"), dict) or not update:
        raise DocumentError(f"{place}, {shown(target)}: update is not a mapping of words")
    return target, update


def _merge(node: Any, kind: str, update: dict[str, Any], target: str, stale: list[str]) -> None:
    words = {key: _words(value, key, target) for key, value in update.items() if _takes_words(kind, key)}
    deeper = {key: value for key, value in update.items() if key not in words}
    for key, value in deeper.items():
        if not isinstance(value, dict) or kind == VALUE or child_kind(kind, key) == VALUE:
            raise DocumentError(
                f"overlay {shown(target)}: {shown(key)} would change a fact; give description or summary"
            )
    if not isinstance(node, dict):
        stale.append(target)
        return
    for key, value in deeper.items():
        place = target + write((key,))[1:]
        if key in node:
            _merge(node[key], child_kind(kind, key), value, place, stale)
        else:
            stale.append(place)
    facts = {key: value for key, value in node.items() if key not in words}
    node.clear()
    node.update({**words, **facts})


def _takes_words(kind: str, key: str) -> bool:
    return (key == "description" and kind in _DESCRIBED) or (key == "summary" and kind in _SUMMARIZED)


def _words(value: Any, key: str, target: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise DocumentError(f"overlay {shown(target)}: {key} is not text")
    return value.strip()
