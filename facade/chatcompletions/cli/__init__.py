"""The command ``chatcompletions``: ask, and look at, label, export and delete what is stored.

It needs the extra ``cli`` (``pip install 'chatcompletions[cli]'``); ``chatcompletions --help`` lists what it does, and
the exit codes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        argv: Its arguments; by default those of the process.

    Returns:
        The exit code.
    """
    from ._parser import run

    return run(argv)
