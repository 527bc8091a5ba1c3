"""Tables for a person, JSON lines for a program."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ._failure import FILE, CommandError
from ._texts import answer_text, as_json, call_text, content_text, finish_reasons, member, members, printable

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from rich.console import Console
    from rich.table import Table


def add_output(parser: ArgumentParser) -> None:
    """Add the options that choose between a table and JSON lines."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--json", action="store_true", help="JSON lines, as where the output is no terminal")
    group.add_argument("--table", action="store_true", help="what a terminal shows, also in a pipe")


def is_for_a_person(options: Namespace) -> bool:
    """Tell whether the output is a table rather than JSON lines."""
    return bool(options.table or (not options.json and sys.stdout.isatty()))


def console(*, is_error: bool = False) -> Console:
    """Return a console, which obeys NO_COLOR and uses no colours in a pipe."""
    from rich.console import Console

    # A pipe has no width: what reads it need not have that of a terminal.
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else _PIPE_WIDTH
    return Console(stderr=is_error, highlight=False, emoji=False, markup=False, width=width)


def print_json(values: Iterable[Any]) -> None:
    """Print JSON lines, each as soon as it is there."""
    for value in values:
        print(as_json(value), flush=True)


def say(message: str) -> None:
    """Tell the person something, beside the output."""
    print(printable(message), file=sys.stderr, flush=True)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give another name to write a file under, which gets its own once it is whole.

    Raises:
        CommandError: It cannot be written.
    """
    partial = path.with_name(f"{path.name}.tmp")
    try:
        yield partial
        partial.replace(path)
    except BaseException as exc:
        partial.unlink(missing_ok=True)
        if isinstance(exc, OSError):
            raise CommandError(f"{path}: {exc.strerror}", FILE) from None
        raise


def print_completions(completions: Iterable[Mapping[str, Any]]) -> int:
    """Print a table of completions, as wide as the terminal, and return how many there were.

    Ids are never cut, because people copy them; what else has room is shown, the answer in any case.
    """
    from rich.text import Text

    rows = [[_cell(read(one)) for read in _COLUMNS.values()] for one in completions]
    if not rows:
        return 0
    out = console()
    heads, last = [*_COLUMNS], len(_COLUMNS) - 1
    widths = [max(map(len, cells)) for cells in zip(heads, *rows, strict=True)]
    widths[1:] = [min(_WIDEST, width) for width in widths[1:]]
    shown, left = [0], out.width - widths[0] - 3
    for place in range(1, last):
        if left - widths[place] - 2 >= (_ANSWER if place > 1 else _ANSWER // 2):
            shown.append(place)
            left -= widths[place] + 2
    widths[last] = max(left, _ANSWER // 2)
    table = plain_table()
    for place in [*shown, last]:
        justify: Any = "right" if heads[place] == "tokens" else "left"
        table.add_column(
            heads[place],
            justify=justify,
            overflow="ellipsis" if place else "fold",
            no_wrap=place > 0,
            width=widths[place],
        )
    for row in rows:
        table.add_row(*(Text(row[place]) for place in [*shown, last]))
    out.print(table, crop=False)
    return len(rows)


def plain_table(**options: Any) -> Table:
    """Return a table without a frame."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    return Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0), **options)


def print_completion(completion: Mapping[str, Any], messages: Iterable[Any] = ()) -> None:
    """Print what a completion says of itself, and then its messages and its answers."""
    from rich.text import Text

    out = console()
    known = {
        "id": completion.get("id"),
        "created": when(completion.get("created")),
        "model": completion.get("model"),
        "tokens": _usage(completion.get("usage")),
        "metadata": pairs(completion.get("metadata")),
    }
    for name, value in known.items():
        if value:
            out.print(Text.assemble((f"{name:<9} ", "bold"), _cell(value)))
    for message in messages:
        print_message(message, out)
    for choice in members(completion, "choices"):
        print_message(member(choice, "message"), out, note=_cell(member(choice, "finish_reason")))


def print_message(message: Any, out: Console | None = None, note: str = "") -> None:
    """Print a message: whose it is, and its text, or what it has instead."""
    from rich.text import Text

    out = out or console()
    role = _cell(member(message, "role")) or "?"
    out.print()
    out.print(Text.assemble((role, "bold cyan"), (f"  {note}" if note and note != "stop" else "", "yellow")))
    refusal = member(message, "refusal")
    texts = [content_text(message), f"refused: {refusal}" if isinstance(refusal, str) else ""]
    texts += map(call_text, members(message, "tool_calls"))
    parts = members(message, "content_parts" if member(message, "content_parts") else "content")
    texts += [f"[{member(part, 'type')}]" for part in parts if _is_other(part)]
    for text in filter(None, texts):
        out.print(Text(printable(text)))


#: The columns of a table of completions, in the order in which they get room, but for the last.
_COLUMNS: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "id": lambda one: one.get("id"),
    "created": lambda one: when(one.get("created")),
    "metadata": lambda one: pairs(one.get("metadata")),
    "model": lambda one: one.get("model"),
    "tokens": lambda one: member(one, "usage", "total_tokens"),
    "ended by": lambda one: ", ".join(dict.fromkeys(finish_reasons(one))),
    "answer": lambda one: " ".join(answer_text(one)[:1_000].split()),
}
_WIDEST, _ANSWER, _PIPE_WIDTH = 30, 32, 160


def pairs(metadata: Any) -> str:
    """Return metadata as a person writes it."""
    return ", ".join(f"{key}={value}" for key, value in metadata.items()) if isinstance(metadata, dict) else ""


def when(created: Any) -> str:
    """Return a time of creation in the zone of this machine; empty if it is none."""
    try:
        return f"{datetime.fromtimestamp(created):%Y-%m-%d %H:%M}"  # noqa: DTZ006 - for a person
    except (TypeError, ValueError, OverflowError, OSError):
        return ""


def _cell(value: Any) -> str:
    return "" if value is None else printable(str(value))


def _is_other(part: Any) -> bool:
    return not isinstance(member(part, "text") or member(part, "refusal"), str)


def _usage(usage: Any) -> str:
    total = member(usage, "total_tokens")
    if not isinstance(total, int):
        return ""
    return f"{total} ({member(usage, 'prompt_tokens')} in, {member(usage, 'completion_tokens')} out)"
