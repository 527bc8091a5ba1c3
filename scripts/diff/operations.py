"""Compare the chat operations of two documents."""

from collections.abc import Iterator
from typing import Any

from scripts.diff.changes import Change, Spot
from scripts.diff.documents import Document, Operation, server_addresses
from scripts.diff.forms import Variant, form
from scripts.diff.places import count_places
from scripts.diff.report import verdict_of
from scripts.diff.rules import Side, Verdict
from scripts.diff.schemas import Comparison, Sides
from scripts.operations import without_names
from scripts.schema.styles import DEEP, is_exploded, style_of

_PARAMS = {"create": "CreateParams", "list": "ListParams", "update": "UpdateParams", "messages": "MessagesParams"}
"""The TypedDict of `facade/chatcompletions/_params.py` for each call that takes parameters."""


class Differ:
    """Compare two documents, and report each change once, at the first place that has it.

    Attributes:
        changes: The changes that were found, in the order of the operations.
    """

    def __init__(self, old: Document, new: Document) -> None:
        self.changes: list[Change] = []
        self._old, self._new = old, new
        self._known: dict[tuple[Any, ...], Change] = {}
        self._met: set[tuple[str, str, str, tuple[str, ...]]] = set()
        self._around: dict[str, dict[str, list[str]]] = {}

    def run(self) -> list[Change]:
        """Compare the two documents.

        Returns:
            The changes; the same list as `changes`.
        """
        old, new = self._old.operations(), self._new.operations()
        self._addresses()
        self._security(old, new)
        for call in dict.fromkeys((*old, *new)):
            if call in old and call in new:
                self._operation(call, old[call], new[call])
            else:
                self._add(call, Side.REQUEST, Spot(), "operation added" if call in new else "operation removed")
        for address in self._new.untaken:
            if address not in self._old.untaken:
                self._add("client", Side.REQUEST, Spot(), "operation untaken", "", address)
        self._optional("stream chunk", Side.ANSWER, self._old.chunk(), self._new.chunk())
        self._lost_classes()
        counts = {group: count_places(around) for group, around in self._around.items()}
        for (owner, *_), change in self._known.items():
            change.others = max(counts.get(change.group, {}).get(owner, 1) - 1, 0)
        return self.changes

    def _lost_classes(self) -> None:
        """Report the classes that are gone, where no change breaks anything; else they went with what that removed."""
        if verdict_of(self.changes) is Verdict.BREAKING:
            return
        for name in sorted({*self._old.classes.values()} - {*self._new.classes.values()}):
            self._add("client", Side.REQUEST, Spot(model=name), "model gone", f"models.{name}")

    def _addresses(self) -> None:
        self._ways("client", "address", server_addresses(self._old.cut), server_addresses(self._new.cut))

    def _security(self, old: dict[str, Operation], new: dict[str, Operation]) -> None:
        """Report the ways to authenticate that all operations lose or gain as the client's, others at the operation."""
        shared = [call for call in old if call in new]
        sides = [[set(found[call].security) for call in shared] for found in (old, new)]
        alone = [one for one in (old, new) for call in shared if one[call].has_own_security and len(shared) == 1]
        pairs = [] if alone else list(zip(*sides, strict=True))
        gone = set.intersection(*(was - now for was, now in pairs)) if pairs else set()
        come = set.intersection(*(now - was for was, now in pairs)) if pairs else set()
        self._ways("client", "security", sorted(gone), sorted(come))
        for call in shared:
            was, now = ([way for way in found[call].security if way not in gone | come] for found in (old, new))
            self._ways(call, "security", was, now)

    def _ways(self, group: str, what: str, old: list[str], new: list[str]) -> None:
        for one in old:
            if one not in new:
                self._add(group, Side.REQUEST, Spot(), f"{what} removed", one)
        for one in new:
            if one not in old:
                self._add(group, Side.REQUEST, Spot(), f"{what} added", "", one)

    def _operation(self, call: str, old: Operation, new: Operation) -> None:
        paths = [(without_names(path), path.endswith("/")) for path in (old.path, new.path)]
        if paths[0] != paths[1]:
            self._add(call, Side.REQUEST, Spot(), "path changed", old.path, new.path)
        if old.servers != new.servers:
            addresses = [" or ".join(one.servers) or "that of the client" for one in (old, new)]
            self._add(call, Side.REQUEST, Spot(), "address changed", *addresses)
        if old.is_deprecated != new.is_deprecated:
            self._add(call, Side.REQUEST, Spot(), "deprecated" if new.is_deprecated else "no longer deprecated")
        self._parameters(f"{call} parameters", old.settled["parameters"], new.settled["parameters"])
        self._body(f"{call} request", old.settled.get("requestBody"), new.settled.get("requestBody"))
        answers = [dict(_answers(one.settled["responses"])) for one in (old, new)]
        for status in dict.fromkeys((*answers[0], *answers[1])):
            group = f"{call} answer" + (f" {status}" if status else "")
            was, now = (found.get(status, ("", None)) for found in answers)
            if was[0] != now[0] and was[0] and now[0]:
                self._add(group, Side.ANSWER, Spot(), "status changed", was[0], now[0])
            self._optional(group, Side.ANSWER, was[1], now[1], is_error=bool(status))

    def _parameters(self, group: str, old: list[Any], new: list[Any]) -> None:
        before, now = ({(one["in"], one["name"]): one for one in side} for side in (old, new))
        for key in dict.fromkeys((*before, *now)):
            at = Spot().member(key[1])
            if key[0] == "path":
                if key in before and key in now:
                    path = group.replace(" parameters", " path")
                    self._schemas(path, Side.REQUEST, Sides(before[key]["schema"], now[key]["schema"]), at)
                continue
            if key not in before or key not in now:
                kind = "added as required" if key in now and now[key]["required"] else "added"
                self._add(group, Side.REQUEST, at, kind if key in now else "removed")
                continue
            if before[key]["required"] != now[key]["required"]:
                self._add(group, Side.REQUEST, at, "now required" if now[key]["required"] else "now optional")
            styles = [_style(*one) for one in ((self._old, before[key]), (self._new, now[key]))]
            if styles[0] != styles[1]:
                self._add(group, Side.REQUEST, at, "style changed", *styles)
            self._schemas(group, Side.REQUEST, Sides(before[key]["schema"], now[key]["schema"]), at)

    def _body(self, group: str, old: Any, new: Any) -> None:
        if old and new and old["required"] != new["required"]:
            self._add(group, Side.REQUEST, Spot(), "now required" if new["required"] else "now optional")
        if old and new:
            self._schemas(group, Side.REQUEST, Sides(_schema(old), _schema(new)), Spot())
        elif old or new:
            kind = "removed" if old else "added as required" if new["required"] else "added"
            self._add(group, Side.REQUEST, Spot(), kind)

    def _optional(self, group: str, side: Side, old: Any, new: Any, *, is_error: bool = False) -> None:
        if old is not None and new is not None:
            self._schemas(group, side, Sides(old, new), Spot())
        elif old is not None or new is not None:
            kinds = ("error described", "error undescribed") if is_error else ("answer added", "answer removed")
            self._add(group, side, Spot(), kinds[new is None])

    def _schemas(self, group: str, side: Side, schemas: Sides, at: Spot) -> None:
        def report(spot: Spot, kind: str, old: str, new: str) -> None:
            self._add(group, side, spot, kind, old, new)

        documents = Sides(self._old.settled, self._new.settled)

        def meet(spot: Spot, owner: str) -> None:
            # The items of a list and the text that may stand in its place are one place of a caller's code.
            key = (group, owner, spot.owner, tuple(step for step in spot.steps if step not in ("[]", "{}")))
            if owner and key not in self._met:
                self._met.add(key)
                self._around.setdefault(group, {}).setdefault(owner, []).append(spot.owner)

        Comparison(documents, report, meet, self._class).run(schemas, at)

    def _add(self, group: str, side: Side, spot: Spot, kind: str, old: str = "", new: str = "") -> None:
        key = (spot.owner or group, spot.steps, kind, side, old, new)
        known = self._known.get(key)
        if known is not None:
            if group not in (known.group, *known.also):
                known.also.append(group)
            return
        change = Change(group, spot.place, kind, side, old, new, _touches(group, side, spot))
        self._known[key] = change
        self.changes.append(change)

    def _class(self, side: int, variant: Variant) -> str:
        if variant.type != "object" and variant.schema.keys().isdisjoint({"enum"}):
            return ""
        document = (self._old, self._new)[side]
        return document.classes.get(variant.schema.get("x-place") or variant.component, "")


def compare(old: Document, new: Document) -> list[Change]:
    """Compare the chat operations of two documents.

    Args:
        old: The document that callers were written for.
        new: The document to compare it with.

    Returns:
        Each change once; empty if the two mean the same.
    """
    return Differ(old, new).run()


def _answers(responses: dict[str, Any]) -> Iterator[tuple[str, tuple[str, Any]]]:
    """Yield the first 2xx answer under an empty key, and all others under their status."""
    succeeded = False
    for status, response in sorted(responses.items()):
        content = response["content"].get("application/json", {}).get("schema")
        if status.startswith("2") and not succeeded:
            succeeded = True
            yield "", (status, content)
        else:
            yield status, (status, content)


def _schema(body: dict[str, Any]) -> Any:
    return body["content"]["application/json"]["schema"]


def _style(document: Document, parameter: dict[str, Any]) -> str:
    """Return how a list or an object is written, as text; there is one way for anything else."""
    found = form(document.settled, parameter["schema"])
    if not found.arrays and not found.objects:
        return ""
    is_filter = parameter["in"] == "query" and found.objects and "style" not in parameter
    exploded = "" if is_exploded(parameter) else "not "
    return f"style {DEEP if is_filter else style_of(parameter)}, {exploded}exploded"


def _touches(group: str, side: Side, spot: Spot) -> list[str]:
    call = group.split(" ")[0]
    found = []
    if side is Side.REQUEST and spot.parameter and call in _PARAMS and not group.endswith(" path"):
        found.append(f"{_PARAMS[call]}.{spot.parameter}")
    return found + ([f"models.{spot.model}"] if spot.model else [])
