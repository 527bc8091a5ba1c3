"""Changes of many completions: shown first, confirmed, then made, many at once."""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ._connection import add_service
from ._failure import DONE, FAILED, USAGE, CommandError
from ._output import print_completions, say
from ._parser import code_of
from ._progress import progress
from ._query import add_filters, has_filter, query
from ._workers import add_concurrency, in_order, listed, worker

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    from ._workers import Worker

#: How many of those that would be changed are shown.
_SHOWN = 10


@frozen
class Change:
    """A change of one completion.

    Attributes:
        id: The id of the completion.
        metadata: Its new metadata; `None` if it is deleted.
    """

    id: str
    metadata: Mapping[str, str] | None = None


def add_changes(parser: ArgumentParser, what: str) -> None:
    """Add the options that say which completions are changed, and whether to ask first."""
    parser.add_argument("id", nargs="*", help="id of a stored completion; without any, those that match")
    add_filters(parser)
    parser.add_argument("--all", action="store_true", help="all there are, if no filter is given")
    parser.add_argument("--dry-run", action="store_true", help=f"say which completions would be {what}, and do nothing")
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask first")
    add_concurrency(parser)
    add_service(parser, with_file=True)


def run_changes(
    options: Namespace,
    what: str,
    change_of: Callable[[Mapping[str, Any]], Change | None],
    make: Callable[[Worker, Change], Awaitable[None]],
) -> int:
    """Find what is to be changed, show it, ask, and make the changes.

    Args:
        options: The options of `add_changes`.
        what: What becomes of the completions: ``deleted``.
        change_of: Returns the change of a completion, `None` for none; raises `ValueError` if it cannot be made.
        make: Makes a change.
    """
    if options.id and (has_filter(options) or options.all):
        raise CommandError("give ids, or filters, but not both")
    if not options.id and not has_filter(options) and not options.all:
        raise CommandError(f"which completions are to be {what}? give ids, a filter such as --metadata, or --all")
    return asyncio.run(_run(options, what, change_of, make))


async def _run(options: Namespace, what: str, change_of: Any, make: Any) -> int:
    async with worker(options) as place:
        changes, examples, count = list[Change](), list[dict[str, Any]](), 0
        code = DONE
        wanted = query(options, order="asc")
        with progress("looking") as show:
            async for completion in _by_id(place, options) if options.id else place.find(wanted):
                count += 1
                show(count)
                try:
                    change = change_of(completion)
                except ValueError as exc:
                    say(f"{completion['id']} cannot be {what}: {exc}")
                    code = FAILED
                    continue
                if change is not None:
                    changes.append(change)
                    examples += [completion] if len(examples) < _SHOWN else []
        if not changes:
            say(f"nothing to do: {count} found, none to be {what}" if count else f"nothing found at {place.title}")
            return code
        if not options.id or options.dry_run:
            say(f"{len(changes)} of {count} found at {place.title} would be {what}:")
            print_completions(examples)
            if len(changes) > len(examples):
                say(f"... and {len(changes) - len(examples)} more")
        if options.dry_run:
            return code
        if not options.id and not options.yes and not _is_confirmed(len(changes), what):
            return USAGE
        return max(code, await _make(place, changes, what, make, options.concurrency))


async def _by_id(place: Worker, options: Namespace) -> AsyncIterator[dict[str, Any]]:
    for name in dict.fromkeys(options.id):
        yield await place.get(name)


def _is_confirmed(count: int, what: str) -> bool:
    if not sys.stdin.isatty():
        raise CommandError(f"nothing was {what}: --yes confirms it where nobody can be asked")
    print(f"Type {count} to go on: ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip() == str(count):
        return True
    say(f"nothing was {what}")
    return False


async def _make(place: Worker, changes: list[Change], what: str, make: Any, concurrency: int) -> int:
    from chatcompletions import NotFoundError

    made, code = 0, DONE
    outcomes = in_order(lambda change: make(place, change), listed(changes), concurrency)
    try:
        with progress(what, len(changes)) as show:
            async with aclosing(outcomes):
                async for change, _, error in outcomes:
                    if isinstance(error, NotFoundError):
                        say(f"{change.id} is not there any more")
                    elif error is not None:
                        if code_of(error) != FAILED:  # what ends this one ends all
                            raise error
                        say(f"{change.id} was not {what}: {error}")
                        code = FAILED
                    else:
                        made += 1
                    show(made)
    except BaseException:
        say(f"{made} of {len(changes)} were {what}; the same command goes on with the rest")
        raise
    say(f"{made} {what}")
    return code
