"""Rules of `make spec-diff`: formats and exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scripts import spec_diff
from scripts.diff import report
from scripts.diff.documents import load
from scripts.diff.operations import compare
from tests.unit.scripts.test_diff import base, reply, request, schemas

UPSTREAM = Path(__file__).resolve().parents[4] / "shared/upstream"
NEWEST, MIDDLE, OLDEST = (
    UPSTREAM / f"openapi-{name}.yaml" for name in ("2026-08-21-f85dbe2", "2026-07-22-f9400172", "2025-04-29-498c71dd")
)
PIN = spec_diff._ROOT / "openapi.yaml"
upstream = pytest.mark.skipif(not NEWEST.is_file(), reason="the upstream documents are not beside the checkout")


def written(folder: Path, name: str, document: dict[str, Any]) -> str:
    path = folder / name
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)


def run(folder: Path, new: dict[str, Any], *options: str) -> int:
    old = written(folder, "old.json", base())
    return spec_diff.main(["--base", old, *options, "--", written(folder, "new.json", new)])


def widened() -> dict[str, Any]:
    document = base()
    schemas(document)["Effort"]["enum"] += ["max", "<b>|`x`"]
    request(document)["seed"] = {"type": "integer"}
    return document


def broken() -> dict[str, Any]:
    document = widened()
    del request(document)["tier"]
    return document


@pytest.mark.parametrize("style", spec_diff.FORMATS)
def test_same(tmp_path: Path, capsys: pytest.CaptureFixture[str], style: str) -> None:
    """Documents that mean the same give exit code 0 in every format."""
    assert run(tmp_path, base(), "--format", style) == 0
    assert "same" in (out := capsys.readouterr().out) or "No change" in out


@pytest.mark.parametrize("style", spec_diff.FORMATS)
@pytest.mark.parametrize(("new", "code"), [(widened(), 1), (broken(), 2)], ids=["compatible", "breaking"])
def test_exit_codes(tmp_path: Path, style: str, new: dict[str, Any], code: int) -> None:
    """Changes that are only widening give exit code 1, breaking ones give 2."""
    assert run(tmp_path, new, "--format", style) == code


def test_table(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The table is wrapped to the terminal, grouped by operation, the worst first, several values in one row."""
    monkeypatch.setenv("COLUMNS", "70")
    run(tmp_path, broken())
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "old.json -> new.json"
    assert lines[2] == "create request"
    assert lines[3] == "  breaking  create request > tier: removed  [CreateParams.tier,"
    assert any('effort: values "max", "<b>|`x`" added' in line for line in lines)
    assert max(map(len, lines)) <= 70
    assert lines[-1] == "4 changes: 1 breaking, 3 widening."


def test_markdown_that_is_too_long(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Markdown that is too long for an issue is cut after a line, and the last line says so."""
    document = base()
    reply(document).update({f"\u00e9{number}": {} for number in range(2000)})
    run(tmp_path, document, "--format", "markdown")
    lines = capsys.readouterr().out.splitlines()
    assert 59_000 < len("\n".join(lines).encode()) < 61_000
    assert all(line.endswith(" |") for line in lines[8:-2])
    rest = 2000 - len([line for line in lines if line.startswith("| widening")])
    assert lines[-2:] == ["", f"{rest} more lines; `make spec-diff` shows all."]


def test_markdown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Text of a document stays text in Markdown: it cannot end a cell, become markup or mention anybody."""
    document = widened()
    request(document)["@someone #1 [a](b)\n| x |"] = {"type": "string"}
    run(tmp_path, document, "--format", "markdown")
    out = capsys.readouterr().out
    assert "| verdict | change | touches |" in out
    assert "&lt;b>\\|'x'" in out
    assert "@someone" not in out
    rows = [line for line in out.splitlines() if line.startswith("| widening")]
    assert len(rows) == 3
    assert all(row.replace("\\|", "").count("|") == 4 for row in rows)


def test_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The JSON holds the place, kind, verdict, reason and touched names of each change."""
    run(tmp_path, broken(), "--format", "json")
    found = json.loads(capsys.readouterr().out)
    assert found["verdict"] == "breaking"
    assert found["new"]["name"] == "new.json"
    assert len(found["new"]["sha256"]) == 64
    assert len(found["changes"]) == 4
    assert found["changes"][0] == {
        "group": "create request",
        "also": [],
        "others": 0,
        "place": ["tier"],
        "kind": "removed",
        "change": "create request > tier: removed",
        "old": "",
        "new": "",
        "side": "request",
        "verdict": "breaking",
        "why": "code that names it fails",
        "touches": ["CreateParams.tier", "models.CreateChatCompletionRequest"],
    }


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "there is no file"),
        ("", "is empty"),
        ("<html></html>", "is an HTML or XML page"),
        ("openapi: 3.1.0\npaths: {/files: {get: {}}}\n", "has no chat operation"),
        ("openapi: 3.1.0\npaths: {/chat/completions: {get: {responses: {'200': {$ref: '#/x'}}}}}\n", "dangling $ref"),
        ("openapi: 3.1.0\npaths: {/chat/completions: {get: {responses: {'200': {$ref: 'file:///etc/passwd'}}}}}\n",
         "leaves the document"),
    ],
)  # fmt: skip
def test_a_document_that_cannot_be_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None, message: str
) -> None:
    """A document that cannot be used gives exit code 3 and one line on stderr."""
    path = tmp_path / "bad.yaml"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    old = written(tmp_path, "old.json", base())
    for sides in ((old, path), (path, old)):
        assert spec_diff.main(["--base", str(sides[0]), "--", str(sides[1])]) == 3
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith("make spec-diff: ")
        assert message in err
        assert err.count("\n") == 1


@pytest.mark.parametrize("arguments", [["--", ""], ["--format", "html", "--", str(PIN)], ["--nothing"], []])
def test_bad_arguments(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A missing document, an unknown format and an unknown option give exit code 3, too."""
    assert spec_diff.main(arguments) == 3
    assert capsys.readouterr().out == ""


def test_a_reader_that_goes_away_changes_no_verdict(tmp_path: Path) -> None:
    """The exit code is the verdict even if nobody reads the table to its end."""
    sides = ["--base", written(tmp_path, "old.json", base()), "--", written(tmp_path, "new.json", broken())]
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "scripts.spec_diff", *sides]
    done = subprocess.run(  # noqa: S603 # our own
        command, cwd=spec_diff._ROOT, stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (2, b"")


@upstream
def test_the_pin_says_what_upstream_says() -> None:
    """The pin and the document that it was made from have no difference."""
    assert compare(load(str(PIN)), load(str(NEWEST))) == []


@upstream
def test_documents_of_both_versions() -> None:
    """A 3.0 document and a 3.1 one of a year later differ in the announced changes, not in spelling."""
    found = compare(load(str(OLDEST)), load(str(NEWEST)))
    told = {f"{change.where}: {change.what}" for change in found}
    assert {
        "create request > verbosity: added",
        'create request > reasoning_effort: value "max" added',
        "create request > seed: deprecated",
        "create answer > moderation: added",
    } <= told
    breaking = [f"{change.where}: {change.what}" for change in found if change.verdict is report.Verdict.BREAKING]
    assert breaking == [
        'create answer > choices[] > message > tool_calls[]: type "custom" allowed besides type "function"'
    ]


@upstream
def test_a_month_of_changes() -> None:
    """Two revisions of one month differ in the few facts that changed."""
    found = compare(load(str(MIDDLE)), load(str(NEWEST)))
    assert 'create request > service_tier: value "fast" added' in {f"{one.where}: {one.what}" for one in found}
    assert report.verdict_of(found) is report.Verdict.WIDENING
    assert len(found) == 10
