"""Everything that turns Python types into JSON Schemas, and answers into values of these types."""

from .adapter import TypeAdapter, adapter_of
from .read import InvalidValue

__all__ = ["InvalidValue", "TypeAdapter", "adapter_of"]
