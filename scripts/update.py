"""Take a new revision of the upstream document: pin, generate and check it, then report the changes (`make update`)."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from scripts import baseline, command, worktree
from scripts.diff.documents import from_bytes
from scripts.diff.operations import compare
from scripts.diff.packages import compare_packages, surface
from scripts.errors import DocumentError, printable, shown
from scripts.generate import build
from scripts.output import say
from scripts.pin_spec import pin
from scripts.swap import Swap
from scripts.update_report import Update, render

_ROOT: Final = Path(__file__).resolve().parent.parent
_PACKAGE: Final = "chatcompletions_api"


def update(source: str, swap: Swap, package: Path, revision: str | None = None, day: str | None = None) -> Update:
    """Pin, generate and check in a temporary folder; replace pin and package once everything succeeded.

    Args:
        source: Path or URL of an upstream document.
        swap: The pin to replace.
        package: The folder of the generated package to replace.
        revision: Upstream's revision, if the source does not show it.
        day: Upstream's date as YYYY-MM-DD, if the source does not show it.

    Returns:
        The changes, and the work that is left to do.

    Raises:
        DocumentError: If a step fails; `swap.outcome` says how pin and package are then.
        OSError: If a file cannot be read or written aside; pin and package are as they were.
    """
    made = pin(source, str(_ROOT / "scripts/overlay.yaml"), revision, day)
    with tempfile.TemporaryDirectory(prefix="update-") as aside:
        spec, folder = Path(aside) / "openapi.yaml", Path(aside) / _PACKAGE
        spec.write_text(made.text, encoding="utf-8", newline="\n")
        prepared = build(spec, folder)
        sentences = check(spec, folder)
        before, new = baseline.find(swap.pin, package), from_bytes(made.text.encode(), str(swap.pin))
        changes = compare(before.pin, new) if before.pin else []
        api = compare_packages(before.surface, surface(folder)) if before.surface is not None else []
        swap.replace(pin=made.text, package=package, by=folder)
    return Update(made, prepared, before, new, changes, api, sentences)


def check(spec: Path, folder: Path) -> list[str]:
    """Run the contract checks on a new pin and its package, with the present facade.

    Args:
        spec: The pin.
        folder: The package, in a folder of the name that it is imported by.

    Returns:
        A sentence for each thing that the facade lacks or has too much.

    Raises:
        DocumentError: If the facade cannot be imported beside the package, or the package is not what the pin says.
    """
    path = os.pathsep.join([str(folder.parent), str(_ROOT / "facade")])
    done = subprocess.run(
        [sys.executable, "-B", "-m", "scripts.contract", str(spec)],
        cwd=_ROOT,
        env=os.environ | {"PYTHONPATH": path, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["it gave no reason"])[-1]
        raise DocumentError(f"the contract check cannot run on the new package: {printable(reason)}")
    found: dict[str, list[str]] = json.loads(done.stdout)
    if faults := found["generated"]:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise DocumentError(f"the generated package is not what the pin says: {printable(faults[0])}{more}")
    return list(map(printable, found["facade"]))


def _refuse_changes(paths: tuple[Path, ...], *, force: bool) -> str:
    found = {path: worktree.changes(path) for path in paths}
    if None in found.values():
        return "not in a git checkout: cannot tell whether pin and package have changes that are not committed"
    lines = [line for lines in found.values() for line in lines or ()]
    if lines and not force:
        raise DocumentError(
            f"{', '.join(path.name for path in paths if found[path])} has changes that are not committed,"
            f" such as {shown(lines[0][3:])}; commit them, or give FORCE=1 to overwrite them"
        )
    return ""


def main(arguments: list[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: The command line without the program's name; that of the process by default.

    Returns:
        0, or the code of a failure after one line on stderr that names it; see `scripts.command.run`.
    """
    options = _parser().parse_args(arguments)
    swap = Swap(options.output)
    return command.run("make update", swap, lambda: _update(options, swap))


def _update(options: argparse.Namespace, swap: Swap) -> int:
    if not options.upstream.strip():
        raise DocumentError("give the document to take: make update UPSTREAM=<path or URL>")
    notice = _refuse_changes((options.output, options.package), force=options.force not in ("", "0"))
    found = update(options.upstream, swap, options.package, options.revision, options.date)
    if notice:
        print(notice, file=sys.stderr)
    say(render(found, shutil.get_terminal_size((110, 24)).columns))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.update", description=__doc__)
    parser.add_argument("upstream", metavar="UPSTREAM", help="path or http(s) URL of an OpenAPI document, 3.0 to 3.2")
    parser.add_argument("--revision", help="upstream's revision (default: taken from the name of UPSTREAM)")
    parser.add_argument("--date", help="upstream's date, YYYY-MM-DD (default: taken from the name of UPSTREAM)")
    parser.add_argument("--force", default="", help="1 to overwrite changes that are not committed")
    parser.add_argument("--output", type=Path, default=_ROOT / "openapi.yaml", help="default: %(default)s")
    parser.add_argument("--package", type=Path, default=_ROOT / f"generated/{_PACKAGE}", help="default: %(default)s")
    return parser


if __name__ == "__main__":
    sys.exit(main())
