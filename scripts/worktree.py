"""Ask git what is committed, and whether files have changes that are not."""

import io
import os
import subprocess
import tarfile
from pathlib import Path


def changes(path: Path) -> list[str] | None:
    """List the changed and untracked files at a path.

    Args:
        path: A file or folder; it may be missing.

    Returns:
        Lines of `git status --porcelain`, or None outside of a checkout or without git.
    """
    folder, name = (path, ".") if path.is_dir() else (path.parent, path.name)
    found = _git(folder, "status", "--porcelain", "--untracked-files=all", "--", name)
    return None if found is None else os.fsdecode(found).splitlines()


def committed(file: Path) -> bytes | None:
    """Return the content that a file has in the last commit; None if it is in none, or without git."""
    return _git(file.parent, "show", f"HEAD:./{file.name}")


def extract(folder: Path, into: Path) -> Path:
    """Write a folder as it is in the last commit.

    Args:
        folder: The folder; it may be missing.
        into: Where to write it, a folder that exists.

    Returns:
        The path of what was written; there is nothing if the folder is in no commit.
    """
    _unpack(_git(folder.parent, "archive", "--format=tar", "HEAD", "--", folder.name), into)
    return into / folder.name


def export(root: Path, into: Path) -> None:
    """Write everything that is in the last commit, and nothing that only lies beside it.

    Args:
        root: The folder of the checkout.
        into: Where to write it, a folder that exists; it stays empty outside of a checkout or without git.
    """
    _unpack(_git(root, "archive", "--format=tar", "HEAD"), into)


def last_commit(root: Path) -> tuple[str, int] | None:
    """Return the short hash and the time of the last commit, in seconds since 1970; None outside of a checkout."""
    found = _git(root, "log", "-1", "--format=%h %ct")
    if found is None:
        return None
    name, time = found.decode("ascii").split()
    return name, int(time)


def release_tags(root: Path) -> list[str]:
    """Return the tags of the last commit that begin with ``v``; there are none outside of a checkout."""
    found = _git(root, "tag", "--points-at", "HEAD", "v*")
    return [] if found is None else found.decode().split()


def _unpack(archive: bytes | None, into: Path) -> None:
    if archive is not None:
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(into, filter="data")


def _git(folder: Path, *command: str) -> bytes | None:
    # A hook or an outer tool may have set GIT_DIR for another repository.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(["git", "-C", str(folder), *command], env=environment, capture_output=True, check=False)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
