"""``chatcompletions messages``."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from ._connection import add_service, source
from ._failure import DONE, CommandError
from ._output import add_output, is_for_a_person, print_json, print_message
from ._parameters import add_parameters, given_parameters
from ._sources import ServiceSource

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator

    from ._sources import Source

_QUERY = "operations/get_chat_completion_messages/query"


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("id", help="id of a stored completion")
    add_output(parser)
    add_parameters(parser, _QUERY)
    add_service(parser, with_file=True)


def run(options: Namespace) -> int:
    """Print the messages of a completion's request."""
    with source(options) as place:
        found = _selected(place, options)
        if is_for_a_person(options):
            for message in found:
                print_message(message)
        else:
            print_json(found)
    return DONE


def _selected(place: Source, options: Namespace) -> Iterator[Any]:
    params = given_parameters(options, _QUERY, "extra_query")
    limit = params.pop("limit", None)
    if isinstance(place, ServiceSource):
        found = place.messages(options.id, **params)
    elif {*params} - {"order"}:
        raise CommandError("of a file, --order and --limit can be given")
    else:
        found = iter([*place.messages(options.id)][:: -1 if params.get("order") == "desc" else 1])
    return islice(found, limit)
