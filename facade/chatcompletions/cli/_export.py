"""``chatcompletions export``."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sqlite3
from contextlib import ExitStack, aclosing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._connection import add_service
from ._extras import find_extra
from ._failure import DONE, FILE, CommandError
from ._output import say
from ._progress import progress
from ._query import add_filters, query
from ._rows import fine_tuning_rows, plain_rows, write_parquet
from ._sqlite import marks, transaction
from ._workers import add_concurrency, stored, worker

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Mapping
    from typing import BinaryIO, Self

    from ._workers import Worker

#: "chex": SQLite's own place for telling one program's files from another's.
_APPLICATION = 0x63686578
_VERSION = 1
#: How many completions are kept at once: after a kill, no more than these are fetched again.
_BATCH = 100
_TABLES = (
    f"PRAGMA application_id = {_APPLICATION}",
    f"PRAGMA user_version = {_VERSION}",
    "CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID",
    "CREATE TABLE done (id TEXT PRIMARY KEY)",
)
_EPILOG = """\
FILE.partial and FILE.state grow while FILE is made: after an interrupt, the same command goes on.
FILE.state remains, for --since-last; without it, FILE is what it is.

formats:
  jsonl        a line for each completion, as the API has it, with its messages in "messages"
  fine-tuning  a line for each whole answer: "messages", and "tools" if it had any
  parquet      a row for each completion (needs the extra parquet)"""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.epilog = _EPILOG
    add = parser.add_argument
    add("-o", "--output", required=True, metavar="FILE", help="the file to write")
    add("--format", choices=("jsonl", "fine-tuning", "parquet"), help="default: by the name, .parquet or else jsonl")
    add("--since-last", action="store_true", help="add to FILE what was stored since it was written")
    add("--overwrite", action="store_true", help="begin anew, whatever is there")
    add_filters(parser)
    add_concurrency(parser)
    add_service(parser, with_file=True)


def run(options: Namespace) -> int:
    """Write completions and their messages to a file."""
    path = Path(options.output)
    if path.is_dir() or not path.parent.is_dir():
        raise CommandError(f"{path} is a folder" if path.is_dir() else f"there is no folder {path.parent}", FILE)
    kind = options.format or ("parquet" if path.suffix == ".parquet" else "jsonl")
    if kind == "parquet":
        find_extra("pyarrow")
    filters = [options.model, sorted(options.metadata), options.since, options.until]
    return asyncio.run(_export(options, path, kind, json.dumps([kind, *filters])))


async def _export(options: Namespace, path: Path, kind: str, asked: str) -> int:
    async with worker(options) as place:
        with _Target(path, kind, json.dumps([place.title, asked]), overwrite=options.overwrite) as target:
            target.begin(since_last=options.since_last)
            before = target.count
            try:
                await _fill(place, target, options, fine_tuning_rows if kind == "fine-tuning" else plain_rows)
            except BaseException as exc:
                target.keep()
                again = "" if isinstance(exc, CommandError) else "; the same command goes on"
                say(f"{target.count} completions are kept in {target.partial}{again}")
                raise
            target.finish()
    more = f", {target.count - before} of them new" if before else ""
    say(f"{path}: {target.count} completions{more}")
    if kind == "fine-tuning" and target.skipped:
        say(f"{target.skipped} had no whole answer and were left out")
    return DONE


async def _fill(place: Worker, target: _Target, options: Namespace, rows: Any) -> None:
    wanted = query(options, order="asc")
    found = stored(place, wanted, target.latest, target.has, options.concurrency)
    with progress("exporting") as show:
        async with aclosing(found):
            async for completion, messages in found:
                target.write(completion["id"], [*rows(completion, messages)])
                show(target.count)


class _Target:
    """The file that is written, under another name until it is whole, and the ids that it has."""

    _file: BinaryIO

    def __init__(self, path: Path, kind: str, asked: str, *, overwrite: bool) -> None:
        self.path, self.partial = path, path.with_name(f"{path.name}.partial")
        self._kind, self._asked = kind, asked
        self._state_path = path.with_name(f"{path.name}.state")
        if overwrite:
            for one in (self._state_path, self.partial):
                one.unlink(missing_ok=True)
        self._is_new = not self._state_path.exists() or not self._state_path.stat().st_size
        self._new: list[str] = []
        self.count, self.skipped, self._bytes = 0, 0, 0
        self._stage, self._adds = "", False
        self.latest: str | None = None
        self._overwrite, self._closing = overwrite, ExitStack()

    def __enter__(self) -> Self:
        if self._is_new and self.path.exists() and not self._overwrite:
            self._refuse_existing()
        try:
            self._state = sqlite3.connect(self._state_path, timeout=0, isolation_level=None)
            self._closing.callback(self._state.close)
            self._open_state()
        except BaseException as exc:
            self.__exit__()
            if isinstance(exc, sqlite3.Error):
                busy = "; is another export writing it?" if "locked" in str(exc) else ""
                raise CommandError(f"{self._state_path} cannot be used: {exc}{busy}", FILE) from None
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()
        if self._is_new and not self._stage:
            self._state_path.unlink(missing_ok=True)

    def _open_state(self) -> None:
        run = self._state.execute
        run("PRAGMA locking_mode = EXCLUSIVE")  # two that write one file would write over each other
        with transaction(self._state):
            pass
        application, version = marks(self._state)
        if self._is_new:
            with transaction(self._state):
                for statement in _TABLES:
                    run(statement)
        elif application != _APPLICATION or version > _VERSION:
            raise CommandError(
                f"{self._state_path} is not of this program, or of a newer version; --overwrite begins anew", FILE
            )
        about = dict(run("SELECT key, value FROM about").fetchall())
        self.latest, self._bytes = about.get("latest"), int(about.get("bytes", 0))
        self.skipped = int(about.get("skipped", 0))
        self._stage, self._adds = about.get("stage", ""), about.get("adds") == "1"
        if about and about["asked"] != self._asked:
            (place, asked), (was_place, was_asked) = json.loads(self._asked), json.loads(about["asked"])
            problem = f"{was_place} rather than {place}" if place != was_place else f"{was_asked} rather than {asked}"
            raise CommandError(
                f"{self.path} was begun for {problem}: give the same options, or --overwrite to begin anew"
            )
        self.count = run("SELECT count(*) FROM done").fetchone()[0]

    def _refuse_existing(self) -> None:
        raise CommandError(f"{self.path} exists already; --since-last adds what is new, --overwrite begins anew", FILE)

    def begin(self, *, since_last: bool) -> None:
        """Go on where an earlier run stopped, or begin."""
        if self._stage == "naming" and not self._whole.exists():
            self._stage = "done"  # it was stopped between giving the file its name and saying so
        if self._stage == "done" and not since_last:
            self._refuse_existing()
        if since_last and not self._stage:
            raise CommandError(f"there is no {self._state_path}: export without --since-last first", FILE)
        if self._stage == "done":
            if not self.path.is_file():
                raise CommandError(f"{self.path} is gone, to which --since-last adds; --overwrite writes it anew", FILE)
            self._adds = True
            if self._kind == "parquet":
                self.partial.write_bytes(b"")
            else:
                _copy(self.path, self.partial)
            self._bytes = self.partial.stat().st_size
        if self._bytes > (self.partial.stat().st_size if self.partial.exists() else 0):
            raise CommandError(f"{self.partial} is gone or was cut since it was begun; --overwrite begins anew", FILE)
        self._file = self._closing.enter_context(self.partial.open("r+b" if self.partial.exists() else "x+b"))
        self._file.truncate(self._bytes)
        self._file.seek(self._bytes)
        self._save()

    @property
    def _whole(self) -> Path:
        """The file that is given the name in the end."""
        return self.path.with_name(f"{self.path.name}.tmp") if self._kind == "parquet" else self.partial

    def has(self, completion: Mapping[str, Any]) -> bool:
        """Tell whether a completion is in the file."""
        found = self._state.execute("SELECT 1 FROM done WHERE id = ?", (completion["id"],)).fetchone()
        return found is not None or completion["id"] in self._new

    def write(self, completion_id: str, rows: list[Mapping[str, Any]]) -> None:
        """Write the rows of a completion."""
        self._file.write(b"".join(json.dumps(row, ensure_ascii=True).encode() + b"\n" for row in rows))
        self._new.append(completion_id)
        self.count, self.skipped = self.count + 1, self.skipped + (not rows)
        if len(self._new) >= _BATCH:
            self._save()

    def keep(self) -> None:
        """Keep what was written, as far as the disk lets it."""
        with suppress(CommandError, OSError):
            self._save()
        self.count = self._state.execute("SELECT count(*) FROM done").fetchone()[0]

    def finish(self) -> None:
        """Give the file its name."""
        self._save()
        self._file.close()
        if self._kind == "parquet":
            try:
                write_parquet(self.partial, self._whole, self.path if self._adds else None)
            except BaseException:
                self._whole.unlink(missing_ok=True)
                raise
        self._save("naming")
        self._whole.replace(self.path)
        self._save("done")
        self.partial.unlink(missing_ok=True)

    def _save(self, stage: str = "filling") -> None:
        """Make what is in the file count."""
        if not self._file.closed:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._bytes = self._file.tell()
        latest = self._new[-1] if self._new else self.latest
        about = {
            "asked": self._asked,
            "bytes": self._bytes,
            "latest": latest,
            "stage": stage,
            "adds": int(self._adds),
            "skipped": self.skipped,
        }
        try:
            with transaction(self._state) as run:
                run.executemany("INSERT OR IGNORE INTO done VALUES (?)", ((one,) for one in self._new))
                run.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", about.items())
        except sqlite3.Error as exc:
            raise CommandError(f"{self._state_path} cannot be written: {exc}", FILE) from None
        self._new, self.latest, self._stage = [], latest, stage


def _copy(source: Path, target: Path) -> None:
    """Copy lines, the last of which ends."""
    shutil.copyfile(source, target)
    with target.open("r+b") as file:
        if file.seek(0, os.SEEK_END) and file.seek(-1, os.SEEK_END) >= 0 and file.read() != b"\n":
            file.write(b"\n")
