"""Print a report, also into a pipe whose reader has seen enough."""

import os
import sys


def say(text: str) -> None:
    """Print text; a reader that went away, as `head` does, is no error.

    Args:
        text: One line or many.
    """
    try:
        print(text, flush=True)
    except BrokenPipeError:
        # Else the interpreter would try once more when it shuts down, and change the exit code.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
