"""The soak's own judgement: it marks what is off."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from chatcompletions import APIConnectionError
from chatcompletions.server import LocalServer
from scripts.soak import FAULTS, WEIGHTS, Caller, Ledger, audit, call, script, table

if TYPE_CHECKING:
    import random
    from pathlib import Path

from chatcompletions import ChatClient


def test_the_audit(tmp_path: Path) -> None:
    """An answer that is stored twice is off, and so is one that arrived and is not stored, unless it was deleted."""
    file, ledger = tmp_path / "stored.sqlite", Ledger()
    with LocalServer(file) as server:
        for token in ("once", "twice", "twice"):
            with ChatClient(base_url=server.base_url) as chat:
                chat.create(model="m", messages="Hi", store=True, metadata={"token": token})
    ledger.arrived = {"once": "a", "twice": "b", "lost": "c", "gone": "d"}
    ledger.deleted = {"gone"}
    assert audit(file, ledger) == ["twice is stored 2 times", "lost arrived and is not stored"]
    assert sqlite3.connect(file).execute("SELECT count(*) FROM completions").fetchone() == (3,)


def test_the_ledger() -> None:
    """An answer without the token of its call is another caller's, and an exception of no type of ours is untyped."""
    ledger = Ledger()
    ledger.expect("get", "<a-1>", "... <a-1> ...")
    ledger.expect("get", "<a-1>", "<b-1>")
    ledger.failed("list", APIConnectionError("reset"))
    ledger.failed("list", KeyError("x"))
    assert len(ledger.wrong) == len(ledger.untyped) == 1
    lines = {line.split()[0]: line.split()[1:] for line in table(ledger).splitlines()[1:]}
    assert lines["WRONG"][[*WEIGHTS].index("get")] == "1"
    assert lines["APIConnectionError"][[*WEIGHTS].index("list")] == "1"


def test_every_operation_is_called_and_disturbed() -> None:
    """A caller makes all kinds of calls, and the server has faults for each of them."""
    assert FAULTS.keys() == WEIGHTS.keys() - {"stream"}
    never: random.Random = NeverRandom()  # type: ignore[assignment]
    ledger = Ledger()
    with LocalServer(script=[*script(never)]) as server, ChatClient(base_url=server.base_url) as chat:
        caller = Caller(ledger, "caller", seed=1)
        for _ in range(60):
            call(chat, caller)
    assert all(counts.keys() <= {"arrived", "left"} and counts["arrived"] for counts in ledger.outcomes.values())
    assert ledger.wrong == ledger.untyped == []


class NeverRandom:
    """A chance that never comes."""

    def random(self) -> float:
        return 1.0
