"""Import, construct and make the first call in a fresh process. Nothing is imported here that could be counted."""

import resource
import sys
import time


def main(competitor: str, base_url: str, model: str) -> None:
    """Print CPU seconds, wall seconds, modules imported, peak memory in bytes, and what the answer added up to."""
    from importlib import import_module

    modules = len(sys.modules)
    wall, usage = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    weight = import_module(f"scripts.bench.competitors.{competitor}").Competitor(base_url).create(model)
    after, wall = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter() - wall
    cpu = after.ru_utime + after.ru_stime - usage.ru_utime - usage.ru_stime
    modules = len(sys.modules) - modules
    from scripts.bench.memory import peak_memory

    print(cpu, wall, modules, peak_memory(), weight)
