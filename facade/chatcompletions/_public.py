"""Let public names know their public home, so that tracebacks are short and a pickle survives a moved file."""

from __future__ import annotations

from typing import Any, TypeVar

T = TypeVar("T")


def public(thing: T) -> T:
    """Declare a class or a function to be at home in the package itself."""
    home: Any = thing
    home.__module__ = __package__
    return thing
