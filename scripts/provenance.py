"""Write the origin of the generated package into it, as data that `chatcompletions.spec` reads."""

import hashlib
import re
from pathlib import Path
from typing import Any, Final

from scripts.errors import DocumentError, shown

NAME: Final = "_provenance.py"

_TEXTS: Final = {
    "source": re.compile(r".{1,2000}", re.DOTALL),
    "revision": re.compile(r"[0-9A-Za-z._-]{1,64}"),
    "date": re.compile(r"\d{4}-\d{2}-\d{2}"),
    "sha256": re.compile(r"[0-9a-f]{64}"),
}
_HEAD: Final = '"""Where this package comes from; `chatcompletions.spec` shows it."""\n\n'


def write_provenance(folder: Path, pin: bytes, document: dict[str, Any], generator: str, version: str) -> None:
    """Write the module of provenance into a generated package.

    Args:
        folder: The folder of the package.
        pin: The bytes of the pin.
        document: The document that they hold; without an `x-receipt` its origin is unknown.
        generator: The distribution that wrote the package.
        version: The version of that distribution.

    Raises:
        DocumentError: If the receipt is not one that `make spec` writes.
    """
    receipt = document.get("x-receipt", {})
    if not isinstance(receipt, dict):
        raise DocumentError("x-receipt is not a mapping; pin the document again with `make spec`")
    lines = [f"{name.upper()}: str | None = {_literal(_text(receipt, name))}" for name in _TEXTS]
    rules = receipt.get("rules")
    if rules is not None and type(rules) is not int:
        raise DocumentError(f"x-receipt.rules is {shown(rules)}; pin the document again with `make spec`")
    lines += [
        f"RULES: int | None = {rules}",
        f"PIN_SHA256 = {_literal(hashlib.sha256(pin).hexdigest())}",
        f"GENERATOR = {_literal(generator)}",
        f"GENERATOR_VERSION = {_literal(version)}",
    ]
    (folder / NAME).write_text(_HEAD + "\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def _text(receipt: dict[str, Any], name: str) -> str | None:
    value = receipt.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not _TEXTS[name].fullmatch(value):
        raise DocumentError(f"x-receipt.{name} is {shown(value)}; pin the document again with `make spec`")
    return value


def _literal(value: str | None) -> str:
    # ascii() escapes whatever could end the literal; where nothing needs it, the quotes are those of the formatter.
    plain = value is not None and re.fullmatch(r"[ !#-\[\]-~]*", value)
    return f'"{value}"' if plain else ascii(value)
