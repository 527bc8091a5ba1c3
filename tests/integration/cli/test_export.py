"""``chatcompletions export`` and ``sync`` against the local server."""

from __future__ import annotations

import itertools
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from pyarrow import parquet

from chatcompletions import ChatClient
from chatcompletions.cli._export import _Target
from chatcompletions.cli._failure import CommandError
from chatcompletions.cli._rows import fine_tuning_rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from chatcompletions.server import LocalServer

    from .conftest import Ran

    Run = Callable[..., Ran]

KINDS = ["jsonl", "fine-tuning", "parquet"]


def fill(server: LocalServer, count: int, **more: Any) -> list[str]:
    """Store completions, and return their ids."""
    with ChatClient(base_url=server.base_url, api_key="sk-test") as chat:
        given = {"model": "m", "messages": "Hi", "store": True, **more}
        return [chat.create(**given).id for _ in range(count)]


def read(path: Path, kind: str) -> list[Any]:
    """Return what tells the rows of a file apart."""
    if kind == "parquet":
        return parquet.read_table(path)["id"].to_pylist()
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    return [row.get("id") or row["messages"][-1]["content"] for row in rows]


@pytest.mark.parametrize("kind", KINDS)
def test_a_file(run: Run, ids: list[str], tmp_path: Path, kind: str) -> None:
    """A file gets every completion once, the oldest first, and nothing else stays but what --since-last reads."""
    path = tmp_path / "out"
    ran = run("export", "-o", str(path), "--format", kind)
    assert (ran.code, ran.err) == (0, f"{path}: 7 completions\n")
    rows = read(path, kind)
    assert len(rows) == 7
    assert rows == ids or kind == "fine-tuning"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["out", "out.state"]


@pytest.mark.parametrize("kind", KINDS)
def test_since_last(run: Run, server: LocalServer, ids: list[str], tmp_path: Path, kind: str) -> None:
    """What came since is added behind what is there; a second file of the name needs a word."""
    export = ["export", "-o", str(tmp_path / "out"), "--format", kind, "--concurrency", "3"]
    assert run(*export, "--since-last").code == 4
    assert run(*export, "--model", "m").code == 0
    assert "exists already" in run(*export, "--model", "m").err
    assert "was begun for" in run(*export, "--since-last").err
    new = fill(server, 5)
    ran = run(*export, "--model", "m", "--since-last")
    assert (ran.code, ran.err) == (0, f"{tmp_path / 'out'}: 10 completions, 5 of them new\n")
    rows = read(tmp_path / "out", kind)
    assert len(rows) == 10
    assert rows[5:] == new or kind == "fine-tuning"
    assert run(*export, "--overwrite").code == 0
    assert len(read(tmp_path / "out", kind)) == 12


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("moment", ["messages", "naming", "named"])
def test_since_last_that_was_stopped(
    run: Run,
    server: LocalServer,
    ids: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    moment: str,
) -> None:
    """At whatever moment adding was stopped, what was there before stays, and the same command adds the rest once."""
    path = tmp_path / "out"
    export = ["export", "-o", str(path), "--format", kind]
    run(*export)
    before = path.read_bytes()
    new = fill(server, 4)
    with monkeypatch.context() as patch:
        save = _Target._save

        def stopped(self: Any, stage: str = "filling") -> None:
            if stage == "done":
                raise KeyboardInterrupt
            save(self, stage)

        def not_named(*_: Any) -> None:
            raise KeyboardInterrupt

        if moment == "messages":
            server.then(operation="messages", times=2).then(operation="messages", status_code=401, times=1)
        elif moment == "naming":
            patch.setattr(type(path), "replace", not_named)
        else:
            patch.setattr(_Target, "_save", stopped)
        assert run(*export, "--since-last", "--concurrency", "1").code in (3, 130)
        assert (path.read_bytes() == before) == (moment != "named")
    assert run(*export, "--since-last").code == 0
    rows = read(path, kind)
    assert len(rows) == 11
    assert rows == [*ids, *new] or kind == "fine-tuning"


def test_since_one_that_is_gone(run: Run, server: LocalServer, ids: list[str], tmp_path: Path) -> None:
    """The completion at which an export stopped may have been deleted since."""
    export = ["export", "-o", str(tmp_path / "out.jsonl")]
    run(*export)
    run("delete", ids[-1])
    new = fill(server, 2)
    assert run(*export, "--since-last").code == 0
    assert read(tmp_path / "out.jsonl", "jsonl") == [*ids, *new]


def test_from_a_file(run: Run, ids: list[str], tmp_path: Path) -> None:
    """The copy that sync made gives the same export as the service."""
    run("sync", str(tmp_path / "copy.sqlite"))
    run("export", "-o", str(tmp_path / "a.jsonl"), "--metadata", "topic=rivers")
    run(
        "export", "-o", str(tmp_path / "b.jsonl"), "--metadata", "topic=rivers", "--from", str(tmp_path / "copy.sqlite")
    )
    first, second = ((tmp_path / name).read_text() for name in ("a.jsonl", "b.jsonl"))
    assert first == second
    assert first.count("\n") == 3


@pytest.mark.parametrize("command", ["export", "sync"])
def test_kills(server: LocalServer, tmp_path: Path, command: str) -> None:
    """Killed three times, a command that is given again loses nothing and repeats nothing."""
    ids = fill(server, 300)
    arguments = ["export", "-o", "out.jsonl"] if command == "export" else ["sync", "out.sqlite"]
    program = [sys.executable, "-m", "chatcompletions", *arguments, "--concurrency", "4"]
    process: list[subprocess.Popen[bytes]] = []
    for after in (60, 150, 45):
        count, started = itertools.count(1), threading.Event()

        def kill(_: Any, after: int = after, count: Any = count, started: threading.Event = started) -> bool:
            if next(count) == after:
                started.wait()
                process[-1].send_signal(signal.SIGKILL)
            return False

        server.then(operation="messages", when=kill, times=1)
        process.append(subprocess.Popen(program, cwd=tmp_path, stderr=subprocess.DEVNULL))  # noqa: S603 - ours
        started.set()
        assert process[-1].wait() == -signal.SIGKILL
        assert not (tmp_path / "out.jsonl").exists()
    seen = len(server.requests)
    subprocess.run(program, cwd=tmp_path, check=True, stderr=subprocess.DEVNULL)  # noqa: S603 - ours
    assert len(server.requests) - seen < 300
    if command == "export":
        assert read(tmp_path / "out.jsonl", "jsonl") == ids
        return
    with sqlite3.connect(tmp_path / "out.sqlite") as file:
        assert file.execute("SELECT id FROM completions ORDER BY position").fetchall() == [(name,) for name in ids]
        assert file.execute("SELECT count(*) FROM words").fetchone() == (300,)
    file.close()


def test_an_interrupt(server: LocalServer, tmp_path: Path) -> None:
    """Ctrl-C ends it at once, keeps what there is, says how to go on, and leaves no traceback."""
    ids = fill(server, 150)
    program = [sys.executable, "-m", "chatcompletions", "export", "-o", "out.jsonl"]
    process: list[subprocess.Popen[str]] = []
    count, started = itertools.count(1), threading.Event()

    def interrupt(_: Any) -> bool:
        number = next(count)
        if number == 40:
            started.wait()
            process[0].send_signal(signal.SIGINT)
        return number >= 40  # none of these is answered

    server.then(operation="messages", when=interrupt, delay=60, forever=True)
    process.append(subprocess.Popen(program, cwd=tmp_path, stderr=subprocess.PIPE, text=True))  # noqa: S603 - ours
    started.set()
    _, err = process[0].communicate()
    assert process[0].returncode == 130
    kept = int(err.split()[0])
    assert 0 < kept < 150
    assert (
        err
        == f"{kept} completions are kept in out.jsonl.partial; the same command goes on\nchatcompletions: interrupted\n"
    )
    assert not (tmp_path / "out.jsonl").exists()
    assert [json.loads(line)["id"] for line in (tmp_path / "out.jsonl.partial").read_text().splitlines()] == ids[:kept]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("most", [0, 3_000, 30_000])
def test_a_full_disk(server: LocalServer, ids: list[str], tmp_path: Path, kind: str, most: int) -> None:
    """A full disk ends it with a line, a code and no half of a file; the same command goes on once there is room."""
    fill(server, 40, messages="A long question. " * 40)
    path = tmp_path / "out"
    program = [sys.executable, "-c", FULL, str(most), "export", "-o", str(path), "--format", kind]
    ran = subprocess.run(program, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    assert ran.returncode == (4 if ran.stderr.count("\n") and not path.exists() else 0)
    assert "Traceback" not in ran.stderr
    if ran.returncode:
        program[2:4] = ["import sys; from chatcompletions.cli import main; sys.exit(main(sys.argv[1:]))"]
        subprocess.run(program, capture_output=True, check=True)  # noqa: S603 - ours
    assert len(read(path, kind)) == 47


#: Runs the command where no file may have more bytes than that; afterwards whoever measures it may write again.
FULL = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), most))
from chatcompletions.cli import main
code = main(sys.argv[2:])
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
sys.exit(code)
"""


def test_two_at_once(run: Run, ids: list[str], tmp_path: Path) -> None:
    """A second export to a file that is being written is refused, and a partial file that was cut is, too."""
    path = tmp_path / "out.jsonl"
    with _Target(path, "jsonl", "[1, 2]", overwrite=False) as target:
        target.begin(since_last=False)
        ran = run("export", "-o", str(path))
        assert (ran.code, "is another export writing it?" in ran.err) == (4, True)
        target.write("c1", [{"id": "c1"}])
        target.keep()
    (tmp_path / "out.jsonl.partial").write_bytes(b"{")
    with (
        pytest.raises(CommandError, match="was cut since"),
        _Target(path, "jsonl", "[1, 2]", overwrite=False) as target,
    ):
        target.begin(since_last=False)


def test_files_that_are_in_the_way(run: Run, ids: list[str], tmp_path: Path) -> None:
    """A file of another program or version, and a folder, are named, and left as they are."""
    path, state = tmp_path / "out.jsonl", tmp_path / "out.jsonl.state"
    export = ["export", "-o", str(path)]
    state.write_text("something else " * 100)
    assert run(*export).code == 4
    assert state.read_text().startswith("something else")
    state.unlink()
    with sqlite3.connect(state) as other:
        other.execute("PRAGMA user_version = 99")
    other.close()
    assert "is not of this program" in run(*export).err
    state.unlink()
    path.mkdir()
    assert "is a folder" in run(*export).err
    path.rmdir()
    assert "there is no folder" in run("export", "-o", str(tmp_path / "none" / "x")).err
    path.write_text("mine\n")
    assert "exists already" in run(*export).err
    assert path.read_text() == "mine\n"
    assert run(*export, "--overwrite").code == 0
    path.unlink()
    assert "is gone" in run(*export, "--since-last").err


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_read_only(run: Run, ids: list[str], tmp_path: Path) -> None:
    """A folder in which nothing may be written is named."""
    tmp_path.chmod(0o500)
    assert run("export", "-o", str(tmp_path / "x")).code == 4
    assert run("sync", str(tmp_path / "x")).code == 4


def test_a_service_that_pages_in_circles(run: Run, server: LocalServer, ids: list[str], tmp_path: Path) -> None:
    """A list without an end ends both commands with an error, and what came before is kept."""
    server.then(operation="list", circular=True, forever=True)
    for command in (["export", "-o", str(tmp_path / "out.jsonl")], ["sync", str(tmp_path / "out.sqlite")]):
        ran = run(*command)
        assert ran.code == 1
        assert "7 completions are" in ran.err
    assert not (tmp_path / "out.jsonl").exists()


def test_sync(run: Run, server: LocalServer, ids: list[str], tmp_path: Path) -> None:
    """A copy takes over what is new, changed and gone; messages are fetched once; one's own changes stay."""
    copy = str(tmp_path / "copy.sqlite")
    assert run("sync", copy).err == f"{copy}: 7 completions; 7 new, 0 changed, 0 removed\n"
    run("tag", "--set", "mine=yes", ids[1], "--from", copy)
    run("tag", "--set", "theirs=yes", ids[1], ids[2])
    run("delete", ids[0])
    new = fill(server, 1)
    seen = len(server.requests)
    assert run("sync", copy, "--since-last").err == f"{copy}: 8 completions; 1 new, 0 changed, 0 removed\n"
    assert run("sync", copy).err == f"{copy}: 7 completions; 0 new, 2 changed, 1 removed\n"
    assert sum(one.operation == "messages" for one in server.requests[seen:]) == 1
    listed = run("list", "--from", copy, "--order", "asc").lines
    assert [one["id"] for one in listed] == [*ids[1:], *new]
    assert listed[0]["metadata"] == {"topic": "rivers", "number": "1", "mine": "yes"}
    assert listed[1]["metadata"]["theirs"] == "yes"


def test_copies_of_another_service(run: Run, server: LocalServer, ids: list[str], tmp_path: Path) -> None:
    """A copy is of one service, and a copy of some says nothing of the others."""
    copy = str(tmp_path / "copy.sqlite")
    assert "3 new" in run("sync", copy, "--metadata", "topic=rivers").err
    assert "4 new" in run("sync", copy, "--since-last").err
    ran = run("sync", copy, "--base-url", server.base_url.replace("127.0.0.1", "localhost"))
    assert (ran.code, "is a copy of" in ran.err) == (2, True)
    assert run("list", "--from", copy, "--base-url", "http://x").code == 2


def choice(**members: Any) -> dict[str, Any]:
    return {"finish_reason": "stop", "message": {"role": "assistant", "content": "Yes."}, **members}


@pytest.mark.parametrize(
    ("completion", "examples"),
    [
        ({"choices": [choice()]}, [{"role": "assistant", "content": "Yes."}]),
        ({"choices": [choice(), choice(finish_reason="length")]}, [{"role": "assistant", "content": "Yes."}]),
        ({"choices": [choice(message=None)]}, []),
        ({"choices": None}, []),
        ({}, []),
        (
            {
                "choices": [
                    choice(message={"content": None, "tool_calls": [1], "audio": None}, finish_reason="tool_calls")
                ]
            },
            [{"role": "assistant", "tool_calls": [1], "content": None}],
        ),
    ],
)
def test_examples_for_fine_tuning(completion: dict[str, Any], examples: list[Any]) -> None:
    """Each whole answer is an example: the conversation and the answer, in the members that fine-tuning takes."""
    parts = [{"type": "text", "text": "Hi"}]
    messages = [{"id": "x", "role": "user", "content": None, "content_parts": parts, "name": None}]
    rows = [*fine_tuning_rows({**completion, "tools": [{"type": "function"}], "parallel_tool_calls": True}, messages)]
    user = {"role": "user", "content": parts}
    assert rows == [
        {"messages": [user, one], "tools": [{"type": "function"}], "parallel_tool_calls": True} for one in examples
    ]
