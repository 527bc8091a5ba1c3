"""Tell JSON from server-sent events by the media type, and find the schema of a stream's events."""

from typing import Any, Final

STREAM: Final = "text/event-stream"
"""The media type of server-sent events."""


def is_ignored(parameter: dict[str, Any]) -> bool:
    """Tell whether OpenAPI ignores a parameter: a header that body, answers and security describe already."""
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
    """Return the schema of the data of a stream's events.

    OpenAPI 3.2 describes the event itself, whose data is JSON of this schema; older versions put it on the answer.

    Args:
        media: A media type of an answer.

    Returns:
        The schema; None if the media type has none.
    """
    item = at(media, "itemSchema")
    data = at(item, "properties", "data", "contentSchema")
    return next((one for one in (data, item, at(media, "schema")) if one is not None), None)


def at(node: Any, *keys: str) -> Any:
    """Return the node that keys lead to, one inside the other; None if there is none."""
    for key in keys:
        node = node.get(key) if isinstance(node, dict) else None
    return node
