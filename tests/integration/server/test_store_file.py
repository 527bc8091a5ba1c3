"""The store as a file."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from chatcompletions.server import LocalServer, StoreError

BODY = {"model": "m", "messages": [{"role": "user", "content": "Hello."}], "store": True}


def test_what_is_stored_survives_a_restart(tmp_path: Path) -> None:
    """A second server on the same file answers as the first did: completions, metadata, messages, cursors."""
    file = tmp_path / "store.db"
    paths = ["", "?limit=1", "?metadata[a]=b"]
    with LocalServer(db=file) as server, httpx.Client(base_url=server.base_url, trust_env=False, timeout=60) as client:
        kept = client.post("/chat/completions", json={**BODY, "metadata": {"a": "b"}}).json()["id"]
        client.post("/chat/completions", json=BODY)
        gone = client.post("/chat/completions", json=BODY).json()["id"]
        client.delete(f"/chat/completions/{gone}")
        paths += [f"/{kept}", f"/{kept}/messages", f"?after={kept}", f"?after={gone}", f"/{gone}"]
        before = [client.get(f"/chat/completions{path}").json() for path in paths]
    with (
        LocalServer(db=str(file)) as server,
        httpx.Client(base_url=server.base_url, trust_env=False, timeout=60) as client,
    ):
        assert [client.get(f"/chat/completions{path}").json() for path in paths] == before
        client.post("/chat/completions", json=BODY)
        assert len(client.get("/chat/completions").json()["data"]) == 3


def test_a_file_is_kept_with_a_write_ahead_log(tmp_path: Path) -> None:
    """The file is in WAL mode, so that a reader does not stop the writer."""
    file = tmp_path / "store.db"
    with LocalServer(db=file):
        connection = sqlite3.connect(file)
        mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
        connection.close()
    assert mode == "wal"


def test_lists_are_found_by_index(tmp_path: Path) -> None:
    """Neither a page deep in the list nor a filter scans the table."""
    file = tmp_path / "store.db"
    with LocalServer(db=file):
        pass
    connection = sqlite3.connect(file)
    queries = [
        "SELECT position, body FROM completions WHERE position > 5 ORDER BY position LIMIT 3",
        "SELECT position, body FROM completions WHERE model = 'm' AND position > 5 ORDER BY position LIMIT 3",
        "SELECT completion FROM metadata WHERE key = 'k' AND value = 'v'",
        "SELECT number, body FROM messages WHERE completion = 1 AND number > 2 ORDER BY number LIMIT 3",
    ]
    plans = [row[3] for query in queries for row in connection.execute(f"EXPLAIN QUERY PLAN {query}")]
    connection.close()
    assert len(plans) == len(queries)
    assert all(plan.startswith("SEARCH") for plan in plans), plans


def not_a_database(path: Path) -> None:
    path.write_text("plain text, well over a hundred bytes of it " * 10)


def another_program(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE completions (id TEXT)")
    connection.close()


def another_version(path: Path) -> None:
    with LocalServer(db=path):
        pass
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (not_a_database, "not a database"),
        (another_program, "another program"),
        (another_version, "another version"),
        (Path.mkdir, "unable to open"),
    ],
)
def test_a_file_that_is_no_store_is_refused_and_left_alone(
    tmp_path: Path, make: Callable[[Path], object], problem: str
) -> None:
    """A file that is not ours is refused with one line that names it, and not written to."""
    path = tmp_path / "file"
    make(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(StoreError) as caught:
        LocalServer(db=path).__enter__()
    assert problem in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert (path.read_bytes() if path.is_file() else b"") == before


def test_a_folder_that_is_missing_is_refused(tmp_path: Path) -> None:
    """A file in a folder that does not exist is refused with one line."""
    with pytest.raises(StoreError, match="unable to open"):
        LocalServer(db=tmp_path / "missing" / "store.db").__enter__()
