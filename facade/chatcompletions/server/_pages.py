"""Pages of a list by key: a page starts behind the row that its cursor names, however far in that is."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chatcompletions.server._errors import ApiError


@dataclass(frozen=True)
class Query:
    """Which page of a list is wanted.

    Args:
        after: The id that the page starts behind, if any.
        limit: The most items on the page.
        descending: Whether the newest comes first.
        model: List only completions of this model.
        metadata: List only completions that carry all of these pairs.
    """

    after: str | None = None
    limit: int = 20
    descending: bool = False
    model: str | None = None
    metadata: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Page:
    """One page of a list, and whether more lies behind it."""

    items: list[dict[str, Any]]
    has_more: bool


@dataclass(frozen=True)
class Source:
    """A table that can be read in pages.

    Args:
        table: The table, whose column ``body`` is wanted.
        key: The integer column that orders it.
        cursor: A query for the key of the row whose id is ``:after``.
    """

    table: str
    key: str
    cursor: str


def fetch(
    run: sqlite3.Connection,
    source: Source,
    query: Query,
    conditions: Sequence[str],
    values: Mapping[str, object],
) -> tuple[list[tuple[int, str]], bool]:
    """Fetch the rows of a page.

    Args:
        run: The connection.
        source: The table.
        query: The page.
        conditions: SQL that must hold for each row, written by this package, never by a request.
        values: The values bound in the conditions and the cursor.

    Returns:
        Pairs of key and body, and whether more rows lie behind them.

    Raises:
        ApiError: 400, if the cursor is no row of this list.
    """
    sign, order = ("<", "DESC") if query.descending else (">", "ASC")
    bound = {**values, "after": query.after, "fetch": query.limit + 1}
    conditions = list(conditions)
    if query.after is not None:
        place = run.execute(source.cursor, bound).fetchone()
        if place is None:
            problem = f"Invalid 'after': '{query.after}' is not in this list."
            raise ApiError(problem, param="after", code="invalid_value")
        conditions.append(f"{source.key} {sign} :place")
        bound["place"] = place[0]
    text = (
        f"SELECT {source.key}, body FROM {source.table} "  # noqa: S608 - all literals of this package
        f"WHERE {' AND '.join(conditions) or 'TRUE'} ORDER BY {source.key} {order} LIMIT :fetch"
    )
    rows = run.execute(text, bound).fetchall()
    return rows[: query.limit], len(rows) > query.limit
