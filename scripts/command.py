"""Run a command to its end, and say in one line how it failed and what that left behind."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from scripts.errors import DocumentError
from scripts.naming import NamesError
from scripts.swap import Swap

_INTERRUPTED: Final = 130


def run(name: str, swap: Swap, work: Callable[[], int], *, to_read: bool = False) -> int:
    """Run a command while no other one replaces the pin or its package.

    Args:
        name: What the user typed, such as `make update`.
        swap: Pin and package.
        work: The command.
        to_read: Whether it replaces nothing.

    Returns:
        The command's exit code; 1 after one line on stderr that names the failure; 130 after one that says that SIGINT
        or SIGTERM ended it. The line of a command that replaces something says how pin and package are now.
    """
    try:
        with _terminable(), swap.held(to_read=to_read) as told:
            if told:
                print(f"{name}: {told}", file=sys.stderr)
            return work()
    except (DocumentError, NamesError, OSError) as error:
        code, reason = 1, str(error)
    except KeyboardInterrupt:
        code, reason = _INTERRUPTED, "interrupted"
    print(f"{name}: {reason}{'' if to_read else f'; {swap.outcome}'}", file=sys.stderr)
    return code


@contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM end the process as SIGINT does, so that temporary folders are removed."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
