"""Tell how a parameter is written, in the words of OpenAPI."""

from typing import Any, Final

DEEP: Final = "deepObject"
_REPEATED: Final = "form"
STYLES: Final = {"path": "simple", "header": "simple", "query": _REPEATED, "cookie": _REPEATED}
"""The style of a parameter that names none, by its location."""


def style_of(parameter: dict[str, Any]) -> str:
    """Return the style of a parameter.

    Args:
        parameter: A parameter of an outlined document.

    Returns:
        Its own style, or that of its location.
    """
    return str(parameter.get("style", STYLES[parameter["in"]]))


def is_exploded(parameter: dict[str, Any]) -> bool:
    """Tell whether each item of a list, or each member of an object, is written by itself.

    Args:
        parameter: A parameter of an outlined document.

    Returns:
        What `explode` says, or its default for the style; a `deepObject` is never anything else.
    """
    style = style_of(parameter)
    return style == DEEP or bool(parameter.get("explode", style == _REPEATED))
