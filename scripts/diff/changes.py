"""Describe a change between two documents, and the spot where it is."""

from dataclasses import dataclass, field, replace

from scripts.diff.rules import RULES, Side, Verdict, judge


@dataclass(slots=True)
class Change:
    """One difference between two documents.

    Attributes:
        group: The part of an operation that holds the change, such as `create request`.
        place: The steps from the group to the change: names of members, `[]` for items, a variant in brackets.
        kind: A key of `scripts.diff.rules.RULES`.
        side: Whether the caller or the service writes the value.
        old: The old state as text; empty if there was nothing.
        new: The new state as text; empty if there is nothing now.
        touches: Parameters of the facade and generated models that the change concerns.
        also: Further groups that have the same change, because they share its schema.
        others: How many further places of the group have it, for the same reason.
    """

    group: str
    place: tuple[str, ...]
    kind: str
    side: Side
    old: str = ""
    new: str = ""
    touches: list[str] = field(default_factory=list)
    also: list[str] = field(default_factory=list)
    others: int = 0

    @property
    def verdict(self) -> Verdict:
        """The verdict on the change for a caller."""
        return judge(self.kind, self.side)

    @property
    def where(self) -> str:
        """The place as text, the group included."""
        return " > ".join((self.group, *self.place))

    @property
    def what(self) -> str:
        """The change itself, as text."""
        return RULES[self.kind].phrase.replace("{old}", self.old).replace("{new}", self.new)

    @property
    def why(self) -> str:
        """The reason for the verdict."""
        return RULES[self.kind].why


@dataclass(frozen=True, slots=True)
class Spot:
    """The spot that a comparison has reached.

    Attributes:
        place: The steps from the group.
        owner: The innermost component around the spot: with `steps`, the same for everything that shares the component.
        steps: The steps from the owner.
        model: The generated class around the spot; empty outside of one.
        parameter: The first member among the steps.
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
        """Return the spot of the items, the values or one variant at this spot; the mark follows the last name."""
        place = (*self.place[:-1], self.place[-1] + mark) if self.place else (mark.strip(),)
        return replace(self, place=place, steps=(*self.steps, mark))

    def within(self, component: str, model: str) -> "Spot":
        """Return the same spot, counted from a component that begins here and belonging to a class."""
        spot = replace(self, model=model or self.model)
        return replace(spot, owner=component, steps=()) if component else spot
