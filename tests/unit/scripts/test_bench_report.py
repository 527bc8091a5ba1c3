from __future__ import annotations

from dataclasses import replace

import pytest

from scripts.bench import report
from scripts.bench.cases import FAN_OUT, MEGABYTE
from scripts.bench.roster import FLOOR, OURS, ROSTER
from scripts.bench.tables import table

from ._bench import case, fan_out, first_call, memory, result


def _rows(markdown: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in markdown.splitlines()]


def test_a_table_is_markdown_with_aligned_columns() -> None:
    """Every line of a table is equally long, the first column text and the others numbers."""
    lines = table(["work", "ms"], [["create", "0.40"], ["a", "12.5"]]).splitlines()
    assert lines == ["| work   |   ms |", "| ------ | ---: |", "| create | 0.40 |", "| a      | 12.5 |"]


def test_the_main_table_shows_ratios_and_how_they_stand_to_the_bar() -> None:
    """The floor is shown in milliseconds, the others as multiples of it, and this client is judged."""
    head, _, row = _rows(report.headline([result([2.0], [2.2], official=[6.0])], ROSTER))
    shown = dict(zip(head, row, strict=True))
    assert shown[FLOOR.title] == "2.00 ±0.00 ms"
    assert (shown[OURS.title], shown["official SDK"], shown["stock generated"]) == ("1.10 ±0.00", "3.00 ±0.00", "-")
    assert (shown["bar"], shown["aim"], shown["result"]) == ("1.15", "1", "bar met")


def test_work_without_a_bar_is_not_judged() -> None:
    """A row that DESIGN.md sets no bar for has none in the table either."""
    row = _rows(report.headline([result([1.0], [9.0], case())], ROSTER))[2]
    assert row[-3:] == ["-", "-", "-"]


def test_the_main_table_ends_with_memory_above_the_floor() -> None:
    """Memory is judged by what a first call holds above raw httpx."""
    found = first_call(30 * MEGABYTE, 37 * MEGABYTE)
    head, *_, row = _rows(report.headline([found], ROSTER))
    shown = dict(zip(head, row, strict=True))
    assert (shown[FLOOR.title], shown[OURS.title], shown["result"]) == ("30.0 MB", "+7.0 MB", "FALLS SHORT")


def test_the_absolute_table_shows_cpu_and_wall_time() -> None:
    """CPU and wall time stand under each other, in milliseconds."""
    rows = _rows(report.absolute([result([1.0], [3.0])], ROSTER))
    assert [(row[0][-4:].strip(", "), row[1]) for row in rows[2:]] == [
        ("CPU", "1.00 ±0.00 ms"),
        ("wall", "2.00 ±0.00 ms"),
    ]


def test_the_growth_table_shares_a_cost_among_its_items_and_marks_what_is_steep() -> None:
    """A list's cost is divided by its items; whoever grows worse than linearly is marked."""
    members = [
        result([1.0], [1.0], case(family="list", size=10)),
        result([5.0], [50.0], case(family="list", size=100)),
    ]
    _, _, floor, ours = _rows(report.growth(members, ROSTER, "list"))
    assert floor == [FLOOR.title, "100.0 µs", "50.0 µs", "linear or better"]
    assert ours == [OURS.title, "100.0 µs", "500.0 µs", "worse than linear"]


def test_the_fan_out_table_shows_what_each_call_costs() -> None:
    """Calls in flight share nothing, so their cost is not divided."""
    rows = _rows(report.growth([fan_out(1, 0.7, 0.7), fan_out(500, 9.0, 0.8)], ROSTER, FAN_OUT))
    assert rows[2] == [FLOOR.title, "700.0 µs", "9,000.0 µs", "worse than linear"]
    assert rows[3] == [OURS.title, "700.0 µs", "800.0 µs", "linear or better"]


def test_the_memory_table_shows_peaks_and_growth() -> None:
    """Peak and growth stand under each other, in megabytes."""
    rows = _rows(report.memory([memory(1_500_000)], ROSTER))
    assert [row[1] for row in rows[2:]] == ["30.0 MB", "+0.0 MB"]
    assert rows[3][rows[0].index(OURS.title)] == "+1.5 MB"


@pytest.mark.parametrize(
    ("results", "sentence"),
    [
        ([result([1.0], [1.3])], "the work create: 1.30 times raw httpx, the bar is 1.15"),
        ([first_call(30 * MEGABYTE, 37 * MEGABYTE)], "peak memory: 7.0 MB above raw httpx, the bar is 6 MB"),
        ([memory(3 * MEGABYTE)], "memory over the work memory-stream: grows by 3.0 MB, so it is not flat"),
        (
            [fan_out(1, 1.0, 0.5), fan_out(10, 1.0, 0.5), fan_out(500, 1.0, 1.0)],
            "async create: 2.0 times dearer in a crowd than alone, the bar is 1.5",
        ),
    ],
)
def test_each_missed_bar_is_said_in_words(results: list[report.Result], sentence: str) -> None:
    """A bar that falls short is a sentence with the figure and the bar."""
    assert report.shortfalls(results, ROSTER) == [sentence]


def test_nothing_is_said_where_all_bars_are_met() -> None:
    """Figures within the bars give no sentence."""
    found = [
        result([1.0], [1.0]),
        first_call(30 * MEGABYTE, 31 * MEGABYTE),
        memory(0),
        fan_out(1, 1.0, 1.0),
        fan_out(10, 1.0, 1.0),
        fan_out(500, 9.0, 1.2),
    ]
    assert report.shortfalls(found, ROSTER) == []


def test_a_failure_is_said_once_for_all_the_cases_that_it_spoilt() -> None:
    """One broken library gives one sentence, which names the cases."""
    found = [replace(result([1.0], [1.0], case(key)), failures={"official": "gone"}) for key in ("create", "tools")]
    assert report.shortfalls(found, ROSTER) == ["official SDK failed in create, tools: gone"]
