from typing import Any, Literal, cast

Verbosity = Literal["high", "low", "medium"]


def check_verbosity(value: Any) -> Verbosity:
    """Return the value as it came: one that the API adds later is read like the known ones."""
    return cast(Verbosity, value)
