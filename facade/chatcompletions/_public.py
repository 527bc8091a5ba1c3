"""The mark of public names, whose module is the package: tracebacks are short, and a pickle survives a moved file."""

from __future__ import annotations

from typing import Any, TypeVar

T = TypeVar("T")


def public(thing: T) -> T:
    """Set the module of a public class or function to the package itself."""
    home: Any = thing
    home.__module__ = __package__
    return thing
