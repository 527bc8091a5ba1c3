"""What a list request asks for, read from its query; a parameter that the API does not know is ignored."""

import re
from collections.abc import Iterable, Mapping

from chatcompletions.server._pages import Query
from chatcompletions.server._rules import number, one_of, refuse

_FILTER = re.compile(r"metadata\[(.*)\]", re.DOTALL)
_FILTERS = 16  # a completion carries no more pairs
_WHOLE = re.compile(r"-?[0-9]{1,9}")

Pairs = Iterable[tuple[str, str]]


def page_query(pairs: Pairs) -> Query:
    """Read ``after``, ``limit`` and ``order``.

    Raises:
        ApiError: If ``limit`` is not a number from 1 to 100, or ``order`` neither asc nor desc.
    """
    return _query(dict(pairs))


def list_query(pairs: Pairs) -> Query:
    """Read ``after``, ``limit``, ``order``, ``model`` and any number of ``metadata[key]=value``.

    Raises:
        ApiError: As ``page_query``, or if there are more metadata filters than a completion has pairs.
    """
    pairs = list(pairs)
    filters = {(match[1], value) for name, value in pairs if (match := _FILTER.fullmatch(name))}
    if len(filters) > _FILTERS:
        refuse("metadata", f"{len(filters)} filters are too many, the most is {_FILTERS}", "invalid_value")
    single = dict(pairs)
    return _query(single, model=single.get("model"), metadata=sorted(filters))


def _query(single: Mapping[str, str], *, model: str | None = None, metadata: Iterable[tuple[str, str]] = ()) -> Query:
    limit, order = single.get("limit", "20"), single.get("order", "asc")
    number(1, 100, whole=True)(int(limit) if _WHOLE.fullmatch(limit) else limit, "limit")
    one_of("asc", "desc")(order, "order")
    return Query(
        after=single.get("after"),
        limit=int(limit),
        descending=order == "desc",
        model=model,
        metadata=tuple(metadata),
    )
