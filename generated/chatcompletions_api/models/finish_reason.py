from typing import Any, Literal, cast

FinishReason = Literal["content_filter", "function_call", "length", "stop", "tool_calls"]


def check_finish_reason(value: Any) -> FinishReason:
    """Return the value as it came: one that the API adds later is read like the known ones."""
    return cast(FinishReason, value)
