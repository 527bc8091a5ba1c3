"""The places of a pool: how many, who is next, and what becomes of those that nobody gives back."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from typing import Any

import httpx
import pytest

from chatcompletions._transport.places import Places


class Holder:
    """Holds a place."""

    def __init__(self) -> None:
        self.ticket = weakref.ref(self)


def enter(places: Places, timeout: float | None = 60) -> Holder:
    holder = Holder()
    places.enter(holder.ticket, [], timeout)
    return holder


def test_there_are_as_many_as_said() -> None:
    """A caller beyond the last place waits for as long as it wants to, and no longer."""
    places = Places(2)
    held = [enter(places), enter(places)]
    with pytest.raises(httpx.PoolTimeout, match="all 2 connections"):
        enter(places, 0)
    places.leave(held.pop().ticket)
    enter(places, 0)


def test_without_a_bound() -> None:
    """Where there is no bound, nobody waits."""
    places = Places(None)
    held = [enter(places, 0) for _ in range(10)]
    assert len(held) == 10


def test_a_place_goes_with_its_holder() -> None:
    """A holder that is dropped without leaving has left."""
    places = Places(1)
    holder: Any = enter(places)
    holder.itself = holder
    with pytest.raises(httpx.PoolTimeout):
        enter(places, 0)
    del holder
    gc.collect()
    enter(places, 0)


def test_leaving_twice_frees_one_place() -> None:
    """What has left cannot leave again."""
    places = Places(2)
    first, second = enter(places), enter(places)
    places.leave(first.ticket)
    places.leave(first.ticket)
    third = enter(places, 0)
    with pytest.raises(httpx.PoolTimeout):
        enter(places, 0)
    assert all((second, third))


def queue_up(places: Places, callers: int, served: list[int], *, rounds: int = 1) -> list[threading.Thread]:
    """Start threads that come for a place one after the other, each so many times."""

    def come(number: int) -> None:
        for _ in range(rounds):
            holder = Holder()
            places.enter(holder.ticket, [], 60)
            served.append(number)
            places.leave(holder.ticket)

    threads = []
    for number in range(callers):
        threads.append(threading.Thread(target=come, args=(number,)))
        threads[-1].start()
        while len(places._queue) <= number and not served:
            pass  # until it stands in the queue
    return threads


def test_first_come_first_served() -> None:
    """Those who wait get their places in the order in which they came."""
    places, served = Places(1), list[int]()
    holder = enter(places)
    threads = queue_up(places, 8, served)
    places.leave(holder.ticket)
    for thread in threads:
        thread.join()
    assert served == list(range(8))


def test_nobody_is_served_twice_before_everybody_once() -> None:
    """Whoever comes again stands at the end of the queue."""
    places, served = Places(2), list[int]()
    held = [enter(places), enter(places)]
    threads = queue_up(places, 6, served, rounds=2)
    for holder in held:
        places.leave(holder.ticket)
    for thread in threads:
        thread.join()
    # Two hold places at a time, so that a caller may come again while the next one is only on its way.
    assert set(served[:7]) == set(range(6))
    assert sorted(served) == sorted([*range(6), *range(6)])


def test_tasks_are_served_in_turn() -> None:
    """What holds for threads holds for tasks."""

    async def main() -> None:
        places, served = Places(2), list[int]()
        held = [Holder(), Holder()]
        for holder in held:
            await places.aenter(holder.ticket, [], 60)

        async def come(number: int) -> None:
            for _ in range(2):
                holder = Holder()
                await places.aenter(holder.ticket, [], 60)
                served.append(number)
                await asyncio.sleep(0)
                places.leave(holder.ticket)

        tasks = [asyncio.ensure_future(come(number)) for number in range(6)]
        await asyncio.sleep(0)
        for holder in held:
            places.leave(holder.ticket)
        await asyncio.gather(*tasks)
        assert served == [*range(6), *range(6)]

    asyncio.run(main())


def test_who_gives_up_lets_the_next_one_go() -> None:
    """A caller that is cancelled, or whose time is up, is no obstacle to those behind it."""

    async def main() -> None:
        places, holder = Places(1), Holder()
        await places.aenter(holder.ticket, [], 60)
        first, hasty, third = Holder(), Holder(), Holder()
        waiting = asyncio.ensure_future(places.aenter(first.ticket, [], 60))
        impatient = asyncio.ensure_future(places.aenter(hasty.ticket, [], 0.001))
        last = asyncio.ensure_future(places.aenter(third.ticket, [], 60))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting, impatient])
        assert isinstance(impatient.exception(), httpx.PoolTimeout)
        places.leave(holder.ticket)
        await last

    asyncio.run(main())


def test_a_lost_wake_up_costs_a_glance(monkeypatch: pytest.MonkeyPatch) -> None:
    """A waiting caller looks again by itself, because an exception may have eaten its wake-up."""
    monkeypatch.setattr("chatcompletions._transport.places._GLANCE", 0.001)
    places, served = Places(1), list[int]()
    holder = enter(places)
    threads = queue_up(places, 2, served)
    places._held.clear()  # as it is after a leave that did not come to the waking
    for thread in threads:
        thread.join()
    assert served == [0, 1]
    del holder
