"""Figures from measurements: medians, their spread, and ratios that drift of the machine leaves alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scripts.bench.cases import Bar, Case


@dataclass(frozen=True)
class Figure:
    """A median, and half the distance between the quartiles around it."""

    middle: float
    spread: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Figure:
        """Return the figure of at least one value."""
        if len(values) == 1:
            return cls(values[0], 0.0)
        first, _, third = quantiles(values, n=4, method="inclusive")
        return cls(median(values), (third - first) / 2)


@dataclass(frozen=True)
class Result:
    """What was measured for one case.

    Attributes:
        case: The case.
        samples: What each competitor's rounds gave, by its key: ``cpu`` and ``wall`` in seconds for each call,
            ``peak`` and ``growth`` in bytes. Rounds stand in the same order for all.
        failures: Why a competitor has no samples.
    """

    case: Case
    samples: dict[str, list[dict[str, Any]]]
    failures: dict[str, str] = field(default_factory=dict)

    def figure(self, key: str, what: str) -> Figure | None:
        """Return a competitor's figure; `None` if it was not measured."""
        samples = self.samples.get(key)
        return Figure.of([sample[what] for sample in samples]) if samples else None

    def ratio(self, key: str, floor: str) -> Figure | None:
        """Return how many times the floor's CPU time a competitor takes.

        Each round is divided by the floor's own of the same round, so that a machine that slows down for a while slows
        both.
        """
        if "cpu" not in next(iter(self.samples.get(key, ())), {}):
            return None
        pairs = zip(self.samples.get(key, ()), self.samples.get(floor, ()), strict=False)
        ratios = [ours["cpu"] / theirs["cpu"] for ours, theirs in pairs]
        return Figure.of(ratios) if ratios else None


def verdict(value: float | None, bar: Bar) -> str:
    """Say whether a value meets a bar, its aim, or neither."""
    if value is None:
        return "NOT MEASURED"
    if value <= bar.aim:
        return "aim met"
    return "bar met" if value <= bar.limit else "FALLS SHORT"


def is_steep(costs: Sequence[float], steep: float) -> bool:
    """Tell whether costs per item, from the smallest size to the largest, grow worse than linearly."""
    return len(costs) > 1 and costs[-1] > steep * min(costs[:-1])
