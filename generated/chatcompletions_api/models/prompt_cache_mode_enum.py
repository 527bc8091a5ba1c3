from typing import Any, Literal, cast

PromptCacheModeEnum = Literal["explicit", "implicit"]


def check_prompt_cache_mode_enum(value: Any) -> PromptCacheModeEnum:
    """Return the value as it came: one that the API adds later is read like the known ones."""
    return cast(PromptCacheModeEnum, value)
