"""The file that ``sync`` writes: stored completions with their messages, searchable, in SQLite."""

from __future__ import annotations

import json
import sqlite3
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatcompletions._errors import NotFoundError

from ._failure import FILE, CommandError
from ._sqlite import marks, transaction
from ._texts import answer_text, content_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Self

    from ._sources import Query

#: "chsy": SQLite's own place for telling one program's files from another's.
_APPLICATION = 0x63687379
_VERSION = 1
_PAGE = 200
_TABLES = """
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE completions (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    created REAL NOT NULL,
    model TEXT,
    body TEXT NOT NULL,
    metadata TEXT NOT NULL,
    messages TEXT NOT NULL,
    own_metadata TEXT,
    is_deleted INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX completions_by_time ON completions (created, position);
CREATE VIRTUAL TABLE words USING fts5 (text);
"""
_METADATA = "coalesce(own_metadata, metadata)"
_HAS_PAIR = f"EXISTS (SELECT 1 FROM json_each({_METADATA}) WHERE key = ? AND value = ?)"  # noqa: S608 - ours


class SyncFile:
    """A file of stored completions. What is changed in it stays in it, also when it is written again by ``sync``.

    Args:
        path: The file.
        create: Whether it is made if there is none.

    Raises:
        CommandError: It cannot be opened, or is another program's, or of a later version.
    """

    note: str | None = "A file of its own: changes stay in it, and the service keeps what it has."

    def __init__(self, path: str | Path, *, create: bool = False) -> None:
        self.title = str(path)
        self._path, self._lock = Path(path), threading.Lock()
        if not create and not self._path.is_file():
            raise CommandError(f"there is no file {self.title}; chatcompletions sync {self.title} makes one", FILE)
        try:
            self._connection = sqlite3.connect(self._path, check_same_thread=False, isolation_level=None)
        except sqlite3.Error as error:
            raise CommandError(f"{self.title} cannot be opened: {error}", FILE) from None
        try:
            with self._session() as run:
                self._prepare(run, create=create)
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self, run: sqlite3.Connection, *, create: bool) -> None:
        application, version = marks(run)
        if application == 0 and create and not run.execute("SELECT 1 FROM sqlite_master").fetchone():
            for statement in _TABLES.split(";\n"):
                run.execute(statement)
            run.execute(f"PRAGMA application_id = {_APPLICATION}")
            run.execute(f"PRAGMA user_version = {_VERSION}")
        elif application != _APPLICATION:
            raise CommandError(f"{self.title} was not written by chatcompletions sync; give another file", FILE)
        elif version > _VERSION:
            raise CommandError(f"{self.title} was written by a newer version: install chatcompletions anew", FILE)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _session(self, begin: str = "BEGIN") -> Iterator[sqlite3.Connection]:
        """Run statements as one transaction."""
        with self._lock:
            try:
                with transaction(self._connection, begin) as run:
                    yield run
            except sqlite3.Error as error:
                hint = (
                    "is it a file of sync?" if "not a database" in str(error) else "what was kept before is still there"
                )
                raise CommandError(f"{self.title} cannot be used: {error}; {hint}", FILE) from None

    def about(self, key: str) -> str | None:
        """Return what the file says about itself: ``base_url``, or ``latest``, the id at which a sync goes on."""
        with self._session() as run:
            found = run.execute("SELECT value FROM about WHERE key = ?", (key,)).fetchone()
        return None if found is None else str(found[0])

    def keep(self, rows: Iterable[tuple[Mapping[str, Any], list[Any]]], **about: str) -> None:
        """Keep completions with their messages, all or none, and what the file says about itself."""
        with self._session("BEGIN IMMEDIATE") as run:
            for completion, messages in rows:
                _keep(run, completion, messages)
            run.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", about.items())

    def begin(self) -> None:
        """Begin to note which completions the service still has."""
        with self._session() as run:
            run.execute("CREATE TEMP TABLE IF NOT EXISTS seen (id TEXT PRIMARY KEY) WITHOUT ROWID")
            run.execute("DELETE FROM seen")

    def renew(self, completion: Mapping[str, Any]) -> bool | None:
        """Take over what changes in a completion that is stored, its metadata.

        Returns:
            Whether it had changed; `None` if it is not there.
        """
        body, metadata = _parted(completion)
        with self._session() as run:
            run.execute("INSERT OR IGNORE INTO seen VALUES (?)", (completion["id"],))
            found = run.execute("SELECT metadata FROM completions WHERE id = ?", (completion["id"],)).fetchone()
            if found is None or found[0] == metadata:
                return None if found is None else False
            run.execute(
                "UPDATE completions SET body = ?, metadata = ? WHERE id = ?", (body, metadata, completion["id"])
            )
        return True

    def forget_unseen(self) -> int:
        """Remove completions that the service has no more, and return how many there were."""
        with self._session("BEGIN IMMEDIATE") as run:
            gone = "SELECT position FROM completions WHERE id NOT IN (SELECT id FROM seen)"
            run.execute(f"DELETE FROM words WHERE rowid IN ({gone})")  # noqa: S608 - ours
            return run.execute("DELETE FROM completions WHERE id NOT IN (SELECT id FROM seen)").rowcount

    def count(self) -> int:
        """Return how many completions there are."""
        with self._session() as run:
            return int(run.execute("SELECT count(*) FROM completions WHERE NOT is_deleted").fetchone()[0])

    def find(self, query: Query) -> Iterator[dict[str, Any]]:
        """Yield the completions that match, a page at a time, so that the file is free in between."""
        where, values = _conditions(query)
        falls = query.order == "desc"
        place: tuple[float, int] | None = None
        if query.after is not None:
            with self._session() as run:
                place = run.execute("SELECT created, position FROM completions WHERE id = ?", (query.after,)).fetchone()
            if place is None:
                raise NotFoundError(f"{self.title} has no completion {query.after!r}", status_code=404)
        direction, sign = ("DESC", "<") if falls else ("ASC", ">")
        while True:
            beyond = "" if place is None else f" AND (created, position) {sign} (?, ?)"
            # The parts of the statement are ours; what was asked for goes in by its place.
            statement = (
                f"SELECT created, position, body, {_METADATA} FROM completions WHERE {where}{beyond} "  # noqa: S608
                f"ORDER BY created {direction}, position {direction} LIMIT {_PAGE}"
            )
            with self._session() as run:
                rows = run.execute(statement, (*values, *(place or ()))).fetchall()
            for created, position, body, metadata in rows:
                place = (created, position)
                yield _joined(body, metadata)
            if len(rows) < _PAGE:
                return

    def get(self, completion_id: str) -> dict[str, Any]:
        """Return a completion."""
        with self._session() as run:
            return _joined(*self._row(run, completion_id, f"body, {_METADATA}"))

    def messages(self, completion_id: str) -> Iterator[dict[str, Any]]:
        """Yield the messages of a completion's request."""
        with self._session() as run:
            (text,) = self._row(run, completion_id, "messages")
        yield from json.loads(text)

    def update(self, completion_id: str, metadata: Mapping[str, str]) -> dict[str, Any]:
        """Replace the metadata of a completion, in this file alone."""
        with self._session("BEGIN IMMEDIATE") as run:
            (body,) = self._row(run, completion_id, "body")
            text = _dump(dict(metadata))
            run.execute("UPDATE completions SET own_metadata = ? WHERE id = ?", (text, completion_id))
        return _joined(body, text)

    def delete(self, completion_id: str) -> None:
        """Delete a completion, from this file alone."""
        with self._session("BEGIN IMMEDIATE") as run:
            self._row(run, completion_id, "id")
            run.execute("UPDATE completions SET is_deleted = 1 WHERE id = ?", (completion_id,))

    def _row(self, run: sqlite3.Connection, completion_id: str, columns: str) -> Any:
        statement = f"SELECT {columns} FROM completions WHERE id = ? AND NOT is_deleted"  # noqa: S608 - ours
        if (row := run.execute(statement, (completion_id,)).fetchone()) is None:
            raise NotFoundError(f"{self.title} has no completion {completion_id!r}", status_code=404)
        return row


def _keep(run: sqlite3.Connection, completion: Mapping[str, Any], messages: list[Any]) -> None:
    body, metadata = _parted(completion)
    created = completion.get("created")
    values = {
        "id": completion["id"],
        "created": created if isinstance(created, int | float) else 0,
        "model": completion["model"] if isinstance(completion.get("model"), str) else None,
        "body": body,
        "metadata": metadata,
        "messages": _dump(messages),
    }
    names = ", ".join(values)
    (position,) = run.execute(
        f"INSERT INTO completions ({names}) VALUES (:id, :created, :model, :body, :metadata, :messages) "  # noqa: S608
        "ON CONFLICT (id) DO UPDATE SET body = excluded.body, metadata = excluded.metadata, "
        "messages = excluded.messages RETURNING position",
        values,
    ).fetchone()
    text = "\n".join([*(content_text(one) for one in messages), answer_text(completion)])
    run.execute(
        "INSERT OR REPLACE INTO words (rowid, text) VALUES (?, ?)", (position, text.encode(errors="replace").decode())
    )


def _conditions(query: Query) -> tuple[str, list[Any]]:
    conditions, values = ["NOT is_deleted"], list[Any]()
    for condition, value in (("model = ?", query.model), ("created >= ?", query.since), ("created < ?", query.until)):
        if value is not None:
            conditions.append(condition)
            values.append(value)
    for pair in query.metadata.items():
        conditions.append(_HAS_PAIR)
        values += pair
    if query.text and (words := query.text.split()):
        conditions.append("position IN (SELECT rowid FROM words WHERE words MATCH ?)")
        # Each as a text of its own, the last as the beginning of a word: nothing of it is an operator.
        values.append(" ".join('"' + word.replace('"', '""') + '"' for word in words) + "*")
    return " AND ".join(conditions), values


def _parted(completion: Mapping[str, Any]) -> tuple[str, str]:
    """Return the texts of a completion without its metadata, and of its metadata."""
    body = dict(completion)
    return _dump({**body, "metadata": None} if "metadata" in body else body), _dump(body.get("metadata"))


def _joined(body: str, metadata: str) -> dict[str, Any]:
    completion: dict[str, Any] = json.loads(body)
    found = json.loads(metadata)
    return {**completion, "metadata": found} if found or "metadata" in completion else completion


def _dump(value: Any) -> str:
    # A lone surrogate, which JSON may hold and SQLite may not, stays as it is written in JSON.
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text if text.isascii() or _can_be_kept(text) else json.dumps(value, separators=(",", ":"))


def _can_be_kept(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
