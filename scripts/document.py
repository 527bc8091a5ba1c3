"""Load an untrusted OpenAPI document, and write one."""

from typing import Any, Final

from scripts import json_reader, yaml_reader
from scripts.errors import DocumentError, shown
from scripts.source import public_name, read
from scripts.yaml_writer import dump

__all__ = ["DocumentError", "dump", "load", "parse"]

_VERSIONS: Final = ("3.0", "3.1", "3.2")
_BLANK: Final = b"\xef\xbb\xbf \t\r\n"


def load(source: str) -> dict[str, Any]:
    """Read an OpenAPI 3.0, 3.1 or 3.2 document.

    Args:
        source: Path, or http(s) URL.

    Returns:
        The document. Parts that the text shares through YAML aliases are shared here: copy before changing.

    Raises:
        DocumentError: If it cannot be read, or is not such a document; the message names the source.
    """
    return parse(read(source), public_name(source))


def parse(data: bytes, name: str) -> dict[str, Any]:
    """Read the bytes of an OpenAPI 3.0, 3.1 or 3.2 document.

    Args:
        data: YAML or JSON.
        name: The name of the document in error messages.

    Returns:
        The document, with all mapping keys as text.

    Raises:
        DocumentError: If the bytes are not such a document; the message gives the reason and, where known, the line.
    """
    try:
        return _openapi(_value(data))
    except DocumentError as error:
        raise DocumentError(f"{shown(name)} {error}") from None


def _value(data: bytes) -> Any:
    start = data.lstrip(_BLANK)[:1]
    if not start:
        raise DocumentError("is empty")
    if start == b"<":
        raise DocumentError("is an HTML or XML page, not an OpenAPI document; give the raw file")
    if start == b"{":
        try:
            return json_reader.parse(data)
        except (ValueError, RecursionError):
            pass
    return yaml_reader.parse(data)


def _openapi(value: Any) -> dict[str, Any]:
    if value is None:
        raise DocumentError("is empty")
    if not isinstance(value, dict):
        raise DocumentError(f"is not an OpenAPI document: it holds a {type(value).__name__} where a mapping should be")
    if "openapi" not in value:
        missing = "not an OpenAPI document: the key openapi is missing"
        kind = "a Swagger 2.0 document" if "swagger" in value else missing
        raise DocumentError(f"is {kind}; OpenAPI 3.0, 3.1 or 3.2 is needed")
    version = value["openapi"]
    if not isinstance(version, str):
        raise DocumentError(f'says openapi: {shown(version)}; it has to be text, such as "3.1.0"')
    if ".".join(version.split(".")[:2]) not in _VERSIONS:
        raise DocumentError(f"says openapi: {shown(version)}; OpenAPI 3.0, 3.1 or 3.2 is needed")
    return value
