from typing import Any, Literal, cast

ImageDetail = Literal["auto", "high", "low"]


def check_image_detail(value: Any) -> ImageDetail:
    """Return the value as it came: one that the API adds later is read like the known ones."""
    return cast(ImageDetail, value)
