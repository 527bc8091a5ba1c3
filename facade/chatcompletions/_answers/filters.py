"""The filters of a list: items that do not match show that the server ignored one, and are handed to nobody."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from attrs import define, frozen

from chatcompletions._errors import FilterIgnoredError

from .dates import parse_time

#: What a service adds to the name of a model that was asked for, to tell its revision: a date.
_DATED = re.compile(r"-\d{4}(-?\d{2}-?\d{2})?")
_EXCERPT = 200


@define
class Order:
    """Whether items have come in the order that was asked for.

    Attributes:
        latest: The place of the latest item.
        is_kept: Whether no item had a place before that of an earlier one.
        is_shown: Whether an item had a place after that of an earlier one; where all have the same place, the order
            may be either.
    """

    latest: float = -math.inf
    is_kept: bool = True
    is_shown: bool = False

    def carry_on(self, place: float) -> None:
        """Note the next item."""
        self.is_kept = self.is_kept and place >= self.latest
        self.is_shown = self.is_shown or -math.inf < self.latest < place
        self.latest = place


@frozen
class Filters:
    """What the items of a list have to match.

    Attributes:
        model: The model that was asked for; `None` for any.
        metadata: The pairs that the metadata must hold.
        since: Seconds since the Unix epoch; items that were created earlier are left out.
        until: The same; items that were created then or later are left out.
        is_descending: Whether the newest item comes first.
    """

    model: str | None
    metadata: Mapping[str, Any]
    since: float | None
    until: float | None
    is_descending: bool

    @classmethod
    def of(cls, params: Mapping[str, Any], since: float | None, until: float | None) -> Filters | None:
        """Return the filters of a call; `None` if it has none."""
        beside = params.get("extra_query")
        asked = {**params, **(_asked_beside(beside) if isinstance(beside, Mapping) else {})}
        model, metadata = asked.get("model"), asked.get("metadata")
        found = cls(
            model if isinstance(model, str) else None,
            metadata if isinstance(metadata, Mapping) else {},
            since,
            until,
            asked.get("order") == "desc",
        )
        is_needed = found.model is not None or found.metadata or since is not None or until is not None
        return found if is_needed else None

    def select(self, items: list[Any], order: Order) -> tuple[list[Any], bool]:
        """Return the items that were created in time, and whether none can follow.

        Args:
            items: The items of a page.
            order: The order of the items before it, which is carried on.

        Raises:
            FilterIgnoredError: An item does not match.
        """
        for item in items:
            self._check(item)
        if self.since is None and self.until is None:
            return items, False
        chosen, is_over = [], False
        for item in items:
            created = _created(item)
            order.carry_on(-created if self.is_descending else created)
            is_early = self.since is not None and created < self.since
            is_late = self.until is not None and created >= self.until
            is_over = is_early if self.is_descending else is_late
            if not (is_early or is_late):
                chosen.append(item)
        # Where items are out of order, or in one that has not shown yet, one in time may follow others that are not.
        return chosen, is_over and order.is_kept and order.is_shown

    def _check(self, item: Any) -> None:
        model = getattr(item, "model", None)
        if self.model is not None and not _is_of_model(model, self.model):
            _refuse(item, "model", self.model, model)
        metadata = _plain(getattr(item, "metadata", None))
        if not self.metadata.items() <= (metadata.items() if isinstance(metadata, Mapping) else frozenset()):
            _refuse(item, "metadata", dict(self.metadata), metadata)


def _created(item: Any) -> float:
    moment = parse_time(getattr(item, "created", None))
    if moment is None:
        _refuse(item, "since or until", "a time of creation", getattr(item, "created", None))
    return moment.timestamp()


def _asked_beside(extra: Mapping[str, Any]) -> dict[str, Any]:
    """Return the filters among further query parameters, where metadata may be written out: ``metadata[topic]``."""
    found = {name: extra[name] for name in ("model", "order", "metadata") if name in extra}
    pairs = {name[9:-1]: value for name, value in extra.items() if name.startswith("metadata[") and name.endswith("]")}
    return {**found, "metadata": {**found.get("metadata", {}), **pairs}} if pairs else found


def _is_of_model(model: Any, asked: str) -> bool:
    if not isinstance(model, str):
        return False
    return model == asked or (model.startswith(asked) and _DATED.fullmatch(model, len(asked)) is not None)


def _plain(value: Any) -> Any:
    return value.to_dict() if hasattr(type(value), "to_dict") else value


def _refuse(item: Any, name: str, asked: Any, found: Any) -> NoReturn:
    shown = repr(found)
    shown = shown if len(shown) <= _EXCERPT else f"{shown[:_EXCERPT]} …"
    item_id = getattr(item, "id", None)
    raise FilterIgnoredError(
        f"the server ignored the filter {name}={asked!r}: the item {item_id!r} has {shown}", item_id=item_id
    )
