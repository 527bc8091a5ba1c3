"""Open the store's file, mark it as ours, and refuse any other with one clear line."""

from __future__ import annotations

import sqlite3
from pathlib import Path

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
CREATE TABLE deleted (
    id TEXT PRIMARY KEY,
    position INTEGER NOT NULL
) WITHOUT ROWID;
"""


class StoreError(Exception):
    """The database file cannot be used; the message is one line that says why and what to do."""


def connect(path: str | Path | None) -> sqlite3.Connection:
    """Open a store's database, and lay it out if it is new.

    Args:
        path: The file, made if missing; in memory if `None`.

    Returns:
        A connection that may be used from any thread, by one at a time.

    Raises:
        StoreError: If the file cannot be opened, written, or is no store of this server.
    """
    name = ":memory:" if path is None else str(Path(path))
    connection = None
    try:
        connection = sqlite3.connect(name, check_same_thread=False)
        _lay_out(connection, name)
        connection.execute("PRAGMA foreign_keys = ON")
        if path is not None:
            connection.execute("PRAGMA journal_mode = WAL")
    except (sqlite3.Error, StoreError) as error:
        if connection is not None:
            connection.close()
        if isinstance(error, StoreError):
            raise
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
