"""The store as a file."""

import json
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from chatcompletions.server import LocalServer, StoreError, _store
from chatcompletions.server._errors import ApiError
from chatcompletions.server._store import Store

PLAIN = {"model": "m", "messages": [{"role": "user", "content": "Hello."}]}
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


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[tuple[httpx.Client, sqlite3.Connection]]:
    """A client of a server whose file another program has locked, and that program's connection."""
    file = tmp_path / "store.db"
    with LocalServer(db=file) as server, httpx.Client(base_url=server.base_url, trust_env=False, timeout=60) as client:
        other = sqlite3.connect(file)
        other.execute("BEGIN EXCLUSIVE")
        yield client, other
        other.close()


def test_a_locked_database_is_said_to_be_locked(
    locked: tuple[httpx.Client, sqlite3.Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call that cannot store is a 503 that says why and when to try again; once unlocked, all is as before."""
    monkeypatch.setattr(_store, "PATIENCE", 0.01)
    client, other = locked
    response = client.post("/chat/completions", json=BODY)
    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
    assert response.json()["error"]["code"] == "database_locked"
    assert "locked by another program" in response.json()["error"]["message"]
    streamed = client.post("/chat/completions", json={**BODY, "stream": True}).content.split(b"\n\n")
    assert json.loads(streamed[-2].removeprefix(b"data: ")) == response.json()
    assert client.get("/chat/completions").json()["data"] == []
    other.rollback()
    assert client.post("/chat/completions", json=BODY).status_code == 200
    assert len(client.get("/chat/completions").json()["data"]) == 1


def test_the_wait_for_a_turn_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that has waited for those before it as long as it may does not wait for the database again."""
    monkeypatch.setattr(_store, "PATIENCE", 3_600.0)
    store = Store(tmp_path / "store.db")
    other = sqlite3.connect(tmp_path / "store.db")
    other.execute("BEGIN EXCLUSIVE")
    store.waited = 3_600.0
    with pytest.raises(ApiError, match="locked"):
        store.keep({"id": "chatcmpl-1", "model": "m"}, PLAIN)
    other.close()
    store.close()


def test_a_locked_database_holds_up_nobody_who_stores_nothing(
    locked: tuple[httpx.Client, sqlite3.Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many calls wait for the database, one that stores nothing is answered; then they are stored."""
    monkeypatch.setattr(_store, "PATIENCE", 60.0)
    client, other = locked
    address = (client.base_url.host, client.base_url.port)
    body = json.dumps(BODY).encode()
    request = b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    with ExitStack() as stack:
        waiting = [stack.enter_context(socket.create_connection(address, timeout=60)) for _ in range(60)]
        for caller in waiting:
            caller.sendall(request)
        for _ in range(10):
            assert client.post("/chat/completions", json=PLAIN).status_code == 200
        other.rollback()
        assert [caller.recv(12) for caller in waiting] == [b"HTTP/1.1 200"] * 60
    assert len(client.get("/chat/completions", params={"limit": 100}).json()["data"]) == 60
