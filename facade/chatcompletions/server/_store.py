"""Keep completions in SQLite: one connection behind a lock, pages by key, nothing kept between calls."""

from __future__ import annotations

import json
import sqlite3
import threading
import weakref
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._errors import ApiError, invalid
from ._text import content_text, dump

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ._requests import Query

    Page = tuple[list[dict[str, Any]], bool]

PATIENCE = 2.0  # seconds that a call waits for a database that another program has locked
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_APPLICATION = 0x63686174  # "chat", SQLite's own place for telling one program's files from another's
_VERSION = 1
_TABLES = """
CREATE TABLE completions (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    model TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX completions_by_model ON completions (model, position);
CREATE TABLE metadata (
    completion INTEGER NOT NULL REFERENCES completions ON DELETE CASCADE,
    number INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (completion, number)
) WITHOUT ROWID;
CREATE INDEX metadata_by_pair ON metadata (key, value, completion);
CREATE TABLE messages (
    id TEXT PRIMARY KEY,
    completion INTEGER NOT NULL REFERENCES completions ON DELETE CASCADE,
    number INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (completion, number)
) WITHOUT ROWID;
CREATE TABLE deleted (id TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
"""
_LISTED_PARTS = ("text", "image_url")
_LISTED_MEMBERS = ("name", "tool_calls", "tool_call_id", "function_call")


class StoreError(Exception):
    """The database file cannot be used; the message is one line that says why and what to do."""


class Store:
    """A store of completions, safe to call from any thread.

    A method that is given the id of a completion raises `ApiError`, a 404, if none with this id is stored. A list is a
    page of items, and whether more follow; it raises a 400 if ``after`` is no id of the list. A database that another
    program has locked is a 503, and one that fails otherwise a 500.

    Attributes:
        waited: Seconds that the next call has waited for its turn: they count as patience that is used up.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self.waited = 0.0
        self._lock = threading.Lock()
        self._connection = _connect(path)
        # An application that is dropped without a close must not leave a connection open.
        self._finalizer = weakref.finalize(self, self._connection.close)

    def close(self) -> None:
        """Close the database; a second call does nothing."""
        with self._lock:
            self._finalizer()

    @contextmanager
    def _session(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._lock, self._connection as run:
                run.execute(f"PRAGMA busy_timeout = {max(0, round(1_000 * (PATIENCE - self.waited)))}")
                yield run
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in _BUSY:  # an error of the module itself has no code
                problem = "The database is locked by another program; try again, or end that program."
                again = {"retry-after": "1"}
                raise ApiError(problem, status=503, code="database_locked", headers=again) from error
            raise ApiError(f"The database failed: {error}.", status=500) from error

    def keep(self, completion: dict[str, Any], request: Mapping[str, Any]) -> dict[str, Any]:
        """Store a completion with its conversation, and return it as it will be listed."""
        name, metadata = completion["id"], request.get("metadata") or {}
        with self._session() as run:
            row = (name, completion["model"], dump(completion))
            position = run.execute("INSERT INTO completions (id, model, body) VALUES (?, ?, ?)", row).lastrowid
            _tag(run, position, metadata)
            rows = ((f"{name}-{n}", position, n, dump(_listed(one))) for n, one in enumerate(request["messages"]))
            run.executemany("INSERT INTO messages (id, completion, number, body) VALUES (?, ?, ?, ?)", rows)
        return {**completion, "metadata": metadata}

    def get(self, completion_id: str) -> dict[str, Any]:
        """Return a stored completion."""
        with self._session() as run:
            return _completion(run, *_find(run, completion_id))

    def update(self, completion_id: str, metadata: Mapping[str, str]) -> dict[str, Any]:
        """Replace a stored completion's metadata."""
        with self._session() as run:
            position, body = _find(run, completion_id)
            run.execute("DELETE FROM metadata WHERE completion = ?", (position,))
            _tag(run, position, metadata)
            return _completion(run, position, body)

    def delete(self, completion_id: str) -> None:
        """Delete a stored completion; its id stays a cursor, so that a loop may delete what it lists."""
        with self._session() as run:
            position, _ = _find(run, completion_id)
            run.execute("DELETE FROM completions WHERE position = ?", (position,))
            run.execute("INSERT INTO deleted (id, position) VALUES (?, ?)", (completion_id, position))

    def completions(self, query: Query) -> Page:
        """List stored completions in the order in which they were stored."""
        wanted = "SELECT position, body FROM completions WHERE TRUE"
        cursor = (
            "SELECT position FROM completions WHERE id = :after "
            "UNION ALL SELECT position FROM deleted WHERE id = :after"
        )
        values: dict[str, Any] = {"model": query.model}
        if query.model is not None:
            wanted += " AND model = :model"
        for n, (key, value) in enumerate((query.metadata or {}).items()):
            pair = f"SELECT completion FROM metadata WHERE key = :key{n} AND value = :value{n}"  # noqa: S608 - n is a number
            wanted += f" AND position IN ({pair})"
            values |= {f"key{n}": key, f"value{n}": value}
        with self._session() as run:
            rows, has_more = _page(run, query, wanted, "position", cursor, values)
            return [_completion(run, position, body) for position, body in rows], has_more

    def messages(self, completion_id: str, query: Query) -> Page:
        """List the messages that a stored completion answered."""
        wanted = "SELECT number, body FROM messages WHERE completion = :completion"
        cursor = "SELECT number FROM messages WHERE id = :after AND completion = :completion"
        with self._session() as run:
            position, _ = _find(run, completion_id)
            rows, has_more = _page(run, query, wanted, "number", cursor, {"completion": position})
            return [{**json.loads(body), "id": f"{completion_id}-{number}"} for number, body in rows], has_more


def _connect(path: str | Path | None) -> sqlite3.Connection:
    """Open the database of a store, laid out if it is new, for any thread but one at a time."""
    name = ":memory:" if path is None else str(Path(path))
    try:
        with ExitStack() as stack:
            connection = stack.enter_context(closing(sqlite3.connect(name, timeout=PATIENCE, check_same_thread=False)))
            _lay_out(connection, name)
            connection.execute("PRAGMA foreign_keys = ON")
            if path is not None:
                connection.execute("PRAGMA journal_mode = WAL")
            stack.pop_all()
    except sqlite3.Error as error:
        raise StoreError(f"{name}: cannot be used as the store ({error}); choose another file") from error
    return connection


def _lay_out(connection: sqlite3.Connection, name: str) -> None:
    with connection:
        # Taking the write lock shows at once whether the file can be written, and orders two first openings.
        connection.execute("BEGIN IMMEDIATE")
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if (application, version) == (_APPLICATION, _VERSION):
            return
        if application == _APPLICATION:
            raise StoreError(f"{name}: written by another version of this server; choose another file")
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise StoreError(f"{name}: an SQLite database of another program; choose another file")
        for statement in _TABLES.strip().split(";\n"):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {_APPLICATION}")
        connection.execute(f"PRAGMA user_version = {_VERSION}")


def _page(
    run: sqlite3.Connection, query: Query, wanted: str, key: str, cursor: str, values: Mapping[str, Any]
) -> tuple[list[tuple[int, str]], bool]:
    """Fetch the rows of a page, which starts behind the row that the cursor's query finds, and whether more follow.

    The SQL is this module's, never a request's; what a request says is bound.
    """
    sign, order = ("<", "DESC") if query.order == "desc" else (">", "ASC")
    values = {**values, "after": query.after, "fetch": query.limit + 1}
    if query.after is not None:
        place = run.execute(cursor, values).fetchone()
        if place is None:
            raise invalid("after", f"'{query.after}' is not in this list")
        wanted += f" AND {key} {sign} :place"
        values["place"] = place[0]
    rows = run.execute(f"{wanted} ORDER BY {key} {order} LIMIT :fetch", values).fetchall()
    return rows[: query.limit], len(rows) > query.limit


def _find(run: sqlite3.Connection, completion_id: str) -> tuple[int, str]:
    row = run.execute("SELECT position, body FROM completions WHERE id = ?", (completion_id,)).fetchone()
    if row is None:
        problem = f"No stored chat completion has the id '{completion_id}'."
        raise ApiError(problem, status=404, param="completion_id", code="not_found")
    return row[0], row[1]


def _completion(run: sqlite3.Connection, position: int, body: str) -> dict[str, Any]:
    pairs = run.execute("SELECT key, value FROM metadata WHERE completion = ? ORDER BY number", (position,))
    return {**json.loads(body), "metadata": dict(pairs.fetchall())}


def _tag(run: sqlite3.Connection, position: int | None, metadata: Mapping[str, str]) -> None:
    rows = ((position, number, key, value) for number, (key, value) in enumerate(metadata.items()))
    run.executemany("INSERT INTO metadata (completion, number, key, value) VALUES (?, ?, ?, ?)", rows)


def _listed(message: Mapping[str, Any]) -> dict[str, Any]:
    """Word a message as the API lists it: its text, and those of its parts that the list can show."""
    content = message.get("content")
    parts = [part for part in content if part["type"] in _LISTED_PARTS] if isinstance(content, list) else None
    return {
        "role": message["role"],
        "content": None if content is None else content_text(content),
        "refusal": message.get("refusal"),
        "name": None,
        **{name: message[name] for name in _LISTED_MEMBERS if message.get(name) is not None},
        "content_parts": parts,
    }
