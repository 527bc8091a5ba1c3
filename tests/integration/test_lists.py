"""Lists of a local server that ignores filters, turns in circles, or shows late what was stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from chatcompletions import FilterIgnoredError, PagingError
from chatcompletions.server import LocalServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import SyncDriver

ASK: dict[str, Any] = {"model": "m", "messages": "Hello.", "store": True}


def test_ignored_filters(connect: Callable[..., SyncDriver]) -> None:
    """A list that ignores its filter hands nobody the completions of others."""
    script = [{"operation": "list", "ignore": ["metadata"]}, {"operation": "list", "ignore": ["model"]}]
    with LocalServer(script=script, script_end="canned") as server:
        driver = connect(base_url=server.base_url)
        driver.call("create", **ASK, metadata={"owner": "others"})
        with pytest.raises(FilterIgnoredError, match="owner"):
            driver.items("list", metadata={"owner": "me"})
        with pytest.raises(FilterIgnoredError, match="model"):
            driver.items("list", model="other")
        assert driver.items("list", metadata={"owner": "me"}) == []


def test_circular_pages(connect: Callable[..., SyncDriver]) -> None:
    """Pages that begin again are an error, by iterating and by hand."""
    with LocalServer(script=[{"operation": "list", "circular": True, "forever": True}], script_end="canned") as server:
        driver = connect(base_url=server.base_url)
        for _ in range(3):
            driver.call("create", **ASK)
        with pytest.raises(PagingError):
            driver.items("list", limit=2)
        with pytest.raises(PagingError):
            driver.run(driver.call("list", limit=2).next_page())


def test_times(connect: Callable[..., SyncDriver]) -> None:
    """Completions of the last minutes are in the list since then, and in none until then."""
    with LocalServer() as server:
        driver = connect(base_url=server.base_url)
        stored = driver.call("create", **ASK)
        assert [item.id for item in driver.items("list", since="5 minutes ago")] == [stored.id]
        assert driver.items("list", until="5 minutes ago") == []
        assert driver.items("list", since=stored.created_at, order="desc")[0].id == stored.id


def test_deleting_and_updating_while_iterating(connect: Callable[..., SyncDriver]) -> None:
    """Whatever is done to the items of an iteration, each comes once."""
    with LocalServer() as server:
        driver = connect(base_url=server.base_url)
        known = {driver.call("create", **ASK, metadata={"n": str(n)}).id for n in range(7)}

        async def walk(change: Any) -> list[str]:
            return [(item.id, await change(item.id))[0] async for item in driver.client.list(limit=2)]

        def each(change: Any) -> list[str]:
            if hasattr(driver.client, "aclose"):
                found: list[str] = driver.run(walk(change))
                return found
            return [(item.id, change(item.id))[0] for item in driver.client.list(limit=2)]

        for change in (lambda one: driver.client.update(one, metadata={"seen": "yes"}), driver.client.delete):
            found = each(change)
            assert len(found) == 7
            assert set(found) == known
        assert driver.items("list") == []
