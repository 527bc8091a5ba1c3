"""Keep `scripts/constraints.txt` in step with `pyproject.toml` (`make constraints`).

This module and `scripts/install.py` run before anything is installed: they need the standard library alone.
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Final, NamedTuple

_ROOT: Final = Path(__file__).resolve().parent.parent
FILE: Final = _ROOT / "scripts/constraints.txt"
PROJECT: Final = _ROOT / "pyproject.toml"
MEND: Final = "change that line, or run make constraints"
_PIN: Final = re.compile(r"([\w.-]+)==([^\s;]+)")


class Line(NamedTuple):
    """A line of the constraints.

    Attributes:
        number: Its number, from 1.
        text: The line.
        version: The version that it demands.
    """

    number: int
    text: str
    version: str

    def __str__(self) -> str:
        return f"scripts/{FILE.name}, line {self.number}, has {self.text}"


def constraints() -> dict[str, Line]:
    """Return the lines of the constraints by the names of the packages, in lower case with dashes."""
    lines = enumerate(FILE.read_text(encoding="utf-8").splitlines(), 1)
    found = ((number, match) for number, text in lines if (match := _PIN.fullmatch(text)))
    return {normal(match[1]): Line(number, match[0], match[2]) for number, match in found}


def contradictions() -> list[str]:
    """Say which packages the project pins to one version and the constraints to another, and in which line."""
    groups = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["dependency-groups"]
    entries = [entry for group in groups.values() for entry in group if isinstance(entry, str)]
    pins = {match[1]: match[2] for entry in entries if (match := _PIN.fullmatch(entry))}
    lines = constraints()
    return [
        f"{lines[normal(name)]}, and {PROJECT.name} {name}=={version}: {MEND}"
        for name, version in pins.items()
        if normal(name) in lines and lines[normal(name)].version != version
    ]


def normal(name: str) -> str:
    """Return the form of a package's name in which all its spellings are the same."""
    return re.sub(r"[-_.]+", "-", name).lower()


def newest() -> list[str]:
    """Ask pip for the newest versions that the project allows, with all its extras and groups; nothing is installed.

    Raises:
        subprocess.CalledProcessError: If pip finds none; it has said why.
    """
    table = tomllib.loads(PROJECT.read_text(encoding="utf-8"))
    extras = ",".join(table["project"]["optional-dependencies"])
    command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--quiet", "--dry-run"]
    command += ["--ignore-installed", "--report", "-", "pip", "--editable", f"{PROJECT.parent}[{extras}]"]
    for group in table["dependency-groups"]:
        command += ["--group", f"{PROJECT}:{group}"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found = [one["metadata"] for one in json.loads(done.stdout)["install"]]
    names = [f"{one['name']}=={one['version']}" for one in found if one["name"] != table["project"]["name"]]
    return sorted(names, key=str.lower)


def main() -> int:
    """Rewrite the constraints, and print the lines that are other ones than before.

    Returns:
        0, or 1 if pip finds no versions that go together.
    """
    try:
        lines = newest()
    except subprocess.CalledProcessError:
        print("make constraints: pip found no versions that go together; nothing is changed", file=sys.stderr)
        return 1
    before = FILE.read_text(encoding="utf-8").splitlines()
    head = [line for line in before if line.startswith("#")]
    if [*head, *lines] != before:
        FILE.write_text("\n".join([*head, *lines]) + "\n", encoding="utf-8")
    changed = [f"-{line}" for line in before if line not in {*head, *lines}]
    changed += [f"+{line}" for line in lines if line not in before]
    print("\n".join(sorted(changed, key=lambda line: (line[1:].lower(), line))) or "the newest versions are there")
    return 0


if __name__ == "__main__":
    sys.exit(main())
