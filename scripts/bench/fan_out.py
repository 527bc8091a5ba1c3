"""Make many calls with a number of them in flight, as a job that works through a list does."""

from __future__ import annotations

import asyncio
import gc
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


async def fan_out(create: Callable[[str], Awaitable[int]], model: str, width: int, calls: int) -> dict[str, float]:
    """Measure calls that as many callers share, opening their connections included.

    Args:
        create: Makes one call.
        model: What it asks for.
        width: How many calls are in flight.
        calls: How many are made.

    Returns:
        CPU and wall seconds for each call, and what all answers added up to.
    """
    left = iter(range(calls))

    async def caller() -> int:
        weight = 0
        for _ in left:
            weight += await create(model)
        return weight

    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    weights = await asyncio.gather(*(caller() for _ in range(width)))
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return {"cpu": cpu / calls, "wall": wall / calls, "weight": sum(weights)}
