"""What is missing of a completion that broke off, as a chunk that is made from the whole one."""

from __future__ import annotations

from typing import Any

from .whole_body import as_chunk


def remainder(so_far: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any] | None:
    """Return the chunk that makes a completion whole; `None` if the whole one does not begin like it."""
    came = {choice.get("index", 0): choice for choice in as_chunk(so_far).get("choices", ())}
    chunk = as_chunk(whole)
    try:
        chunk["choices"] = [
            {**_rest(came.get(choice.get("index", 0)), choice), "index": choice.get("index", 0)}
            for choice in chunk["choices"]
        ]
    except ValueError:
        return None
    for choice in chunk["choices"]:
        choice.setdefault("delta", {})
    return chunk


def _rest(came: Any, whole: Any) -> Any:
    """Return what has to be added to a value to make it whole.

    Raises:
        ValueError: Nothing makes it whole, because it begins otherwise.
    """
    if came in (None, "", [], {}):
        return whole
    if isinstance(came, dict) and isinstance(whole, dict):
        # What is whole already is left out, but for the index by which a call is known.
        return {
            name: value if name == "index" else _rest(came.get(name), value)
            for name, value in whole.items()
            if name == "index" or value != came.get(name)
        }
    if isinstance(came, str) and isinstance(whole, str) and whole.startswith(came):
        return whole[len(came) :]
    if isinstance(came, list) and isinstance(whole, list) and len(came) <= len(whole):
        begun = [_rest(*pair) for pair in zip(came, whole, strict=False) if pair[0] != pair[1]]
        return [*begun, *whole[len(came) :]]
    if came == whole:
        return whole
    raise ValueError("it begins otherwise")
