"""A process that holds one competitor and measures it when told to: a JSON command a line, a JSON answer a line."""

from __future__ import annotations

import gc
import json
import sys
import time
from importlib import import_module
from typing import Any

from scripts.bench.memory import peak_memory


def main(name: str, base_url: str) -> None:
    """Answer commands until stdin ends."""
    competitor: Any = import_module(f"scripts.bench.competitors.{name}").Competitor(base_url)
    for line in sys.stdin:
        try:
            answer = _perform(competitor, json.loads(line))
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


def _perform(competitor: Any, command: dict[str, Any]) -> dict[str, Any]:
    match command.pop("do"):
        case "call":
            return _call(competitor, **command)
        case "fan_out":
            import asyncio

            return asyncio.run(_fan_out(competitor, **command))
        case what:
            return _grow(competitor, what, **command)


def _call(competitor: Any, method: str, arguments: list[Any], repeat: int) -> dict[str, Any]:
    function = getattr(competitor, method)
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(repeat):
        weight = function(*arguments)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return {"cpu": cpu / repeat, "wall": wall / repeat, "weight": weight}


async def _fan_out(competitor: Any, model: str, width: int, calls: int) -> dict[str, Any]:
    from scripts.bench.fan_out import fan_out

    # The first client of a process imports what the second finds: only the second is measured.
    async with competitor.connect() as create:
        await create(model)
    async with competitor.connect() as create:
        return await fan_out(create, model, width, calls)


def _grow(competitor: Any, method: str, first: list[Any], then: list[Any]) -> dict[str, Any]:
    function = getattr(competitor, method)
    function(*first)
    before = peak_memory()
    weight = function(*then)
    after = peak_memory()
    return {"peak": after, "growth": after - before, "weight": weight}


if __name__ == "__main__":
    main(*sys.argv[1:])
