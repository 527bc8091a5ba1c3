"""The options that say which stored completions are meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chatcompletions._requests.times import time_bounds

from ._failure import CommandError
from ._parameters import add_pairs
from ._sources import Query

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def add_filters(parser: ArgumentParser) -> None:
    """Add the options for model, metadata and time."""
    group = parser.add_argument_group("which completions")
    group.add_argument("--model", metavar="NAME", help="those that this model answered")
    add_pairs(group, "--metadata", "those with this pair")
    group.add_argument("--since", metavar="TIME", help="created then or later: 2026-01-31 14:00, yesterday, 2 days ago")
    group.add_argument("--until", metavar="TIME", help="created before")


def add_search(parser: ArgumentParser) -> None:
    """Add the options for the order, the beginning, the words and the number of what is found."""
    parser.add_argument(
        "--order", choices=("desc", "asc"), default="desc", help="the newest first (desc), or the oldest"
    )
    parser.add_argument("--after", metavar="ID", help="begin behind this completion")
    parser.add_argument("--search", metavar="WORDS", help="with these words, in the answer; of a file, in messages too")
    parser.add_argument("--limit", type=int, default=20, metavar="N", help="how many, 0 for all (default: %(default)s)")


def query(options: Namespace, **more: Any) -> Query:
    """Return what the options look for.

    Args:
        options: The options of `add_filters`.
        **more: Further attributes of a `Query`.

    Raises:
        CommandError: A time is none.
    """
    try:
        since, until = time_bounds(options.since, options.until)
    except ValueError as exc:
        raise CommandError(f"--{exc}") from None
    given = {name: value for name, value in more.items() if value is not None}
    return Query(options.model, dict(options.metadata), since, until, **given)


def has_filter(options: Namespace) -> bool:
    """Tell whether the options leave any completion out."""
    return bool(options.model or options.metadata or options.since or options.until)
