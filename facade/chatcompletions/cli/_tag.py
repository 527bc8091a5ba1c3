"""``chatcompletions tag``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._changes import Change, add_changes, run_changes
from ._failure import CommandError
from ._parameters import MOST_PAIRS, add_pairs

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Mapping

_EPILOG = """\
Pairs that are not named stay as they are, and completions that have the new ones already are left alone: after an
interrupt, the same command goes on.

examples:
  chatcompletions tag --set reviewed=yes --metadata topic=rivers --since yesterday
  chatcompletions tag --remove draft --all --dry-run"""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.epilog = _EPILOG
    add = parser.add_argument
    add_pairs(parser, "--set", "a pair to add or change")
    add("--remove", action="append", default=[], metavar="KEY", help="a pair to take away; repeatable")
    add_changes(parser, "tagged")


def run(options: Namespace) -> int:
    """Change pairs of metadata, and leave the others."""
    if not options.set and not options.remove:
        raise CommandError("what is to be changed? give --set key=value or --remove key")
    if both := {key for key, _ in options.set} & {*options.remove}:
        raise CommandError(f"--set and --remove both name {min(both)!r}")

    def change_of(completion: Mapping[str, Any]) -> Change | None:
        old = completion.get("metadata") or {}
        new = {key: value for key, value in {**old, **dict(options.set)}.items() if key not in options.remove}
        if len(new) > MOST_PAIRS:
            raise ValueError(f"it would have {len(new)} pairs, and the API takes {MOST_PAIRS}: --remove some")
        return None if new == old else Change(completion["id"], new)

    return run_changes(
        options, "tagged", change_of, lambda place, change: place.update(change.id, change.metadata or {})
    )
