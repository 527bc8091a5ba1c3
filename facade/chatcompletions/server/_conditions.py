"""Conditions of a script: what a request must hold to get an entry."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ._errors import ApiError
from ._recorded import parameters
from ._text import content_text
from ._words import ScriptError, check_words, written

if TYPE_CHECKING:
    from ._recorded import RecordedRequest

    Path = tuple[str | int, ...]
    Conditions = Callable[[RecordedRequest], object] | list[tuple[Path, Any]]

#: Headers of an error of the script itself, which no second request mends.
FINAL = {"x-should-retry": "false"}
_STEP = re.compile(r"\[(-?\d+)\]|([^.\[\]]+)")


def read_conditions(when: Any, operation: str, place: str, *, lenient: bool) -> Conditions:
    """Read conditions: a function as it is, else pairs of a path, in steps, and what is wanted there."""
    if when is None or callable(when):
        return when or []
    when = {"text": when} if isinstance(when, str) else when
    if not isinstance(when, Mapping):
        raise ScriptError(f"{place}: 'when' is a text, a mapping or a function, not {when!r:.80}")
    known = {*parameters(operation), "headers", "text" if operation == "create" else "id"}
    conditions = []
    for name, wanted in when.items():
        path = tuple(int(number) if number else word for number, word in _STEP.findall(str(name)))
        if not lenient or not isinstance(path[:1] and path[0], str):
            check_words(path[:1] or [name], known, f"{place}: 'when'")
        conditions.append((path, _prepared(wanted, place)))
    return conditions


def _prepared(wanted: Any, place: str) -> Any:
    if not isinstance(wanted, Mapping):
        return wanted
    if list(wanted) != ["pattern"]:
        return {name: _prepared(item, place) for name, item in wanted.items()}
    try:
        return re.compile(wanted["pattern"])
    except (re.error, TypeError) as error:
        raise ScriptError(f"{place}: {wanted['pattern']!r} is no regular expression ({error})") from None


def _found(request: RecordedRequest, path: Path) -> Any:
    """Return what a request has at a path; `None` if that is nothing."""
    root, *steps = path
    found: Any
    if root == "text":
        found = last_text(request.body)
    elif root == "headers":
        found = request.headers
    elif root == "id":
        found = request.id
    elif request.operation in ("create", "update"):
        found = request.body.get(root)
    else:
        filters = {name[9:-1]: value for name, value in request.query.items() if name.startswith("metadata[")}
        limit = int(request.query.get("limit", "20"))
        found = {**request.query, "limit": limit, "metadata": filters}.get(str(root))
    for step in steps:
        try:
            found = found[step]
        except (LookupError, TypeError):
            return None
    return found


def last_text(body: Mapping[str, Any]) -> str:
    """Return the text of the last message of a create request."""
    return content_text(body["messages"][-1].get("content"))


def _fits(wanted: Any, found: Any) -> bool:
    match wanted:
        case re.Pattern():
            return isinstance(found, str) and wanted.search(found) is not None
        case Mapping():
            return isinstance(found, Mapping) and all(_fits(item, found.get(name)) for name, item in wanted.items())
        case None | False:
            return found is None or found is wanted
    return bool(wanted == found)


def needs_body(conditions: Conditions) -> bool:
    """Tell whether conditions look at the body of a request."""
    return callable(conditions) or any(path[0] not in ("headers", "id") for path, _ in conditions)


def misfit(conditions: Conditions, request: RecordedRequest, place: str) -> str | None:
    """Say which condition a request does not meet; `None` if it meets all.

    Raises:
        ApiError: A condition that is a function raised an exception.
    """
    if callable(conditions):
        try:
            return None if conditions(request) else "has a 'when' that returned false"
        except Exception as error:
            raise ApiError(f"{place}: its 'when' failed with {error!r}.", 500, None, "script_failed", FINAL) from error
    for path, wanted in conditions:
        found = _found(request, path)
        is_text = path == ("text",) and isinstance(wanted, str)
        if not (wanted in found if is_text else _fits(wanted, found)):
            wish = wanted.pattern if isinstance(wanted, re.Pattern) else wanted
            return f"wants {written(path)} to {'hold' if is_text else 'be'} {wish!r:.80}, not {found!r:.80}"
    return None
