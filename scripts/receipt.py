"""Write the receipt at the head of `openapi.yaml`: the document that was pinned, and the rules that pinned it."""

import hashlib
import re
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit

from scripts.errors import DocumentError, shown
from scripts.source import public_name

RULES: Final = 1
"""The version of the rules that make a pin from a document.

Raise it by one whenever the same document and the same words would give another pin.
"""

_DATE: Final = re.compile(r"(?<![0-9])[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])")
_HASH: Final = re.compile(r"(?<![0-9A-Za-z])(?=[a-f]*[0-9])(?=[0-9]*[a-f])[0-9a-f]{7,40}(?![0-9A-Za-z])")
_REVISION: Final = re.compile(r"[0-9A-Za-z._-]{1,64}")


def make_receipt(source: str, data: bytes, revision: str | None = None, day: str | None = None) -> dict[str, Any]:
    """Describe where a pin comes from.

    Args:
        source: Path or URL of the upstream document.
        data: Its bytes.
        revision: Upstream's revision; by default the one that the name of the document shows.
        day: Upstream's date, as YYYY-MM-DD; by default the one that the name shows. Never today's, so that the
            same document always gives the same pin.

    Returns:
        The source without private parts, revision and date (None if unknown), sha256 of the bytes, and
        `RULES`.

    Raises:
        DocumentError: If the revision or the date is not valid.
    """
    if revision and not _REVISION.fullmatch(revision):
        raise DocumentError(
            f"the revision {shown(revision)} may hold only letters, digits, dots, dashes and underscores"
        )
    if day and not _is_date(day):
        raise DocumentError(f"the date {shown(day)} is not a day written as YYYY-MM-DD")
    name = public_name(source)
    return {
        "source": name,
        "revision": revision or _revision(name),
        "date": day or next((found for found in _DATE.findall(_path(name)) if _is_date(found)), None),
        "sha256": hashlib.sha256(data).hexdigest(),
        "rules": RULES,
    }


def _path(name: str) -> str:
    try:
        return urlsplit(name).path if "://" in name else name
    except ValueError:
        return ""


def _revision(name: str) -> str | None:
    for segment in reversed(_path(name).split("/")):
        if found := _HASH.search(_DATE.sub("", segment)):
            return found[0]
    return None


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
