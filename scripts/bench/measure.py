"""Run the cases: every competitor in turn, round after round, so that noise hits all alike."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

from scripts.bench import processes
from scripts.bench.cases import FAN_OUT
from scripts.bench.errors import BenchError
from scripts.bench.figures import Result
from scripts.bench.payloads import MODEL
from scripts.bench.roster import EXTRAS, FLOOR, OURS
from scripts.bench.tls import certificate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from scripts.bench.cases import Case
    from scripts.bench.roster import Entry
    from scripts.environments import Environment

    Measure = Callable[[str], dict[str, Any]]


def run(cases: Sequence[Case], entries: Sequence[Entry], environments: Mapping[str, Environment]) -> list[Result]:
    """Measure all cases, each competitor in the environment of its key; progress goes to stderr."""
    results = []
    with ExitStack() as stack:
        server = stack.enter_context(processes.local_server())
        tls_server = stack.enter_context(processes.local_server(stack.enter_context(certificate())))
        if tls_server.trusted is None:
            print("openssl is not installed, so first calls are made without TLS", file=sys.stderr)
        workers = {
            entry.key: stack.enter_context(processes.worker(entry.key, server.base_url, environments[entry.key]))
            for entry in entries
            if any(takes_part(entry, case) for case in cases if not case.fresh)
        }

        def measure(case: Case, key: str) -> dict[str, Any]:
            environment = environments[EXTRAS.key if case.extras and key == OURS.key else key]
            if not case.command:
                return processes.first_call(key, tls_server, MODEL, environment)
            if not case.fresh:
                return workers[key].tell(case.command)
            with processes.worker(key, server.base_url, environment) as worker:
                return worker.tell(case.command)

        for case in cases:
            began = time.monotonic()
            keys = [entry.key for entry in entries if takes_part(entry, case)]
            results.append(interleave(case, keys, partial(measure, case)))
            print(f"{case.key}: {time.monotonic() - began:.1f} s", file=sys.stderr)
    return results


def takes_part(entry: Entry, case: Case) -> bool:
    """Tell whether a competitor is measured in a case."""
    if case.extras:
        return entry in (FLOOR, OURS)
    return (entry.own_pool or case.everyone) and (case.family == FAN_OUT or not entry.fan_out_only)


def interleave(case: Case, keys: Sequence[str], measure: Measure) -> Result:
    """Measure each competitor once to warm up, then round by round, another one first each time.

    Args:
        case: What to measure.
        keys: The competitors.
        measure: Measures one of them once.

    Returns:
        The samples; a competitor that fails or reads something else has a failure instead.
    """
    samples: dict[str, list[dict[str, Any]]] = {key: [] for key in keys}
    failures: dict[str, str] = {}
    # Memory and fan-out commands warm up by themselves; round 0 is the warm-up of the others.
    first = 1 if case.measures_memory or case.family == FAN_OUT else 0
    for number in range(first, case.rounds + 1):
        start = number % len(keys)
        for key in [*keys[start:], *keys[:start]]:
            if key in failures:
                continue
            try:
                sample = measure(key)
                if sample["weight"] != case.weight:
                    raise BenchError(f"read {sample['weight']} where {case.weight} was sent")
            except BenchError as error:
                failures[key] = str(error)
                samples.pop(key)
            else:
                if number:
                    samples[key].append(sample)
    return Result(case, samples, failures)
