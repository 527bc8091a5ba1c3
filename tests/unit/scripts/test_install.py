"""Rules of installing: which line stands in the way, what make says, and that every line in a hint works."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from scripts import constraints, generate, install
from scripts.errors import DocumentError

ROOT = Path(__file__).resolve().parents[3]
CONFLICT = """\
Collecting openapi-python-client==0.30.0
ERROR: Cannot install openapi-python-client==0.30.0 because these package versions have conflicting dependencies.

The conflict is caused by:
    openapi-python-client 0.30.0 depends on python-dateutil<3
    The user requested (constraint) python-dateutil==4.0.0
    The user requested (constraint) Something_Else==1

Additionally, some packages in these conflicts have no matching distributions available for your environment:
    python-dateutil
ERROR: ResolutionImpossible: for help visit the manual
"""
HINT = re.compile(r"pip install '(chatcompletions\[[\w,]+\])'")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a project and constraints, which the scripts take for their own."""
    table = {"generate": ["openapi-python-client==0.29.1", "PyYAML==6.0"], "dev": ["pytest>=9", "mypy==2"]}
    groups = "\n".join(f"{name} = {entries}" for name, entries in table.items())
    dev = groups.replace("['pytest", "[{ include-group = 'generate' }, 'pytest")
    head = '[project]\nname = "rivers"\n[project.optional-dependencies]\nstrict = []\nserver = []\n'
    (tmp_path / "pyproject.toml").write_text(f"{head}[dependency-groups]\n{dev}\n", encoding="utf-8")
    lines = "# A head.\nopenapi_python_client==0.29.1\npython-dateutil==4.0.0\npyyaml==6.0\n"
    (tmp_path / "constraints.txt").write_text(lines, encoding="utf-8")
    monkeypatch.setattr(constraints, "PROJECT", tmp_path / "pyproject.toml")
    monkeypatch.setattr(constraints, "FILE", tmp_path / "constraints.txt")
    return tmp_path


class Pip:
    """Pip, as it would answer."""

    def __init__(self, code: int = 0, output: str = "") -> None:
        self.code, self.output, self.commands = code, output, list[list[str]]()

    def __call__(self, command: list[str], *, check: bool, **_: Any) -> subprocess.CompletedProcess[str]:
        self.commands.append(command)
        if check and self.code:
            raise subprocess.CalledProcessError(self.code, command)
        return subprocess.CompletedProcess(command, self.code, self.output)


@pytest.fixture
def pip(monkeypatch: pytest.MonkeyPatch) -> Pip:
    found = Pip()
    monkeypatch.setattr(subprocess, "run", found)
    return found


@pytest.mark.usefixtures("project")
def test_an_installation_that_goes_well_says_nothing(pip: Pip, capsys: pytest.CaptureFixture[str]) -> None:
    """What pip says is not shown if it installs what it was told, which is at the constrained versions."""
    pip.output = "Collecting everything"
    assert install.main(["--group", "dev"]) == 0
    assert pip.commands[0][-2:] == ["--group", "dev"]
    assert "--constraint" in pip.commands[0]
    assert capsys.readouterr() == ("", "")


def test_a_pin_that_was_raised_alone(project: Path, pip: Pip, capsys: pytest.CaptureFixture[str]) -> None:
    """A pin that the constraints contradict is named with the line to change, before pip is asked."""
    text = (project / "pyproject.toml").read_text(encoding="utf-8")
    (project / "pyproject.toml").write_text(text.replace("0.29.1", "0.30.0"), encoding="utf-8")
    assert install.main(["--group", "dev"]) == 1
    assert capsys.readouterr().err == (
        "make: the versions contradict each other:\n"
        "  scripts/constraints.txt, line 2, has openapi_python_client==0.29.1, and pyproject.toml "
        "openapi-python-client==0.30.0: change that line, or run make constraints\n"
    )
    assert pip.commands == []


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("code", [0, 1])
def test_a_terminal_is_told_what_pip_is_at(
    code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a terminal one line names what pip has come to, and is gone at the end; a failure is told after."""
    printed = "Collecting rivers>=1\n  Downloading rivers\nInstalling collected packages: rivers\nERROR: no space\n"
    script = f"import sys; print({printed!r}, end=''); sys.exit({code})"
    monkeypatch.setattr(install, "_pip", lambda _: [sys.executable, "-c", script])
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert install.main(["rivers"]) == code
    *steps, rest = capsys.readouterr().err.split("\r\x1b[K")
    assert steps == ["", "  Collecting rivers ...", "  Installing collected packages ..."]
    assert rest == ("make: cannot install rivers:\n  no space\n" if code else "")


@pytest.mark.usefixtures("project")
def test_a_conflict_names_the_package_and_the_line(pip: Pip, capsys: pytest.CaptureFixture[str]) -> None:
    """If pip finds a conflict, the error names the packages, and the line of each constraint that takes part."""
    pip.code, pip.output = 1, CONFLICT
    assert install.main(["--group", "dev"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "make: cannot install --group dev:",
        "  openapi-python-client 0.30.0 depends on python-dateutil<3",
        "  scripts/constraints.txt, line 3, has python-dateutil==4.0.0",
        "  The user requested (constraint) Something_Else==1",
        "  change that line, or run make constraints",
    ]


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("WARNING: a\nERROR: No matching distribution\nERROR: another\n", "No matching distribution"),
        ("Traceback\nValueError: b\n\n", "ValueError: b"),
        ("", "it gave no reason"),
    ],
)
def test_any_other_failure_is_told(output: str, reason: str) -> None:
    """If pip fails for another reason, its first error is shown, or the last line if there is none."""
    assert install.explanation(output) == [reason]


def _report(**versions: str) -> str:
    found = ", ".join(f'{{"metadata": {{"name": "{name}", "version": "{one}"}}}}' for name, one in versions.items())
    return f'{{"install": [{found}]}}'


def test_constraints_are_refreshed(project: Path, pip: Pip, capsys: pytest.CaptureFixture[str]) -> None:
    """The newest versions of all that the project needs replace the old ones; a second run finds nothing to do."""
    pip.output = _report(rivers="1", PyYAML="6.1", pip="27", attrs="26")
    assert constraints.main() == 0
    assert pip.commands[0][-5:] == [
        f"{project}[strict,server]",
        *(part for name in ("generate", "dev") for part in ("--group", f"{project}/pyproject.toml:{name}")),
    ]
    lines = (project / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert lines == ["# A head.", "attrs==26", "pip==27", "PyYAML==6.1"]
    told = capsys.readouterr().out.splitlines()
    assert [told[0], told[3]] == ["+attrs==26", "-python-dateutil==4.0.0"]
    assert constraints.main() == 0
    assert capsys.readouterr().out == "the newest versions are there\n"


def test_constraints_that_cannot_be_found_stay(project: Path, pip: Pip, capsys: pytest.CaptureFixture[str]) -> None:
    """If pip finds no versions that go together, the constraints are as they were."""
    before = (project / "constraints.txt").read_bytes()
    pip.code = 1
    assert constraints.main() == 1
    assert "nothing is changed" in capsys.readouterr().err
    assert (project / "constraints.txt").read_bytes() == before


def test_our_own_versions_go_together() -> None:
    """No pin of the project contradicts its constraints."""
    assert constraints.contradictions() == []


FAKE = """#!/bin/sh
case "$*" in
  "-m venv .venv") mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
  "-m scripts.spec_diff "*) exit "$CODE" ;;
esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a folder with our Makefile, and a Python that only pretends."""
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "scripts").mkdir()
    for name in ("pyproject.toml", "scripts/constraints.txt"):
        (tmp_path / name).touch()
    (tmp_path / "python").write_text(FAKE, encoding="utf-8")
    (tmp_path / "python").chmod(0o755)
    return tmp_path


def make(checkout: Path, *arguments: str, code: int = 0, **options: Any) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    command = ["make", "--no-print-directory", f"PYTHON={checkout / 'python'}", *arguments]
    return subprocess.run(command, cwd=checkout, env=kept | {"CODE": str(code)}, text=True, check=False, **options)  # noqa: S603


def said(checkout: Path, *arguments: str) -> list[str]:
    """Return the lines that make writes to a terminal."""
    ours, its = os.openpty()
    assert make(checkout, *arguments, stderr=its).returncode == 0
    os.close(its)
    written = b""
    with contextlib.suppress(OSError):  # the end of a terminal that nobody has open any more
        while part := os.read(ours, 4096):
            written += part
    os.close(ours)
    return written.decode().splitlines()


def test_make_says_that_it_installs(checkout: Path) -> None:
    """On a terminal, make says in a line what it installs, and nothing where all is there; elsewhere it is silent."""
    whole = [
        "Making an environment in .venv: a few seconds ...",
        "Installing pip at the version of scripts/constraints.txt ...",
        "Installing the package and what its server and command need ...",
        "Installing the development tools: about a minute ...",
    ]
    assert said(checkout, ".venv/dev") == whole
    assert said(checkout, ".venv/dev") == []
    (checkout / ".venv/dev").unlink()
    assert said(checkout, ".venv/dev") == whole[-1:]
    shutil.rmtree(checkout / ".venv")
    quiet = make(checkout, ".venv/dev", capture_output=True)
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")


def test_the_hint_for_a_tool_of_another_version_installs_it(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line that an error gives for a tool that somebody changed installs all again, though make knows no reason."""
    monkeypatch.setattr(generate, "version", lambda _: "0.1")
    with pytest.raises(
        DocumentError, match=r"0\.1 is installed; install the pinned one: make [-a-z]+ \.venv/dev$"
    ) as caught:
        generate.build(ROOT / "openapi.yaml", checkout / "package")
    assert said(checkout, ".venv/dev")
    assert said(checkout, *str(caught.value).rpartition(": make ")[2].split())


@pytest.mark.parametrize(("code", "fails"), [(0, False), (1, False), (2, False), (3, True)])
def test_make_fails_only_if_documents_cannot_be_compared(checkout: Path, code: int, *, fails: bool) -> None:
    """A comparison that finds changes is no failure of make; one that cannot be made is."""
    done = make(checkout, "spec-diff", code=code, capture_output=True)
    assert bool(done.returncode) is fails
    assert ("***" in done.stderr) is fails


def hints() -> dict[str, str]:
    """Return the file of each line in README and package that installs an extra of ours."""
    files = [ROOT / "README.md", *ROOT.glob("facade/**/*.py")]
    return {hint: file.name for file in files for hint in HINT.findall(file.read_text(encoding="utf-8"))}


def test_hints_name_extras_that_there_are() -> None:
    """Each line that installs an extra names one of the project's, and the README has a line on each of these."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    named = {extra for hint in hints() for extra in re.split(r"[\[\],]", hint)[1:-1]}
    assert {"server", "strict"} <= named <= table.keys()
    rows = re.findall(r"^\| `(\w+)` \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(rows) >= table.keys()


def test_hints_work_for_a_package_that_is_on_no_index() -> None:
    """Where the package is installed, from a checkout or not, the lines that add an extra ask no index for it."""
    command = [sys.executable, "-m", "pip", "--isolated", "install", "--no-index", "--dry-run", "--quiet", *hints()]
    done = subprocess.run(  # noqa: S603 # our own
        [*command, "--disable-pip-version-check"], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
