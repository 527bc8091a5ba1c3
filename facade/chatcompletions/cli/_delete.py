"""``chatcompletions delete``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._changes import Change, add_changes, run_changes

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_changes(parser, "deleted")


def run(options: Namespace) -> int:
    """Delete completions: by id at once, by filter once it was shown which."""
    return run_changes(
        options,
        "deleted",
        lambda completion: Change(completion["id"]),
        lambda place, change: place.delete(change.id),
    )
