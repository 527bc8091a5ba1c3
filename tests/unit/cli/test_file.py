"""The file that sync writes."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from chatcompletions import NotFoundError
from chatcompletions.cli._failure import CommandError
from chatcompletions.cli._file import SyncFile
from chatcompletions.cli._sources import Query

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def stored(number: int, **members: Any) -> dict[str, Any]:
    """Return a stored completion."""
    choice = {"index": 0, "message": {"role": "assistant", "content": f"Answer {number}."}, "finish_reason": "stop"}
    one = {"id": f"c{number}", "created": number, "model": "m", "metadata": {"parity": str(number % 2)}}
    return {**one, "choices": [choice], **members}


@pytest.fixture
def file(tmp_path: Path) -> Iterator[SyncFile]:
    with SyncFile(tmp_path / "runs.sqlite", create=True) as made:
        made.keep((stored(n), [{"role": "user", "content": f"Question {n}?"}]) for n in range(1, 6))
        yield made


def ids(file: SyncFile, **query: Any) -> list[str]:
    return [one["id"] for one in file.find(Query(**query))]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["c5", "c4", "c3", "c2", "c1"]),
        ({"order": "asc"}, ["c1", "c2", "c3", "c4", "c5"]),
        ({"metadata": {"parity": "1"}, "order": "asc"}, ["c1", "c3", "c5"]),
        ({"metadata": {"parity": "1", "other": "x"}}, []),
        ({"since": 2, "until": 4}, ["c3", "c2"]),
        ({"model": "n"}, []),
        ({"after": "c3"}, ["c2", "c1"]),
        ({"after": "c3", "order": "asc"}, ["c4", "c5"]),
        ({"text": "question 3"}, ["c3"]),
        ({"text": "Answer"}, ["c5", "c4", "c3", "c2", "c1"]),
        ({"text": "answ"}, ["c5", "c4", "c3", "c2", "c1"]),
        ({"text": 'NOT "3 OR'}, []),
        ({"text": "  "}, ["c5", "c4", "c3", "c2", "c1"]),
    ],
)
def test_what_is_found(file: SyncFile, query: dict[str, Any], found: list[str]) -> None:
    """Completions are found by model, metadata, time, words of messages and answer, in either order."""
    assert ids(file, **query) == found


def test_more_than_a_page(file: SyncFile) -> None:
    """A search goes on over as many pages as there are, and another may be made in between."""
    file.keep((stored(n, created=7), []) for n in range(10, 700))
    found = []
    for one in file.find(Query(order="asc", since=6)):
        found.append(one["id"])
        file.get("c1")
    assert found == [f"c{n}" for n in range(10, 700)]


def test_what_came_is_given_back(file: SyncFile) -> None:
    """A completion reads as the JSON that came, a lone surrogate and a null included."""
    odd = stored(9, choices=None, text="\ud83d, é, \x00", metadata=None)
    file.keep([(odd, [{"content": "\udc00"}])])
    assert file.get("c9") == odd
    assert [*file.messages("c9")] == [{"content": "\udc00"}]


def test_changes_stay(file: SyncFile) -> None:
    """What is changed in the file stays, also when the service's is taken over again."""
    assert file.update("c1", {"mine": "yes"})["metadata"] == {"mine": "yes"}
    file.delete("c2")
    file.keep([(stored(1), []), (stored(2), [])])
    file.begin()
    assert file.renew(stored(1, metadata={"theirs": "new"})) is True
    assert file.renew(stored(1, metadata={"theirs": "new"})) is False
    assert file.renew(stored(99)) is None
    assert ids(file, metadata={"mine": "yes"}) == ["c1"]
    assert ids(file, metadata={"theirs": "new"}) == []
    assert file.count() == 4
    with pytest.raises(NotFoundError):
        file.get("c2")


def test_what_is_forgotten(file: SyncFile) -> None:
    """What the service has no more is gone, from the search, too."""
    file.begin()
    for number in (1, 2, 4, 5):
        file.renew(stored(number))
    assert file.forget_unseen() == 1
    assert ids(file, text="question") == ["c5", "c4", "c2", "c1"]
    assert ids(file, text="3") == []


@pytest.mark.parametrize("call", ["get", "messages", "update", "delete"])
def test_what_is_not_there(file: SyncFile, call: str) -> None:
    """An id that is not there is the error of a service that has none."""
    with pytest.raises(NotFoundError, match="no completion 'c9'"):
        [*getattr(file, call)("c9", *([{}] if call == "update" else []))]


def test_files_of_others(tmp_path: Path) -> None:
    """A file that is missing, another program's, no database, or of a later version is told so, and left as it is."""
    foreign, text, later = (tmp_path / name for name in ("foreign.sqlite", "text.sqlite", "later.sqlite"))
    with sqlite3.connect(foreign) as other:
        other.execute("CREATE TABLE t (a)")
    other.close()
    text.write_text("not a database, but long enough to be told so " * 10)
    SyncFile(later, create=True).close()
    with sqlite3.connect(later) as other:
        other.execute("PRAGMA user_version = 99")
    other.close()
    for path, told in ((foreign, "not written by"), (text, "cannot be used"), (later, "newer version")):
        before = path.read_bytes()
        for create in (False, True):
            with pytest.raises(CommandError, match=told):
                SyncFile(path, create=create)
        assert path.read_bytes() == before
    with pytest.raises(CommandError, match="there is no file"):
        SyncFile(tmp_path / "none.sqlite")
    with pytest.raises(CommandError, match="cannot be opened"):
        SyncFile(tmp_path / "none" / "x.sqlite", create=True)
