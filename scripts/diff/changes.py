"""A change, and the spot where it is."""

from dataclasses import dataclass, field, replace

from scripts.diff.rules import RULES, Side, Verdict, judge


@dataclass(slots=True)
class Change:
    """One difference between two documents.

    Attributes:
        group: The part of an operation that it is in, such as `create request`.
        place: The way to it from there: names of members, `[]` for items, a variant in brackets.
        kind: A key of `scripts.diff.rules.RULES`.
        side: Whether the caller or the service writes it.
        old: What was there, in words; empty if nothing was.
        new: What is there now, in words; empty if nothing is.
        touches: Parameters of the facade and generated models that it concerns.
        also: Further groups that the same change is in, because they share its schema.
    """

    group: str
    place: tuple[str, ...]
    kind: str
    side: Side
    old: str = ""
    new: str = ""
    touches: list[str] = field(default_factory=list)
    also: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> Verdict:
        """What it means for a caller."""
        return judge(self.kind, self.side)

    @property
    def where(self) -> str:
        """The place in words, the group included."""
        return " > ".join((self.group, *self.place))

    @property
    def what(self) -> str:
        """What happened there, in words."""
        return RULES[self.kind].tells.replace("{old}", self.old).replace("{new}", self.new)

    @property
    def why(self) -> str:
        """The reason of the verdict."""
        return RULES[self.kind].why


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a comparison stands.

    Attributes:
        place: The way from the group.
        owner: The innermost component that holds it: with `steps`, one and the same for all who share the component.
        steps: The way from the owner.
        model: The generated class that holds it; empty outside of one.
        parameter: The first member on the way.
    """

    place: tuple[str, ...] = ()
    owner: str = ""
    steps: tuple[str, ...] = ()
    model: str = ""
    parameter: str = ""

    def member(self, name: str) -> "Spot":
        """Return the spot of a member."""
        first = self.parameter or name
        return replace(self, place=(*self.place, name), steps=(*self.steps, name), parameter=first)

    def inside(self, mark: str) -> "Spot":
        """Return the spot of the items, the values, or one variant of what is here; the mark is put behind its name."""
        place = (*self.place[:-1], self.place[-1] + mark) if self.place else (mark.strip(),)
        return replace(self, place=place, steps=(*self.steps, mark))

    def within(self, component: str, model: str) -> "Spot":
        """Return the same spot as seen from a component that begins here, and from a class."""
        spot = replace(self, model=model or self.model)
        return replace(spot, owner=component, steps=()) if component else spot
