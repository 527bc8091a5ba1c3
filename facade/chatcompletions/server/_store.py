"""Keep completions in SQLite: one connection behind a lock, pages by key, nothing kept between calls."""

from __future__ import annotations

import json
import threading
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from ._database import connect
from ._errors import ApiError
from ._json import dump
from ._text import content_text

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from ._requests import Query

_LISTED_PARTS = ("text", "image_url")
_LISTED_MEMBERS = ("name", "tool_calls", "tool_call_id", "function_call")


class Page(NamedTuple):
    """One page of a list, and whether more items follow."""

    items: list[dict[str, Any]]
    has_more: bool


class _Table(NamedTuple):
    """A table that is read in pages: its name, the column that orders it, and how a cursor's row is found."""

    name: str
    key: str
    cursor: str


_COMPLETIONS = _Table(
    "completions",
    "position",
    "SELECT position FROM completions WHERE id = :after UNION ALL SELECT position FROM deleted WHERE id = :after",
)
_MESSAGES = _Table("messages", "number", "SELECT number FROM messages WHERE id = :after AND completion = :completion")


class Store:
    """A store of completions, safe to call from any thread.

    Args:
        path: The database file, made if missing; in memory if `None`.

    Raises:
        StoreError: If the file cannot be opened, written, or is no store of this server.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self._lock = threading.Lock()
        self._connection = connect(path)
        # An application that is dropped without a close must not leave a connection open.
        self._finalizer = weakref.finalize(self, self._connection.close)

    def close(self) -> None:
        """Close the database; a second call does nothing."""
        with self._lock:
            self._finalizer()

    def add(
        self, completion: Mapping[str, Any], metadata: Mapping[str, str], messages: Sequence[Mapping[str, Any]]
    ) -> dict[str, Any]:
        """Store a completion with its conversation, and return it as it will be listed."""
        completion_id = completion["id"]
        with self._transaction() as run:
            row = run.execute(
                "INSERT INTO completions (id, model, body) VALUES (?, ?, ?)",
                (completion_id, completion["model"], dump(completion)),
            )
            _tag(run, row.lastrowid, metadata)
            run.executemany(
                "INSERT INTO messages (id, completion, number, body) VALUES (?, ?, ?, ?)",
                (
                    (f"{completion_id}-{number}", row.lastrowid, number, dump(_listed(message)))
                    for number, message in enumerate(messages)
                ),
            )
        return {**completion, "metadata": dict(metadata)}

    def get(self, completion_id: str) -> dict[str, Any]:
        """Return a stored completion.

        Raises:
            ApiError: 404, if there is none.
        """
        with self._transaction() as run:
            return _completion(run, *_find(run, completion_id))

    def update(self, completion_id: str, metadata: Mapping[str, str]) -> dict[str, Any]:
        """Replace a stored completion's metadata.

        Raises:
            ApiError: 404, if there is none.
        """
        with self._transaction() as run:
            position, body = _find(run, completion_id)
            run.execute("DELETE FROM metadata WHERE completion = ?", (position,))
            _tag(run, position, metadata)
            return _completion(run, position, body)

    def delete(self, completion_id: str) -> None:
        """Delete a stored completion; its id stays a cursor, so that a loop may delete what it lists.

        Raises:
            ApiError: 404, if there is none.
        """
        with self._transaction() as run:
            position, _ = _find(run, completion_id)
            run.execute("DELETE FROM completions WHERE position = ?", (position,))
            run.execute("INSERT INTO deleted (id, position) VALUES (?, ?)", (completion_id, position))

    def completions(self, query: Query) -> Page:
        """List stored completions in the order in which they were stored.

        Raises:
            ApiError: 400, if ``after`` is no id of a completion.
        """
        conditions: list[str] = [] if query.model is None else ["model = :model"]
        values: dict[str, object] = {"model": query.model}
        for n, (key, value) in enumerate(query.metadata):
            conditions.append(
                f"position IN (SELECT completion FROM metadata WHERE key = :key{n} AND value = :value{n})"  # noqa: S608 - n is a number
            )
            values |= {f"key{n}": key, f"value{n}": value}
        with self._transaction() as run:
            rows, has_more = _fetch(run, _COMPLETIONS, query, conditions, values)
            return Page([_completion(run, position, body) for position, body in rows], has_more)

    def messages(self, completion_id: str, query: Query) -> Page:
        """List the messages that a stored completion answered.

        Raises:
            ApiError: 404, if there is no such completion; 400, if ``after`` is none of its messages.
        """
        with self._transaction() as run:
            position, _ = _find(run, completion_id)
            rows, has_more = _fetch(run, _MESSAGES, query, ["completion = :completion"], {"completion": position})
            return Page([{**json.loads(body), "id": f"{completion_id}-{number}"} for number, body in rows], has_more)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._connection:
            yield self._connection


def _fetch(
    run: sqlite3.Connection, table: _Table, query: Query, conditions: list[str], values: Mapping[str, object]
) -> tuple[list[tuple[int, str]], bool]:
    """Fetch the rows of a page: pairs of key and body, and whether more rows follow.

    A page starts after the row that its cursor names, however far in that is. The conditions are SQL of this module,
    never of a request; what a request says is bound.

    Raises:
        ApiError: 400, if the cursor is no row of this list.
    """
    sign, order = ("<", "DESC") if query.order == "desc" else (">", "ASC")
    bound = {**values, "after": query.after, "fetch": query.limit + 1}
    if query.after is not None:
        place = run.execute(table.cursor, bound).fetchone()
        if place is None:
            problem = f"Invalid 'after': '{query.after}' is not in this list."
            raise ApiError(problem, param="after", code="invalid_value")
        conditions = [*conditions, f"{table.key} {sign} :place"]
        bound["place"] = place[0]
    text = (
        f"SELECT {table.key}, body FROM {table.name} "  # noqa: S608 - all literals of this module
        f"WHERE {' AND '.join(conditions) or 'TRUE'} ORDER BY {table.key} {order} LIMIT :fetch"
    )
    rows = run.execute(text, bound).fetchall()
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
    run.executemany(
        "INSERT INTO metadata (completion, number, key, value) VALUES (?, ?, ?, ?)",
        ((position, number, key, value) for number, (key, value) in enumerate(metadata.items())),
    )


def _listed(message: Mapping[str, Any]) -> dict[str, Any]:
    """Word a message as the API lists it: its text, and those of its parts that the list can show."""
    content = message.get("content")
    parts = [part for part in content if part["type"] in _LISTED_PARTS] if isinstance(content, list) else None
    kept = {name: message[name] for name in _LISTED_MEMBERS if message.get(name) is not None}
    return {
        "role": message["role"],
        "content": None if content is None else content_text(content),
        "refusal": message.get("refusal"),
        "name": None,
        **kept,
        "content_parts": parts,
    }
