"""Show changes: as a table for a terminal, as Markdown for a pull request, as JSON for a machine."""

import json
import textwrap
from collections.abc import Sequence
from itertools import accumulate, groupby
from typing import Any, Final

from scripts.diff.changes import Change
from scripts.diff.documents import Document
from scripts.diff.rules import Verdict
from scripts.errors import printable

_MARKS: Final = {Verdict.BREAKING: "breaking", Verdict.WIDENING: "widening", Verdict.HARMLESS: "harmless"}
_NARROWEST, _INDENT = 40, 12
_ISSUE: Final = 60_000
"""How many bytes of Markdown fit into an issue, with some to spare."""


def verdict_of(changes: Sequence[Change]) -> Verdict | None:
    """Return the worst verdict, or None if nothing changed."""
    return max((change.verdict for change in changes), default=None)


def as_json(old: Document, new: Document, changes: Sequence[Change]) -> str:
    """Write changes for a machine.

    Args:
        old: The document that callers were written for.
        new: The one that it is compared with.
        changes: What `scripts.diff.operations.compare` found.

    Returns:
        A JSON object with `verdict` (`same` if there are none), both receipts, and a list of `changes`.
    """
    found = [
        {
            "group": change.group,
            "also": change.also,
            "others": change.others,
            "place": list(change.place),
            "kind": change.kind,
            "change": f"{change.where}: {change.what}",
            "old": change.old,
            "new": change.new,
            "side": change.side.name.lower(),
            "verdict": _MARKS[change.verdict],
            "why": change.why,
            "touches": change.touches,
        }
        for change in changes
    ]
    worst = verdict_of(changes)
    whole = {
        "verdict": "same" if worst is None else _MARKS[worst],
        "old": {"name": old.name, **old.receipt},
        "new": {"name": new.name, **new.receipt},
        "changes": found,
    }
    return json.dumps(whole, indent=2)


def as_table(old: Document, new: Document, changes: Sequence[Change], width: int) -> str:
    """Write changes for a terminal.

    Args:
        old: The document that callers were written for.
        new: The one that it is compared with.
        changes: What `scripts.diff.operations.compare` found.
        width: Columns of the terminal.

    Returns:
        Text: a heading for each group, a wrapped line for each change, the worst first, and a summary.
    """
    lines = [headline(old, new), ""]
    for group, rows in _groups(changes):
        lines.append(group)
        for verdict, what, touches in rows:
            text = what + (f"  [{', '.join(touches)}]" if touches else "")
            head = f"  {_MARKS[verdict]:<{_INDENT - 2}}"
            wide = max(width, _NARROWEST)
            lines += textwrap.wrap(text, wide, initial_indent=head, subsequent_indent=" " * (_INDENT + 2))
        lines.append("")
    return "\n".join([*lines, summary(changes)])


def as_markdown(old: Document, new: Document, changes: Sequence[Change]) -> str:
    """Write changes for a pull request or an issue.

    Args:
        old: The document that callers were written for.
        new: The one that it is compared with.
        changes: What `scripts.diff.operations.compare` found.

    Returns:
        Markdown: a summary, then a table for each group; cut after a line where it is too long for an issue.
    """
    lines = [f"**{_cell(headline(old, new))}**", "", summary(changes)]
    for group, rows in _groups(changes):
        lines += ["", f"### {_cell(group)}", "", "| verdict | change | touches |", "|---|---|---|"]
        for verdict, what, touches in rows:
            shown = f"**{_MARKS[verdict]}**" if verdict is Verdict.BREAKING else _MARKS[verdict]
            lines.append(f"| {shown} | {_cell(what)} | {_cell(', '.join(touches))} |")
    sizes = accumulate(len(line.encode()) + 1 for line in lines)
    fitting = sum(size <= _ISSUE for size in sizes)
    more = ["", f"{len(lines) - fitting} more lines; `make spec-diff` shows all."] if fitting < len(lines) else []
    return "\n".join(lines[:fitting] + more)


def headline(old: Document, new: Document) -> str:
    """Name the two documents that are compared.

    Args:
        old: The document that callers were written for.
        new: The one that it is compared with.

    Returns:
        One line.
    """
    return f"{_named(old)} -> {_named(new)}"


def summary(changes: Sequence[Change]) -> str:
    """Count changes by verdict.

    Args:
        changes: Any changes.

    Returns:
        One line.
    """
    if not changes:
        return "No change in what the chat operations take and answer."
    counts = {verdict: sum(change.verdict is verdict for change in changes) for verdict in _MARKS}
    counted = ", ".join(f"{count} {_MARKS[verdict]}" for verdict, count in counts.items() if count)
    return f"{len(changes)} change{'s' * (len(changes) > 1)}: {counted}."


def _named(document: Document) -> str:
    parts = [document.receipt.get("revision"), document.receipt.get("date")]
    known = ", ".join(str(part) for part in parts if part)
    return printable(f"{document.name} ({known})" if known else document.name)


_Row = tuple[Verdict, str, list[str]]


def _groups(changes: Sequence[Change]) -> list[tuple[str, list[_Row]]]:
    """Return the rows of each group, with changes to several values of one place in one row."""
    found: dict[str, list[_Row]] = {}
    for key, same in groupby(changes, key=_together):
        several = list(same)
        change = several[0]
        what = printable(f"{' > '.join((change.group, *change.place))}: {_in_words(several)}")
        places = [f"at {change.others} other place{'s' * (change.others > 1)}"] if change.others else []
        places += [f"in {', '.join(change.also)}"] if change.also else []
        also = f" (also {' and '.join(places)})" if places else ""
        found.setdefault(key[0], []).append((change.verdict, what + also, list(map(printable, change.touches))))
    return [(group, sorted(rows, key=lambda row: -row[0])) for group, rows in found.items()]


def _together(change: Change) -> tuple[Any, ...]:
    return change.group, change.place, change.kind, tuple(change.also), change.others


def _in_words(several: list[Change]) -> str:
    first = several[0]
    if len(several) == 1 or not first.what.startswith("value "):
        return "; ".join(change.what for change in several)
    values = ", ".join(change.new or change.old for change in several)
    return first.what.replace("value ", "values ", 1).replace(first.new or first.old, values, 1)


def _cell(text: str) -> str:
    # A document's own text must neither end a cell nor become markup or a mention.
    quiet = text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|").replace("`", "'")
    return quiet.replace("*", "\\*").replace("[", "\\[").replace("@", "@\u200b").replace("#", "#\u200b")
