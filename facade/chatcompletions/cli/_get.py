"""``chatcompletions get``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._connection import add_service, source
from ._failure import DONE
from ._output import add_output, is_for_a_person, print_completion, print_json

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("id", nargs="+", help="id of a stored completion")
    add_output(parser)
    add_service(parser, with_file=True)


def run(options: Namespace) -> int:
    """Print completions, for a person with the messages that they answer."""
    with source(options) as place:
        for name in options.id:
            completion = place.get(name)
            if is_for_a_person(options):
                print_completion(completion, place.messages(name))
            else:
                print_json([completion])
    return DONE
