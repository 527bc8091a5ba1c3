"""Report what changed for a caller between the pin and another document (`make spec-diff UPSTREAM=...`)."""

import argparse
import shutil
import sys
from pathlib import Path
from typing import Final

from scripts.diff import report
from scripts.diff.changes import Change
from scripts.diff.documents import Document, load
from scripts.diff.operations import compare
from scripts.diff.rules import Verdict
from scripts.errors import DocumentError
from scripts.naming import NamesError
from scripts.output import say

FORMATS: Final = ("table", "markdown", "json")
_ROOT: Final = Path(__file__).resolve().parent.parent
_SAME, _COMPATIBLE, _BREAKING, _FAILED = range(4)


def main(arguments: list[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: The command line without the program's name; that of the process by default.

    Returns:
        0 if the documents mean the same, 1 if all changes are widening or harmless, 2 if one breaks callers, 3 after
        one line on stderr if a document or an argument cannot be used.
    """
    try:
        options = _parser().parse_args(arguments)
    except SystemExit as stop:
        return _FAILED if stop.code else _SAME
    try:
        if options.format not in FORMATS:
            raise DocumentError(f"FORMAT must be one of {', '.join(FORMATS)}")
        if not options.upstream.strip():
            raise DocumentError("give the document to compare with: make spec-diff UPSTREAM=<path or URL>")
        old, new = load(options.base), load(options.upstream)
        changes = compare(old, new)
    except (DocumentError, NamesError) as error:
        print(f"make spec-diff: {error}", file=sys.stderr)
        return _FAILED
    say(_rendered(options.format, old, new, changes))
    match report.verdict_of(changes):
        case None:
            return _SAME
        case Verdict.BREAKING:
            return _BREAKING
        case _:
            return _COMPATIBLE


def _rendered(style: str, old: Document, new: Document, changes: list[Change]) -> str:
    if style == "json":
        return report.as_json(old, new, changes)
    if style == "markdown":
        return report.as_markdown(old, new, changes)
    return report.as_table(old, new, changes, shutil.get_terminal_size((110, 24)).columns)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.spec_diff",
        description="Compare the chat operations of two documents; exit code 0 same, 1 compatible, "
        "2 breaking, 3 error.",
    )
    parser.add_argument("upstream", metavar="UPSTREAM", help="path or http(s) URL of the document to compare with")
    parser.add_argument("--base", default=str(_ROOT / "openapi.yaml"), help="the old document; default: the pin")
    parser.add_argument("--format", default="table", help="table, markdown or json; default: table")
    return parser


if __name__ == "__main__":
    sys.exit(main())
