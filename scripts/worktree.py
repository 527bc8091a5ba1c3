"""Ask git whether files have changes that are not committed."""

import os
import subprocess
from pathlib import Path


def changes(path: Path) -> list[str] | None:
    """List the changed and untracked files at a path.

    Args:
        path: A file or folder; it may be missing.

    Returns:
        Lines of `git status --porcelain`, or None outside of a checkout or without git.
    """
    # A hook or an outer tool may have set GIT_DIR for another repository.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "-C", str(path.parent), "status", "--porcelain", "--untracked-files=all", "--", path.name]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.splitlines() if done.returncode == 0 else None
