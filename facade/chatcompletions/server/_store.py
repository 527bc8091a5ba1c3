"""Stored completions in SQLite: one connection behind a lock, keyset pages, nothing kept between calls."""

import sqlite3
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chatcompletions.server._errors import ApiError
from chatcompletions.server._json import dump, loads
from chatcompletions.server._pages import Page, Query, Source, fetch
from chatcompletions.server._schema import prepare
from chatcompletions.server._text import content_text

_LISTED_PARTS = ("text", "image_url")
_LISTED_MEMBERS = ("name", "tool_calls", "tool_call_id", "function_call")
_COMPLETIONS = Source(
    "completions",
    "position",
    "SELECT position FROM completions WHERE id = :after UNION ALL SELECT position FROM deleted WHERE id = :after",
)
_MESSAGES = Source("messages", "number", "SELECT number FROM messages WHERE id = :after AND completion = :completion")


class Store:
    """A store of completions, safe to call from any thread.

    Args:
        path: The database file, made if missing; in memory if None.

    Raises:
        StoreError: If the file cannot be opened, written, or is no store of this server.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self._lock = threading.Lock()
        self._connection = prepare(path)
        # An application that is dropped without a close must not leave a connection open behind it.
        self._finalizer = weakref.finalize(self, self._connection.close)

    def close(self) -> None:
        """Close the database; a second call does nothing."""
        with self._lock:
            self._finalizer()

    def add(
        self,
        completion: Mapping[str, Any],
        metadata: Mapping[str, str],
        messages: Sequence[Mapping[str, Any]],
    ) -> dict[str, Any]:
        """Store a completion with its conversation, and give it as it will be listed."""
        completion_id = completion["id"]
        with self._transaction() as run:
            row = run.execute(
                "INSERT INTO completions (id, model, body) VALUES (?, ?, ?)",
                (completion_id, completion["model"], dump(completion)),
            )
            position = row.lastrowid
            _tag(run, position, metadata)
            run.executemany(
                "INSERT INTO messages (id, completion, number, body) VALUES (?, ?, ?, ?)",
                (
                    (f"{completion_id}-{number}", position, number, dump(_listed(message)))
                    for number, message in enumerate(messages)
                ),
            )
        return {**completion, "metadata": dict(metadata)}

    def get(self, completion_id: str) -> dict[str, Any]:
        """Give a stored completion.

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
        conditions = []
        values: dict[str, object] = {}
        if query.model is not None:
            conditions.append("model = :model")
            values["model"] = query.model
        for n, (key, value) in enumerate(query.metadata):
            conditions.append(
                f"position IN (SELECT completion FROM metadata WHERE key = :key{n} AND value = :value{n})"  # noqa: S608 - n is a number
            )
            values |= {f"key{n}": key, f"value{n}": value}
        with self._transaction() as run:
            rows, has_more = fetch(run, _COMPLETIONS, query, conditions, values)
            return Page([_completion(run, position, body) for position, body in rows], has_more)

    def messages(self, completion_id: str, query: Query) -> Page:
        """List the messages that a stored completion answered.

        Raises:
            ApiError: 404, if there is no such completion; 400, if ``after`` is none of its messages.
        """
        with self._transaction() as run:
            position, _ = _find(run, completion_id)
            rows, has_more = fetch(run, _MESSAGES, query, ["completion = :completion"], {"completion": position})
            items = [{**loads(body), "id": f"{completion_id}-{number}"} for number, body in rows]
            return Page(items, has_more)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._connection:
            yield self._connection


def _find(run: sqlite3.Connection, completion_id: str) -> tuple[int, str]:
    row = run.execute("SELECT position, body FROM completions WHERE id = ?", (completion_id,)).fetchone()
    if row is None:
        raise ApiError(
            f"No stored chat completion has the id '{completion_id}'.",
            status=404,
            param="completion_id",
            code="not_found",
        )
    return row[0], row[1]


def _completion(run: sqlite3.Connection, position: int, body: str) -> dict[str, Any]:
    pairs = run.execute("SELECT key, value FROM metadata WHERE completion = ? ORDER BY number", (position,))
    return {**loads(body), "metadata": dict(pairs.fetchall())}


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
