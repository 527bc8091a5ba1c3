"""How a command ends: its exit codes, and the error that carries one."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Everything was done.
DONE = 0
#: Something was not: the service refused it, an item failed, or a check found a deviation.
FAILED = 1
#: The command was given wrongly, or not confirmed.
USAGE = 2
#: The service could not be reached, or refused the key.
UNREACHABLE = 3
#: A file could not be read or written.
FILE = 4
INTERRUPTED = 130
#: Whoever read the output has closed it.
PIPE_CLOSED = 141


class CommandError(Exception):
    """What ends a command.

    Attributes:
        code: The exit code.
    """

    def __init__(self, message: str, code: int = USAGE) -> None:
        super().__init__(message)
        self.code = code


@contextmanager
def refusals() -> Iterator[None]:
    """Take what the client refuses to send for a command that was given wrongly."""
    try:
        yield
    except (TypeError, ValueError) as exc:
        raise CommandError(str(exc)) from None
