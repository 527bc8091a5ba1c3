"""The journal of `map`: nothing that is done is asked for again, and no file of another loses a byte."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import sqlite3
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from chatcompletions import AsyncChatClient, ChatClient, JournalError, ParsedChatCompletion, user
from chatcompletions._bulk.journal import Journal

from ._rows import TRAVELLING, Echo, Inline, mapped, refuse, take, texts
from ._support import KEY, completion, is_async

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.sqlite"


def rows(path: Path) -> list[tuple[Any, ...]]:
    """Return what a journal has of its rows."""
    connection = sqlite3.connect(path)
    try:
        return connection.execute("SELECT occurrence, state, error FROM rows").fetchall()
    finally:
        connection.close()


def test_a_finished_row_is_not_asked_for_again(connect: Callable[..., Any], path: Path) -> None:
    """A second run over the same requests sends nothing, and yields the same replies, headers included."""
    server = Echo(**{"x-request-id": "r-1", "set-cookie": "a=b"})
    driver = connect(transport=server.transport)
    first = mapped(driver, ["a", "b"], journal=path)
    second = mapped(driver, ["a", "b"], journal=str(path))
    assert server.said == ["a", "b"]
    assert [one.reply for one in first] == [one.reply for one in second]
    assert second[1].reply.request_id == "r-1"
    assert "set-cookie" not in second[1].reply.headers
    assert [one.index for one in second] == [0, 1]


def test_the_same_request_in_other_words(connect: Callable[..., Any], path: Path) -> None:
    """What decides is the JSON that is sent: neither the order of members nor how an answer is waited for."""
    server = Echo()
    driver = connect(transport=server.transport)
    (first,) = mapped(driver, [{"messages": "a", "temperature": 1}], journal=path)
    same = [
        {"temperature": 1, "messages": [user("a")], "timeout": 3, "max_retries": 1},
        {"temperature": 1, "messages": iter([{"content": "a", "role": "user"}]), "extra_headers": {"x": "y"}},
    ]
    for request in same:
        assert texts(mapped(driver, [request], journal=path)) == ["a"]
    assert server.said == ["a"]
    other = [{"messages": "a"}, {"messages": ["a", first.reply], "temperature": 1}]
    mapped(driver, other, journal=path)
    mapped(driver, ["a"], model="n", journal=path)
    assert len(server.requests) == 1 + 2 + 1


def test_equal_requests_are_as_many_rows(connect: Callable[..., Any], path: Path) -> None:
    """Equal requests are told apart by their number, so that each is made, and made once."""
    server = Echo()
    driver = connect(transport=server.transport)
    mapped(driver, ["a", "a"], journal=path)
    assert texts(mapped(driver, ["a", "a", "a"], journal=path)) == ["a"] * 3
    assert server.said == ["a"] * 3
    assert sorted(rows(path)) == [(1, "done", None), (2, "done", None), (3, "done", None)]


def test_failed_rows_are_made_again(connect: Callable[..., Any], path: Path) -> None:
    """A row that failed is in the journal with its reason, and is made again, under another idempotency key."""
    driver = connect(transport=Echo(refuse("b")).transport)
    assert texts(mapped(driver, ["a", "b", 7], journal=path)) == ["a", "BadRequestError", "TypeError"]
    assert [row[1] for row in rows(path)].count("failed") == 1
    assert "BadRequestError: POST" in next(row[2] for row in rows(path) if row[1] == "failed")
    server = Echo()
    driver = connect(transport=server.transport)
    assert texts(mapped(driver, ["a", "b"], journal=path)) == ["a", "b"]
    assert server.said == ["b"]
    assert server.requests[0].headers["idempotency-key"].endswith("-1")


def test_rows_on_their_way_keep_their_key(connect: Callable[..., Any], path: Path) -> None:
    """A row that was on its way when a run ended is sent again with the same idempotency key."""
    server = Echo()
    driver = connect(transport=server.transport)
    take(driver, 1, driver.client.map(map(str, range(8)), model="m", concurrency=4, journal=path))
    states = [row[1] for row in rows(path)]
    assert states.count("done") >= 1
    mapped(driver, map(str, range(8)), journal=path)
    keys: dict[str, set[str]] = {}
    for said, request in zip(server.said, server.requests, strict=True):
        keys.setdefault(said, set()).add(request.headers["idempotency-key"])
    assert all(len(found) == 1 for found in keys.values())
    assert len(set.union(*keys.values())) == 8


def test_a_row_is_kept_when_it_is_done(
    connect: Callable[..., Any], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reply is in the journal as soon as it is there, however long the caller takes over the one before it."""
    kept, count, done = threading.Event(), itertools.count(1), Journal.done

    def note(*args: Any) -> None:
        done(*args)
        if next(count) == 4:
            kept.set()

    monkeypatch.setattr(Journal, "done", note)
    driver = connect(transport=Echo().transport)
    outcomes = driver.client.map(map(str, range(4)), model="m", journal=path)
    if is_async(driver):

        async def dawdle() -> None:
            await anext(outcomes)
            await asyncio.to_thread(kept.wait)
            await outcomes.aclose()

        driver.run(dawdle())
    else:
        next(outcomes)
        assert kept.wait(60)
        outcomes.close()
    assert [row[1] for row in rows(path)] == ["done"] * 4


@pytest.mark.parametrize("call", ["create", "parse"])
def test_rows_that_may_be_answered(connect: Callable[..., Any], path: Path, pauses: list[float], call: str) -> None:
    """With recover, a row that was sent before is looked for in the store, and not paid for again."""
    text, stored, asked = "[1]" if call == "parse" else "Hi.", [False], []

    def serve(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            asked.append(json.loads(request.content)["metadata"])
            raise httpx.ReadTimeout("slow")
        if not stored[0]:
            return httpx.Response(500)
        items = [completion(text, metadata=asked[0])]
        return httpx.Response(200, json={"object": "list", "data": items, "has_more": False})

    params = {"store": True, "recover": 1, "metadata": {"topic": "x"}, "call": call, "journal": path}
    params |= {"response_format": list[int]} if call == "parse" else {}
    driver = connect(transport=httpx.MockTransport(serve), max_retries=0)
    assert texts(mapped(driver, ["a"], **params)) == ["APITimeoutError"]
    stored[0] = True
    (outcome,) = mapped(driver, ["a"], **params)
    assert outcome.error is None
    assert outcome.reply.text == text
    assert outcome.reply.meta.recovered
    assert call == "create" or outcome.reply.parsed == [1]
    assert len(asked) == 1
    assert asked[0].keys() == {"topic", "idempotency_key"}


def test_a_key_of_the_caller(connect: Callable[..., Any], path: Path) -> None:
    """The idempotency key that a request has itself is the one that is sent."""
    server = Echo()
    mapped(
        connect(transport=server.transport),
        [{"messages": "a", "extra_headers": {"Idempotency-Key": "mine", "x-other": "1"}}],
        journal=path,
    )
    assert server.requests[0].headers["idempotency-key"] == "mine"
    assert server.requests[0].headers["x-other"] == "1"


def test_a_reply_with_anything(connect: Callable[..., Any], path: Path) -> None:
    """A reply that was read is kept, whatever is in it."""
    values = b'"x": NaN, "y": "\\ud800", "z": [1e999, 12345678901234567890123]'
    body = b'{"id": "1", "object": "chat.completion", "choices": [], %b}' % values
    driver = connect(transport=httpx.MockTransport(lambda _: httpx.Response(200, content=body)))
    (first,), (second,) = (mapped(driver, ["a"], journal=path) for _ in range(2))
    assert repr(first.reply.to_dict()) == repr(second.reply.to_dict())


def test_parsed_rows(connect: Callable[..., Any], path: Path) -> None:
    """A parsed reply comes back from the journal with its value."""

    @dataclass
    class Point:
        x: int

    server = Echo()
    driver = connect(transport=server.transport)
    for _ in range(2):
        (outcome,) = mapped(driver, ['{"x": 1}'], call="parse", response_format=Point, journal=path)
        assert isinstance(outcome.reply, ParsedChatCompletion)
        assert (outcome.reply.parsed, outcome.reply.parse_attempts) == (Point(1), 1)
    assert len(server.requests) == 1


@pytest.mark.parametrize("stream", [False, True])
def test_runs_of_tools(connect: Callable[..., Any], path: Path, stream: bool) -> None:
    """A run of tools has one row and no idempotency key, because it is several requests."""

    def double(number: int) -> int:
        return 2 * number

    server = Echo()
    driver = connect(transport=server.transport)
    for _ in range(2):
        assert texts(mapped(driver, ["a"], call="run_tools", tools=[double], stream=stream, journal=path)) == ["a"]
    assert len(server.requests) == 1
    assert "-" not in server.requests[0].headers["idempotency-key"]  # not the journal's


def test_a_value_without_json(connect: Callable[..., Any], path: Path) -> None:
    """A request that cannot be written as JSON is a failed row, and the others are made."""
    driver = connect(transport=Echo().transport)
    found = mapped(driver, ["a", {"messages": "b", "metadata": object()}], journal=path)
    assert texts(found) == ["a", "TypeError"]


def test_executors_write_nothing(connect: Callable[..., Any], path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With an executor the journal is written here, and a second run sends nothing."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-worker")
    driver = connect(transport=TRAVELLING, api_key=None)
    executor = Inline()
    for _ in range(2):
        assert texts(mapped(driver, ["a", "b", "bad"], journal=path, executor=executor)) == [
            "a",
            "b",
            "BadRequestError",
        ]
    assert [len(chunk) for chunk in executor.chunks] == [3, 1]


FOREIGN = {
    "text": b"Dear diary, today I wrote a long page about nothing in particular, so that it is more than a header.",
    "short": b"x",
    "picture": b"\x89PNG\r\n\x1a\n" + bytes(200),
}


@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN)
def test_a_file_of_another_program(connect: Callable[..., Any], path: Path, content: bytes) -> None:
    """A file that is no journal is refused, and keeps every byte."""
    path.write_bytes(content)
    with pytest.raises(JournalError, match="made by another program"):
        mapped(connect(transport=Echo().transport), ["a"], journal=path)
    assert path.read_bytes() == content
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_database_of_another_program(connect: Callable[..., Any], path: Path) -> None:
    """Another program's SQLite file is refused, and keeps every byte."""
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE rows (x)")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    with pytest.raises(JournalError, match="give journal= the name of a new file"):
        mapped(connect(transport=Echo().transport), ["a"], journal=path)
    assert path.read_bytes() == before


def test_a_journal_of_another_version(connect: Callable[..., Any], path: Path) -> None:
    """A journal of another version is refused by its number, and stays as it is."""
    driver = connect(transport=Echo().transport)
    mapped(driver, ["a"], journal=path)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 9")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(JournalError, match="is of version 9, and this package reads 1"):
        mapped(driver, ["a"], journal=path)
    assert path.read_bytes() == before


def test_two_runs_at_once(connect: Callable[..., Any], path: Path) -> None:
    """A journal that a run has open is refused to another one, which sends nothing; the first goes on."""
    server, other = Echo(), Echo()
    driver = connect(transport=server.transport)
    refused: list[str] = []

    def meanwhile(*_: object) -> None:
        with ChatClient(api_key=KEY, transport=other.transport) as chat:
            with pytest.raises(JournalError, match="in use by another run") as caught:
                list(chat.map(["x"], model="m", journal=path))
            refused.append(str(caught.value))

    assert texts(mapped(driver, ["a", "b"], journal=path, progress=meanwhile)) == ["a", "b"]
    assert len(refused) == 2
    assert other.requests == []
    assert texts(mapped(driver, ["a", "b"], journal=path)) == ["a", "b"]
    assert len(server.requests) == 2


@pytest.mark.parametrize("name", ["missing/run.sqlite", ".", "fifo"])
def test_a_place_that_cannot_be(connect: Callable[..., Any], tmp_path: Path, name: str) -> None:
    """A place where no file can be is an error that names it."""
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(JournalError, match="cannot be"):
        mapped(connect(transport=Echo().transport), ["a"], journal=tmp_path / name)


def test_a_run_that_was_left(path: Path) -> None:
    """A run that was left by break gives its journal to the next one."""
    server = Echo()

    async def main() -> list[int]:
        async with AsyncChatClient(api_key=KEY, transport=server.transport) as chat:
            async for _ in chat.map(["a", "b", "c"], model="m", journal=path, concurrency=1):
                break
            return [one.index async for one in chat.map(["a", "b", "c"], model="m", journal=path)]

    assert asyncio.run(main()) == [0, 1, 2]
    assert server.said.count("a") == 1


def test_a_log_that_is_carried_over(connect: Callable[..., Any], path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The log beside the journal is carried over whenever it is full, and has one size from the start to the end."""
    monkeypatch.setattr("chatcompletions._bulk.journal._LOG_BYTES", 100_000)
    sizes: set[int] = set()

    def measure(*_: object) -> None:
        sizes.add(path.with_name(f"{path.name}-wal").stat().st_size)

    rows = [str(number) for number in range(100)]
    mapped(connect(transport=Echo().transport), rows, journal=path, concurrency=4, progress=measure)
    assert len(sizes) == 1
    mapped(connect(transport=Echo().transport), ["new"], journal=path, concurrency=10**6, progress=measure)
    assert max(sizes) < 20_000_000
    assert path.stat().st_size > 50_000


def test_a_journal_that_breaks(connect: Callable[..., Any], path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the journal cannot be written any more, no reply is lost: the outcomes come, then the error."""
    server, told = Echo(), []
    driver = connect(transport=server.transport)

    def full(*_: object) -> None:
        raise JournalError("the disk is full")

    monkeypatch.setattr("chatcompletions._bulk.journal.Journal.done", full)
    outcomes = driver.client.map(
        map(str, itertools.count()),
        model="m",
        journal=path,
        concurrency=3,
        progress=lambda *numbers: told.append(numbers),
    )
    with pytest.raises(JournalError, match="the disk is full"):
        driver.iterate(outcomes)
    assert len(told) == len(server.requests) <= 6
    assert all(failed == 0 for _, failed, _ in told)


def test_no_contents_of_headers(connect: Callable[..., Any], path: Path) -> None:
    """The journal holds no key and no header that was sent."""
    driver = connect(transport=Echo().transport, api_key=KEY)
    mapped(driver, [{"messages": "a", "extra_headers": {"x-secret": "top-secret"}}], journal=path)
    for each in path.parent.iterdir():
        assert KEY.encode() not in each.read_bytes()
        assert b"top-secret" not in each.read_bytes()
