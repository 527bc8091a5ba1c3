"""Write the report that `make update` ends with."""

import textwrap
from itertools import groupby
from typing import Final, NamedTuple

from scripts import bump
from scripts.diff import report
from scripts.diff.changes import Change
from scripts.diff.documents import Document
from scripts.diff.packages import ApiChange, api_verdict
from scripts.diff.rules import Verdict
from scripts.errors import printable
from scripts.operations import CHUNK_SCHEMA
from scripts.pin_spec import Pin
from scripts.prepare_spec import Prepared

_LINES: Final = 12
"""How many lines about words or renamed components are shown; `make spec` lists them all."""


class Update(NamedTuple):
    """The results of taking a new revision.

    Attributes:
        made: The new pin.
        prepared: The document that the new package was generated from.
        old: The old pin; None if there was none that can be read.
        new: The new pin, as the differ reads it.
        changes: The changes between the two pins.
        api: The changes between the two packages.
        facade: The sentences of the contract checks about the facade.
        version: The present version.
    """

    made: Pin
    prepared: Prepared
    old: Document | None
    new: Document
    changes: list[Change]
    api: list[ApiChange]
    facade: list[str]
    version: str

    @property
    def verdict(self) -> Verdict | None:
        """The worst of all changes; None if there is none."""
        found = [report.verdict_of(self.changes), api_verdict(self.api)]
        return max((one for one in found if one is not None), default=None)


def render(found: Update, width: int) -> str:
    """Write the report of an update.

    Args:
        found: The results of taking a new revision.
        width: Columns of the terminal.

    Returns:
        Text of several sections, each with a heading; a section without news says so.
    """
    sections = {
        "Changes in the pin": _pin(found, width),
        "Changes in the generated package": _package(found.api) or ["none"],
        "The facade": found.facade or ["is up to date"],
        "Operations": _operations(found.made),
        "Names": _names(found.made, found.prepared),
        "Words": _words(found.made),
        "Version": [_version(found)],
    }
    lines: list[str] = []
    for heading, content in sections.items():
        lines += [heading, "-" * len(heading)]
        for line in content:
            lines += textwrap.wrap(line, max(width, 40), subsequent_indent="    ", break_on_hyphens=False) or [""]
        lines.append("")
    return "\n".join(lines[:-1])


def _pin(found: Update, width: int) -> list[str]:
    if found.old is None:
        return ["there was no pin to compare with"]
    return report.as_table(found.old, found.new, found.changes, width).splitlines()


def _package(changes: list[ApiChange]) -> list[str]:
    lines = []
    for (kind, name), same in groupby(changes, key=lambda change: (change.kind, change.name.split("[")[0])):
        several = list(same)
        values = ", ".join(change.name.removeprefix(name)[1:-1] for change in several)
        lines.append(f"{kind:<8}  {name}: {values}" if values else str(several[0]))
    return lines


def _operations(made: Pin) -> list[str]:
    lines = [
        f"upstream has no {name}: nothing is generated for it, and the facade's call raises UnsupportedOperationError"
        for name in made.missing
    ]
    lines += [
        printable(f"upstream has {name}, for which the client has no call: callers send it by hand until it is added")
        for name in made.untaken
    ]
    if not made.describes_chunks:
        lines.append(f"upstream does not describe a stream's chunks ({CHUNK_SCHEMA}): they cannot be read into a model")
    return lines or ["all are there"]


def _names(made: Pin, prepared: Prepared) -> list[str]:
    lines = _first(
        [f"{printable(found)}: upstream's new name for {name}, which we keep" for found, name in made.renamed.items()]
    )
    lines += [
        printable(f"{place}: called {name}; give it a name in scripts/names.yaml")
        for place, name in prepared.hoisted.made_up.items()
    ]
    lines += [f"{place}: in scripts/names.yaml, but not in the pin" for place in prepared.hoisted.stale]
    return lines or ["every class has a name"]


def _words(made: Pin) -> list[str]:
    lines = [f"no words yet: {printable(target)}" for target in made.words.missing]
    lines += [f"matches nothing: {printable(target)}" for target in made.stale]
    if not lines:
        return ["every part has words"]
    return ["to edit in scripts/overlay.yaml:", *_first(lines)]


def _first(lines: list[str]) -> list[str]:
    more = len(lines) - _LINES
    return lines if more <= 1 else [*lines[:_LINES], f"and {more} more, which make spec lists"]


def _version(found: Update) -> str:
    following = bump.suggest(found.version, found.verdict)
    if found.verdict is None:
        return f"{found.version} can stay: nothing changed"
    reason = f"the worst change is {found.verdict.name.lower()}"
    return f"{found.version} -> {following}, in facade/chatcompletions/_version.py: {reason}"
