from __future__ import annotations

import pytest

from scripts.bench.cases import Bar
from scripts.bench.figures import Figure, is_steep, verdict
from scripts.bench.roster import FLOOR, OURS

from ._bench import result


def test_a_figure_is_the_median_and_half_the_distance_of_the_quartiles() -> None:
    """One wild round moves neither the median nor the spread by much."""
    assert Figure.of([4, 1, 2, 3, 1_000]) == Figure(3, 1)


def test_one_value_has_no_spread() -> None:
    """A single round gives its value, and claims no spread."""
    assert Figure.of([7.5]) == Figure(7.5, 0)


def test_a_ratio_is_taken_round_by_round() -> None:
    """A machine that slows down tenfold for one round changes no ratio."""
    ratio = result([1, 10, 1], [2, 20, 2]).ratio(OURS.key, FLOOR.key)
    assert ratio is not None
    assert (ratio.middle, ratio.spread) == pytest.approx((2, 0))


def test_what_was_not_measured_has_no_figure() -> None:
    """A competitor that is missing or failed has neither a figure nor a ratio."""
    found = result([1], [1])
    assert found.figure("official", "cpu") is None
    assert found.ratio("official", FLOOR.key) is None


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.9, "aim met"), (1.0, "aim met"), (1.1, "bar met"), (1.15, "bar met"), (1.2, "FALLS SHORT")],
)
def test_a_verdict_tells_aim_from_bar_from_neither(value: float, said: str) -> None:
    """A value at a bar meets it; one above it falls short, in capitals."""
    assert verdict(value, Bar(1.15, 1.0)) == said


def test_what_was_not_measured_meets_no_bar() -> None:
    """A bar whose work could not be measured is not taken for met."""
    assert verdict(None, Bar(1.15, 1.0)) == "NOT MEASURED"


@pytest.mark.parametrize(
    ("costs", "steep"),
    [
        ([400, 50, 10, 7], False),
        ([400, 50, 10, 19], False),
        ([400, 50, 10, 21], True),
        ([1, 5, 9, 9], True),
        ([5], False),
        ([], False),
    ],
)
def test_growth_is_steep_when_the_largest_size_costs_twice_the_cheapest(costs: list[float], steep: bool) -> None:
    """What a call costs once is shared by many items, so the cheapest size is what the largest is held against."""
    assert is_steep(costs, 2.0) is steep
