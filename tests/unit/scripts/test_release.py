"""What `make build` and `make check-build` do, without a registry."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

import chatcompletions
from scripts import worktree
from scripts.environments import Environment, InstallError
from scripts.release import build, check, trials
from scripts.release.version import FILE, ROOT, ReleaseError, version
from scripts.release.version import check as check_version

if TYPE_CHECKING:
    from collections.abc import Callable

SECURITY = ROOT / "SECURITY.md"


def git(root: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=A", "-c", "user.email=a@b.example", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", str(root), *identity, *arguments]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 # git, on a folder of the test's own


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a small project with one commit."""
    root = tmp_path / "project"
    package = root / "facade/chatcompletions"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "_version.py").write_text('__version__ = "1.2.3"\n')
    (root / "CHANGELOG.md").write_text("# Changelog\n\n## [Unreleased]\n\n## [1.2.3] - 2026-03-01\n")
    (root / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "chatcompletions"\nversion = "1.2.3"\nrequires-python = ">=3.11"\n'
        '[tool.hatch.build.targets.wheel]\npackages = ["facade/chatcompletions"]\n'
    )
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message=first")
    return root


def test_the_version_is_the_same_everywhere() -> None:
    """The file, the package, the User-Agent, the change log and a tag of this commit agree."""
    found = version()
    assert chatcompletions.__version__ == found
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, json={"object": "list", "data": [], "has_more": False})

    with chatcompletions.ChatClient(api_key="k", transport=httpx.MockTransport(answer)) as chat:
        chat.list()
    assert requests[0].headers["user-agent"].startswith(f"chatcompletions/{found} ")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["dynamic"] == ["readme", "version"]
    assert project["tool"]["hatch"]["version"] == {"path": FILE}
    check_version()
    for tag in worktree.release_tags(ROOT):
        check_version(tag)


def test_the_change_log_links_each_version() -> None:
    """Each heading of a version leads to what changed, and [Unreleased] to what changed since the latest."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## \[([^]]+)\]", text, re.MULTILINE)
    links = dict(re.findall(r"^\[([^]]+)\]: (\S+)$", text, re.MULTILINE))
    assert list(links) == headings
    assert links["Unreleased"].endswith(f"/compare/v{version()}...HEAD")
    groups = set(re.findall(r"^### (.+)$", text, re.MULTILINE))
    assert groups <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_links_into_the_repository_agree() -> None:
    """Every file that names the public repository names the one of pyproject.toml."""
    urls = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]
    texts = [file.read_text(encoding="utf-8") for file in (SECURITY, ROOT / "CHANGELOG.md", ROOT / "pyproject.toml")]
    address = r"https://(?:github|raw\.githubusercontent)\.com/([\w-]+/[\w-]+)"
    found = {match for text in texts for match in re.findall(address, text)}
    assert found == {urls["Source"].removeprefix("https://github.com/")}


@pytest.mark.parametrize(
    ("tag", "log", "told"),
    [
        ("v1.2.4", None, r"the tag is 'v1\.2\.4', but facade/.* says 1\.2\.3: tag v1\.2\.3"),
        ("1.2.3", None, r"the tag is '1\.2\.3'"),
        (None, "## [1.2.3] - 2026-03-01", r"must begin with the heading ## \[Unreleased\]"),
        (None, "## [Unreleased]", r"latest version in CHANGELOG\.md is none, .* below a heading ## \[1\.2\.3\]"),
        (None, "## [Unreleased]\n## [1.2.2] - 2026-03-01", r"latest version in CHANGELOG\.md is 1\.2\.2"),
        (None, "## [Unreleased]\n## [1.2.3]", r"heading of 1\.2\.3 .* has no date"),
        (None, "## [Unreleased]\n## [1.2.3] - soon", r"heading of 1\.2\.3 .* has no date"),
    ],
)
def test_what_disagrees(project: Path, tag: str | None, log: str | None, told: str) -> None:
    """A tag or a change log of another version is refused, with what to change."""
    check_version("v1.2.3", project)
    if log is not None:
        (project / "CHANGELOG.md").write_text(log + "\n")
    with pytest.raises(ReleaseError, match=told):
        check_version(tag, project)


def test_a_file_without_a_version(project: Path) -> None:
    """Where the version cannot be read, the error shows how it is written."""
    (project / FILE).write_text("__version__ = version()\n")
    with pytest.raises(ReleaseError, match=r'no line such as __version__ = "1\.2\.3"'):
        version(project)


def test_only_what_is_committed_is_built(project: Path, tmp_path: Path) -> None:
    """Twice the same bytes, and neither strays nor changes that are not committed are in them."""
    (project / "facade/chatcompletions/stray.py").touch()
    (project / "facade/chatcompletions/_version.py").write_text('__version__ = "9"\n')
    assert worktree.changes(project) == [
        " M facade/chatcompletions/_version.py",
        "?? facade/chatcompletions/stray.py",
    ]
    found = build.build(project, Path(sys.executable), tmp_path / "built")
    names = ["chatcompletions-1.2.3.tar.gz", "chatcompletions-1.2.3-py3-none-any.whl"]
    assert [each.name for each in found] == names
    with zipfile.ZipFile(found.wheel) as wheel, tarfile.open(found.sdist) as sdist:
        inside = [*wheel.namelist(), *sdist.getnames()]
        assert wheel.read("chatcompletions/_version.py") == b'__version__ = "1.2.3"\n'
    assert len([name for name in inside if name.endswith("chatcompletions/__init__.py")]) == 2
    assert not [name for name in inside if "stray" in name]


def test_what_depends_on_the_surroundings_is_refused(project: Path, tmp_path: Path) -> None:
    """A build that comes out differently the second time is an error that names both files."""
    (project / "hatch_build.py").write_text(
        "import os\n"
        "from hatchling.builders.hooks.plugin.interface import BuildHookInterface\n"
        "class Hook(BuildHookInterface):\n"
        "    def initialize(self, version, build_data):\n"
        "        build_data['extra_metadata'] = {}\n"
        "        with open(os.path.join(self.root, 'facade/chatcompletions/zone.txt'), 'w') as file:\n"
        "            file.write(os.environ['TZ'])\n"
    )
    with (project / "pyproject.toml").open("a") as file:
        file.write("[tool.hatch.build.targets.wheel.hooks.custom]\n")
    git(project, "add", ".")
    git(project, "commit", "--quiet", "--message=second")
    with pytest.raises(ReleaseError, match=r"whl came out differently the second time: compare .+ and .+"):
        build.build(project, Path(sys.executable), tmp_path / "built")


def test_a_build_that_fails(project: Path, tmp_path: Path) -> None:
    """The error has the last line of what hatchling said."""
    (project / "pyproject.toml").write_text("[project]\n")
    git(project, "commit", "--quiet", "--all", "--message=second")
    with pytest.raises(ReleaseError, match=r"^hatchling cannot build the sdist: .+$"):
        build.build(project, Path(sys.executable), tmp_path / "built")


def test_without_a_commit(tmp_path: Path) -> None:
    """Outside of a checkout nothing can be released."""
    with pytest.raises(ReleaseError, match="run this in a checkout"):
        build.build(tmp_path, Path(sys.executable), tmp_path / "built")


@pytest.fixture
def built(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project that `make build` takes for its own; nothing is installed, and nothing is inspected."""
    monkeypatch.setattr(build, "ROOT", project)
    monkeypatch.setattr(build, "DIST", project / "dist")
    monkeypatch.setattr(build, "version", lambda: "1.2.3")
    monkeypatch.setattr(build, "prepare", lambda *_: Environment())
    monkeypatch.setattr(build, "inspect", lambda *_: None)
    return project


def test_what_make_build_tells(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It tells the files with their sums, and the commit; and that changes which are not committed are left out."""
    assert build.main([]) == 0
    told = capsys.readouterr()
    assert told.err == ""
    sdist, wheel, last = told.out.splitlines()
    for line, name in ((sdist, "chatcompletions-1.2.3.tar.gz"), (wheel, "chatcompletions-1.2.3-py3-none-any.whl")):
        digest = hashlib.sha256((built / "dist" / name).read_bytes()).hexdigest()
        assert line.startswith(f"dist/{name}  ")
        assert line.endswith(f" sha256 {digest}")
    commit = worktree.last_commit(built)
    assert commit is not None
    assert last.startswith(f"1.2.3 of commit {commit[0]}: ")
    assert build.main(["--tag", "v1.2.3"]) == 0
    assert "changes that are not committed are left out" in capsys.readouterr().err  # dist/ itself is one here


@pytest.mark.parametrize(
    ("failure", "code", "told"),
    [
        (ReleaseError("twine refuses it"), 1, "make build: twine refuses it\n"),
        (InstallError("no registry"), 1, "make build: no registry\n"),
        (KeyboardInterrupt(), 130, "make build: interrupted\n"),
    ],
)
def test_a_build_that_does_not_end(
    built: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    failure: BaseException,
    code: int,
    told: str,
) -> None:
    """Whatever ends it, there is one line, and dist/ is as it was."""

    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(build, "inspect", fail)
    assert build.main([]) == code
    assert capsys.readouterr() == ("", told)
    assert not (built / "dist").exists()


def test_tags_of_another_version(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A tag that was handed over, or that the commit has, must be the version."""
    assert build.main(["--tag", "v2.0.0"]) == 1
    git(built, "tag", "v1.2.4")
    assert build.main([]) == 1
    for tag, line in zip(("v2.0.0", "v1.2.4"), capsys.readouterr().err.splitlines(), strict=True):
        assert f"the tag is '{tag}'" in line


def test_tools_that_find_something(tmp_path: Path) -> None:
    """What twine or check-wheel-contents prints is in the error."""
    tool = tmp_path / "python"
    tool.write_text("#!/bin/sh\ntest $2 = twine || { echo W002: twice the same file; exit 1; }\n")
    tool.chmod(0o755)
    found = build.Distributions(tmp_path / "a.tar.gz", tmp_path / "a.whl")
    with pytest.raises(ReleaseError, match=r"^check_wheel_contents refuses it:\nW002: twice the same file$"):
        build.inspect(tool, found, tmp_path)


def test_what_lies_in_dist(tmp_path: Path) -> None:
    """Distributions of other versions leave the folder from which all are published; nothing else does."""
    folder = tmp_path / "dist"
    folder.mkdir()
    for name in ("chatcompletions-1.0.0.tar.gz", "notes.txt"):
        (folder / name).touch()
    found = build.Distributions(tmp_path / "chatcompletions-1.2.3.tar.gz", tmp_path / "chatcompletions-1.2.3.whl")
    for each in found:
        each.write_text("built")
    places = build.publish(found, folder)
    assert places == [folder / each.name for each in found]
    assert {each.name for each in folder.iterdir()} == {*(each.name for each in found), "notes.txt"}


def test_each_extra_is_tried() -> None:
    """Each extra of pyproject.toml has a trial in scripts/release/trials.py, by its name."""
    missing = set(check.extras()) - trials.TRIALS.keys()
    assert not missing, f"write a function for each in scripts/release/trials.py, and add it to TRIALS: {missing}"


def test_the_plain_trial(capsys: pytest.CaptureFixture[str]) -> None:
    """Where the package is installed, the calls that every environment is tried with go through."""
    with check.server() as base_url:
        command = [sys.executable, "-I", check.__file__.replace("check.py", "trials.py"), "", base_url]
        subprocess.run(command, check=True)  # noqa: S603 # this interpreter, our script
    assert capsys.readouterr().err == ""


def test_pythons_that_are_there() -> None:
    """The interpreter of the tests is found; for each other version that the package names it is known if one is."""
    found = check.pythons()
    assert all(re.fullmatch(r"3\.\d+", name) for name in found)
    assert found[f"{sys.version_info.major}.{sys.version_info.minor}"] == Path(sys.executable)


@pytest.mark.parametrize(
    ("output", "by_pip", "told"),
    [
        ("Collecting x\n" * 900 + "ERROR: No matching distribution found for x\n", True, "No matching .* for x"),
        ("Traceback\n  File\nAssertionError: two\n\n", False, "AssertionError: two"),
        ("", True, "it gave no reason"),
        ("", False, "it gave no reason"),
    ],
)
def test_a_failure_is_a_line(output: str, by_pip: bool, told: str) -> None:
    """However much a command printed, the log gets the line that says why it failed."""
    found = check.reason(output, by_pip=by_pip)
    assert re.fullmatch(told, found)


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., int]:
    """Return a `make check-build` for which nothing is installed: the trial of the extra ``http2`` fails."""

    def attempt(_: Path, __: Path, extra: str, ___: str) -> str | None:
        return "it is gone" if extra == "http2" else None

    wheel = tmp_path / f"chatcompletions-{version()}-py3-none-any.whl"
    wheel.touch()
    monkeypatch.setattr(check, "DIST", tmp_path)
    monkeypatch.setattr(check, "ROOT", tmp_path)
    monkeypatch.setattr(check, "attempt", attempt)
    monkeypatch.setattr(check, "pythons", lambda: {"3.11": Path(sys.executable), "3.14": None})
    monkeypatch.setattr(check, "extras", lambda: ["http2", "strict"])
    return check.main


def test_what_is_told(tried: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    """Each environment has a line, a Python that is not here too, and one failure is the failure of all."""
    assert tried([]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "Python 3.11  chatcompletions: ok",
        "Python 3.11  chatcompletions[http2]: it is gone",
        "Python 3.11  chatcompletions[strict]: ok",
        "Python 3.14  not tried, because it is not installed here",
        "2 of 3 environments are ok",
    ]
    assert tried(["--extra", "strict"]) == 0


def test_ctrl_c(tried: Callable[..., int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C ends the check with a line."""

    def attempt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(check, "attempt", attempt)
    assert tried([]) == 130
    assert capsys.readouterr() == ("", "make check-build: interrupted\n")


def test_nothing_is_no_success(tried: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a Python, and without a wheel, the check fails."""
    assert tried(["--python", "3.14"]) == 1
    next(tmp_path.iterdir()).unlink()
    assert tried([]) == 1
    assert "run make build" in capsys.readouterr().err


PROMISES = re.findall(r"^\| (.+\.) \| (`.+`) \|$", SECURITY.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize(("promise", "held_by"), PROMISES)
def test_promises_are_held(promise: str, held_by: str) -> None:
    """Each promise of SECURITY.md names tests that exist."""
    file = None
    for reference in re.findall(r"`([^`]+)`", held_by):
        path, _, name = reference.partition("::")
        file = ROOT / path if path else file
        assert file is not None, promise
        assert file.is_file(), f"{promise}: {path} is gone"
        assert f"def {name}(" in file.read_text(encoding="utf-8") or not name, f"{promise}: {reference} is gone"


def test_every_promise_is_read() -> None:
    """Each row of the tables of SECURITY.md is one that the test above reads."""
    rows = [line for line in SECURITY.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    heads = sum(line.startswith(("|---", "| promise |")) for line in rows)
    assert len(rows) - heads == len(PROMISES) > 10
