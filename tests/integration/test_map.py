"""Many requests at once over real HTTP: faults, limits, kills, processes and clusters."""

from __future__ import annotations

import itertools
import multiprocessing
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from chatcompletions import Timeouts, TotalTimeoutError
from chatcompletions._bulk.calls import digest_of
from chatcompletions.server import LocalServer
from tests.unit.facade._rows import mapped, take, texts
from tests.unit.facade._support import is_async

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Clock

PROGRAM = Path(__file__).with_name("mapping.py")


def test_every_row_is_accounted_for(connect: Callable[..., Any], pauses: list[float]) -> None:
    """Under refusals, failures, cuts and resets each row has its own answer, or the error that it got."""
    faults: list[Any] = [
        {"when": {"text": "row 03"}, "status_code": 429, "retry_after_ms": 1},
        {"when": {"text": "row 05"}, "status_code": 503},
        {"when": {"text": "row 07"}, "reset": True},
        {"when": {"text": "row 08"}, "cut": 40},
        {"when": {"text": "row 09"}, "status_code": 400, "forever": True},
        {"when": {"text": "row 11"}, "body": "<html>Hello</html>", "forever": True},
        *({"when": {"text": f"row {number:02}"}, "text": f"answer {number}"} for number in range(20)),
    ]
    with LocalServer(script=faults) as server:
        driver = connect(base_url=server.base_url)
        outcomes = mapped(driver, [f"row {number:02}" for number in range(20)], concurrency=6)
        sent = Counter(request.messages[-1].content for request in server.requests)
    expected = [f"answer {number}" for number in range(20)]
    expected[9], expected[11] = "BadRequestError", "APIResponseValidationError"
    assert texts(outcomes) == expected
    assert {text for text, count in sent.items() if count == 2} == {"row 03", "row 05", "row 07", "row 08"}
    assert sum(sent.values()) == 24
    assert len(pauses) == 4


def test_limits_are_kept(connect: Callable[..., Any], clock: Clock) -> None:
    """A server that says that nothing is left gets the next request when it has more, and has to refuse none."""
    left = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0s"}
    with LocalServer(script=[{"text": "a", "headers": left}, "b", "c"]) as server:
        outcomes = mapped(connect(base_url=server.base_url), ["1", "2", "3"], concurrency=1)
    assert texts(outcomes) == ["a", "b", "c"]
    assert clock.naps == [60]


def test_all_rows_back_off_together(connect: Callable[..., Any], clock: Clock, pauses: list[float]) -> None:
    """After a refusal with a pause no row is sent until it is over."""
    with LocalServer(script=[{"status_code": 429, "retry_after": 30}, "a", "b"]) as server:
        outcomes = mapped(connect(base_url=server.base_url), ["1", "2"], concurrency=1)
    assert sorted(texts(outcomes)) == ["a", "b"]
    assert pauses == [30]
    assert clock.naps == [30]


def test_closing_leaves_no_connection(connect: Callable[..., Any]) -> None:
    """Closing a run closes the connections of rows that were on their way."""
    script = [{"when": {"text": "0"}, "text": "first"}, {"delay": 3600, "forever": True}]
    with LocalServer(script=script) as server:
        driver = connect(base_url=server.base_url)
        outcomes = driver.client.map(map(str, itertools.count()), model="m", concurrency=4)
        assert texts(take(driver, 1, outcomes)) == ["first"]
    assert len(server.requests) >= 1  # the server stops only once its requests are gone


def done_rows(journal: Path) -> tuple[set[bytes], int]:
    """Return the hashes of the rows that are done, and the number of those that were on their way."""
    with closing(sqlite3.connect(journal)) as connection:
        found = connection.execute("SELECT digest, state FROM rows").fetchall()
    return {digest for digest, state in found if state == "done"}, sum(state == "sent" for _, state in found)


def killed_run(mode: str, server: LocalServer, journal: Path, rows: int, after: int, *more: str) -> None:
    """Start a program that maps, and kill it when its server gets a request."""
    process: list[subprocess.Popen[bytes]] = []
    started, count = threading.Event(), itertools.count(1)

    def kill(_: Any) -> bool:
        if next(count) == after:
            started.wait()
            process[0].send_signal(signal.SIGKILL)
        return False

    server.then(when=kill, times=1)
    command = [sys.executable, str(PROGRAM), mode, server.base_url, str(journal), str(rows), *more]
    process.append(subprocess.Popen(command, stdout=subprocess.DEVNULL))  # noqa: S603 - our own program
    started.set()
    assert process[0].wait() == -signal.SIGKILL


@pytest.mark.parametrize("kills", [[30], [9, 10]])
def test_a_killed_run_goes_on(connect: Callable[..., Any], tmp_path: Path, kills: list[int]) -> None:
    """After a kill no row that is done is sent again, and those that were on their way have the key that they had."""
    journal, keys = tmp_path / "run.sqlite", dict[str, str]()
    with LocalServer(script_end="canned") as server:
        driver = connect(base_url=server.base_url)
        for after in kills:
            killed_run("async" if is_async(driver) else "sync", server, journal, 60, after)
        keys = {one.messages[0].content: one.headers["idempotency-key"] for one in server.requests if one.messages}
        seen = len(server.requests)
        done, on_their_way = done_rows(journal)
        outcomes = mapped(driver, map(str, range(60)), journal=journal)
        again = server.requests[seen:]
    assert [one.error for one in outcomes] == [None] * 60
    assert 0 < len(done) < 60
    assert 0 < on_their_way <= 8 * len(kills)
    paid = [digest_of("create", {"model": "m", "messages": one.messages[0].content}) for one in again]
    assert done.isdisjoint(paid)
    assert len(paid) == 60 - len(done)
    repeated = [one for one in again if one.messages[0].content in keys]
    assert repeated
    assert all(one.headers["idempotency-key"] == keys[one.messages[0].content] for one in repeated)


def test_a_killed_run_that_recovers(connect: Callable[..., Any], tmp_path: Path) -> None:
    """With recover, what was on its way at a kill and was answered is taken from the store: nothing is paid twice."""
    journal = tmp_path / "run.sqlite"
    with LocalServer(script_end="canned") as server:
        driver = connect(base_url=server.base_url)
        for after in (20, 15):
            killed_run("async" if is_async(driver) else "sync", server, journal, 60, after, "recover")
        # A kill in the middle of a request leaves one without its body.
        sent = [one.messages[0].content for one in server.requests if one.operation == "create" and one.messages]
        on_their_way = done_rows(journal)[1]
        outcomes = mapped(driver, map(str, range(60)), journal=journal, store=True, recover=True)
        asked = [one.messages[0].content for one in server.requests if one.operation == "create" and one.messages]
        stored = Counter(one.metadata["idempotency_key"] for one in driver.items("list", limit=100))
    assert [one.error for one in outcomes] == [None] * 60
    assert on_their_way > 0
    assert len(sent) > 30
    assert set(asked) == {str(number) for number in range(60)}
    assert set(stored.values()) == {1}
    assert len(stored) == 60


def test_a_full_disk(connect: Callable[..., Any], tmp_path: Path) -> None:
    """A row that was handed out is in the journal, also if its disk was full by then: it is not paid for again."""
    journal = tmp_path / "run.sqlite"
    with LocalServer(script=[{"text": "y" * 20_000, "forever": True}]) as server:
        driver = connect(base_url=server.base_url)
        mode = "async" if is_async(driver) else "sync"
        command = [sys.executable, str(PROGRAM), mode, server.base_url, str(journal), "300", "3000000"]
        run = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own program
        assert "JournalError" in run.stderr.splitlines()[-1]
        assert "disk" in run.stderr.splitlines()[-1]
        seen = len(server.requests)
        outcomes = mapped(driver, map(str, range(300)), journal=journal)
        again = {one.messages[0].content for one in server.requests[seen:]}
    done = set(run.stdout.split())
    assert 0 < len(done) == seen < 300
    assert again == {str(number) for number in range(300)} - done
    assert [one.error for one in outcomes] == [None] * 300


def test_a_key_that_hangs(connect: Callable[..., Any]) -> None:
    """A function for the key that does not return delays no row beyond its total, and ends with it."""
    hold = threading.Event()

    def get_key() -> str:
        hold.wait(30)
        return "k"

    with LocalServer() as server:
        driver = connect(base_url=server.base_url, api_key=get_key, max_retries=0)
        if is_async(driver):  # there it would hold the caller's own loop
            hold.set()
        outcomes = mapped(driver, ["a", "b", "c"], timeout=Timeouts(total=0.2))
        hold.set()
    kinds = [type(one.error) for one in outcomes]
    assert kinds == [type(None) if is_async(driver) else TotalTimeoutError] * 3


def test_processes(connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A pool of processes makes the rows with its environment's key, and the journal is written here."""
    with LocalServer(api_key="sk-environment") as server:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-environment")
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        driver = connect(api_key=None)
        with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
            outcomes = mapped(driver, map(str, range(40)), executor=pool, journal=tmp_path / "run.sqlite")
        assert [one.error for one in outcomes] == [None] * 40
        assert len(server.requests) == 40
        assert len(done_rows(tmp_path / "run.sqlite")[0]) == 40
