"""The journal of a run: an SQLite file with a row for each request, written before it is sent and when it is done."""

from __future__ import annotations

import os
import secrets
import sqlite3
import stat
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any

from chatcompletions._base_error import describe
from chatcompletions._errors import JournalError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The mark of our files, in the place that SQLite has for it: "chat".
_APPLICATION = 0x63686174
_VERSION = 1
_TABLES = """
CREATE TABLE journal (id TEXT NOT NULL);
CREATE TABLE rows (
    digest BLOB NOT NULL,        -- SHA-256 of the request
    occurrence INTEGER NOT NULL, -- 1 for the first of equal requests
    state TEXT NOT NULL,         -- sent, done or failed
    failures INTEGER NOT NULL DEFAULT 0, -- answers that were errors: each begins a new idempotency key
    reply BLOB,
    error TEXT,
    PRIMARY KEY (digest, occurrence)
);
"""
_SENT = "INSERT INTO rows (digest, occurrence, state) VALUES (?, ?, 'sent') ON CONFLICT DO UPDATE SET state = 'sent'"
#: Bytes of the log that are carried over together, those that each row has beside them, and those of a page.
_LOG_BYTES, _ROW_BYTES, _PAGE_BYTES = 2**21, 2**14, 4096
#: Bytes of the log beyond which no number of rows has more.
_MOST_SPARE = 2**24
#: Pages that are written for a row beside those of its reply, at most.
_PAGES = 4
#: SQLite's names of errors, and what they mean of a journal.
_PROBLEMS = {
    "SQLITE_BUSY": "is in use by another run: wait for its end, or give this one a file of its own",
    "SQLITE_NOTADB": "was made by another program: give journal= the name of a new file",
    "SQLITE_CANTOPEN": "cannot be opened: is there such a folder?",
    "SQLITE_READONLY": "cannot be written",
    "SQLITE_FULL": "cannot be written: the disk is full",
    "SQLITE_IOERR_WRITE": "cannot be written: is the disk full?",
    "SQLITE_CORRUPT": "is damaged",
}


class Journal:
    """A journal that is open, by one run alone.

    What is written goes to a file beside it, the write-ahead log, which has its full size from the start: a disk that
    fills up is noticed when the log is carried over, and the log still takes the answers that are on their way then.

    Args:
        path: The file, which is made if there is none.
        rows: The number of rows that may be on their way at a time.

    Raises:
        JournalError: It is no journal, or one of another version, or another run has it open, or there is no room for
            the log.
    """

    def __init__(self, path: str | os.PathLike[str], rows: int) -> None:
        self._path = os.fspath(path)
        self._spare, self._written = min(rows * _ROW_BYTES, _MOST_SPARE), 0
        # Rows begin in one thread and end in another.
        self._lock = Lock()
        _check_header(self._path)
        with self._told():
            self._db = sqlite3.connect(self._path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            with self._told():
                self._open()
        except JournalError:
            self._db.close()
            raise

    def _open(self) -> None:
        run = self._db.execute
        # Held until the file is closed, or the process killed: two runs would both pay for what neither has done yet.
        run("PRAGMA locking_mode = EXCLUSIVE")
        run("BEGIN EXCLUSIVE")
        if not run("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            run(f"PRAGMA application_id = {_APPLICATION}")
            run(f"PRAGMA user_version = {_VERSION}")
            for statement in _TABLES.split(";\n")[:-1]:
                run(statement)
            run("INSERT INTO journal VALUES (?)", (secrets.token_hex(16),))
        run("COMMIT")
        run("PRAGMA journal_mode = WAL")
        # What is committed outlives a kill of the process; only a power cut can lose the last rows.
        run("PRAGMA synchronous = NORMAL")
        run("PRAGMA wal_autocheckpoint = 0")
        # More than the cache holds is written before it is taken back, and leaves the log as long as that.
        run("PRAGMA cache_size = 10")
        run("BEGIN")
        run("CREATE TABLE spare (bytes BLOB)")
        run("INSERT INTO spare VALUES (zeroblob(?))", (_LOG_BYTES + self._spare,))
        run("ROLLBACK")
        run("PRAGMA cache_size = -2000")  # as it is by default, in KiB
        run("CREATE TEMP TABLE seen (digest BLOB PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID")
        self._id: str = run("SELECT id FROM journal").fetchone()[0]

    def begin(self, digest: bytes) -> tuple[tuple[bytes, int], bytes | None, str, bool]:
        """Look up a request, and note that it will be sent unless it is done.

        Returns:
            Its key, the bytes of its reply if it is done, its idempotency key, which is the same until a server has
            answered it with an error, and whether it was sent before.
        """
        with self._told():
            run = self._db.execute
            run("INSERT INTO seen VALUES (?, 1) ON CONFLICT DO UPDATE SET count = count + 1", (digest,))
            key: tuple[bytes, int] = (digest, *run("SELECT count FROM seen WHERE digest = ?", (digest,)).fetchone())
            found = run("SELECT state, reply, failures FROM rows WHERE digest = ? AND occurrence = ?", key).fetchone()
            state, reply, failures = found or ("", None, 0)
            if state != "done":
                reply = None
                run(_SENT, key)
                self._count(0)
            return key, reply, f"{self._id}-{digest.hex()[:32]}-{key[1]}-{failures}", found is not None

    def done(self, key: tuple[bytes, int], reply: bytes) -> None:
        """Keep the reply of a request."""
        self._end(key, "done", reply, None, 0)

    def failed(self, key: tuple[bytes, int], error: BaseException) -> None:
        """Keep what a request failed with; it is made again by the next run."""
        is_answered = getattr(error, "status_code", None) is not None
        self._end(key, "failed", None, describe(error), int(is_answered))

    def _end(self, key: tuple[bytes, int], *values: Any) -> None:
        statement = (
            "UPDATE rows SET state = ?, reply = ?, error = ?, failures = failures + ? "
            "WHERE digest = ? AND occurrence = ?"
        )
        with self._told():
            self._db.execute(statement, (*values, *key))
            self._count(len(values[1] or b""))

    def _count(self, size: int) -> None:
        """Count what was written, and carry the log over when it is full."""
        self._written += size + _PAGES * _PAGE_BYTES
        if self._written > _LOG_BYTES:
            self._carry_over()

    def _carry_over(self) -> None:
        self._db.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()
        self._written = 0

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            with self._lock:
                yield
        except sqlite3.Error as exc:
            whole = str(getattr(exc, "sqlite_errorname", ""))
            name = whole if whole in _PROBLEMS else "_".join(whole.split("_")[:2])  # without what SQLite adds
            raise JournalError(f"the journal {self._path!r} {_PROBLEMS.get(name, f'cannot be used: {exc}')}") from exc


def is_in_use(error: JournalError) -> bool:
    """Tell whether an error says that another run has the journal open."""
    return getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def _check_header(path: str) -> None:
    """Raise if a file is not empty and no journal of this version; SQLite does not touch it then.

    Raises:
        JournalError: The file belongs to another program, is of another version, or cannot be read.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116 - any path, of whatever type
            raise JournalError(f"the journal {path!r} cannot be used: it is no file")
        with open(path, "rb") as file:  # noqa: PTH123
            header = file.read(100)
    except FileNotFoundError:
        return
    except OSError as exc:
        raise JournalError(f"the journal {path!r} cannot be read ({exc.strerror})") from exc
    if not header:
        return
    # https://www.sqlite.org/fileformat.html: the user version at 60, the application id at 68.
    if not header.startswith(b"SQLite format 3\0") or int.from_bytes(header[68:72], "big") != _APPLICATION:
        raise JournalError(f"the file {path!r} {_PROBLEMS['SQLITE_NOTADB']}")
    version = int.from_bytes(header[60:64], "big")
    if version != _VERSION:
        raise JournalError(
            f"the journal {path!r} is of version {version}, and this package reads {_VERSION}: go on with the version "
            "of the package that began it, or give journal= the name of a new file"
        )
