from typing import Any, Literal, cast

PromptCacheRetention = Literal["24h", "in_memory"]


def check_prompt_cache_retention(value: Any) -> PromptCacheRetention:
    """Return the value as it came: one that the API adds later is read like the known ones."""
    return cast(PromptCacheRetention, value)
