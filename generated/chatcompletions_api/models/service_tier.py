from typing import Any, Literal, cast

ServiceTier = Literal["auto", "default", "fast", "flex", "priority", "scale"]


def check_service_tier(value: Any) -> ServiceTier:
    """Return the value as it came: one that the API adds later is read like the known ones."""
    return cast(ServiceTier, value)
