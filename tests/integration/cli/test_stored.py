"""The commands for stored completions, against the local server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from chatcompletions.server import LocalServer

    from .conftest import Ran

    Run = Callable[..., Ran]


@pytest.fixture(params=["service", "file"])
def place(request: pytest.FixtureRequest, run: Run, ids: list[str], tmp_path: Path) -> list[str]:
    """The options that name a service, or its copy."""
    if request.param == "service":
        return []
    path = str(tmp_path / "copy.sqlite")
    assert run("sync", path).code == 0
    return ["--from", path]


def found(ran: Ran) -> list[str]:
    assert ran.code == 0
    return [one["id"] for one in ran.lines]


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        ([], [6, 5, 4, 3, 2, 1, 0]),
        (["--order", "asc", "--limit", "2"], [0, 1]),
        (["--metadata", "topic=rivers"], [2, 1, 0]),
        (["--metadata", "topic=rivers", "--metadata", "number=1"], [1]),
        (["--model", "n"], [6, 5]),
        (["--since", "yesterday", "--limit", "1"], [6]),
        (["--until", "yesterday"], []),
        (["--search", "question 4"], [4]),
    ],
)
def test_list(run: Run, ids: list[str], place: list[str], options: list[str], numbers: list[int]) -> None:
    """A service and its copy list the same completions, as JSON lines where nobody looks."""
    assert found(run("list", *options, *place)) == [ids[number] for number in numbers]


def test_list_after(run: Run, ids: list[str], place: list[str]) -> None:
    """A list begins behind the completion that is named."""
    assert found(run("list", "--after", ids[2], *place)) == [ids[1], ids[0]]
    assert found(run("list", "--after", ids[5], "--order", "asc", *place)) == [ids[6]]


def test_table(run: Run, ids: list[str], place: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A table shows whole ids, and beside them what has room; the person hears that there are more."""
    for columns, heads in (("80", ["id", "created", "answer"]), ("160", ["id", "created", "metadata", "model"])):
        monkeypatch.setenv("COLUMNS", columns)
        ran = run("list", "--table", "--limit", "3", *place)
        lines = ran.out.splitlines()
        assert lines[0].split()[: len(heads)] == heads
        assert max(map(len, lines)) <= int(columns)
        assert [line.split()[0] for line in lines[2:]] == [ids[6], ids[5], ids[4]]
        assert ran.err == "3 shown; there are more: --limit 0 shows all\n"
    assert "nothing found" in run("list", "--table", "--model", "x", *place).err


def test_get_and_messages(run: Run, ids: list[str], place: list[str]) -> None:
    """One is shown with the messages that it answers; for a program it is the API's JSON."""
    assert found(run("get", ids[0], ids[1], *place)) == [ids[0], ids[1]]
    shown = run("get", ids[0], "--table", *place).out
    assert "topic=rivers" in shown
    assert shown.index("user\nQuestion 0?") < shown.index("assistant\n")
    assert [one["content"] for one in run("messages", ids[0], *place).lines] == ["Question 0?"]
    assert "Question 0?" in run("messages", ids[0], "--table", "--order", "desc", *place).out
    ran = run("get", "none", *place)
    assert (ran.code, ran.out) == (1, "")
    assert "'none'" in ran.err


@pytest.mark.parametrize("name", ["", "."])
@pytest.mark.parametrize("command", [["get"], ["messages"], ["delete"], ["tag", "--set", "a=b"], ["update", "--clear"]])
def test_ids_that_are_none(run: Run, server: LocalServer, command: list[str], name: str) -> None:
    """What is no id is refused in a line."""
    ran = run(*command, name)
    assert ran.code in (1, 2)
    assert ran.err.count("\n") == 1
    assert not any(request.method in ("POST", "DELETE") for request in server.requests)


def test_update(run: Run, ids: list[str], place: list[str]) -> None:
    """The metadata is replaced by what is given, or cleared; what would do neither is refused."""
    assert run("update", ids[0], "--metadata", "a=b=c", *place).lines[0]["metadata"] == {"a": "b=c"}
    assert run("get", ids[0], *place).lines[0]["metadata"] == {"a": "b=c"}
    assert run("update", ids[0], "--clear", *place).code == 0
    assert not run("get", ids[0], *place).lines[0]["metadata"]
    for wrong in ([], ["--clear", "--metadata", "a=b"], ["--metadata", "ab"]):
        assert run("update", ids[1], *wrong, *place).code == 2


def test_tag(run: Run, ids: list[str], place: list[str]) -> None:
    """Pairs are merged into those of each that matches, and what has them already is left alone."""
    tag = ["tag", "--set", "seen=yes", "--remove", "number", "--metadata", "topic=rivers", *place]
    dry = run(*tag, "--dry-run")
    assert (dry.code, dry.err.partition(" found")[0]) == (0, "3 of 3")
    assert len(found(run("list", "--metadata", "seen=yes", *place))) == 0
    assert "--yes confirms" in run(*tag).err
    assert run(*tag).code == 2
    assert run(*tag, "--yes").err.endswith("3 tagged\n")
    after = run("list", "--metadata", "seen=yes", *place).lines
    assert [one["metadata"] for one in after] == [{"topic": "rivers", "seen": "yes"}] * 3
    assert "nothing to do: 3 found" in run(*tag, "--yes").err


def test_tags_beyond_the_limit(run: Run, ids: list[str], place: list[str]) -> None:
    """A completion that would have too many pairs is named and left as it is; the others are tagged."""
    run("update", ids[0], *(f"--metadata=k{number}=v" for number in range(16)), *place)
    ran = run("tag", "--set", "more=yes", "--all", "--yes", *place)
    assert ran.code == 1
    assert f"{ids[0]} cannot be tagged: it would have 17 pairs" in ran.err
    assert len(found(run("list", "--metadata", "more=yes", *place))) == 6


def test_delete(run: Run, ids: list[str], place: list[str]) -> None:
    """Ids are deleted at once; what matches is shown first, and needs a yes."""
    assert run("delete", ids[6], *place).code == 0
    by_filter = ["delete", "--metadata", "topic=rivers", *place]
    for ran in (run(*by_filter), run(*by_filter, stdin="yes\n"), run(*by_filter, "--dry-run")):
        assert ran.out.count("chatcmpl-") == 3
        assert ran.code == (0 if ran.err.startswith("3 of 3") and "nothing was" not in ran.err else 2)
    assert len(found(run("list", *place))) == 6
    ran = run(*by_filter, stdin="3\n")
    assert (ran.code, ran.err.splitlines()[-1]) == (0, "Type 3 to go on: 3 deleted")
    assert found(run("list", *place)) == [ids[5], ids[4], ids[3]]
    assert run("delete", ids[5], "none", *place).code == 1
    assert run("delete", ids[5], "--all", *place).code == 2
    assert run("delete", *place).code == 2
    assert len(found(run("list", *place))) == 3


def test_one_that_was_deleted_meanwhile(run: Run, ids: list[str], server: LocalServer) -> None:
    """What somebody else has deleted in the meantime is said, and is no failure."""
    server.then(operation="delete", status_code=404, times=1)
    ran = run("delete", "--all", "--yes")
    assert (ran.code, ran.err.count("not there any more"), ran.err.splitlines()[-1]) == (0, 1, "6 deleted")


def test_one_that_fails(run: Run, ids: list[str], server: LocalServer) -> None:
    """One that is refused is named, the others are changed, and the exit code tells."""
    server.then(operation="update", status_code=400, times=1)
    ran = run("tag", "--set", "a=b", "--all", "--yes")
    assert (ran.code, ran.err.count("was not tagged")) == (1, 1)
    assert len(found(run("list", "--metadata", "a=b"))) == 6


def test_a_key_that_expires(run: Run, ids: list[str], server: LocalServer) -> None:
    """A key that is refused ends a command at once, which says how far it is and that it can go on."""
    for _ in range(2):
        server.then(operation="update")
    server.then(operation="update", status_code=401, forever=True)
    ran = run("tag", "--set", "a=b", "--all", "--yes", "--concurrency", "1")
    assert ran.code == 3
    assert "2 of 7 were tagged; the same command goes on with the rest" in ran.err


@pytest.mark.parametrize("by", ["model", "hour", "day", "week", "month", "finish_reason", "metadata:topic"])
def test_stats(run: Run, ids: list[str], place: list[str], by: str) -> None:
    """Completions and their tokens are counted in groups."""
    groups = run("stats", "--by", by, *place).lines
    assert sum(one["completions"] for one in groups) == 7
    assert all(one["total_tokens"] == one["prompt_tokens"] + one["completion_tokens"] > 0 for one in groups)
    names = {"model": ["m", "n"], "finish_reason": ["stop"], "metadata:topic": ["lakes", "rivers"]}
    if by in names:
        assert [one[by] for one in groups] == names[by]
    table = run("stats", "--by", by, "--table", "--plot", *place).out
    assert "completions" in table
    assert "█" in table


@pytest.mark.parametrize("name", ["chart.svg", "chart.png"])
def test_chart(run: Run, ids: list[str], tmp_path: Path, name: str) -> None:
    """A chart is drawn to a file, and another kind of file is refused before anything is fetched."""
    path = tmp_path / name
    assert run("stats", "--by", "metadata:topic", "--plot", str(path)).code == 0
    assert path.read_bytes()[:5] in (b"<?xml", b"\x89PNG\r")
    assert [*tmp_path.iterdir()] == [path]
    assert run("stats", "--plot", str(tmp_path / "chart.gif")).code == 2


@pytest.mark.parametrize(
    ("fault", "code", "told"),
    [
        ({"status_code": 401}, 3, "401"),
        ({"status_code": 500, "x_should_retry": False}, 1, "500"),
        ({"reset": True}, 3, "failed"),
        ({"ignore": ["metadata"]}, 1, "ignored the filter"),
        ({"body": "<html>\x1b[2J</html>", "status_code": 502, "x_should_retry": False}, 1, "502"),
    ],
)
@pytest.mark.parametrize("command", ["list", "stats", "tag"])
def test_faults_of_a_service(
    run: Run, ids: list[str], server: LocalServer, command: str, fault: dict[str, Any], code: int, told: str
) -> None:
    """A service that fails, or ignores a filter, ends a command with one line and a code of its own."""
    server.then(operation="list", forever=True, **fault)
    more = ["--set", "a=b", "--yes"] if command == "tag" else []
    ran = run(command, "--metadata", "topic=rivers", "--max-retries", "0", *more)
    assert ran.code == code
    assert told in ran.err
    assert "Traceback" not in ran.err
    assert "\x1b" not in ran.err
    assert "sk-test-0123456789" not in ran.err


def test_texts_that_are_harmful(run: Run, server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Control characters of stored texts reach no terminal, by table, JSON or error."""
    evil = "\x1b[2J\x1b]0;title\x07\x9b31m\u202e<script>\r"
    server.then(evil)
    assert run("create", "-m", "m", evil, "--store", "--metadata", f"k={evil}").code == 0
    (name,) = found(run("list"))
    shown = [["list"], ["get", name], ["messages", name], ["stats"], ["stats", "--by", "metadata:k", "--plot"]]
    for command in (*shown, *([*one, "--table"] for one in shown), ["get", f"{evil}x"]):
        ran = run(*command)
        assert not {"\x1b", "\x07", "\x9b", "\u202e", "\r"} & {*ran.out, *ran.err}
