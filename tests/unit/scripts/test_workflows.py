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


def test_there_are_three() -> None:
    """There are three workflows: one watches upstream, one publishes, one runs the tests."""
    assert [path.stem for path in WORKFLOWS] == ["drift", "release", "test"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned(path: Path) -> None:
    """Every action is one of GitHub's own, or the index's that publishes, pinned to a whole version."""
    used = [step["uses"] for step in steps(path) if "uses" in step]
    assert used
    known = r"actions/(checkout|setup-python|(up|down)load-artifact)|pypa/gh-action-pypi-publish"
    assert all(re.fullmatch(rf"({known})@v\d+\.\d+\.\d+", one) for one in used)


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


RELEASE = ROOT / ".github/workflows/release.yml"


def test_a_release_is_a_tag_that_is_the_version() -> None:
    """Only a tag publishes; it is handed to make build, which refuses one that is not the version."""
    found = read(RELEASE)
    assert found[True] == {"push": {"tags": ["v*"]}}
    job = found["jobs"]["build"]
    assert job["env"] == {"TAG": "${{ github.ref_name }}"}
    runs = [step["run"] for step in job["steps"] if "run" in step]
    assert runs == ["make lint types check-generated test CI=1", "make build", "make check-build"]
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\nbuild:")[2].partition("\n\n")[0]
    assert recipe.endswith('-m scripts.release.build --tag "$${TAG-}"')


def test_no_text_of_the_event_is_run() -> None:
    """The name of a tag reaches a step through the environment, so that no shell reads it as code."""
    assert not [step for path in WORKFLOWS for step in steps(path) if "${{" in step.get("run", "")]


def test_only_what_publishes_may_prove_who_it_is() -> None:
    """One job may ask for a token of the index; it runs no code of ours, and none of what the tests install."""
    jobs = read(RELEASE)["jobs"]
    assert {name: job.get("permissions") for name, job in jobs.items()} == {
        "build": None,
        "publish": {"id-token": "write"},
    }
    publish = jobs["publish"]
    assert (publish["needs"], publish["environment"]["name"]) == ("build", "pypi")
    assert [step.get("uses", "").partition("@")[0] for step in publish["steps"]] == [
        "actions/download-artifact",
        "pypa/gh-action-pypi-publish",
    ]
    assert publish["steps"][1]["with"] == {"attestations": True}
    sent, received = jobs["build"]["steps"][-1]["with"], publish["steps"][0]["with"]
    assert (sent["name"], sent["path"]) == (received["name"], received["path"]) == ("dist", "dist/")


def test_a_release_is_tried_on_every_python() -> None:
    """Each version of Python that the package names is there for make check-build."""
    [setup] = [step for step in steps(RELEASE) if step.get("uses", "").startswith("actions/setup-python@")]
    classifiers = re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert sorted(setup["with"]["python-version"].split()) == classifiers
