"""``chatcompletions sync``."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from ._connection import add_service
from ._failure import DONE, CommandError
from ._file import SyncFile
from ._output import say
from ._progress import progress
from ._query import add_filters, has_filter, query
from ._workers import add_concurrency, stored, worker

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

_BATCH = 100
_EPILOG = """\
Messages are fetched once for each completion. Without --since-last, metadata that has changed at the service is taken
over, and without filters, what was deleted there is removed here. After an interrupt, the same command goes on.
What you change in the file itself, by --from FILE, stays as you changed it.

  chatcompletions sync runs.sqlite
  chatcompletions list --from runs.sqlite --search "rivers"
  chatcompletions serve --from runs.sqlite"""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.epilog = _EPILOG
    parser.add_argument("output", metavar="FILE", help="the file, which is made if there is none")
    parser.add_argument("--since-last", action="store_true", help="look only for what was stored since the last time")
    add_filters(parser)
    add_concurrency(parser)
    add_service(parser)
    parser.set_defaults(file=None)


def run(options: Namespace) -> int:
    """Keep a copy of stored completions and their messages in a file."""
    return asyncio.run(_sync(options))


async def _sync(options: Namespace) -> int:
    async with worker(options) as place:
        with SyncFile(options.output, create=True) as file:
            if (earlier := file.about("base_url")) not in (None, place.title):
                raise CommandError(f"{options.output} is a copy of {earlier}, not of {place.title}: give another file")
            before = file.count()
            try:
                changed, gone = await _fill(place, file, options)
            except BaseException:
                say(f"{file.count()} completions are in {file.title}; the same command goes on")
                raise
            new = file.count() - before + gone
            say(f"{file.title}: {file.count()} completions; {new} new, {changed} changed, {gone} removed")
    return DONE


async def _fill(place: Any, file: SyncFile, options: Namespace) -> tuple[int, int]:
    """Fill the file, and return how many completions had changed, and how many were gone."""
    wanted, changed, count, batch = query(options, order="asc"), 0, 0, list[Any]()
    # What is behind the latest of some says nothing of the others.
    latest = f"latest:{json.dumps([options.model, sorted(options.metadata)])}" if has_filter(options) else "latest"
    file.keep([], base_url=place.title)
    file.begin()

    def is_known(completion: dict[str, Any]) -> bool:
        nonlocal changed, count
        count += 1
        show(count)
        found = file.renew(completion)
        changed += found is True
        return found is not None

    def keep() -> None:
        if batch:
            file.keep(batch, **{latest: batch[-1][0]["id"]})
            batch.clear()

    after = file.about(latest) if options.since_last else None
    found = stored(place, wanted, after, is_known, options.concurrency)
    with progress("syncing") as show:
        try:
            async with aclosing(found):
                async for one in found:
                    batch.append(one)
                    if len(batch) >= _BATCH:
                        keep()
        finally:
            keep()
    return changed, 0 if options.since_last or has_filter(options) else file.forget_unseen()
