"""Rules for the workflows: make targets that exist, pinned actions, and no more rights than needed."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.diff import report

ROOT = Path(__file__).resolve().parents[3]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
TARGETS = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
COMMANDS = {"make", "gh", "grep", "echo", "else", "fi"}


def read(path: Path) -> dict[Any, Any]:
    found: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in read(path)["jobs"].values() for step in job["steps"]]


def test_there_are_two() -> None:
    """There are two workflows: one runs the tests, one watches upstream."""
    assert [path.stem for path in WORKFLOWS] == ["drift", "test"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned(path: Path) -> None:
    """Every action is one of GitHub's own, pinned to a whole version."""
    used = [step["uses"] for step in steps(path) if "uses" in step]
    assert used
    assert all(re.fullmatch(r"actions/(checkout|setup-python)@v\d+\.\d+\.\d+", one) for one in used)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_make_does_the_work(path: Path) -> None:
    """Steps leave the work to make and gh, and each make target that they name is in the Makefile."""
    lines = [line.strip() for step in steps(path) for line in step.get("run", "").splitlines()]
    words = [re.sub(r"^(\w+=\$\(|if )", "", line).split()[0] for line in lines]
    assert set(words) <= COMMANDS
    named = [word for line in lines for words in re.findall(r"make ([^;>|]+)", line) for word in words.split()]
    targets = [word for word in named if not word.startswith(("-", ".venv/")) and "=" not in word]
    assert set(targets) <= set(TARGETS)
    assert targets


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_rights_are_few(path: Path) -> None:
    """Only the workflow that watches upstream may write, and only issues."""
    wanted = {"contents": "read", **({"issues": "write"} if path.stem == "drift" else {})}
    assert read(path)["permissions"] == wanted


def test_every_push_is_tested_on_every_python() -> None:
    """The tests run for pushes and pull requests, on each version of Python that the package names."""
    found = read(ROOT / ".github/workflows/test.yml")
    assert set(found[True]) == {"push", "pull_request"}  # YAML 1.1 reads the key `on` as true
    classifiers = re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert found["jobs"]["test"]["strategy"]["matrix"]["python"] == classifiers


def test_the_watch_is_weekly() -> None:
    """Upstream is compared once a week, and when somebody asks."""
    found = read(ROOT / ".github/workflows/drift.yml")[True]
    assert set(found) == {"schedule", "workflow_dispatch"}
    assert [len(one["cron"].split()) for one in found["schedule"]] == [5]
    assert found["schedule"][0]["cron"].split()[4].isdigit()


def test_no_change_is_told_by_the_report() -> None:
    """The workflow that watches upstream looks for the sentence with which a report without changes begins."""
    texts = [step.get("run", "") for step in steps(WORKFLOWS[0])]
    [sentence] = [found for text in texts for found in re.findall(r'grep --quiet "\^(.+)" report\.md', text)]
    assert report.summary([]).startswith(sentence)
