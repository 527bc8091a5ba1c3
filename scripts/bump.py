"""Suggest the next version from what changed."""

import re
from pathlib import Path
from typing import Final

from scripts.diff.rules import Verdict
from scripts.errors import DocumentError

VERSION_FILE: Final = Path(__file__).resolve().parent.parent / "facade/chatcompletions/_version.py"


def current(file: Path = VERSION_FILE) -> str:
    """Return the version of the package.

    Args:
        file: The module that holds it.

    Raises:
        DocumentError: If the module holds no version.
    """
    return version_in(file.read_text(encoding="utf-8"), file.name)


def version_in(text: str, name: str) -> str:
    """Return the version that the text of a module holds; `name` is for the error if it holds none."""
    found = re.search(r'^__version__ = "(\d+\.\d+\.\d+)"', text, re.MULTILINE)
    if found is None:
        raise DocumentError(f"{name} has no version such as 1.2.3")
    return found[1]


def suggest(version: str, verdict: Verdict | None) -> str:
    """Return the next version by semver.

    Args:
        version: The present version, such as 1.2.3.
        verdict: The worst of all changes; None if there is none.

    Returns:
        The version with the major part raised for a breaking change, the minor part for a widening and the patch for a
        harmless one; before 1.0, where anything may change, the minor part for a breaking change, else the patch.
    """
    major, minor, patch = map(int, version.split("."))
    match verdict:
        case None:
            return version
        case Verdict.BREAKING if major:
            return f"{major + 1}.0.0"
        case Verdict.BREAKING:
            return f"0.{minor + 1}.0"
        case Verdict.WIDENING if major:
            return f"{major}.{minor + 1}.0"
        case _:
            return f"{major}.{minor}.{patch + 1}"
