from typing import Any, Literal, cast

WebSearchContextSize = Literal["high", "low", "medium"]


def check_web_search_context_size(value: Any) -> WebSearchContextSize:
    """Return the value as it came: one that the API adds later is read like the known ones."""
    return cast(WebSearchContextSize, value)
