"""Filters of a list: what does not match reaches nobody, and what was not asked for is left out."""

from __future__ import annotations

import pickle
import time
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from dateutil.tz import gettz

from chatcompletions import FilterIgnoredError
from chatcompletions._requests.times import timestamp
from chatcompletions_api import models

from ._support import Server, completion, page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import SyncDriver

NOW = datetime(2026, 3, 15, 12, 30, 15)  # noqa: DTZ001 - the caller's zone
MIDNIGHT = NOW.replace(hour=0, minute=0, second=0)


def listed(*items: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Return a page of completions, which have ids by number unless they have their own."""
    return {**page([]), "data": [completion(**{"id": f"c{n}", **item}) for n, item in enumerate(items)], **members}


@pytest.mark.parametrize(
    ("params", "item"),
    [
        ({"metadata": {"topic": "x"}}, {"metadata": {"topic": "x", "other": "y"}}),
        ({"metadata": {}}, {"metadata": None}),
        ({"metadata": None}, {}),
        ({"model": "gpt-5"}, {"model": "gpt-5"}),
        ({"model": "gpt-5"}, {"model": "gpt-5-2026-03-01"}),
        ({"model": "gpt-4"}, {"model": "gpt-4-0613"}),
        ({"extra_query": {"metadata": {"topic": "x"}, "model": "m"}}, {"metadata": {"topic": "x"}}),
        ({"extra_query": {"metadata[topic]": "x"}}, {"metadata": {"topic": "x"}}),
    ],
)
def test_what_matches(connect: Callable[..., SyncDriver], params: dict[str, Any], item: dict[str, Any]) -> None:
    """An item matches that has the pairs among its own, and the model or a dated revision of it."""
    assert len(connect(transport=Server(listed(item)).transport).items("list", **params)) == 1


@pytest.mark.parametrize(
    ("params", "item", "told"),
    [
        ({"metadata": {"topic": "x"}}, {"metadata": {"topic": "y"}}, r"metadata=\{'topic': 'x'\}.*'c1' has \{'topic'"),
        ({"metadata": {"topic": "x"}}, {"metadata": {}}, "'c1' has {}"),
        ({"metadata": {"topic": "x"}}, {"metadata": None}, "'c1' has None"),
        ({"metadata": {"topic": "x"}}, {}, "'c1' has None"),
        ({"metadata": {"topic": "x"}}, {"metadata": [1]}, "'c1' has "),
        ({"model": "gpt-5"}, {"model": "gpt-5-mini"}, "model='gpt-5'.*'gpt-5-mini'"),
        ({"model": "gpt-5"}, {"model": None}, "None"),
        ({"extra_query": {"metadata[topic]": "x"}}, {"metadata": {}}, "metadata"),
        ({"since": 1}, {"created": None}, "since or until"),
    ],
)  # fmt: skip
def test_what_does_not_match(
    connect: Callable[..., SyncDriver], params: dict[str, Any], item: dict[str, Any], told: str
) -> None:
    """One item that does not match is an error before any item of its page is handed out."""
    good = {"metadata": {"topic": "x"}, "model": "gpt-5"}
    server = Server(listed(good, {**good, "metadata": None, **item}))
    with pytest.raises(FilterIgnoredError, match=told) as caught:
        connect(transport=server.transport).call("list", **params)
    assert (caught.value.item_id, pickle.loads(pickle.dumps(caught.value)).item_id) == ("c1", "c1")


def test_a_later_page(connect: Callable[..., SyncDriver]) -> None:
    """Later pages are checked, too, however they are fetched."""
    good, bad = {"metadata": {"topic": "x"}}, {"id": "d", "metadata": {"topic": "y"}}
    driver = connect(transport=Server(listed(good, has_more=True), listed(bad)).transport)
    first = driver.call("list", metadata={"topic": "x"})
    with pytest.raises(FilterIgnoredError):
        driver.run(first.next_page())


@pytest.mark.parametrize(
    ("bounds", "order", "found", "calls"),
    [
        ({"since": 30}, "asc", [30, 40, 50, 60], 3),
        ({"until": 30}, "asc", [10, 20], 2),
        ({"since": 20, "until": 40}, "asc", [20, 30], 2),
        ({"since": 30}, "desc", [60, 50, 40, 30], 3),
        ({"since": 45}, "desc", [60, 50], 2),
        ({"until": 30}, "desc", [20, 10], 3),
        ({"since": 30, "max_items": 3}, "asc", [30, 40, 50], 3),
        ({"since": 70}, "asc", [], 3),
        ({"since": 70}, "desc", [], 1),
    ],
)
def test_times(
    connect: Callable[..., SyncDriver], bounds: dict[str, Any], order: str, found: list[int], calls: int
) -> None:
    """Items from `since` up to `until` are kept, and paging stops as soon as the order allows."""
    times = [10, 20, 30, 40, 50, 60] if order == "asc" else [60, 50, 40, 30, 20, 10]
    pages = [
        listed(*({"id": f"c{at}", "created": at} for at in times[place : place + 2]), has_more=place < 4)
        for place in (0, 2, 4)
    ]
    server = Server(*pages)
    driver = connect(transport=server.transport)
    assert [item.created for item in driver.items("list", order=order, **bounds)] == found
    assert len(server.requests) == calls
    assert not {"since", "until"} & {*server.requests[0].url.params}


def test_items_out_of_order(connect: Callable[..., SyncDriver]) -> None:
    """Where items are not in the order that was asked for, paging goes on to the end."""
    first = listed({"created": 20}, {"created": 10}, {"created": 90}, has_more=True)
    driver = connect(transport=Server(first, listed({"id": "d", "created": 30})).transport)
    assert [item.created for item in driver.items("list", until=50)] == [20, 10, 30]


@pytest.mark.parametrize(
    ("bounds", "order", "found", "calls"),
    [
        ({"until": 25}, "asc", [10, 20], 3),
        ({"since": 15}, "asc", [20, 30, 40], 4),
        ({"since": 25}, "desc", [40, 30], 3),
        ({"since": 45}, "desc", [], 2),
    ],
)
@pytest.mark.parametrize("is_turned", [False, True])
def test_pages_of_one_item(
    connect: Callable[..., SyncDriver],
    bounds: dict[str, Any],
    order: str,
    found: list[int],
    calls: int,
    is_turned: bool,
) -> None:
    """A single item shows no order: paging goes on until one was seen, and to the end where it is the opposite one."""
    times = [10, 20, 30, 40] if order == "asc" else [40, 30, 20, 10]
    times = times[::-1] if is_turned else times
    server = Server(*(listed({"id": f"c{at}", "created": at}, has_more=at != times[-1]) for at in times))
    driver = connect(transport=server.transport)
    items = driver.items("list", order=order, limit=1, **bounds)
    assert sorted(item.created for item in items) == sorted(found)
    assert len(server.requests) == (4 if is_turned else calls)


def test_the_first_page(connect: Callable[..., SyncDriver]) -> None:
    """The data of a page has what was asked for, also if the cursor was another item's."""
    server = Server(
        listed({"created": 10}, {"created": 20}, has_more=True, last_id=None), listed({"id": "d", "created": 30})
    )
    first = connect(transport=server.transport)
    found = first.call("list", since=15, until=20)
    assert found.data == []
    assert len(first.iterate(found)) == 0
    driver = connect(
        transport=Server(
            listed({"created": 10}, {"created": 20}, has_more=True), listed({"id": "d", "created": 30})
        ).transport
    )
    found = driver.call("list", since=25)
    assert found.data == []
    assert [item.id for item in driver.iterate(found)] == ["d"]


def test_deleting_while_iterating(connect: Callable[..., SyncDriver]) -> None:
    """The page after is asked for while the item that is its cursor still exists."""
    alive, cursors = ["a", "b", "c", "d", "e"], []

    def serve(request: httpx.Request) -> httpx.Response:
        if request.method == "DELETE":
            alive.remove(request.url.path.rsplit("/", 1)[1])
            return httpx.Response(200, json={"id": "x", "object": "chat.completion.deleted", "deleted": True})
        cursor = request.url.params.get("after")
        if cursor is not None and cursor not in alive:
            return httpx.Response(400, json={"error": {"message": "no such cursor"}})
        cursors.append(cursor)
        start = 0 if cursor is None else alive.index(cursor) + 1
        return httpx.Response(200, json=page(alive[start : start + 2], has_more=start + 2 < len(alive)))

    driver = connect(transport=httpx.MockTransport(serve))

    async def walk() -> None:
        async for item in driver.client.list():
            await driver.client.delete(item.id)

    if hasattr(driver.client, "aclose"):
        driver.run(walk())
    else:
        for item in driver.client.list():
            driver.client.delete(item.id)
    assert alive == []
    assert cursors == [None, "b", "d"]


@pytest.mark.parametrize(
    ("given", "moment"),
    [
        (datetime(2026, 1, 31, 14, tzinfo=UTC), datetime(2026, 1, 31, 14, tzinfo=UTC)),
        (datetime(2026, 1, 31, 14, tzinfo=gettz("Asia/Tokyo")), datetime(2026, 1, 31, 5, tzinfo=UTC)),
        (NOW, NOW),
        (date(2026, 1, 31), datetime(2026, 1, 31)),  # noqa: DTZ001 - the caller's zone
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        (1.5, datetime(1970, 1, 1, 0, 0, 1, 500_000, tzinfo=UTC)),
        ("2026-01-31", datetime(2026, 1, 31)),  # noqa: DTZ001
        ("2026-01-31 14:00", datetime(2026, 1, 31, 14)),  # noqa: DTZ001
        ("2026-01-31T14:00:00Z", datetime(2026, 1, 31, 14, tzinfo=UTC)),
        ("31 Jan 2026 14:00 +0200", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("10:30", MIDNIGHT + timedelta(hours=10, minutes=30)),
        (" Yesterday ", MIDNIGHT - timedelta(days=1)),
        ("today", MIDNIGHT),
        ("now", NOW),
        ("2 days ago", NOW - timedelta(days=2)),
        ("90m ago", NOW - timedelta(minutes=90)),
        ("1 month ago", NOW.replace(month=2)),
        ("3 weeks ago", NOW - timedelta(weeks=3)),
        ("an hour ago", NOW - timedelta(hours=1)),
        ("a year ago", NOW.replace(year=2025)),
        ("2026", datetime(2026, 1, 1)),  # noqa: DTZ001
        ("1767225600", datetime(2026, 1, 1, tzinfo=UTC)),
        ("2026-02", datetime(2026, 2, 1)),  # noqa: DTZ001
        ("February 2026", datetime(2026, 2, 1)),  # noqa: DTZ001
        ("20260304", datetime(2026, 3, 4)),  # noqa: DTZ001
        ("2026/03/04", datetime(2026, 3, 4)),  # noqa: DTZ001
        ("2026.3.4 5:06", datetime(2026, 3, 4, 5, 6)),  # noqa: DTZ001
        ("March 4, 2026 2:30 pm", datetime(2026, 3, 4, 14, 30)),  # noqa: DTZ001
        ("25/12/2025 18:00", datetime(2025, 12, 25, 18)),  # noqa: DTZ001
        ("12/25/2025 18:00", datetime(2025, 12, 25, 18)),  # noqa: DTZ001
        ("03/03/2026", datetime(2026, 3, 3)),  # noqa: DTZ001
        ("yesterday at 2pm", MIDNIGHT - timedelta(hours=10)),
        ("today 14:00", MIDNIGHT + timedelta(hours=14)),
    ],
)
def test_moments(given: Any, moment: datetime) -> None:
    """A time is a datetime, a date, seconds, or text, in the caller's zone unless one is given."""
    assert timestamp("since", given, now=NOW) == moment.timestamp()


@pytest.fixture
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the machine stand in Berlin, whose clocks went back an hour at three on 25 October 2026."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("in_berlin")
def test_hours_are_real_time() -> None:
    """Hours ago count as they went by, also over the night in which the clock is put back; days keep the hour."""
    now = datetime(2026, 10, 25, 12)  # noqa: DTZ001 - the caller's zone
    assert timestamp("since", "12 hours ago", now=now) == datetime(2026, 10, 24, 23, tzinfo=UTC).timestamp()
    assert timestamp("since", "1 day ago", now=now) == datetime(2026, 10, 24, 10, tzinfo=UTC).timestamp()


@pytest.mark.usefixtures("in_berlin")
def test_a_day_of_another_zone() -> None:
    """Yesterday with a zone is the day before today in that zone."""
    early = datetime(2026, 7, 15, 0, 30)  # noqa: DTZ001 - the evening before in UTC
    assert timestamp("since", "yesterday 14:00", now=early) == datetime(2026, 7, 14, 12, tzinfo=UTC).timestamp()
    assert timestamp("since", "yesterday 14:00 UTC", now=early) == datetime(2026, 7, 13, 14, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("given", "cls"),
    [
        ("soon", ValueError),
        ("", ValueError),
        ("2026-13-45", ValueError),
        ("10:00 CEST", ValueError),
        ("2026-03-04 14:00 CST", ValueError),
        ("March 4", ValueError),
        ("March", ValueError),
        ("monday", ValueError),
        ("5", ValueError),
        ("03/04/2026", ValueError),
        ("03/04/26 14:00", ValueError),
        ("4 2026-03", ValueError),
        ("tomorrow", ValueError),
        ("10 minutes", ValueError),
        ("1h", ValueError),
        ("26-01-31", ValueError),
        ("yesterday monday", ValueError),
        ("yesterday 2026-03-04", ValueError),
        ("yesterday 25:00", ValueError),
        ("999999 years ago", ValueError),
        (1_772_000_000_000, ValueError),
        (float("nan"), TypeError),
        (True, TypeError),
        ([], TypeError),
        (timedelta(1), TypeError),
    ],
)
def test_what_is_no_moment(connect: Callable[..., SyncDriver], given: Any, cls: type[Exception]) -> None:
    """What is no time is an error that names the argument and shows what would do, before anything is sent."""
    server = Server(page([]))
    with pytest.raises(cls, match=r"^since.*'2 days ago'"):
        connect(transport=server.transport).call("list", since=given)
    with pytest.raises(ValueError, match="nothing lies between them"):
        connect(transport=server.transport).call("list", since=2, until=1)
    assert server.requests == []


def test_models_as_filters(connect: Callable[..., SyncDriver]) -> None:
    """A generated model stands for the mapping of a filter."""
    metadata: Any = models.Metadata.from_dict({"topic": "x"})
    driver = connect(transport=Server(listed({"metadata": {"topic": "y"}})).transport)
    with pytest.raises(FilterIgnoredError):
        driver.call("list", metadata=metadata)
