"""The server as a context manager and as an application."""

import itertools
import socket
import threading
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import httpx
import pytest

import chatcompletions.server
from chatcompletions.server import LocalServer, StoreError, app
from chatcompletions.server._log import Log

BODY = {"model": "m", "messages": [{"role": "user", "content": "Hello."}], "store": True}


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "chatcompletions-server"]


def test_the_public_names_are_complete_and_sorted() -> None:
    """Each name of ``__all__`` can be had, and they are in order."""
    names = chatcompletions.server.__all__
    assert names == sorted(names)
    assert all(getattr(chatcompletions.server, name) for name in names)
    assert set(names) <= set(dir(chatcompletions.server))


def test_an_unknown_name_is_an_attribute_error() -> None:
    """A name that the module lacks is an AttributeError, as everywhere."""
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        chatcompletions.server.Nothing  # noqa: B018 - the access is the test


def test_a_server_is_gone_when_its_block_is_left() -> None:
    """After the block its thread has ended and its port is free."""
    before = threads()
    with LocalServer() as server:
        address = urlsplit(server.base_url)
        assert httpx.get(f"{server.base_url}/chat/completions", trust_env=False, timeout=60).status_code == 200
        assert len(threads()) == len(before) + 1
    assert threads() == before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address.hostname, address.port), timeout=60)


def test_a_server_is_gone_after_an_error_too() -> None:
    """An exception leaves the block unchanged, and the server stopped."""
    before = threads()
    with pytest.raises(ZeroDivisionError), LocalServer():
        raise ZeroDivisionError
    assert threads() == before


def test_servers_run_side_by_side_and_apart() -> None:
    """Two servers in one process have their own ports and their own stores."""
    with LocalServer() as one, LocalServer() as other:
        httpx.post(f"{one.base_url}/chat/completions", json=BODY, trust_env=False, timeout=60)
        found = [
            len(httpx.get(f"{server.base_url}/chat/completions", trust_env=False, timeout=60).json()["data"])
            for server in (one, other)
        ]
    assert found == [1, 0]


def test_a_server_can_be_entered_again_but_not_twice() -> None:
    """One object serves one block at a time, and any number in turn."""
    server = LocalServer()
    with server, pytest.raises(RuntimeError, match="running already"):
        server.__enter__()
    with server:
        assert httpx.get(f"{server.base_url}/chat/completions", trust_env=False, timeout=60).status_code == 200


def test_a_server_that_is_not_running_has_no_url() -> None:
    """Asking for the URL outside the block says what to do."""
    with pytest.raises(RuntimeError, match="with statement"):
        LocalServer().base_url  # noqa: B018 - the access is the test


def test_a_port_in_use_is_an_os_error() -> None:
    """A port that is taken is an OSError on entering, and nothing is left running."""
    before = threads()
    with LocalServer() as server, pytest.raises(OSError, match="in use"):
        LocalServer(port=urlsplit(server.base_url).port or 0).__enter__()
    assert threads() == before


def test_a_bad_store_is_told_on_entering(tmp_path: Path) -> None:
    """A file that is no database is a StoreError on entering, and nothing is left running."""
    file = tmp_path / "notes.txt"
    file.write_text("not a database, but longer than the header of one " * 10)
    before = threads()
    with pytest.raises(StoreError, match=r"notes\.txt"):
        LocalServer(db=file).__enter__()
    assert threads() == before


def test_an_open_stream_does_not_hold_up_the_end() -> None:
    """Leaving the block ends streams that a client still reads."""
    with httpx.Client(trust_env=False, timeout=60) as client:
        with LocalServer(chunk_delay=30) as server:
            request = client.build_request("POST", f"{server.base_url}/chat/completions", json={**BODY, "stream": True})
            response = client.send(request, stream=True)
        with pytest.raises(httpx.RemoteProtocolError):
            response.read()


def test_an_unfinished_request_does_not_hold_up_the_end() -> None:
    """Leaving the block ends connections in the middle of a request."""
    with LocalServer() as server:
        address = urlsplit(server.base_url)
        connection = socket.create_connection((address.hostname, address.port), timeout=60)
        connection.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
        httpx.get(f"{server.base_url}/chat/completions", trust_env=False, timeout=60)
    with connection:
        assert connection.recv(1) == b""


def test_many_clients_at_once_lose_nothing() -> None:
    """Completions stored from many threads at once are all stored, each once."""
    with LocalServer() as server, httpx.Client(base_url=server.base_url, trust_env=False, timeout=60) as client:

        def work() -> None:
            for _ in range(5):
                assert client.post("/chat/completions", json=BODY).status_code == 200

        workers = [threading.Thread(target=work) for _ in range(8)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        data = client.get("/chat/completions", params={"limit": 100}).json()["data"]
    assert len({item["id"] for item in data}) == len(data) == 40


def test_time_and_ids_can_be_given() -> None:
    """With a clock and a source of ids of its own, a server's answers are the same each time."""

    async def run() -> dict[str, object]:
        counter = itertools.count()
        application = app(clock=lambda: 1_700_000_000.9, new_id=lambda: f"n{next(counter)}")
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=transport, base_url="http://local/v1") as client:
            response = await client.post("/chat/completions", json=BODY)
        application.state.store.close()
        return {**response.json(), "request": response.headers["x-request-id"]}

    first, second = anyio.run(run), anyio.run(run)
    assert first == second
    assert (first["id"], first["request"], first["created"]) == ("chatcmpl-n0", "req_n1", 1_700_000_000)


def test_requests_are_told_to_the_log_without_the_key(capfd: pytest.CaptureFixture[str]) -> None:
    """The log gets a line for each request; nothing is printed, and neither holds the key."""
    lines: list[str] = []
    with LocalServer(api_key="made-up-key", log=lines.append) as server:
        headers = {"authorization": "Bearer made-up-key"}
        httpx.get(f"{server.base_url}/chat/completions?limit=1", headers=headers, trust_env=False, timeout=60)
        httpx.get(f"{server.base_url}/none", trust_env=False, timeout=60)
    assert [line.split(" ")[:3] for line in lines] == [
        ["GET", "/v1/chat/completions", "200"],
        ["GET", "/v1/none", "401"],
    ]
    assert "made-up-key" not in "".join(lines)
    assert capfd.readouterr() == ("", "")


def test_a_log_that_fails_is_reported_once_and_harms_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """A log function that raises costs no answer; the first failure is logged."""

    def fail(line: str) -> None:
        raise RuntimeError(line)

    with LocalServer(log=fail) as server:
        for _ in range(3):
            assert httpx.get(f"{server.base_url}/none", trust_env=False, timeout=60).status_code == 404
    assert [record.name for record in caplog.records] == ["chatcompletions.server"]


def test_a_log_that_is_stuck_holds_up_nothing() -> None:
    """A log function that does not return costs no answer, and no more than a moment at the end."""
    forever = threading.Event()
    with LocalServer(log=lambda _: forever.wait() and None) as server:
        for _ in range(3):
            assert httpx.get(f"{server.base_url}/none", trust_env=False, timeout=60).status_code == 404
    forever.set()


def test_lines_that_are_dropped_are_counted() -> None:
    """Once a stuck log goes on, a line says how many are missing, and those that waited come in order."""
    told, stuck, go_on = [], threading.Event(), threading.Event()

    def write(line: str) -> None:
        stuck.set()
        go_on.wait()
        told.append(line)

    log = Log(write)
    log("0")
    stuck.wait()
    for number in range(1, 5_000):
        log(str(number))
    go_on.set()
    log.close()
    lines = [line for line in told if line.isdecimal()]
    assert lines == [str(number) for number in range(len(lines))]
    notes = [line for line in told if not line.isdecimal()]
    assert [line.split(" ")[0] for line in notes] == [f"({5_000 - len(lines)}"]


@pytest.mark.parametrize("key", ["", " ", "key "])
def test_a_key_that_nobody_can_send_is_refused(key: str) -> None:
    """An empty key, as from an unset variable, is a ValueError at once."""
    for make in (LocalServer, app):
        with pytest.raises(ValueError, match="API key"):
            make(api_key=key)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "localhost"])  # noqa: S104 - what the test is about
def test_the_url_is_one_that_works(host: str) -> None:
    """A server on all addresses has the URL of one that a client can use."""
    with LocalServer(host=host) as server:
        assert httpx.get(f"{server.base_url}/none", trust_env=False, timeout=60).status_code == 404
