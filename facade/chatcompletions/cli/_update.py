"""``chatcompletions update``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._connection import add_service, source
from ._failure import DONE, CommandError
from ._output import add_output, is_for_a_person, pairs, print_json, say
from ._parameters import add_pairs

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("id", help="id of a stored completion")
    add_pairs(parser, "--metadata", "a pair of the new set")
    parser.add_argument("--clear", action="store_true", help="leave no metadata at all")
    add_output(parser)
    add_service(parser, with_file=True)


def run(options: Namespace) -> int:
    """Replace the metadata of a completion."""
    if bool(options.metadata) == options.clear:
        raise CommandError("give the whole new set by --metadata key=value, or --clear; chatcompletions tag adds to it")
    with source(options) as place:
        completion = place.update(options.id, dict(options.metadata))
    if is_for_a_person(options):
        say(f"{options.id} has now {pairs(completion.get('metadata')) or 'no metadata'}")
    else:
        print_json([completion])
    return DONE
