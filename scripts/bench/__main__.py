"""Compare this client with others on the same work, side by side in one run (`make bench`)."""

from __future__ import annotations

import argparse
import os
import platform
import signal
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scripts.bench import report
from scripts.bench.cases import FAN_OUT, LIST, STREAMED, plan
from scripts.bench.chart import chart
from scripts.bench.errors import BenchError
from scripts.bench.measure import run, takes_part
from scripts.bench.readme import replace_between_markers
from scripts.bench.roster import EXTRAS, FLOOR, FOLDER, ROSTER
from scripts.environments import InstallError, prepare
from scripts.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scripts.bench.cases import Case
    from scripts.bench.roster import Entry
    from scripts.environments import Environment

_README: Final = Path(__file__).resolve().parents[2] / "README.md"
_CHART: Final = _README.parent / "docs/chart.svg"
_NOTE: Final = (
    "CPU time of the client's process as a multiple of raw httpx's in the same round: the median of all rounds, "
    "± half the distance between the quartiles. Each client runs in an environment that holds its own dependencies and "
    "nothing else; the extras of this client are installed in the row that says so, and never beside raw httpx."
)


def main(arguments: list[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: The command line without the program's name; that of the process by default.

    Returns:
        0 even where a bar is missed, which is printed; 1 if nothing could be measured or written.
    """
    parser = argparse.ArgumentParser(prog="python -m scripts.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds and sizes, in less than a minute")
    parser.add_argument(
        "--only", metavar="NAME", help="the cases of that name, such as create, list, list-100 or async"
    )
    parser.add_argument("--write", action="store_true", help="put the figures into README.md and draw the chart")
    options = parser.parse_args(arguments)
    if options.write and (options.quick or options.only):
        parser.error("--write takes a full run: leave out --quick and --only")
    cases = plan(quick=options.quick)
    chosen = [case for case in cases if not options.only or _is_called(case, options.only)]
    if not chosen:
        parser.error(f"no case is called {options.only!r}; there are {', '.join(case.key for case in cases)}")
    try:
        if options.write:
            replace_between_markers(_README.read_text(encoding="utf-8"), "")  # refuses before minutes of measuring
        _measure_and_print(chosen, write=options.write)
    except (BenchError, DocumentError, InstallError, OSError, ValueError) as error:
        print(f"make bench: {error}", file=sys.stderr)
        return 1
    return 0


def _is_called(case: Case, name: str) -> bool:
    return f"{case.key}-".startswith(f"{name}-") or case.title.startswith(f"{name} ")


def _measure_and_print(cases: Sequence[Case], *, write: bool) -> None:
    with ExitStack() as stack:
        environments = _prepared(cases, stack)
        entries = [entry for entry in ROSTER if entry.key in environments]
        measured = [case for case in cases if not case.extras or EXTRAS.key in environments]
        if not measured:
            raise BenchError("nothing is left to be measured")
        results = run(measured, entries, environments)
    figures = f"{report.headline(results, entries)}\n\n{_NOTE}\n\n{_conditions(entries, environments)}"
    print(f"\n{figures}\n\n{report.absolute(results, entries)}")
    for family in (LIST, STREAMED, FAN_OUT):
        if any(result.case.family == family for result in results):
            print(f"\n{report.growth(results, entries, family)}")
    if any(result.case.measures_memory for result in results):
        print(f"\n{report.memory(results, entries)}")
    print()
    for sentence in report.shortfalls(results, entries) or ["Every bar that was measured is met."]:
        print(sentence)
    if write:
        text = replace_between_markers(_README.read_text(encoding="utf-8"), figures)
        _README.write_text(text, encoding="utf-8")
        _CHART.write_text(chart(figures, ROSTER), encoding="utf-8")


def _prepared(cases: Sequence[Case], stack: ExitStack) -> dict[str, Environment]:
    """Return the environment of each competitor that the cases need and that can be had here, by its key.

    Raises:
        InstallError: The floor, to which all others are compared, cannot be had.
    """
    environments = {}
    needed = [entry for entry in ROSTER if any(takes_part(entry, case) for case in cases)]
    for entry in [*needed, *([EXTRAS] if any(case.extras for case in cases) else [])]:
        try:
            environment = prepare(FOLDER / entry.key, entry.installs)
            if entry.key == "stock":
                from scripts.bench.stock_package import stock_package  # it needs the generator

                environment = replace(environment, generated=stack.enter_context(stock_package()))
        except (BenchError, DocumentError, InstallError) as error:
            if entry == FLOOR:
                raise
            print(f"{entry.title} is left out: {error}", file=sys.stderr)
        else:
            environments[entry.key] = environment
    return environments


def _conditions(entries: Sequence[Entry], environments: Mapping[str, Environment]) -> str:
    versions = {name: environments[entry.key].version_of(name) for entry in entries for name in entry.made_of}
    named = ", ".join(f"{name} {version}" for name, version in versions.items())
    return f"{named}. Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()}, loopback."


if __name__ == "__main__":
    # So that a bench that is told to end stops its processes and removes its folders first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    sys.exit(main())
