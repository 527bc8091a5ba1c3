"""Results of the bench that were never measured, for the tests of what is made of them."""

from __future__ import annotations

from typing import Any

from scripts.bench.cases import FAN_OUT, FIRST_CALL, Bar, Case
from scripts.bench.figures import Result
from scripts.bench.roster import FLOOR, OURS

MILLISECOND = 0.001


def case(key: str = "create", **more: Any) -> Case:
    """Return a headline case, in which the floor is to be met."""
    return Case(key=key, title=f"the work {key}", weight=1, **{"command": {}, "headline": True, **more})


def result(floor: list[float], ours: list[float], of: Case | None = None, **others: list[float]) -> Result:
    """Return a result from CPU milliseconds, round by round; the wall clock runs twice as long."""
    columns = {FLOOR.key: floor, OURS.key: ours, **others}
    samples = {
        key: [{"cpu": cpu * MILLISECOND, "wall": 2 * cpu * MILLISECOND} for cpu in column]
        for key, column in columns.items()
    }
    return Result(of or case(bar=Bar(1.15, 1.0)), samples)


def first_call(floor_peak: int, our_peak: int) -> Result:
    """Return a first call that takes everyone 100 ms, with these peaks in bytes."""
    base = {"cpu": 0.1, "wall": 0.1, "modules": 218}
    samples = {FLOOR.key: [{**base, "peak": floor_peak}], OURS.key: [{**base, "peak": our_peak}]}
    return Result(case(FIRST_CALL, bar=Bar(1.4, 1.15)), samples)


def fan_out(width: int, floor: float, ours: float) -> Result:
    """Return a fan-out of so many calls in flight, from CPU milliseconds for each call."""
    return result([floor], [ours], case(f"{FAN_OUT}-{width}", family=FAN_OUT, size=width, headline=False))


def memory(growth: int) -> Result:
    """Return a measurement of memory in which this client's grew by so many bytes."""
    command = {"do": "stream", "first": [], "then": []}
    samples = {FLOOR.key: [{"peak": 30_000_000, "growth": 0}], OURS.key: [{"peak": 31_000_000, "growth": growth}]}
    return Result(case("memory-stream", command=command, headline=False), samples)
