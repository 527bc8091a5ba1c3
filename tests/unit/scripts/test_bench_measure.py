from __future__ import annotations

import asyncio
from typing import Any

import pytest

from scripts.bench import processes
from scripts.bench.__main__ import main
from scripts.bench.cases import FIRST_CALL_EXTRAS, plan
from scripts.bench.errors import BenchError
from scripts.bench.fan_out import fan_out
from scripts.bench.measure import interleave, takes_part
from scripts.bench.processes import Process
from scripts.bench.roster import FLOOR, FOLDER, OURS, ROSTER
from scripts.bench.tls import certificate
from scripts.environments import Environment, find

from ._bench import case


def test_every_competitor_is_measured_in_every_round_another_one_first() -> None:
    """After one round to warm up, the order rotates, so that nobody always comes first."""
    turns: list[str] = []

    def measure(key: str) -> dict[str, Any]:
        turns.append(key)
        return {"weight": 1, "turn": len(turns)}

    found = interleave(case(rounds=3), ["a", "b", "c"], measure)
    assert turns == [*"abc", *"bca", *"cab", *"abc"]
    assert [sample["turn"] for sample in found.samples["a"]] == [6, 8, 10]
    assert found.failures == {}


def test_whoever_fails_or_reads_something_else_is_left_out_with_a_reason() -> None:
    """A competitor without equal work has no figures, and is not asked again; the others have theirs."""
    asked: list[str] = []

    def measure(key: str) -> dict[str, Any]:
        asked.append(key)
        if key == "broken":
            raise BenchError("it broke")
        return {"weight": 7 if key == "lazy" else 1}

    found = interleave(case(rounds=2), ["broken", "lazy", "fine"], measure)
    assert found.failures == {"broken": "it broke", "lazy": "read 7 where 1 was sent"}
    assert {key: len(samples) for key, samples in found.samples.items()} == {"fine": 2}
    assert asked.count("broken") == asked.count("lazy") == 1


@pytest.mark.parametrize("width", [1, 3, 10])
def test_a_fan_out_keeps_so_many_calls_in_flight_and_makes_no_more_than_it_is_told(width: int) -> None:
    """The callers share the calls, and never is one more in flight than there are callers."""
    flying, highest, made = 0, 0, []

    async def create(model: str) -> int:
        nonlocal flying, highest
        flying += 1
        highest = max(highest, flying)
        made.append(model)
        await asyncio.sleep(0)
        flying -= 1
        return 5

    assert asyncio.run(fan_out(create, "m", width, 20))["weight"] == 100
    assert made == ["m"] * 20
    assert highest == width


def test_a_process_that_dies_says_why() -> None:
    """The last line of a dead process's stderr is the error, as often as it is asked."""
    with Process("-c", "raise SystemExit('out of order')") as process:
        for _ in range(2):
            with pytest.raises(BenchError, match=r"^out of order$"):
                process.ask("hello\n")


def test_a_command_that_fails_says_why() -> None:
    """An answer that tells of an error raises it."""
    with (
        Process("-c", """print('{"error": "no such call"}')""") as process,
        pytest.raises(BenchError, match=r"^no such call$"),
    ):
        process.tell({"do": "nothing"})


def test_the_settings_of_whoever_runs_the_bench_stay_out_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys, base URLs and proxies of the outer environment reach no process of the bench."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "HTTP_PROXY", "https_proxy", "PYTHONPATH"):
        monkeypatch.setenv(name, "from-outside")
    with Process("-c", "import os; print(list(os.environ.values()))") as process:
        assert "from-outside" not in process.ask()


_METHODS = [
    case for case in plan(quick=True) if case.key in ("create", "list-10", "stream-100", "stream-varied", "tools")
]


@pytest.mark.parametrize("entry", [entry for entry in ROSTER if entry.key.startswith(("raw_j", "facade", "official"))])
def test_every_competitor_reads_all_that_was_sent(entry: Any) -> None:
    """What reading an answer adds up to is what the server sent, for each kind of call and each competitor."""
    environment = find(FOLDER / entry.key, entry.installs) or Environment()
    missing = [name for name in entry.made_of if environment.version_of(name) is None]
    if missing:
        pytest.skip(f"{' and '.join(missing)} is not installed; make bench installs it for itself")
    fan_outs = [found for found in plan(quick=True) if found.key == "fan-out-1"]
    with processes.local_server() as server, processes.worker(entry.key, server.base_url, environment) as worker:
        for found in fan_outs if entry.fan_out_only else _METHODS + fan_outs:
            assert worker.tell({**found.command})["weight"] == found.weight, found.key


def test_a_first_call_shakes_hands_and_counts_what_it_imports() -> None:
    """A fresh process calls over TLS, and tells its CPU time, its peak memory, and the modules that it needed."""
    with certificate() as made:
        if made is None:
            pytest.skip("openssl is not installed")
        with processes.local_server(made) as server:
            told = processes.first_call("facade", server, "gpt-5.4-mini", Environment())
    assert server.base_url.startswith("https://")
    assert told["weight"] == next(iter(plan(quick=True))).weight
    assert told["modules"] > 50
    assert told["peak"] > 1_000_000
    assert told["cpu"] > 0


def test_what_measures_a_competitor_needs_nothing_but_the_standard_library() -> None:
    """Where no package is installed, all that a measuring process imports beside its competitor can be imported."""
    modules = "scripts.bench.fresh, scripts.bench.worker, scripts.bench.fan_out, scripts.bench.competitors"
    with Process("-S", "-c", f"import {modules}; print('imported')") as process:
        assert process.ask() == "imported\n"


def test_extras_are_compared_with_raw_httpx_alone() -> None:
    """In the first call with every extra installed, this client and the floor take part, and nobody else."""
    (found,) = [case for case in plan(quick=True) if case.key == FIRST_CALL_EXTRAS]
    assert [entry for entry in ROSTER if takes_part(entry, found)] == [FLOOR, OURS]


def test_without_openssl_there_is_no_certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where openssl is missing or fails, the bench goes on without TLS."""
    monkeypatch.setenv("PATH", "")
    with certificate() as made:
        assert made is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--only", "craete"], "no case is called 'craete'; there are first-call, first-call-extras, create,"),
        (["--write", "--quick"], "--write takes a full run"),
    ],
)
def test_a_wrong_command_line_is_refused_in_a_line(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """An unknown case and figures of a quick run for the README are refused before anything is measured."""
    with pytest.raises(SystemExit):
        main(arguments)
    assert said in capsys.readouterr().err
