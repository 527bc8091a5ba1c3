"""Print a report, even into a pipe whose reader stops early."""

import os
import sys


def say(text: str) -> None:
    """Print text; a reader that goes away, as `head` does, is not an error.

    Args:
        text: One line or many.
    """
    try:
        print(text, flush=True)
    except BrokenPipeError:
        # Otherwise the interpreter would try again when it shuts down, and change the exit code.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
