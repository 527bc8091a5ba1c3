"""Find what the report of `make update` compares with: what is committed, or else the files that are replaced."""

import tempfile
from pathlib import Path
from typing import Final, NamedTuple

from scripts import bump, worktree
from scripts.diff.documents import Document, from_bytes
from scripts.diff.packages import surface
from scripts.errors import DocumentError

_COMMITTED: Final = "compared with the last commit"
_PRESENT: Final = "compared with the files that this run replaced, as no pin is committed"

Surface = dict[str, dict[str, str]]


class Baseline(NamedTuple):
    """What users have, which the next version is compared with.

    Attributes:
        origin: Where it was found, in words.
        pin: The pin; None if there is none that can be read.
        surface: The surface of the package; None if there is no package.
        version: The version.
    """

    origin: str
    pin: Document | None
    surface: Surface | None
    version: str


def find(pin: Path, package: Path) -> Baseline:
    """Find what to compare with.

    What is committed does not change from one run to the next, so that the report of a second one, after names and
    words have been edited, leads to the same version as that of the first.

    Args:
        pin: The pin.
        package: The folder of the package.

    Raises:
        DocumentError: If the facade has no version.
    """
    text = worktree.committed(pin)
    if text is None:
        text = pin.read_bytes() if pin.is_file() else b""
        return Baseline(_PRESENT, _document(text, pin), _surface(package), bump.current())
    with tempfile.TemporaryDirectory(prefix="committed-") as aside:
        old = _surface(worktree.extract(package, Path(aside)))
    version = worktree.committed(bump.VERSION_FILE)
    return Baseline(
        _COMMITTED,
        _document(text, pin),
        old,
        bump.current() if version is None else bump.version_in(version.decode(), bump.VERSION_FILE.name),
    )


def _document(text: bytes, pin: Path) -> Document | None:
    try:
        return from_bytes(text, str(pin))
    except DocumentError:
        return None


def _surface(package: Path) -> Surface | None:
    return surface(package) if package.is_dir() else None
