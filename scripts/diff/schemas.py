"""Compare two schemas of settled documents, and everything that they refer to."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from typing import Any, NamedTuple

from scripts.diff.changes import Spot
from scripts.diff.conditions import CONDITION
from scripts.diff.forms import ANYTHING, Form, Variant, form
from scripts.diff.pairs import label, pair
from scripts.schema.facts import CLOSED
from scripts.schema.walk import Schema

_MORE = {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"}
_SHOWN = 80
"""How many characters of a condition are shown."""
_LESS = {"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"}

Report = Callable[[Spot, str, str, str], None]
"""A function that takes a spot, a kind of change, and the old and the new state as text."""

Meet = Callable[[Spot, str], None]
"""A function that takes a spot and the component, or the place of a declaration, that is met there."""


class Sides(NamedTuple):
    """A part of the old document, and its counterpart in the new one."""

    old: Schema
    new: Schema


@dataclass(slots=True)
class Comparison:
    """Compare two schemas, the places that callers meet first at the front; each pair of components is compared once.

    A required member comes before an optional one, with all that is in it: `messages` before `prediction`.

    Attributes:
        documents: The settled documents.
        report: The function that is called with each difference.
        meet: The function that is called with each place that has a component, compared there or not.
        class_of: The function that names the generated class of an object or enumeration of one of the documents.
    """

    documents: Sides
    report: Report
    meet: Meet
    class_of: Callable[[int, Variant], str]
    _ranks: dict[str, tuple[bool, int]] = field(default_factory=dict)

    def run(self, schemas: Sides, spot: Spot) -> None:
        """Compare two schemas and everything inside them.

        Args:
            schemas: A schema of each document.
            spot: The spot of both.
        """
        seen: set[tuple[str, str, str, str]] = set()
        numbers = count()
        waiting = [((False, 0), next(numbers), schemas, spot)]
        while waiting:
            _, _, (old, new), at = heappop(waiting)
            forms = form(self.documents.old, old), form(self.documents.new, new)
            self._use(*forms, at)
            self._types(*forms, at)
            for one, other, mark in self._matched(*forms, at):
                spot = at.inside(mark) if mark else at
                if (key := (*_identity(one), *_identity(other))) in seen and one.component:
                    self.meet(spot, _declared(one, other))
                    continue
                seen.add(key)
                for sides, inner in self._inside(one, other, self._enter(spot, one, other)):
                    heappush(waiting, (self._ranks.get(inner.parameter, (False, 0)), next(numbers), sides, inner))

    def _enter(self, spot: Spot, one: Variant, other: Variant) -> Spot:
        declared = _declared(one, other)
        self.meet(spot, declared)
        names = [self.class_of(side, variant) for side, variant in enumerate((one, other))]
        entered = spot.within(declared, names[0])
        if all(names) and names[0] != names[1]:
            self.report(entered, "model renamed", *(f"models.{name}" for name in names))
        return entered

    def _use(self, old: Form, new: Form, at: Spot) -> None:
        if old.deprecated != new.deprecated:
            holder = old.deprecated_in or new.deprecated_in
            if holder:
                self.meet(at, holder)
            spot = at.within(holder, "")
            self.report(spot, "deprecated" if new.deprecated else "no longer deprecated", "", "")
        if old.read_only != new.read_only:
            self.report(at, "read-only" if new.read_only else "no longer read-only", "", "")
        if old.write_only != new.write_only:
            self.report(at, "write-only" if new.write_only else "no longer write-only", "", "")
        self._conditions(old.conditions, new.conditions, at)
        if old.null != new.null:
            self.report(at, "null added" if new.null else "null removed", "", "")
        if old.default != new.default:
            kind = "default described" if None in (old.default, new.default) else "default changed"
            self.report(at, kind, f"default {old.default or 'unknown'}", new.default or "unknown")

    def _types(self, old: Form, new: Form, at: Spot) -> None:
        gone = [name for name in old.types if name not in new.types]
        come = [name for name in new.types if name not in old.types]
        match gone, come:
            case [], []:
                return
            case _ if ANYTHING in gone or ANYTHING in come:
                kind = "type narrowed" if ANYTHING in gone else "type widened"
                self.report(at, kind, _listed(old, old.types), _listed(new, new.types))
            case (["integer"], ["number"]) | (["number"], ["integer"]):
                self.report(at, "type widened" if come == ["number"] else "type narrowed", gone[0], come[0])
            case [_, *_], [_, *_]:
                self.report(at, "type changed", _listed(old, gone), _listed(new, come))
            case _:
                alone = len(old.types) == 1 and not old.objects[1:]
                for name in come:
                    self.report(
                        at, "type joined" if alone else "type added", _listed(old, old.types), _listed(new, [name])
                    )
                for name in gone:
                    self.report(at, "type removed", _listed(old, [name]), "")

    def _matched(self, old: Form, new: Form, at: Spot) -> list[tuple[Variant, Variant, str]]:
        """Compare scalars, and return the pairs of arrays and objects, each with its mark among its neighbours."""
        for name in old.scalars.keys() & new.scalars.keys():
            self._scalars(old.scalars[name], new.scalars[name], at)
        arrays = [(_joined(old.arrays), _joined(new.arrays), "[]")] if old.arrays and new.arrays else []
        for one, other, _ in arrays:
            self._bounds(one, other, at.within(_declared(one, other), ""))
        objects, gone, come = pair(old.objects, new.objects)
        if objects or (old.objects and new.objects):
            for variant in gone:
                self.report(at, "type removed", label(variant), "")
            for variant in come:
                single = len(old.objects) == 1 and len(old.types) == 1
                self.report(at, "type joined" if single else "type added", label(old.objects[0]), label(variant))
        several = len(old.objects) > 1 or len(new.objects) > 1
        return arrays + [(one, other, f" ({label(one)})" if several else "") for one, other in objects]

    def _scalars(self, old: list[Variant], new: list[Variant], at: Spot) -> None:
        whole = self._enter(at, old[0], new[0]) if len(old) == len(new) == 1 else at
        listed = [[one for one in side if one.values is not None] for side in (old, new)]
        at = self._enter(at, listed[0][0], listed[1][0]) if [len(side) for side in listed] == [1, 1] else whole
        open_ = [next((one for one in side if one.values is None), None) for side in (old, new)]
        values, known = _values(old), _values(new)
        come, gone = [text for text in known if text not in values], [text for text in values if text not in known]
        if open_[0] and open_[1]:
            self._bounds(open_[0], open_[1], whole)
        elif open_[0]:
            self.report(at, "values closed", "", ", ".join(known))
            return
        elif open_[1]:
            self.report(at, "values opened", "", new[0].type)
            return
        if open_[0] is None or known.keys() != values.keys():
            taken = open_[0] is not None
            for text in come:
                self.report(at, "value listed" if taken else "value added", "", text)
            for text in gone:
                self.report(at, "value unlisted" if taken else "value removed", text, "")

    def _bounds(self, old: Variant, new: Variant, at: Spot) -> None:
        for name in sorted(old.facts.keys() | new.facts.keys()):
            before, now = old.facts.get(name), new.facts.get(name)
            if json.dumps(before) == json.dumps(now):
                continue
            if name.startswith(CONDITION):
                continue
            if name == CLOSED:
                self.report(at, "extras closed" if now else "extras opened", "", "")
            else:
                kind = "format changed" if name == "format" else _tightened(name, before, now)
                self.report(at, kind, f"{name} {_shown(before)}", _shown(now))

    def _conditions(self, old: dict[str, Any], new: dict[str, Any], at: Spot) -> None:
        for name in sorted(key for key in old.keys() | new.keys() if key.startswith(CONDITION)):
            texts = [f"{name.removeprefix(CONDITION)} {one[name]}" if name in one else "" for one in (old, new)]
            if texts[0] != texts[1]:
                kind = "changed" if all(texts) else "added" if texts[1] else "removed"
                self.report(at, f"condition {kind}", *(_cut(text) for text in texts))

    def _inside(self, old: Variant, new: Variant, at: Spot) -> list[tuple[Sides, Spot]]:
        if old.type == "array":
            return [(Sides(old.schema.get("items", {}), new.schema.get("items", {})), at)]
        self._bounds(old, new, at)
        self._conditions(old.facts, new.facts, at)
        before, now = old.schema.get("properties", {}), new.schema.get("properties", {})
        required, needed = (set(one.schema.get("required", [])) for one in (old, new))
        for name in before:
            if name not in now:
                self.report(at.member(name), "removed", "", "")
        for name in now:
            if name not in before:
                self.report(at.member(name), "added as required" if name in needed else "added", "", "")
            elif (name in required) != (name in needed):
                self.report(at.member(name), "now required" if name in needed else "now optional", "", "")
        shared = [name for name in now if name in before]
        if not at.parameter:
            self._ranks |= {name: (name not in needed, number) for number, name in enumerate(shared)}
        extra = [one.schema.get("additionalProperties", {}) for one in (old, new)]
        sides = Sides(*({} if one is True else one for one in extra))
        values = [(sides, at.inside("{}"))] if CLOSED not in {*old.facts, *new.facts} else []
        return [(Sides(before[name], now[name]), at.member(name)) for name in shared] + values


def _declared(one: Variant, other: Variant) -> str:
    """Return where upstream declares a pair, which is the same for all that refer to it or take it over by `allOf`."""
    declared = [" ".join(filter(None, _identity(variant))) for variant in (one, other)]
    return declared[0] if all(declared) else ""


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _identity(variant: Variant) -> tuple[str, str]:
    return variant.component, variant.schema.get("x-place", "")


def _values(variants: list[Variant]) -> dict[str, Any]:
    return {text: value for one in variants for text, value in (one.values or {}).items()}


def _joined(arrays: list[Variant]) -> Variant:
    """Join several arrays into one whose items may be those of any of them."""
    if len(arrays) == 1:
        return arrays[0]
    items: Schema = {"anyOf": [one.schema.get("items", {}) for one in arrays]}
    return Variant("array", "", {"type": "array", "items": items}, {})


def _listed(form_: Form, types: list[str]) -> str:
    objects = " or ".join(map(label, form_.objects))
    return " or ".join(objects if name == "object" else name for name in types) or "null"


def _shown(value: Any) -> str:
    return "none" if value is None else json.dumps(value, ensure_ascii=False)


def _tightened(name: str, before: Any, now: Any) -> str:
    if before is None or now is None:
        return "bound tightened" if before is None else "bound loosened"
    comparable = all(isinstance(value, int | float) for value in (before, now))
    looser = comparable and ((name in _MORE and now > before) or (name in _LESS and now < before))
    return "bound loosened" if looser else "bound tightened"
