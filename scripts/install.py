"""Install what pip is asked for, at the versions of `scripts/constraints.txt` (`make .venv/dev`)."""

import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import takewhile
from typing import Final

from scripts.constraints import FILE, MEND, constraints, contradictions, normal

_CAUSE: Final = "The conflict is caused by:"
#: What pip prints when it begins with a package, and when it comes to the longest step.
_STEP: Final = re.compile(r"Collecting [\w.-]+|Building wheels?|Installing collected packages")
_CONSTRAINT: Final = re.compile(r"The user requested \(constraint\) ([\w.-]+)==\S+")


def explanation(output: str) -> list[str]:
    """Say in a few lines why pip failed.

    Args:
        output: All that it printed.

    Returns:
        What conflicts, with the lines of the constraints that take part in it, or else the first error that pip told.
    """
    lines = [line.strip() for line in output.splitlines()]
    if _CAUSE in lines:
        return [*_conflict(lines[lines.index(_CAUSE) + 1 :]), MEND]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    return (errors or [line for line in lines if line][-1:] or ["it gave no reason"])[:1]


def _conflict(lines: list[str]) -> Iterator[str]:
    known = constraints()
    for line in takewhile(bool, lines):
        match = _CONSTRAINT.fullmatch(line)
        yield str(known[normal(match[1])]) if match and normal(match[1]) in known else line


def _pip(named: list[str]) -> list[str]:
    # Without --quiet: pip tells what conflicts only in its ordinary output.
    command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off"]
    return [*command, "--no-color", "--constraint", str(FILE), *named]


def _run(command: list[str]) -> tuple[int, str]:
    done = subprocess.run(
        command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    return done.returncode, done.stdout


def _watched(command: list[str]) -> tuple[int, str]:
    """Run pip, and say in a line on the terminal what it is at; the line is gone when pip ends."""
    lines = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        for line in process.stdout or ():
            lines.append(line)
            if match := _STEP.match(line):
                print(f"\r\x1b[K  {match[0]} ...", end="", file=sys.stderr, flush=True)
    print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    return process.returncode, "".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Run pip, quietly unless it fails.

    Args:
        arguments: What to install, as pip takes it; the process's command line by default.

    Returns:
        0, or 1 after lines on stderr that say what stands in the way, and where.
    """
    named = sys.argv[1:] if arguments is None else arguments
    failure, reasons = "the versions contradict each other", contradictions()
    if not reasons:
        failure = f"cannot install {' '.join(named)}"
        command = _pip(named)
        code, output = _watched(command) if sys.stderr.isatty() else _run(command)
        reasons = explanation(output) if code else []
    if reasons:
        print("\n  ".join([f"make: {failure}:", *reasons]), file=sys.stderr)
    return 1 if reasons else 0


if __name__ == "__main__":
    sys.exit(main())
