from typing import Any, Literal, cast

ReasoningEffort = Literal["high", "low", "max", "medium", "minimal", "none", "xhigh"]


def check_reasoning_effort(value: Any) -> ReasoningEffort:
    """Return the value as it came: one that the API adds later is read like the known ones."""
    return cast(ReasoningEffort, value)
