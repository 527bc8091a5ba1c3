from typing import Any, Literal, cast

SortOrder = Literal["asc", "desc"]


def check_sort_order(value: Any) -> SortOrder:
    """Return the value as it came: one that the API adds later is read like the known ones."""
    return cast(SortOrder, value)
