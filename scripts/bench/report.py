"""Turn results into the tables that the bench prints, and say in plain words what falls short."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.bench.cases import CROWDED, FAN_OUT, FIRST_CALL, FIRST_CALL_EXTRAS, FLAT, MEGABYTE, MEMORY_BAR, STEEP
from scripts.bench.figures import Figure, Result, is_steep, verdict
from scripts.bench.roster import FLOOR, OURS
from scripts.bench.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scripts.bench.cases import Bar
    from scripts.bench.roster import Entry

_NONE = "-"


def headline(results: Sequence[Result], entries: Sequence[Entry]) -> str:
    """Return CPU time as a multiple of the floor's, memory as what is above it, and how both stand to the bars."""
    others = [entry for entry in entries if entry != FLOOR and not entry.fan_out_only]
    rows = []
    for result in results:
        if result.case.headline:
            ratios = [_times(result.ratio(entry.key, FLOOR.key)) for entry in others]
            floor = _milliseconds(result.figure(FLOOR.key, "cpu"))
            rows.append([result.case.title, floor, *ratios, *_judged(_our_ratio(result), result.case.bar)])
    for result in results:
        if result.case.key == FIRST_CALL:
            floor = _megabytes(result.figure(FLOOR.key, "peak"))
            above = [_megabytes_above(_above_floor(result, entry.key)) for entry in others]
            bar = [f"+{limit / MEGABYTE:g} MB" for limit in (MEMORY_BAR.limit, MEMORY_BAR.aim)]
            judged = verdict(_above_floor(result, OURS.key), MEMORY_BAR)
            rows.append(["peak memory after the first call", floor, *above, *bar, judged])
    return table(["work", FLOOR.title, *(entry.title for entry in others), "bar", "aim", "result"], rows)


def absolute(results: Sequence[Result], entries: Sequence[Entry]) -> str:
    """Return CPU and wall time for each call, in milliseconds."""
    columns = [entry for entry in entries if not entry.fan_out_only]
    rows = []
    for result in results:
        if result.case.headline:
            for what, label in (("cpu", "CPU"), ("wall", "wall")):
                cells = [_milliseconds(result.figure(entry.key, what)) for entry in columns]
                rows.append([f"{result.case.title}, {label}", *cells])
        if result.case.key in (FIRST_CALL, FIRST_CALL_EXTRAS):
            modules = [result.figure(entry.key, "modules") for entry in columns]
            rows.append(["modules that it imports", *(f"{found.middle:.0f}" if found else _NONE for found in modules)])
    return table(["work", *(entry.title for entry in columns)], rows)


def growth(results: Sequence[Result], entries: Sequence[Entry], family: str) -> str:
    """Return CPU time for each item by the number of items; in the fan-out, for each call by the calls in flight."""
    members = [result for result in results if result.case.family == family]
    what = "call, by calls in flight" if family == FAN_OUT else "item, by items"
    head = [f"{family}: CPU time for each {what}", *(f"{result.case.size:,}" for result in members), "growth"]
    rows = []
    for entry in entries:
        costs = _costs(members, entry)
        if costs:
            mark = "worse than linear" if is_steep(costs, STEEP) else "linear or better"
            cells = [f"{cost * 1e6:,.1f} µs" for cost in costs]
            rows.append([entry.title, *cells, mark])
    return table(head, rows)


def memory(results: Sequence[Result], entries: Sequence[Entry]) -> str:
    """Return peak memory, and by how much ten times the work raised it."""
    columns = [entry for entry in entries if not entry.fan_out_only]
    rows = []
    for result in _about_memory(results):
        peaks = [_megabytes(result.figure(entry.key, "peak")) for entry in columns]
        grown = [_megabytes_above(_middle(result.figure(entry.key, "growth"))) for entry in columns]
        rows += [
            [f"{result.case.title}, peak", *peaks],
            [f"{result.case.title}, growth over a tenth of it", *grown],
        ]
    return table(["memory", *(entry.title for entry in columns)], rows)


def shortfalls(results: Sequence[Result], entries: Sequence[Entry]) -> list[str]:
    """Return a sentence for each bar that this client does not meet, and for each measurement that failed."""
    return [*_missed_bars(results), *_failures(results, entries)]


def _missed_bars(results: Sequence[Result]) -> Iterator[str]:
    for result in results:
        bar, ours = result.case.bar, _our_ratio(result)
        if bar is not None and ours is not None and ours > bar.limit:
            yield f"{result.case.title}: {ours:.2f} times raw httpx, the bar is {bar.limit:g}"
        if result.case.key == FIRST_CALL:
            above = _above_floor(result, OURS.key)
            if above is not None and above > MEMORY_BAR.limit:
                bar_text = f"{MEMORY_BAR.limit / MEGABYTE:g} MB"
                yield f"peak memory: {above / MEGABYTE:.1f} MB above raw httpx, the bar is {bar_text}"
    for result in _about_memory(results):
        grown = _middle(result.figure(OURS.key, "growth"))
        if grown is not None and grown > FLAT:
            yield f"memory over {result.case.title}: grows by {grown / MEGABYTE:.1f} MB, so it is not flat"
    crowd = _costs([result for result in results if result.case.family == FAN_OUT], OURS)
    # A quick run has two sizes, and calls enough to open the connections but not to use them again.
    if len(crowd) > 2 and crowd[-1] > CROWDED * crowd[0]:
        yield f"async create: {crowd[-1] / crowd[0]:.1f} times dearer in a crowd than alone, the bar is {CROWDED:g}"


def _failures(results: Sequence[Result], entries: Sequence[Entry]) -> Iterator[str]:
    cases: dict[tuple[str, str], list[str]] = {}
    for entry in entries:
        for result in results:
            if entry.key in result.failures:
                cases.setdefault((entry.title, result.failures[entry.key]), []).append(result.case.key)
    for (title, reason), keys in cases.items():
        yield f"{title} failed in {', '.join(keys)}: {reason}"


def _about_memory(results: Sequence[Result]) -> list[Result]:
    return [result for result in results if result.case.measures_memory]


def _costs(members: Sequence[Result], entry: Entry) -> list[float]:
    figures = [result.figure(entry.key, "cpu") for result in members]
    if None in figures:
        return []
    return [figure.middle / result.case.items for figure, result in zip(figures, members, strict=True) if figure]


def _our_ratio(result: Result) -> float | None:
    return _middle(result.ratio(OURS.key, FLOOR.key))


def _above_floor(result: Result, key: str) -> float | None:
    ours, floor = _middle(result.figure(key, "peak")), _middle(result.figure(FLOOR.key, "peak"))
    return None if ours is None or floor is None else ours - floor


def _middle(figure: Figure | None) -> float | None:
    return None if figure is None else figure.middle


def _judged(ratio: float | None, bar: Bar | None) -> list[str]:
    return [_NONE, _NONE, _NONE] if bar is None else [f"{bar.limit:g}", f"{bar.aim:g}", verdict(ratio, bar)]


def _times(figure: Figure | None) -> str:
    return _NONE if figure is None else f"{figure.middle:.2f} ±{figure.spread:.2f}"


def _milliseconds(figure: Figure | None) -> str:
    return _NONE if figure is None else f"{figure.middle * 1e3:.2f} ±{figure.spread * 1e3:.2f} ms"


def _megabytes(figure: Figure | None) -> str:
    return _NONE if figure is None else f"{figure.middle / MEGABYTE:.1f} MB"


def _megabytes_above(difference: float | None) -> str:
    return _NONE if difference is None else f"{difference / MEGABYTE:+.1f} MB"
