"""Compare folders."""

from collections.abc import Iterator
from pathlib import Path


def differences(wanted: Path, found: Path) -> list[str]:
    """Compare two folders both ways, byte for byte; Python's caches do not count.

    Args:
        wanted: The folder as it should be.
        found: The folder as it is; it may be missing.

    Returns:
        One line for each file that is missing, stale or different, sorted by path.
    """
    right, left = _files(wanted), _files(found)
    kinds = dict.fromkeys(right.keys() - left.keys(), "missing")
    kinds |= dict.fromkeys(left.keys() - right.keys(), "stale")
    kinds |= {path: "differs" for path in right.keys() & left.keys() if right[path] != left[path]}
    return [f"{kinds[path]}: {path}" for path in sorted(kinds)]


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in _walk(folder)}


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*") if folder.is_dir() else ():
        if path.is_file() and "__pycache__" not in path.parts:
            yield path
