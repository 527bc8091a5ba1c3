"""Soak the clients in a faulty server, and account for every answer (`make soak`).

Sync and async, 200 callers each make mixed calls of all six operations against a local server in a process of its own,
which refuses, resets, cuts, delays and garbles at random. At the end every call has a typed outcome, no answer went to
another caller, what arrived is stored once, and open files, threads, tasks and memory are where they were. A figure
that is off is marked, and the command fails.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from chatcompletions import AsyncChatClient, ChatClient, ChatCompletionsError, Timeouts
from chatcompletions.server import LocalServer

if TYPE_CHECKING:
    from collections.abc import Iterator

_STATM: Final = Path("/proc/self/statm")
TIMEOUTS: Final = Timeouts(30, connect=10, read=2, total=25, first_event=2, between_events=2)
#: The operations, and how often each is called.
WEIGHTS: Final = {"create": 30, "stream": 25, "get": 12, "list": 8, "update": 10, "messages": 8, "delete": 7}
#: The share of calls that are cancelled on the way, or of streams that are left early.
LEFT: Final = 0.03
#: What the server does to requests of an operation, and how often.
FAULTS: Final[dict[str, list[tuple[float, dict[str, Any]]]]] = {
    "create": [
        (0.03, {"status_code": 503, "retry_after_ms": 5}),
        (0.03, {"status_code": 429, "retry_after_ms": 5}),
        (0.01, {"status_code": 500, "body": "<html>oops</html>"}),
        (0.01, {"status_code": 400}),
        (0.03, {"reset": True}),
        (0.03, {"cut": 150}),
        (0.02, {"reset": True, "visible_after_lists": 3}),
        (0.01, {"body": "<html>a proxy's page</html>"}),
        (0.003, {"delay": 3}),
        (0.003, {"keepalives_only": True}),
        (0.01, {"error": "overloaded", "error_after": 3}),
        (0.02, {"writes": 1}),
        (0.02, {"keepalives": 2}),
    ],
    **{
        name: [
            (0.03, {"status_code": 503, "retry_after_ms": 5}),
            (0.02, {"reset": True}),
            (0.02, {"cut": 30}),
            (0.002, {"delay": 3}),
        ]
        for name in ("get", "list", "update", "messages", "delete")
    },
}


def script(chance: random.Random) -> Iterator[dict[str, Any]]:
    """Return the entries of the server's script: each fault by its chance, and then the canned answer."""
    for operation, faults in FAULTS.items():
        for share, fault in faults:
            yield {"operation": operation, "when": _by_chance(chance, share), "forever": True, **fault}
    yield {"operation": "create", "forever": True}


def _by_chance(chance: random.Random, share: float) -> Any:
    return lambda _: chance.random() < share


class Ledger:
    """What became of every call.

    Attributes:
        outcomes: How often each operation had each outcome.
        wrong: Answers that were another call's, in words.
        untyped: Exceptions that are none of this package's, in words.
        arrived: The ids of stored completions that reached their caller, by the token of their request.
        deleted: The tokens of completions that were deleted, or may be.
    """

    def __init__(self) -> None:
        self.outcomes: dict[str, Counter[str]] = {name: Counter() for name in WEIGHTS}
        self.wrong: list[str] = []
        self.untyped: list[str] = []
        self.arrived: dict[str, str] = {}
        self.deleted: set[str] = set()
        self.lock = threading.Lock()

    def note(self, operation: str, outcome: str) -> None:
        """Note the outcome of a call."""
        with self.lock:
            self.outcomes[operation][outcome] += 1

    def failed(self, operation: str, failure: Exception) -> None:
        """Note the exception that a call ended with."""
        if not isinstance(failure, ChatCompletionsError):
            self.untyped.append(f"{operation}: {failure!r}")
        self.note(operation, type(failure).__name__)

    def expect(self, operation: str, token: str, found: object, outcome: str = "arrived") -> None:
        """Note an answer, which is wrong if it does not hold the token of its own call."""
        if token in str(found):
            self.note(operation, outcome)
        else:
            self.note(operation, "WRONG")
            self.wrong.append(f"{operation} of {token}: {str(found)[:200]}")


class Caller:
    """One of many callers: it chooses its calls, and checks their answers.

    Args:
        ledger: Where all callers note what became of their calls.
        name: Its name, which is part of each token.
        seed: What its choices follow from.
    """

    def __init__(self, ledger: Ledger, name: str, seed: int) -> None:
        self.ledger, self.name = ledger, name
        self.chance = random.Random(f"{seed} {name}")  # noqa: S311 - no secret
        self.mine: dict[str, str] = {}
        self._count = 0

    def choose(self) -> tuple[str, str, str]:
        """Return the next operation, the token that its answer must hold, and the id of a completion, or none."""
        self._count += 1
        operation = self.chance.choices([*WEIGHTS], [*WEIGHTS.values()])[0]
        if operation in ("create", "stream") or not self.mine:
            return (operation if operation == "stream" else "create"), f"<{self.name}-{self._count}>", ""
        completion_id = self.chance.choice([*self.mine])
        return operation, self.mine[completion_id], completion_id

    def asked(self, token: str) -> dict[str, Any]:
        """Return the parameters of a create."""
        metadata = {"token": token, "caller": self.name}
        return {"model": "m", "messages": f"Say {token}", "store": True, "metadata": metadata, "recover": True}

    def keep(self, completion: Any, token: str, operation: str) -> None:
        """Check a completion, and keep it for later calls."""
        self.ledger.expect(operation, token, completion.text, "recovered" if completion.meta.recovered else "arrived")
        self.mine[completion.id] = self.ledger.arrived[token] = completion.id
        self.mine[completion.id] = token
        if len(self.mine) > 20:
            self.mine.pop(next(iter(self.mine)))

    def forget(self, completion_id: str, token: str) -> None:
        """Forget a completion that is deleted, or may be."""
        self.ledger.deleted.add(token)
        self.mine.pop(completion_id, None)


def call(chat: ChatClient, caller: Caller) -> None:
    """Make one call, and check its answer."""
    operation, token, completion_id = caller.choose()
    expect = caller.ledger.expect
    try:
        match operation:
            case "create":
                caller.keep(chat.create(**caller.asked(token)), token, operation)
            case "stream":
                with chat.create(**caller.asked(token), stream=True) as stream:
                    if caller.chance.random() < LEFT:
                        next(iter(stream), None)
                        caller.ledger.note(operation, "left")
                        return
                    caller.keep(stream.get_final_completion(), token, operation)
            case "get":
                expect(operation, token, chat.get(completion_id).text)
            case "list":
                found = [one.text for one in chat.list(metadata={"token": token}, limit=2)]
                expect(operation, token, found)
            case "update":
                metadata = {"token": token, "caller": caller.name, "seen": "yes"}
                expect(operation, token, chat.update(completion_id, metadata=metadata).to_dict())
            case "messages":
                expect(operation, token, [one.content for one in chat.messages(completion_id)])
            case "delete":
                caller.forget(completion_id, token)
                expect(operation, completion_id, chat.delete(completion_id).id)
    except Exception as failure:
        caller.ledger.failed(operation, failure)


async def acall(chat: AsyncChatClient, caller: Caller) -> None:
    """`call` of the async client, of which some are cancelled on the way."""
    operation, token, completion_id = caller.choose()
    expect = caller.ledger.expect
    try:
        match operation:
            case "create":
                caller.keep(await chat.create(**caller.asked(token)), token, operation)
            case "stream":
                async with chat.create(**caller.asked(token), stream=True) as stream:
                    caller.keep(await stream.get_final_completion(), token, operation)
            case "get":
                expect(operation, token, (await chat.get(completion_id)).text)
            case "list":
                found = [one.text async for one in chat.list(metadata={"token": token}, limit=2)]
                expect(operation, token, found)
            case "update":
                metadata = {"token": token, "caller": caller.name, "seen": "yes"}
                expect(operation, token, (await chat.update(completion_id, metadata=metadata)).to_dict())
            case "messages":
                expect(operation, token, [one.content async for one in chat.messages(completion_id)])
            case "delete":
                caller.forget(completion_id, token)
                expect(operation, completion_id, (await chat.delete(completion_id)).id)
    except asyncio.CancelledError:
        caller.ledger.note(operation, "cancelled")
        raise
    except Exception as failure:
        caller.ledger.failed(operation, failure)


class Use:
    """What this process uses; its memory is told on Linux alone."""

    def __init__(self) -> None:
        gc.collect()
        self.files = sum(1 for _ in Path("/dev/fd").iterdir())
        self.threads = threading.active_count()
        self.memory = int(_STATM.read_text().split()[1]) * resource.getpagesize() / 2**20 if _STATM.exists() else 0.0


def soak_sync(url: str, ledger: Ledger, seconds: float, concurrency: int, seed: int) -> tuple[Use, Use]:
    """Make calls in threads for some seconds, and return what is used after a third of the time, and at the end."""
    end, early = time.monotonic() + seconds, [Use()]
    with ChatClient(base_url=url, timeout=TIMEOUTS) as chat:

        def work(number: int) -> None:
            caller = Caller(ledger, f"sync{number}", seed)
            while time.monotonic() < end:
                call(chat, caller)

        with ThreadPoolExecutor(concurrency) as threads:
            jobs = [threads.submit(work, number) for number in range(concurrency)]
            time.sleep(seconds / 3)
            early[0] = Use()
            for job in jobs:
                job.result()
        late = Use()
    return early[0], late


async def soak_async(url: str, ledger: Ledger, seconds: float, concurrency: int, seed: int) -> tuple[Use, Use]:
    """`soak_sync` in tasks, of which some are cancelled on the way."""
    end = time.monotonic() + seconds
    async with AsyncChatClient(base_url=url, timeout=TIMEOUTS) as chat:

        async def work(number: int) -> None:
            caller = Caller(ledger, f"async{number}", seed)
            while time.monotonic() < end:
                task = asyncio.create_task(acall(chat, caller))
                if caller.chance.random() < LEFT:
                    await asyncio.wait([task], timeout=caller.chance.random() / 10)
                    task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

        jobs = [asyncio.create_task(work(number)) for number in range(concurrency)]
        await asyncio.sleep(seconds / 3)
        early = Use()
        await asyncio.gather(*jobs)
        late = Use()
        left = len(asyncio.all_tasks()) - 1
    if left:
        ledger.wrong.append(f"{left} tasks are left")
    return early, late


def audit(db: Path, ledger: Ledger) -> list[str]:
    """Compare what arrived with what is stored: each answer once, and none lost."""
    with sqlite3.connect(db) as database:
        stored = Counter(row[0] for row in database.execute("SELECT value FROM metadata WHERE key = 'token'"))
    problems = [f"{token} is stored {count} times" for token, count in stored.items() if count > 1]
    lost = [token for token in ledger.arrived if token not in stored and token not in ledger.deleted]
    return problems + [f"{token} arrived and is not stored" for token in lost]


def table(ledger: Ledger) -> str:
    """Return the outcomes as a table."""
    found = {name for counts in ledger.outcomes.values() for name in counts}
    names = sorted(found, key=lambda one: (one != "arrived", one))
    rows = [["", *WEIGHTS], *([name, *(f"{ledger.outcomes[one][name]:,}" for one in WEIGHTS)] for name in names)]
    width = max(map(len, names)) + 2
    return "\n".join(f"{row[0]:{width}}" + "".join(f"{cell:>10}" for cell in row[1:]) for row in rows)


def serve(db: str, seed: int) -> None:
    """Run the server until standard input ends; print its address."""
    with LocalServer(db, script=list(script(random.Random(seed)))) as server:  # noqa: S311 - no secret
        print(server.base_url, flush=True)
        sys.stdin.read()


def main(arguments: list[str] | None = None) -> int:
    """Soak, print a table, and fail if a figure is off."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60, help="for each of the two clients (60)")
    parser.add_argument("--concurrency", type=int, default=200, help="callers (200)")
    parser.add_argument("--seed", type=int, default=1, help="what all chances follow from (1)")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.serve:
        serve(given.serve, given.seed)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        db = Path(folder) / "stored.sqlite"
        command = [sys.executable, "-m", "scripts.soak", "--serve", str(db), "--seed", str(given.seed)]
        pipe, no = subprocess.PIPE, subprocess.DEVNULL
        server = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=no, text=True)
        try:
            stdout: Any = server.stdout
            return _soak(stdout.readline().strip(), server, db, given)
        finally:
            server.kill()
            server.wait()


def _soak(url: str, server: subprocess.Popen[str], db: Path, given: Any) -> int:
    ledger, before = Ledger(), Use()
    rows = []
    for name in ("sync", "async"):
        began = time.monotonic()
        if name == "sync":
            early, late = soak_sync(url, ledger, given.seconds, given.concurrency, given.seed)
        else:
            early, late = asyncio.run(soak_async(url, ledger, given.seconds, given.concurrency, given.seed))
        rows.append((name, time.monotonic() - began, early, late, Use()))
    server.communicate()  # it stops, and what it stored is in the file
    problems = [*ledger.wrong, *ledger.untyped, *audit(db, ledger)]
    print(table(ledger))
    total = sum(sum(counts.values()) for counts in ledger.outcomes.values())
    print(f"\n{total:,} calls, each accounted for; {len(ledger.arrived):,} answers arrived once")
    print(f"\n{'':8}{'seconds':>9}{'files early, late, after':>27}{'threads after':>15}{'memory early, late':>21}")
    for name, seconds, early, late, after in rows:
        files = f"{early.files}, {late.files}, {after.files}"
        memory = f"{early.memory:.0f}, {late.memory:.0f} MiB"
        print(f"{name:8}{seconds:9.1f}{files:>27}{after.threads:>15}{memory:>21}")
        if after.files > before.files + 5:
            problems.append(f"{name}: {after.files - before.files} files are left open")
        if after.threads > before.threads:
            problems.append(f"{name}: {after.threads - before.threads} threads are left")
        if late.memory > early.memory * 1.3 + 10:
            problems.append(f"{name}: memory grew from {early.memory:.0f} to {late.memory:.0f} MiB")
    for problem in problems[:20]:
        print(f"OFF: {problem}")
    print(f"{len(problems)} figures are off" if problems else "nothing is off")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
