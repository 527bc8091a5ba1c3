"""Make an environment for a tool: its own dependencies, and nothing else that could change what the others cost.

httpx, for one, imports its command line where click is installed, its HTTP/2 where h2 is, and its locks where trio is.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from importlib.metadata import Distribution
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_ROOT: Final = Path(__file__).resolve().parents[1]
_CONSTRAINTS: Final = _ROOT / "scripts/constraints.txt"
_RECEIPT: Final = "receipt.txt"


class InstallError(Exception):
    """What was to be installed cannot be; the message says why in a line."""


@dataclass(frozen=True)
class Environment:
    """Where a tool runs; by default, where this process does.

    Attributes:
        python: Its interpreter.
        generated: A folder of packages that were generated for it.
    """

    python: Path = Path(sys.executable)
    generated: Path | None = None

    def version_of(self, distribution: str) -> str | None:
        """Return the version of a distribution here, or else where this process runs; `None` if it is in neither."""
        own = sysconfig.get_path("purelib", "venv", vars={"base": str(self.python.parent.parent)})
        return next((found.version for found in Distribution.discover(name=distribution, path=[own, *sys.path])), None)


def find(folder: Path, installs: Sequence[str]) -> Environment | None:
    """Return the environment in a folder; `None` if it is missing, unfinished or outdated."""
    environment = Environment(folder / "bin/python")
    receipt = folder / _RECEIPT
    whole = environment.python.exists() and receipt.exists()
    return environment if whole and receipt.read_text(encoding="utf-8") == _contents(installs) else None


def prepare(folder: Path, installs: Sequence[str]) -> Environment:
    """Return the environment in a folder, which is made first if `find` finds none.

    Args:
        folder: Where it is; whatever else is there is removed.
        installs: What pip is told to install, at the versions of ``scripts/constraints.txt``.

    Raises:
        InstallError: It cannot be installed.
    """
    if found := find(folder, installs):
        return found
    (folder / _RECEIPT).unlink(missing_ok=True)  # removed first and written last: no part of one has a receipt
    venv.create(folder, clear=True, symlinks=True)
    environment = Environment(folder / "bin/python")
    _install(environment, installs)
    (folder / _RECEIPT).write_text(_contents(installs), encoding="utf-8")
    return environment


def _contents(installs: Sequence[str]) -> str:
    """Return all that decides what is installed."""
    files = (_ROOT / "pyproject.toml", _CONSTRAINTS)
    return "\n".join([sys.version, *installs, *(file.read_text(encoding="utf-8") for file in files)])


def _install(environment: Environment, installs: Sequence[str]) -> None:
    named = " ".join(installs)
    print(f"installing {named} into {environment.python.parent.parent}", file=sys.stderr)
    command = [sys.executable, "-m", "pip", "--python", str(environment.python), "install", "--quiet"]
    command += ["--disable-pip-version-check", "--constraint", str(_CONSTRAINTS), *installs]
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        # The first error is the cause: later ones tell what follows from it, or point to a manual.
        errors = [error for line in done.stderr.splitlines() if (error := line.partition("ERROR: ")[2])]
        reasons = [*errors, *done.stderr.splitlines()[-1:], "it gave no reason"]
        raise InstallError(f"pip cannot install {named} (is a registry within reach?): {reasons[0]}")
