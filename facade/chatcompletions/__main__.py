"""``python -m chatcompletions``: the command of `chatcompletions.cli`."""

import sys

from chatcompletions.cli import main

if __name__ == "__main__":
    sys.exit(main())
