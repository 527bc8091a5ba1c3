from typing import Any, Literal, cast

FunctionCallMode = Literal["auto", "none"]


def check_function_call_mode(value: Any) -> FunctionCallMode:
    """Return the value as it came: one that the API adds later is read like the known ones."""
    return cast(FunctionCallMode, value)
