"""The command ``python -m chatcompletions.server``, as its user runs it."""

import os
import re
import shlex
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from chatcompletions.server import ChoiceWords, ScriptEntry

COMMAND = [sys.executable, "-W", "error", "-m", "chatcompletions.server"]
BODY = {"model": "m", "messages": [{"role": "user", "content": "Hello."}], "store": True}


def start(*arguments: str, **environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - the command under test
        [*COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,  # so that the first line can be read without swallowing the next
        env={**os.environ, **environment},
    )


def run(*arguments: str, **environment: str) -> tuple[int, str, str]:
    """Run the command to its end and give its exit code, output and errors."""
    with start(*arguments, **environment) as process:
        try:
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    return process.returncode, out.decode(), err.decode()


def interrupt(process: subprocess.Popen[bytes], sent: signal.Signals = signal.SIGINT) -> tuple[str, str]:
    """Signal the command and give what else it printed, its errors last."""
    process.send_signal(sent)
    out, err = process.communicate(timeout=60)
    return out.decode(), err.decode()


def ask(base_url: str, *, times: int) -> list[int]:
    """Ask for a completion again and again, by a URL whose log line has 4,000 characters, and give the statuses."""
    with httpx.Client(trust_env=False, timeout=60) as client:
        url = f"{base_url}/{'x' * 4_000}"
        return [client.get(url).status_code for _ in range(times)]


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Start the command on a free port and give it with its base URL."""
    with start("--port", "0", *arguments) as process:
        assert process.stdout is not None
        try:
            match = re.search(r"http://127\.0\.0\.1:\d+/v1", process.stdout.readline().decode())
            assert match, "the first line must name the base URL"
            yield process, match[0]
        finally:
            process.kill()


def test_help_lists_every_option() -> None:
    """The help names each option and says that answers are canned."""
    code, out, _ = run("--help")
    assert code == 0
    assert "canned" in out
    assert "get_weather" in out
    assert max(map(len, out.splitlines())) <= 100
    options = (
        "--host",
        "--port",
        "--db",
        "--api-key",
        "--chunk-delay",
        "--quiet",
        "--script",
        "--script-end",
        "--lenient",
    )
    for word in (*options, *ChoiceWords.__annotations__, *ScriptEntry.__annotations__):
        assert word in out


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_listens_and_ends_quietly(sent: signal.Signals) -> None:
    """It prints its URL, that answers are canned, and two variables; a signal ends it without a word."""
    with running() as (process, base_url):
        assert httpx.post(f"{base_url}/chat/completions", json=BODY, trust_env=False, timeout=60).status_code == 200
        out, err = interrupt(process, sent)
    assert process.returncode == 0
    assert err == ""
    assert "canned" in out
    assert f"OPENAI_BASE_URL={base_url}" in out
    assert "OPENAI_API_KEY=" in out
    assert "POST /v1/chat/completions 200" in out


def test_quiet_prints_the_url_only() -> None:
    """With --quiet the base URL is all there is, however many requests come."""
    with running("--quiet") as (process, base_url):
        httpx.get(f"{base_url}/chat/completions", trust_env=False, timeout=60)
        assert interrupt(process) == ("", "")


def test_a_log_that_nobody_reads_stops_nothing() -> None:
    """Requests are answered when standard output is a pipe that is full, and the command can still be ended."""
    with running() as (process, base_url):
        assert ask(base_url, times=60) == [404] * 60  # four times as much as a pipe holds
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0


def test_a_log_that_nobody_can_read_stops_nothing() -> None:
    """Requests are answered when the reader of standard output is gone, and nothing is said of that."""
    with running() as (process, base_url):
        assert process.stdout is not None
        process.stdout.close()
        assert ask(base_url, times=5) == [404] * 5
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0
        assert process.stderr is not None
        assert process.stderr.read() == b""


def test_errors_that_nobody_reads_stop_nothing() -> None:
    """What is no HTTP is refused however full the pipe of standard error is."""
    with running("--quiet") as (_, base_url):
        address = (urlsplit(base_url).hostname, urlsplit(base_url).port)
        for _ in range(2_200):  # a line of 30 characters for each
            with socket.create_connection(address, timeout=60) as connection:
                connection.sendall(b"nonsense\r\n\r\n")
                assert connection.recv(12) == b"HTTP/1.1 400"
        assert ask(base_url, times=1) == [404]


def test_a_closed_standard_output_is_not_written_to(tmp_path: Path) -> None:
    """Started without standard output, the command writes no line into a file that has its number."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    file = tmp_path / "store.db"
    # The shell closes standard output, and the store is the next file that is opened.
    command = f"exec {shlex.join([*COMMAND, '--port', str(port), '--db', str(file)])} >&-"
    with subprocess.Popen(command, shell=True, stderr=subprocess.PIPE) as process:  # noqa: S602 - the test's own text
        try:
            transport = httpx.HTTPTransport(retries=8)  # which connects again until it listens
            with httpx.Client(transport=transport, timeout=60) as client:
                url = f"http://127.0.0.1:{port}/v1/chat/completions"
                assert client.post(url, json=BODY).status_code == 200
                assert len(client.get(url).json()["data"]) == 1
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=60) == 0
        finally:
            process.kill()
    connection = sqlite3.connect(file)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_a_client_that_hangs_up_leaves_no_trace() -> None:
    """A stream dropped by its reader prints no traceback."""
    with running("--quiet", "--chunk-delay", "30000") as (process, base_url):
        body = {**BODY, "stream": True}
        with httpx.stream("POST", f"{base_url}/chat/completions", json=body, trust_env=False, timeout=60) as response:
            next(response.iter_raw())
        httpx.get(f"{base_url}/chat/completions", trust_env=False, timeout=60)
        assert interrupt(process) == ("", "")


def test_the_key_is_asked_for_and_not_shown() -> None:
    """With --api-key requests need it, and it is never printed."""
    with running("--api-key", "made-up-key") as (process, base_url):
        url = f"{base_url}/chat/completions"
        assert httpx.get(url, trust_env=False, timeout=60).status_code == 401
        headers = {"authorization": "Bearer made-up-key"}
        assert httpx.get(url, headers=headers, trust_env=False, timeout=60).status_code == 200
        out, err = interrupt(process)
    assert "made-up-key" not in out + err


def test_a_file_keeps_what_is_stored_from_run_to_run(tmp_path: Path) -> None:
    """With --db a second run lists what the first one stored."""
    found = []
    for _ in range(2):
        with running("--db", str(tmp_path / "store.db"), "--quiet") as (process, base_url):
            url = f"{base_url}/chat/completions"
            found.append(len(httpx.get(url, trust_env=False, timeout=60).json()["data"]))
            httpx.post(url, json=BODY, trust_env=False, timeout=60)
            interrupt(process)
    assert found == [0, 1]


def test_a_port_in_use_is_one_clear_line() -> None:
    """A port that is taken ends the command with 1 and one line that says what to do."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        code, out, err = run("--port", port)
    assert code == 1
    assert out == ""
    assert err.count("\n") == 1
    assert port in err
    assert "--port" in err


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])  # noqa: S104 - what the test is about
def test_every_address_is_printed_as_one_that_works(host: str) -> None:
    """A server on all addresses prints one that a client can use, and says that there are others."""
    with start("--port", "0", "--host", host) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline().decode()
            base_url = line.split(" ")[2].rstrip(",")
            assert "every other address" in line
            assert ask(base_url, times=1) == [404]
        finally:
            process.kill()


@pytest.mark.parametrize("key", ["", " ", "key "])
def test_a_key_that_nobody_can_send_is_refused(key: str) -> None:
    """An empty key, as from an unset variable, ends the command with 1 and one line."""
    code, out, err = run("--port", "0", "--api-key", key)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "API key" in err


def test_a_bad_host_is_one_clear_line() -> None:
    """A host that is not this machine's ends the command with 1 and one line."""
    code, _, err = run("--host", "192.0.2.1", "--port", "0")
    assert code == 1
    assert err.count("\n") == 1
    assert "192.0.2.1" in err


def test_a_bad_store_is_one_clear_line(tmp_path: Path) -> None:
    """A file that is no database ends the command with 1 and one line that names it."""
    file = tmp_path / "notes.txt"
    file.write_text("plain text, well over a hundred bytes of it " * 10)
    code, _, err = run("--port", "0", "--db", str(file))
    assert code == 1
    assert err.count("\n") == 1
    assert "notes.txt" in err


def test_a_script_is_played(tmp_path: Path) -> None:
    """With --script the answers are the file's; with --script-end=canned others follow, with --lenient odd ones too."""
    file = tmp_path / "script.yaml"
    file.write_text("- text: Hello you.\n")
    with running("--quiet", "--script", str(file), "--script-end", "canned", "--lenient") as (process, base_url):
        texts = []
        for _ in range(2):
            response = httpx.post(f"{base_url}/chat/completions", json={**BODY, "x": 1}, trust_env=False, timeout=60)
            texts.append(response.json()["choices"][0]["message"]["content"])
        assert interrupt(process) == ("", "")
    assert texts[0] == "Hello you."
    assert "canned" in texts[1]


def test_a_script_that_ends_is_no_traceback(tmp_path: Path) -> None:
    """A request beyond the script is told to the client, and prints nothing."""
    file = tmp_path / "script.yaml"
    file.write_text("- when: weather\n")
    with running("--quiet", "--script", str(file)) as (process, base_url):
        response = httpx.post(f"{base_url}/chat/completions", json=BODY, trust_env=False, timeout=60)
        assert interrupt(process) == ("", "")
    assert response.status_code == 500
    assert "entry 1 wants text to hold 'weather'" in response.json()["error"]["message"]


def test_a_bad_script_is_one_clear_line(tmp_path: Path) -> None:
    """A script that cannot be played ends the command with 1 and one line that names file, entry and word."""
    file = tmp_path / "script.yaml"
    file.write_text("- txt: Hello\n")
    code, out, err = run("--port", "0", "--script", str(file))
    assert (code, out) == (1, "")
    assert err == f"error: {file}, entry 1 has the unknown word 'txt': did you mean 'text'?\n"


@pytest.mark.parametrize(
    ("option", "value"),
    [("--port", "70000"), ("--port", "-1"), ("--port", "http"), ("--chunk-delay", "-5"), ("--chunk-delay", "nan")],
)
def test_a_bad_option_is_refused(option: str, value: str) -> None:
    """A port or delay that cannot be is refused before anything starts."""
    code, _, err = run(f"{option}={value}")
    assert code == 2
    assert f"'{value}'" in err


def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    """Where uvicorn is missing, one line says which extra to install; the help still works."""
    (tmp_path / "uvicorn.py").write_text("raise ModuleNotFoundError('no uvicorn', name='uvicorn')")
    results = [run(*arguments, PYTHONPATH=str(tmp_path)) for arguments in ([], ["--help"])]
    assert [code for code, _, _ in results] == [1, 0]
    assert results[0][2].count("\n") == 1
    assert "pip install 'chatcompletions[server]'" in results[0][2]
