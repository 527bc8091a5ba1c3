"""``chatcompletions stats``."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import asdict, define, field

from ._connection import add_service, source
from ._extras import find_extra
from ._failure import DONE, CommandError
from ._output import add_output, console, is_for_a_person, plain_table, print_json, say, whole_file
from ._progress import progress
from ._query import add_filters, query
from ._texts import finish_reasons, member, printable

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Mapping

_TIMES = {"hour": "%Y-%m-%d %H:00", "day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m"}
_EPILOG = """\
examples:
  chatcompletions stats --since "30 days ago" --by day --plot
  chatcompletions stats --by model --from runs.sqlite
  chatcompletions stats --by metadata:topic --plot topics.svg"""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.epilog = _EPILOG
    add = parser.add_argument
    what = "model (default), hour, day, week, month, finish_reason, or metadata:KEY"
    add("--by", default="model", type=_grouping, metavar="WHAT", help=what)
    add("--plot", nargs="?", const="-", metavar="FILE", help="draw a chart, in the terminal or to an .svg or .png file")
    add_filters(parser)
    add_output(parser)
    add_service(parser, with_file=True)


@define
class Count:
    """What was counted of a group of completions."""

    completions: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0
    finish_reasons: Counter[str] = field(factory=Counter)

    def add(self, completion: Mapping[str, Any]) -> None:
        """Count a completion."""
        usage = completion.get("usage")
        self.completions += 1
        for name in ("prompt_tokens", "completion_tokens", "total_tokens"):
            value = member(usage, name)
            setattr(self, name, getattr(self, name) + (value if isinstance(value, int) else 0))
        cached = member(usage, "prompt_tokens_details", "cached_tokens")
        self.cached_tokens += cached if isinstance(cached, int) else 0
        self.finish_reasons.update(finish_reasons(completion))

    def merge(self, other: Count) -> None:
        """Add another count."""
        for name in ("completions", "prompt_tokens", "cached_tokens", "completion_tokens", "total_tokens"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.finish_reasons.update(other.finish_reasons)


def run(options: Namespace) -> int:
    """Count completions and their tokens, in groups."""
    plot = options.plot
    if plot not in (None, "-"):
        if Path(plot).suffix not in (".svg", ".png"):
            raise CommandError(f"--plot draws to a file whose name ends in .svg or .png, not to {plot}")
        find_extra("matplotlib")
    groups = dict[str, Count]()
    with source(options) as place, progress("counting") as show:
        for number, completion in enumerate(place.find(query(options, order="asc")), 1):
            for name in _names(completion, options.by):
                groups.setdefault(name, Count()).add(completion)
            show(number)
        title = place.title
    rows = sorted(
        groups.items(), key=(lambda row: row[0]) if options.by in _TIMES else (lambda row: -row[1].completions)
    )
    if not rows:
        say(f"nothing found at {title}")
    elif is_for_a_person(options):
        _print_table(rows, options.by)
    if not is_for_a_person(options):
        print_json({options.by: name, **asdict(count)} for name, count in rows)
    if plot == "-":
        _print_chart(rows)
    elif plot is not None and rows:
        _draw(rows, options.by, Path(plot))
        say(f"drawn to {plot}")
    return DONE


def _grouping(text: str) -> str:
    import argparse

    if text in (*_TIMES, "model", "finish_reason") or (text.startswith("metadata:") and len(text) > len("metadata:")):
        return text
    raise argparse.ArgumentTypeError(
        f"expected model, finish_reason, {', '.join(_TIMES)} or metadata:KEY, not {text!r}"
    )


def _names(completion: Mapping[str, Any], by: str) -> list[str]:
    """Return the groups to which a completion belongs."""
    if by in _TIMES:
        try:
            return [datetime.fromtimestamp(completion["created"]).strftime(_TIMES[by])]  # noqa: DTZ006 - for a person
        except (KeyError, TypeError, ValueError, OverflowError, OSError):
            return ["?"]
    if by == "finish_reason":
        return [*dict.fromkeys(finish_reasons(completion))] or ["?"]
    found = completion.get("model") if by == "model" else member(completion.get("metadata"), by.partition(":")[2])
    return [found if isinstance(found, str) else "-"]


def _print_table(rows: list[tuple[str, Count]], by: str) -> None:
    from rich.text import Text

    whole = Count()
    for _, count in rows:
        whole.merge(count)
    table = plain_table(show_footer=len(rows) > 1)
    shown = [(printable(name), *_cells(count)) for name, count in rows]
    for place, (name, foot) in enumerate(zip((by, *_HEADS), ("all", *_cells(whole)), strict=True)):
        justify = "left" if place in (0, len(_HEADS)) else "right"
        table.add_column(name, Text(foot), justify=justify)  # type: ignore[arg-type] # one of its words
    for row in shown:
        table.add_row(*map(Text, row))
    console().print(table)


_HEADS = ("completions", "tokens in", "cached", "tokens out", "tokens", "ends")


def _cells(count: Count) -> list[str]:
    numbers = (count.completions, count.prompt_tokens, count.cached_tokens, count.completion_tokens, count.total_tokens)
    ends = ", ".join(f"{printable(name)} {number:,}" for name, number in count.finish_reasons.most_common())
    return [*(f"{number:,}" for number in numbers), ends]


def _print_chart(rows: list[tuple[str, Count]]) -> None:
    """Print a bar for each group."""
    from rich.table import Table
    from rich.text import Text

    out = console()
    most = max((count.completions for _, count in rows), default=0)
    table = Table.grid(padding=(0, 1))
    width = max(10, out.width - max((len(name) for name, _ in rows), default=0) - len(f"{most:,}") - 4)
    for name, count in rows:
        eighths = round(count.completions / most * width * 8)
        bar = "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip()
        table.add_row(Text(printable(name)), Text(bar, "cyan"), Text(f"{count.completions:,}"))
    out.print(table)


def _draw(rows: list[tuple[str, Count]], by: str, path: Path) -> None:
    """Draw a chart to a file, which gets its name once it is whole."""
    from matplotlib.figure import Figure

    names = [printable(name).replace("$", r"\$") for name, _ in rows]
    figure = Figure(figsize=(8, max(3.0, 0.3 * len(rows))) if by not in _TIMES else (10, 4), layout="constrained")
    axes = figure.subplots()
    values = [count.completions for _, count in rows]
    if by in _TIMES:
        axes.bar(names, values)
        axes.tick_params("x", rotation=60)
        if len(names) > 40:  # more would cover one another
            axes.set_xticks(range(0, len(names), len(names) // 20))
        axes.set_ylabel("completions")
    else:
        axes.barh(names[::-1], values[::-1])
        axes.set_xlabel("completions")
    axes.set_title(f"Stored completions by {printable(by)}")
    with whole_file(path) as file:
        figure.savefig(file, format=path.suffix[1:])
