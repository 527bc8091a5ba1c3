"""Tell the version, and whether all that names it agrees."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
#: The one place where the version is written.
FILE: Final = "facade/chatcompletions/_version.py"
_VERSION: Final = re.compile(r'^__version__ = "([^"]+)"$', re.MULTILINE)
_HEADING: Final = re.compile(r"^## \[([^]]+)\](?: - (\S+))?$", re.MULTILINE)
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


class ReleaseError(Exception):
    """A release that cannot be made, with the reason and what to do."""


def version(root: Path = ROOT) -> str:
    """Return the version of the package.

    Args:
        root: The folder of the project.

    Raises:
        ReleaseError: The file does not say it.
    """
    found = _VERSION.search((root / FILE).read_text(encoding="utf-8"))
    if found is None:
        raise ReleaseError(f'{FILE} has no line such as __version__ = "1.2.3"')
    return found[1]


def check(tag: str | None = None, root: Path = ROOT) -> None:
    """Check that the change log, and the tag if there is one, name the version.

    Args:
        tag: The tag of the release, such as ``v1.2.3``.
        root: The folder of the project.

    Raises:
        ReleaseError: One of them does not.
    """
    found = version(root)
    if tag is not None and tag != f"v{found}":
        raise ReleaseError(f"the tag is {tag!r}, but {FILE} says {found}: tag v{found}, or change that file first")
    headings = _HEADING.findall((root / "CHANGELOG.md").read_text(encoding="utf-8"))
    if not headings or headings[0] != ("Unreleased", ""):
        raise ReleaseError("CHANGELOG.md must begin with the heading ## [Unreleased]")
    latest, date = headings[1] if len(headings) > 1 else ("none", "")
    if latest != found:
        raise ReleaseError(
            f"the latest version in CHANGELOG.md is {latest}, but {FILE} says {found}: move what is under "
            f"[Unreleased] below a heading ## [{found}] - YYYY-MM-DD"
        )
    if not _DATE.fullmatch(date):
        raise ReleaseError(f"the heading of {found} in CHANGELOG.md has no date such as 2026-03-01")
