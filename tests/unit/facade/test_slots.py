"""The slots of a pool: their number, their order, and those that nobody gives back."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from typing import Any

import httpx
import pytest

from chatcompletions._transport.slots import Slots


class Holder:
    """An object that holds a slot."""

    def __init__(self) -> None:
        self.ref = weakref.ref(self)


def acquire(slots: Slots, timeout: float | None = 60) -> Holder:
    holder = Holder()
    slots.acquire(holder.ref, [], timeout)
    return holder


def test_there_are_as_many_as_said() -> None:
    """A caller that finds no free slot waits for one until its timeout."""
    slots = Slots(2)
    held = [acquire(slots), acquire(slots)]
    with pytest.raises(httpx.PoolTimeout, match="all 2 connections"):
        acquire(slots, 0)
    slots.release(held.pop().ref)
    acquire(slots, 0)


def test_without_a_bound() -> None:
    """Without a bound no caller waits."""
    slots = Slots(None)
    held = [acquire(slots, 0) for _ in range(10)]
    assert len(held) == 10


def test_a_slot_goes_with_its_holder() -> None:
    """The slot of a holder that was garbage-collected is free again."""
    slots = Slots(1)
    holder: Any = acquire(slots)
    holder.itself = holder
    with pytest.raises(httpx.PoolTimeout):
        acquire(slots, 0)
    del holder
    gc.collect()
    acquire(slots, 0)


def test_releasing_twice_frees_one_slot() -> None:
    """A second release of the same holder does nothing."""
    slots = Slots(2)
    first, second = acquire(slots), acquire(slots)
    slots.release(first.ref)
    slots.release(first.ref)
    third = acquire(slots, 0)
    with pytest.raises(httpx.PoolTimeout):
        acquire(slots, 0)
    assert all((second, third))


def queue_up(slots: Slots, callers: int, served: list[int], *, rounds: int = 1) -> list[threading.Thread]:
    """Start threads that queue up for a slot one after the other, each as many times as there are rounds."""

    def come(number: int) -> None:
        for _ in range(rounds):
            holder = Holder()
            slots.acquire(holder.ref, [], 60)
            served.append(number)
            slots.release(holder.ref)

    threads = []
    for number in range(callers):
        threads.append(threading.Thread(target=come, args=(number,)))
        threads[-1].start()
        while len(slots._queue) <= number and not served:
            pass  # until it stands in the queue
    return threads


def test_first_come_first_served() -> None:
    """Waiting callers get their slots in the order in which they came."""
    slots, served = Slots(1), list[int]()
    holder = acquire(slots)
    threads = queue_up(slots, 8, served)
    slots.release(holder.ref)
    for thread in threads:
        thread.join()
    assert served == list(range(8))


def test_nobody_is_served_twice_before_everybody_once() -> None:
    """A caller that comes again goes to the end of the queue."""
    slots, served = Slots(2), list[int]()
    held = [acquire(slots), acquire(slots)]
    threads = queue_up(slots, 6, served, rounds=2)
    for holder in held:
        slots.release(holder.ref)
    for thread in threads:
        thread.join()
    # Two hold slots at a time, so that a caller may come again while the next one is only on its way.
    assert set(served[:7]) == set(range(6))
    assert sorted(served) == sorted([*range(6), *range(6)])


def test_tasks_are_served_in_turn() -> None:
    """Tasks get their slots in the order in which they came, too."""

    async def main() -> None:
        slots, served = Slots(2), list[int]()
        held = [Holder(), Holder()]
        for holder in held:
            await slots.acquire_async(holder.ref, [], 60)

        async def come(number: int) -> None:
            for _ in range(2):
                holder = Holder()
                await slots.acquire_async(holder.ref, [], 60)
                served.append(number)
                await asyncio.sleep(0)
                slots.release(holder.ref)

        tasks = [asyncio.ensure_future(come(number)) for number in range(6)]
        await asyncio.sleep(0)
        for holder in held:
            slots.release(holder.ref)
        await asyncio.gather(*tasks)
        assert served == [*range(6), *range(6)]

    asyncio.run(main())


def test_a_caller_that_gives_up_lets_the_next_one_go() -> None:
    """A caller that is cancelled or times out does not hold up the callers after it."""

    async def main() -> None:
        slots, holder = Slots(1), Holder()
        await slots.acquire_async(holder.ref, [], 60)
        first, hasty, third = Holder(), Holder(), Holder()
        waiting = asyncio.ensure_future(slots.acquire_async(first.ref, [], 60))
        impatient = asyncio.ensure_future(slots.acquire_async(hasty.ref, [], 0.001))
        last = asyncio.ensure_future(slots.acquire_async(third.ref, [], 60))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting, impatient])
        assert isinstance(impatient.exception(), httpx.PoolTimeout)
        slots.release(holder.ref)
        await last

    asyncio.run(main())


def test_a_lost_wake_up_is_made_up_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A waiting caller looks again by itself, because an exception may have lost its wake-up."""
    monkeypatch.setattr("chatcompletions._transport.slots._RECHECK", 0.001)
    slots, served = Slots(1), list[int]()
    holder = acquire(slots)
    threads = queue_up(slots, 2, served)
    slots._taken.clear()  # as after a release that an exception ended before the wake-up
    for thread in threads:
        thread.join()
    assert served == [0, 1]
    del holder
