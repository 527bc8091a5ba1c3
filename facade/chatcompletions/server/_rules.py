"""Rules for JSON values: each takes a value and its place, and raises the API's error for a bad one."""

import math
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from chatcompletions.server._errors import ApiError

Rule = Callable[[Any, str], None]


def refuse(param: str, problem: str, code: str) -> NoReturn:
    """Raise the API's error for one parameter."""
    raise ApiError(f"Invalid '{param}': {problem}.", param=param, code=code)


def kind(value: object) -> str:
    """Name a value's JSON type, with its article."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "an array"
        case _:
            return "an object"


def anything(value: object, param: str) -> None:
    """Accept every value."""


def boolean(value: object, param: str) -> None:
    """Accept true and false."""
    if not isinstance(value, bool):
        refuse(param, f"expected a boolean, got {kind(value)}", "invalid_type")


def text(value: object, param: str) -> None:
    """Accept a string."""
    if not isinstance(value, str):
        refuse(param, f"expected a string, got {kind(value)}", "invalid_type")


def short_text(most: int) -> Rule:
    """Accept a string of at most ``most`` characters."""

    def rule(value: object, param: str) -> None:
        text(value, param)
        if isinstance(value, str) and len(value) > most:
            problem = f"{len(value)} characters are too many, the most is {most}"
            refuse(param, problem, "string_above_max_length")

    return rule


def number(low: float = -math.inf, high: float = math.inf, *, whole: bool = False) -> Rule:
    """Accept a number within bounds, both included; an integer if ``whole``."""
    name, wanted = ("integer", "an integer") if whole else ("decimal", "a number")

    def rule(value: Any, param: str) -> None:
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            got = "a fraction" if isinstance(value, float) else kind(value)
            refuse(param, f"expected {wanted}, got {got}", "invalid_type")
        if value < low:
            refuse(param, f"{value} is too small, the least is {low}", f"{name}_below_min_value")
        if value > high:
            refuse(param, f"{value} is too large, the most is {high}", f"{name}_above_max_value")

    return rule


def one_of(*values: str) -> Rule:
    """Accept one of some strings."""
    known = ", ".join(f"'{value}'" for value in values)

    def rule(value: object, param: str) -> None:
        text(value, param)
        if value not in values:
            refuse(param, f"expected one of {known}", "invalid_value")

    return rule


def nullable(inner: Rule) -> Rule:
    """Accept null and what ``inner`` accepts."""

    def rule(value: object, param: str) -> None:
        if value is not None:
            inner(value, param)

    return rule


def array(item: Rule, *, least: int = 0, most: int | None = None) -> Rule:
    """Accept an array of ``least`` to ``most`` items."""

    def rule(value: object, param: str) -> None:
        if not isinstance(value, list):
            refuse(param, f"expected an array, got {kind(value)}", "invalid_type")
        if len(value) < least:
            refuse(param, f"expected at least {least} item", "empty_array")
        if most is not None and len(value) > most:
            refuse(param, f"expected at most {most} items, got {len(value)}", "array_above_max_length")
        for index, element in enumerate(value):
            item(element, f"{param}[{index}]")

    return rule


def text_or(other: Rule) -> Rule:
    """Accept a string and what ``other`` accepts."""

    def rule(value: object, param: str) -> None:
        if not isinstance(value, str):
            other(value, param)

    return rule


def record(required: Mapping[str, Rule], optional: Mapping[str, Rule] | None = None) -> Rule:
    """Accept an object with these members; others are left alone."""

    def rule(value: object, param: str) -> None:
        if not isinstance(value, dict):
            refuse(param, f"expected an object, got {kind(value)}", "invalid_type")
        members(value, required, optional or {}, prefix=f"{param}.")

    return rule


def tagged(tag: str, variants: Mapping[str, Rule]) -> Rule:
    """Accept an object whose member ``tag`` names the rule for the whole."""
    known = record({tag: one_of(*variants)})

    def rule(value: Any, param: str) -> None:
        known(value, param)
        variants[value[tag]](value, param)

    return rule


def members(
    value: Mapping[str, Any], required: Mapping[str, Rule], optional: Mapping[str, Rule], *, prefix: str = ""
) -> None:
    """Check an object's members, the required ones first."""
    for name, rule in required.items():
        if name not in value:
            place = prefix + name
            raise ApiError(f"Missing required parameter: '{place}'.", param=place, code="missing_required_parameter")
        rule(value[name], prefix + name)
    for name, rule in optional.items():
        if name in value:
            rule(value[name], prefix + name)
