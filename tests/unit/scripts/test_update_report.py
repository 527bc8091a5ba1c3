"""Rules of the report of `make update`: what it compares with, and what stands first."""

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from scripts import bump, naming, update
from scripts.document import load
from scripts.prepare_spec import Prepared, prepare_named
from scripts.swap import Swap
from scripts.update_report import Update, render
from tests.unit.scripts.test_diff import base, request, schemas
from tests.unit.scripts.test_update import git

PARAMS = "CreateParams in facade/chatcompletions/_params.py"


class Checkout:
    """A checkout with a pin and a package, and updates of both from a document."""

    def __init__(self, folder: Path) -> None:
        self.pin, self.package = folder / "openapi.yaml", folder / "generated/rivers_api"
        folder.mkdir()
        self.update(base())

    def commit(self) -> None:
        git(self.pin.parent, "init", "--quiet")
        git(self.pin.parent, "add", "--all")
        git(self.pin.parent, "commit", "--quiet", "--message", "first")

    def update(self, document: dict[str, Any]) -> Update:
        source = self.pin.with_name("upstream.json")
        source.write_text(json.dumps(document), encoding="utf-8")
        return update.update(str(source), Swap(self.pin), self.package)


def _build(spec: Path, folder: Path) -> Prepared:
    """Write a package of empty classes, instead of running the generator."""
    prepared = prepare_named(load(str(spec)), naming.load_names())
    (folder / "models").mkdir(parents=True)
    for name in prepared.document["components"]["schemas"]:
        (folder / f"models/{naming.module_name(name)}.py").write_text(f"class {name}:\n    pass\n", encoding="utf-8")
    return prepared


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    monkeypatch.setattr(update, "build", _build)
    monkeypatch.setattr(update, "check", lambda *_: [])
    return Checkout(tmp_path / "checkout")


def section(report: str, heading: str) -> str:
    return report.partition(f"{heading}\n{'-' * len(heading)}\n")[2].partition("\n\n")[0]


def revision() -> dict[str, Any]:
    """Return a document that takes away a parameter and brings a class without a name."""
    document = base()
    del request(document)["tier"]
    schemas(document)["Page"]["properties"]["extra"] = {"type": "object", "properties": {"a": {"type": "string"}}}
    return document


def test_a_second_run_leads_to_the_same_version(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a class was named, a second run still reports what users have not seen, and the same version."""
    checkout.commit()
    first = render(checkout.update(revision()), 110)
    assert "ChatCompletionList.extra: called ChatCompletionListExtra" in section(first, "Names")
    assert "compared with the last commit" in section(first, "Changes in the pin")
    table = naming.load_names() | {"ChatCompletionList.extra": "Surplus"}
    monkeypatch.setattr(naming, "load_names", lambda: table)
    second = render(checkout.update(revision()), 110)
    assert "ChatCompletionList.extra: called" not in second
    assert "added     models.Surplus" in section(second, "Changes in the generated package")
    assert "models.ChatCompletionListExtra" not in second
    for heading in ("Changes in the pin", "Version"):
        assert section(second, heading) == section(first, heading)
    assert "the worst change is breaking" in section(second, "Version")


def test_a_version_that_was_raised_already_is_not_raised_again(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The version in the working tree does not count: the one that is committed is the one that users have."""
    file = checkout.pin.with_name("_version.py")
    file.write_text('__version__ = "1.2.3"\n', encoding="utf-8")
    monkeypatch.setattr(bump, "VERSION_FILE", file)
    checkout.commit()
    file.write_text('__version__ = "2.0.0"\n', encoding="utf-8")
    assert render(checkout.update(revision()), 110).count("1.2.3 -> 2.0.0") == 1


@pytest.mark.parametrize("is_checkout", [True, False], ids=["not committed", "no checkout"])
def test_without_a_commit_the_present_files_count(
    is_checkout: bool, checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the pin is in no commit, or where there is no git, the report compares with the files that it replaces."""
    if is_checkout:
        git(checkout.pin.parent, "init", "--quiet")
    else:
        monkeypatch.setenv("PATH", "")
    found = checkout.update(revision())
    assert found.before.origin == "compared with the files that this run replaced, as no pin is committed"
    assert found.changes
    assert [change.name for change in found.api if change.kind == "added"] == ["models.ChatCompletionListExtra"]
    assert not checkout.update(revision()).changes


def test_a_package_that_is_not_committed_is_not_compared(checkout: Checkout) -> None:
    """A commit with a pin and no package gives changes in the pin alone."""
    kept = checkout.package.with_name("kept")
    checkout.package.rename(kept)
    checkout.commit()
    shutil.rmtree(kept)
    found = checkout.update(revision())
    assert found.changes
    assert found.api == []


def test_calls_that_do_not_work_stand_first(checkout: Checkout) -> None:
    """The report begins with the calls that do not work, and so does its section about the facade."""
    refused = "the facade refuses to call get, as the pinned spec has no Reply: it was renamed or is gone"
    lacking = f"openapi.yaml has the create parameter 'tier', which {PARAMS} lacks: add it there"
    fails = "the facade's create with stream=True does not find the text of an answer any more"
    found = checkout.update(base())._replace(facade=[lacking, refused, fails])
    report = render(found, 200)
    assert report.startswith("The calls\n---------\nno longer working (The facade says why): create, get")
    assert section(report, "The facade").splitlines() == [refused, fails, lacking]


def test_calls_that_work_are_not_counted(checkout: Checkout) -> None:
    """If no call is known to fail, the report says so; a missing keyword is no failure."""
    whole = checkout.update(base())
    sentence = "openapi.yaml has the get parameter 'a', for which the facade's get has no keyword: add one"
    report = render(whole._replace(facade=[sentence], made=dataclasses.replace(whole.made, missing=[])), 110)
    assert section(report, "The calls") == "none is known to fail"


def test_surplus_parameters_are_one_sentence(checkout: Checkout) -> None:
    """Parameters that a TypedDict has too much are listed in one sentence, after all that the facade lacks."""
    surplus = [
        f"{PARAMS} has {name!r}, which is no create parameter of openapi.yaml: remove it there"
        for name in ("seed", "stop", "user")
    ]
    page = "ListParams in facade/chatcompletions/_params.py has 'after', which is no list parameter of openapi.yaml:"
    lacking = f"openapi.yaml has the create parameter 'tier', which {PARAMS} lacks: add it there"
    report = render(checkout.update(base())._replace(facade=[*surplus, f"{page} remove it there", lacking]), 200)
    assert section(report, "The facade").splitlines() == [
        lacking,
        f"{PARAMS} has 'seed', 'stop', 'user', which are no create parameters of openapi.yaml: remove them there",
        f"{page} remove it there",
    ]


def test_places_that_match_nothing_are_cut_short(checkout: Checkout) -> None:
    """Of the places in the table of names that the pin lacks, the report shows a dozen, and says where the rest is."""
    found = checkout.update(base())
    names = section(render(found, 200), "Names").splitlines()
    assert sum("but not in the pin" in line for line in names) == 12
    assert names[-1] == f"and {len(found.prepared.hoisted.stale) - 12} more, which make generate lists"
