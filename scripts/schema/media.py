"""Tell media types apart, and find the schema of what a media type holds."""

from typing import Any, Final

STREAM: Final = "text/event-stream"
"""The media type of server-sent events."""


def is_ignored(parameter: dict[str, Any]) -> bool:
    """Tell whether OpenAPI says to ignore a parameter: body, answers and security say what such a header would."""
    name = str(parameter.get("name")).lower()
    return parameter.get("in") == "header" and name in ("accept", "content-type", "authorization")


def is_json(content_type: str) -> bool:
    """Tell whether a media type is JSON, parameters such as a charset aside."""
    essence = content_type.split(";")[0].strip().lower()
    return essence == "application/json" or essence.endswith("+json")


def is_stream(media_type: str) -> bool:
    """Tell whether a media type is that of server-sent events, parameters such as a charset aside."""
    return media_type.split(";")[0].strip().lower() == STREAM


def event_schema(media: Any) -> Any:
    """Return the schema of what a stream's events hold.

    OpenAPI 3.2 describes the event itself, whose data is JSON of this schema; before, the answer had the schema.

    Args:
        media: a media type of an answer.

    Returns:
        The schema; None if there is none.
    """
    item = at(media, "itemSchema")
    data = at(item, "properties", "data", "contentSchema")
    return next((one for one in (data, item, at(media, "schema")) if one is not None), None)


def at(node: Any, *keys: str) -> Any:
    """Return what stands under keys, one inside the other; None where there is nothing."""
    for key in keys:
        node = node.get(key) if isinstance(node, dict) else None
    return node
