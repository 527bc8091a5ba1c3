"""Write the report that `make update` ends with."""

import re
import textwrap
from itertools import groupby
from typing import Final, NamedTuple

from scripts import bump
from scripts.baseline import Baseline
from scripts.diff import report
from scripts.diff.changes import Change
from scripts.diff.documents import CALLS, Document
from scripts.diff.packages import ApiChange, api_verdict
from scripts.diff.rules import Verdict
from scripts.errors import printable
from scripts.operations import CHAT_OPERATIONS, CHUNK_SCHEMA
from scripts.pin_spec import Pin
from scripts.prepare_spec import Prepared

_LINES: Final = 12
"""How many lines of one kind about names or words are shown; `make spec` or `make generate` lists them all."""
_BROKEN: Final = re.compile(r"the facade(?:'s| refuses to call) (\w+)")
_SURPLUS: Final = re.compile(r"(.+ has )'(.+)', which is no (\w+ parameter)( of .+: remove )it there")


class Update(NamedTuple):
    """The results of taking a new revision.

    Attributes:
        made: The new pin.
        prepared: The document that the new package was generated from.
        before: What the new pin and package are compared with.
        new: The new pin, as the differ reads it.
        changes: The changes between the two pins.
        api: The changes between the two packages.
        facade: The sentences of the contract checks about the facade.
    """

    made: Pin
    prepared: Prepared
    before: Baseline
    new: Document
    changes: list[Change]
    api: list[ApiChange]
    facade: list[str]

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
        "The calls": [_calls(found)],
        "Changes in the pin": _pin(found, width),
        "Changes in the generated package": _package(found.api) or ["none"],
        "The facade": _facade(found.facade) or ["is up to date"],
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


def _calls(found: Update) -> str:
    """Say which calls do not work, which matters more than all the rest: the document may be of another service."""
    broken = {match[1] for sentence in found.facade if (match := _BROKEN.match(sentence))}
    missing = {one.call for one in CHAT_OPERATIONS if one.address in found.made.missing}
    told = {"no longer working (The facade says why)": broken, "without an operation in upstream": missing}
    listed = [f"{what}: {', '.join(name for name in CALLS if name in calls)}" for what, calls in told.items() if calls]
    return "; ".join(listed) or "none is known to fail"


def _facade(sentences: list[str]) -> list[str]:
    """Put the calls that do not work first and the surplus parameters last, those of one TypedDict in one sentence."""
    surplus: dict[tuple[str, ...], list[str]] = {}
    others = []
    for sentence in sorted(sentences, key=lambda one: _BROKEN.match(one) is None):
        if match := _SURPLUS.fullmatch(sentence):
            surplus.setdefault(match.group(1, 3, 4), []).append(match[2])
        else:
            others.append(sentence)
    for (holder, kind, place), names in surplus.items():
        listed = ", ".join(map(repr, names))
        several = (f"are no {kind}s", "them") if len(names) > 1 else (f"is no {kind}", "it")
        others.append(f"{holder}{listed}, which {several[0]}{place}{several[1]} there")
    return others


def _pin(found: Update, width: int) -> list[str]:
    if found.before.pin is None:
        return ["there was no pin to compare with"]
    table = report.as_table(found.before.pin, found.new, found.changes, width)
    return [found.before.origin, "", *table.splitlines()]


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
    lines += map(printable, made.unfollowed)
    return lines or ["all are there"]


def _names(made: Pin, prepared: Prepared) -> list[str]:
    lines = _first(
        [f"{printable(found)}: upstream's new name for {name}, which we keep" for found, name in made.renamed.items()],
        "make spec",
    )
    lines += [
        printable(f"{place}: called {name}; give it a name in scripts/names.yaml")
        for place, name in prepared.hoisted.made_up.items()
    ]
    stale = [f"{place}: in scripts/names.yaml, but not in the pin" for place in prepared.hoisted.stale]
    lines += _first(stale, "make generate")
    return lines or ["every class has a name"]


def _words(made: Pin) -> list[str]:
    lines = [f"no words yet: {printable(target)}" for target in made.words.missing]
    lines += [f"matches nothing: {printable(target)}" for target in made.stale]
    if not lines:
        return ["every part has words"]
    return ["to edit in scripts/overlay.yaml:", *_first(lines, "make spec")]


def _first(lines: list[str], command: str) -> list[str]:
    more = len(lines) - _LINES
    return lines if more <= 1 else [*lines[:_LINES], f"and {more} more, which {command} lists"]


def _version(found: Update) -> str:
    version = found.before.version
    following = bump.suggest(version, found.verdict)
    if found.verdict is None:
        return f"{version} can stay: nothing changed"
    reason = f"the worst change is {found.verdict.name.lower()}"
    return f"{version} -> {following}, in facade/chatcompletions/_version.py: {reason}"
