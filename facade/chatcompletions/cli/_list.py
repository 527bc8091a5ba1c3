"""``chatcompletions list``."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from ._connection import add_service, source
from ._failure import DONE, CommandError
from ._output import add_output, is_for_a_person, print_completions, print_json, say
from ._parameters import add_parameters, given_parameters
from ._query import add_filters, add_search, query

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

_QUERY = "operations/list_chat_completions/query"
_OWN = ("after", "limit", "metadata", "model", "order")


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_filters(parser)
    add_search(parser)
    add_output(parser)
    add_parameters(parser, _QUERY, without=_OWN)
    add_service(parser, with_file=True)


def run(options: Namespace) -> int:
    """Print the completions that match."""
    if options.limit < 0:
        raise CommandError("--limit must be 0, for all, or more")
    further = given_parameters(options, _QUERY, "extra_query", without=_OWN)
    wanted = query(options, order=options.order, after=options.after, text=options.search, further=further)
    with source(options) as place:
        found = place.find(wanted)
        shown = islice(found, options.limit or None)
        if not is_for_a_person(options):
            print_json(shown)
            return DONE
        count = print_completions(shown)
        if not count:
            say(f"nothing found at {place.title}")
        elif options.limit and next(found, None) is not None:
            say(f"{count} shown; there are more: --limit 0 shows all")
    return DONE
