"""What is measured, how often, and the bars that this client has to meet."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from scripts.bench import payloads
from scripts.bench.payloads import MODEL, STORED, STREAM, STREAM_SINGLY, STREAM_VARIED, TOOLS

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Bar:
    """Where work may stop, and where it becomes something that nobody else has."""

    limit: float
    aim: float


@dataclass(frozen=True, kw_only=True)
class Case:
    """One kind of work.

    Attributes:
        key: Its name on the command line.
        title: What the tables call it.
        weight: What reading its answers adds up to.
        command: What a worker is told, see `scripts.bench.worker`.
        fresh: Whether each measurement takes a process of its own.
        rounds: How often every competitor is measured.
        family: Cases of one family differ in size alone and make a growth table.
        size: Items, chunks, or calls in flight.
        bar: For the ratio to the floor.
        headline: Whether it is a row of the main table.
        everyone: Whether it takes in those who share raw httpx's pool, where the pool is the subject.
        extras: Whether this client has every extra installed, and is compared with raw httpx alone.
    """

    key: str
    title: str
    weight: int
    command: dict[str, Any]
    fresh: bool = False
    rounds: int = 1
    family: str = ""
    size: int = 1
    bar: Bar | None = None
    headline: bool = False
    everyone: bool = True
    extras: bool = False

    @property
    def items(self) -> int:
        """By how many items the cost of a call is shared."""
        return 1 if self.family == FAN_OUT else self.size

    @property
    def measures_memory(self) -> bool:
        """Whether it does some work, then ten times as much, and compares the peaks."""
        return "first" in self.command


FIRST_CALL = "first-call"
FIRST_CALL_EXTRAS = "first-call-extras"
FAN_OUT = "fan-out"
LIST = "list"
STREAMED = "stream"
#: For the peak above the floor's after a first call, in bytes.
MEMORY_BAR = Bar(6 * MEGABYTE, 3 * MEGABYTE)
#: Memory counts as flat if ten times the work raises its peak by no more than this, in bytes.
FLAT = 2 * MEGABYTE
#: A cost per item at the largest size of more than this many times that at the cheapest size is worse than linear.
STEEP = 2.0
#: How many times dearer this client's call may be at the most calls in flight than alone.
CROWDED = 1.5


def plan(*, quick: bool) -> list[Case]:
    """Return all cases, in the order in which they run."""
    return [*_first_calls(quick), *_calls(quick), *_fan_outs(quick), *_memory(quick)]


def _first_calls(quick: bool) -> Iterator[Case]:
    case = Case(
        key=FIRST_CALL,
        title="import + construct + first call",
        weight=payloads.weight_of_completions(1),
        command={},
        fresh=True,
        rounds=2 if quick else 20,
        bar=Bar(1.3, 1.15),
        headline=True,
    )
    yield case
    yield replace(case, key=FIRST_CALL_EXTRAS, title="the same with every extra installed", extras=True)


def _calls(quick: bool) -> Iterator[Case]:
    def case(key: str, title: str, method: str, arguments: list[Any], weight: int, repeat: int, **more: Any) -> Case:
        # Short rounds and many: a ratio is taken within a round, and a busy machine changes its pace between two.
        repeat = max(1, repeat // (8 if quick else 3))
        command = {"do": "call", "method": method, "arguments": arguments, "repeat": repeat}
        return Case(key=key, title=title, weight=weight, command=command, rounds=2 if quick else 33, **more)

    one = payloads.weight_of_completions(1)
    yield case("create", "create, one small answer", "create", [MODEL], one, 100, bar=Bar(1.15, 1.0), headline=True)
    for size, repeat in ((1, 60), (10, 40), (100, 20), (1_000, 2)):
        headline = {"bar": Bar(1.5, 1.0), "headline": True} if size == 100 else {}
        weight, arguments = payloads.weight_of_completions(size), [f"{STORED}:{2 * size}", size]
        title = f"list, a page of {size:,}"
        yield case(f"list-{size}", title, "list", arguments, weight, repeat, family=LIST, size=size, **headline)
    for size, repeat in ((1, 60), (10, 40), (100, 20), (1_000, 3)):
        weight, title = payloads.weight_of_text(size), f"stream, {size:,} chunks"
        arguments = [f"{STREAM}:{size}"]
        yield case(f"stream-{size}", title, "stream", arguments, weight, repeat, family=STREAMED, size=size)
    long = payloads.weight_of_text(2_000)
    bar = Bar(1.1, 0.8)
    title = "stream, 2,000 chunks, typed"
    yield case("stream-2000", title, "stream", [f"{STREAM}:2000"], long, 2, bar=bar, headline=True)
    title = "the same, each chunk in a write of its own"
    yield case("stream-singly", title, "stream", [f"{STREAM_SINGLY}:2000"], long, 2, headline=True)
    title = "the same, each chunk with an id of its own"
    yield case("stream-varied", title, "stream", [f"{STREAM_VARIED}:2000"], long, 2, headline=True)
    weight = payloads.weight_of_tools(500)
    yield case("tools", "tool-call stream, 500 chunks", "tools", [f"{TOOLS}:500"], weight, 4, headline=True)


def _fan_outs(quick: bool) -> Iterator[Case]:
    for width in (1, 500) if quick else (1, 10, 100, 200, 500):
        crowded = width == 500
        calls = max(100, width) if quick else 2_000
        yield Case(
            key=f"{FAN_OUT}-{width}",
            title=f"async create, {width} in flight",
            weight=payloads.weight_of_completions(calls),
            command={"do": "fan_out", "model": MODEL, "width": width, "calls": calls},
            rounds=1 if quick else 2,
            family=FAN_OUT,
            size=width,
            bar=Bar(0.5, 0.15) if crowded else None,
            headline=crowded,
            everyone=crowded and not quick,
        )


def _memory(quick: bool) -> Iterator[Case]:
    chunks, items = (2_000, 1_000) if quick else (20_000, 10_000)
    yield Case(
        key="memory-stream",
        title=f"{chunks:,} streamed chunks",
        weight=payloads.weight_of_text(chunks),
        command={"do": "stream", "first": [f"{STREAM}:{chunks // 10}"], "then": [f"{STREAM}:{chunks}"]},
        fresh=True,
    )
    yield Case(
        key="memory-list",
        title=f"{items:,} listed completions",
        weight=payloads.weight_of_completions(items),
        command={"do": "list_all", "first": [f"{STORED}:{items // 10}", 100], "then": [f"{STORED}:{items}", 100]},
        fresh=True,
    )
