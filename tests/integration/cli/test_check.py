"""``chatcompletions check`` against the local server, well and ill."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from chatcompletions import ChatClient
from chatcompletions.cli._check.checks import all_checks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from chatcompletions.server import LocalServer

    from .conftest import Ran

    Run = Callable[..., Ran]

CHECK = ("check", "-m", "m", "--max-retries", "0")


def states(ran: Ran) -> dict[str, str]:
    """Return the state of each check."""
    return {one["id"]: one["state"] for one in json.loads(ran.out)["results"]}


def stored(server: LocalServer) -> list[str]:
    with ChatClient(base_url=server.base_url, api_key="sk-test") as chat:
        return [one.id for one in chat.list(limit=100)]


def test_a_service_that_works(run: Run, server: LocalServer, ids: list[str]) -> None:
    """Every check works at the local server, but that it takes any model; what was stored before is as it was."""
    ran = run(*CHECK, "--allow", "errors.model")
    found = states(ran)
    assert {name for name, state in found.items() if state != "works"} == {"errors.model"}
    assert ran.code == 0
    assert [*found] == [one.id for one in all_checks()]
    assert run(*CHECK).code == 1
    assert stored(server) == ids


EMPTY = {"object": "list", "data": [], "has_more": False, "first_id": "", "last_id": ""}
GONE = {"object": "chat.completion.deleted", "id": "x"}
STRANGE = {"id": "x", "object": "chat.completion", "choices": [], "created": 1, "model": "m", "metadata": {}}
CHUNK = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m"}


def streamed(*deltas: dict[str, Any]) -> dict[str, Any]:
    """Return a script's entry for a stream of these deltas."""
    choices = [{"index": 0, "finish_reason": None, **delta} for delta in deltas]
    return {"when": {"stream": True}, "chunks": [{**CHUNK, "choices": [one]} for one in choices]}


@pytest.mark.parametrize(
    ("fault", "name", "told"),
    [
        ({"choices": [{"text": "x", "finish_reason": None}]}, "operations.create", "no finish_reason"),
        ({"usage": None}, "operations.create", "no usage"),
        ({"operation": "get", "body": STRANGE}, "operations.get", "got x"),
        ({"operation": "messages", "body": EMPTY}, "operations.messages", "the one message"),
        ({"operation": "update", "body": STRANGE}, "operations.update", "afterwards the metadata"),
        ({"operation": "list", "body": EMPTY}, "operations.list", "3 of 3 completions are not listed"),
        ({"operation": "list", "body": EMPTY}, "filters.metadata", "got 0"),
        ({"operation": "list", "body": EMPTY}, "filters.model", "got 0"),
        ({"operation": "list", "body": EMPTY}, "paging.after", "got 0"),
        ({"operation": "list", "body": EMPTY}, "paging.cursor", "empty"),
        ({"operation": "delete", "body": {**GONE, "deleted": False}}, "operations.delete", "does not say"),
        ({"operation": "delete", "body": {**GONE, "deleted": True}}, "operations.delete", "still there"),
        (streamed({"delta": {"role": "assistant"}}), "streaming.chunks", "no chunk has content"),
        (streamed({"delta": {"content": "x"}}), "streaming.role", "the role None"),
        (streamed({"delta": {"content": "x"}}), "streaming.end", "finish_reason"),
        (streamed({"delta": {"content": "x"}}), "streaming.usage", "no chunk has a usage"),
        ({"when": {"tool_choice": "required"}, "tool_calls": [{"name": "other", "arguments": {}}]}, "tools.required",
         "does not fit"),
        ({"when": {"messages[-1].role": "tool"}, "text": ""}, "tools.result", "empty"),
        ({"when": {"response_format.type": "json_object"}, "text": "[1]"}, "structured.object", "no object"),
        ({"when": {"logprobs": True}, "logprobs": None}, "parameters.logprobs", "no logprobs"),
        ({"when": {"tool_choice": "none"}, "tool_calls": [{"name": "get_weather", "arguments": {}}]},
         "parameters.tool_choice", "brings a call"),
        ({"when": {"max_completion_tokens": 16}, "usage": {"completion_tokens": 50, "total_tokens": 60}},
         "parameters.max_completion_tokens", "50 were used"),
    ],
)  # fmt: skip
def test_what_deviates(
    run: Run, server: LocalServer, ids: list[str], fault: dict[str, Any], name: str, told: str
) -> None:
    """Each check says what it expected, or what came instead."""
    server.then(forever=True, **fault)
    (found,) = [one for one in json.loads(run(*CHECK).out)["results"] if one["id"] == name]
    assert found["state"] == "deviates"
    assert told in found["detail"]


@pytest.mark.parametrize(
    ("faults", "name", "state", "told"),
    [
        ([{"operation": "list", "ignore": ["metadata"]}], "filters.metadata", "deviates", "ignored the filter"),
        ([{"operation": "list", "ignore": ["model"]}], "filters.model", "deviates", "model"),
        ([{"operation": "list", "ignore": ["order"]}], "paging.after", "deviates", "order=desc"),
        ([{"operation": "list", "ignore": ["limit"]}], "paging.after", "deviates", "more than one"),
        ([{"operation": "list", "ignore": ["after"]}], "paging.after", "deviates", ""),
        ([{"operation": "list", "circular": True}], "paging.after", "deviates", ""),
        ([{"operation": "update", "status_code": 405}], "operations.update", "missing", "405"),
        ([{"operation": "delete", "status_code": 500}], "operations.delete", "deviates", "500"),
        ([{"operation": "messages", "body": "<html>\x1b[2J"}], "operations.messages", "deviates", ""),
        ([{"operation": "get", "status_code": 404}], "operations.store", "missing", "not found"),
        ([{"operation": "get", "reset": True}], "operations.store", "failed", ""),
        ([{"when": {"stream": True}, "text": "x", "done": False}], "streaming.end", "deviates", "[DONE]"),
        ([{"when": {"stream": True}, "body": "{}"}], "streaming.chunks", "deviates", "content type"),
        ([{"when": {"tool_choice": "required"}, "text": "x"}], "tools.required", "deviates", "calls no tool"),
        (
            [{"when": {"tool_choice": "required"}, "tool_calls": [{"name": "get_weather", "arguments": "{"}]}],
            "tools.required",
            "deviates",
            "no JSON",
        ),
        ([{"when": {"response_format": {}}, "text": "x"}], "structured.schema", "deviates", "no JSON"),
        ([{"when": {"response_format": {}}, "text": "{}"}], "structured.schema", "deviates", "does not fit"),
        ([{"when": {"n": 2}, "choices": [{"text": "x"}]}], "parameters.n", "deviates", "1 answers"),
        ([{"when": {"seed": 0}, "status_code": 400, "error": {"message": "seed is not supported"}}],
         "parameters.seed", "missing", "not supported"),
        ([{"completion": {"created": "x"}}], "schema.create", "deviates", "created"),
    ],
)  # fmt: skip
def test_deviations(
    run: Run, server: LocalServer, ids: list[str], faults: list[dict[str, Any]], name: str, state: str, told: str
) -> None:
    """Each kind of deviation is found by its check, said in a sentence, and told by the exit code."""
    for fault in faults:
        server.then(forever=True, **fault)
    ran = run(*CHECK)
    (found,) = [one for one in json.loads(ran.out)["results"] if one["id"] == name]
    assert (found["state"], ran.code) == (state, 1)
    assert told in found["detail"]
    assert "\x1b" not in ran.out
    if "operation" not in faults[0]:
        assert stored(server) == ids


def test_a_service_without_a_store(run: Run, server: LocalServer) -> None:
    """Where nothing is stored, what stands on it is not checked, and all the rest is."""
    for name in ("list", "get", "update", "delete", "messages"):
        server.then(operation=name, status_code=404, body="Not Found", forever=True)
    ran = run(*CHECK)
    found = states(ran)
    assert found["operations.store"] == "missing"
    assert found["operations.list"] == found["paging.after"] == found["schema.list"] == "unchecked"
    assert found["streaming.end"] == found["tools.result"] == "works"
    assert "may still be stored" not in ran.err


def test_what_cannot_be_deleted(run: Run, server: LocalServer) -> None:
    """What could not be deleted is named."""
    server.then(operation="delete", status_code=500, forever=True)
    ran = run(*CHECK, "--only", "operations")
    assert ran.err.startswith("these may still be stored: ")
    assert sorted(ran.err.split()[5:]) == sorted(stored(server))


def test_an_interrupt(run: Run, server: LocalServer, ids: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever ends the checks, what was made is deleted."""

    def interrupt(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("chatcompletions.cli._check.checks._sample", interrupt)
    assert run(*CHECK).code == 130
    assert stored(server) == ids


def test_a_service_that_is_not_there(run: Run, server: LocalServer) -> None:
    """A service that cannot be reached, or refuses the key, ends it with a line and a code of its own."""
    ran = run(*CHECK, "http://127.0.0.1:1/v1")
    assert (ran.code, ran.out, ran.err.count("\n")) == (3, "", 1)
    server.then(status_code=401, forever=True)
    ran = run(*CHECK)
    assert (ran.code, ran.out, ran.err.count("\n")) == (3, "", 1)


@pytest.mark.parametrize(
    "arguments", [["--only", "nothing"], ["--allow", "paging.x"], ["--format", "table", "-o", "x"]]
)
def test_what_is_wrong(run: Run, server: LocalServer, arguments: list[str]) -> None:
    """A check that there is not, and a format that fits no file, are refused before anything is sent."""
    assert run(*CHECK, *arguments).code == 2
    assert server.requests == []


def test_asking_first(run: Run, server: LocalServer) -> None:
    """A person is told how much will be asked, and may say no."""
    ran = run(*CHECK, stdin="n\n")
    assert (ran.code, server.requests) == (2, [])
    assert re.match(r"About \d+ requests to .* at most 100 tokens", ran.err)
    assert run(*CHECK, "--only", "operations", stdin="y\n").code == 0


def test_reports(run: Run, server: LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The report is a table, JSON, Markdown or a page, in which what the server said is a text and nothing else."""
    evil = "<script>alert(1)</script> | `x` \x1b[2J"
    server.then(operation="messages", status_code=400, error={"message": evil}, forever=True)
    only = (*CHECK, "--only", "operations")
    monkeypatch.setenv("COLUMNS", "150")
    assert "operations.messages  ≠ deviates" in run(*only, "--format", "table").out
    page = run(*only, "--format", "html").out
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    text = run(*only, "--format", "markdown").out
    assert "\\<script\\>" in text
    (row,) = [line for line in text.splitlines() if "alert" in line]
    assert len(re.findall(r"(?<!\\)\|", row)) == 4
    ran = run(*only, "--format", "json", "-o", str(tmp_path / "report.json"))
    assert ran.err == f"written to {tmp_path / 'report.json'}\n"
    report = json.loads((tmp_path / "report.json").read_text())
    assert (report["version"], report["counts"]["deviates"]) == (1, 1)
    assert run(*only, "-o", str(tmp_path / "none" / "x")).code == 4
    assert [*tmp_path.iterdir()] == [tmp_path / "report.json"]
    for shown in (page, text):
        assert "\x1b" not in shown


def test_the_list(run: Run, server: LocalServer) -> None:
    """The checks can be listed."""
    assert run(*CHECK, "--list").out.count("\n") == len(all_checks())
