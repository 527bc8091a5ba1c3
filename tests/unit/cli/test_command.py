"""The command without a service: help, versions, bars, and what is missing."""

from __future__ import annotations

import builtins
import io
import sys
from typing import TYPE_CHECKING, Any

import pytest

from chatcompletions import __version__
from chatcompletions.cli import main
from chatcompletions.cli._extras import extra_of, find_extra
from chatcompletions.cli._parser import COMMANDS
from chatcompletions.cli._progress import progress

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("command", COMMANDS)
def test_help(command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command explains itself; create each parameter, in the words of the generated model."""
    monkeypatch.setattr(sys, "argv", ["chatcompletions", command, "--help"])
    assert main() == 0
    out = capsys.readouterr().out
    assert out.startswith(f"usage: chatcompletions {command}")
    assert ("Randomness of sampling" in out) == (command == "create")


def test_the_list_of_commands(capsys: pytest.CaptureFixture[str]) -> None:
    """The help lists each command and each exit code; what is none of them is told so."""
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(f"    {name}" in out for name in COMMANDS)
    assert all(f"  {code} " in out for code in (0, 1, 2, 3, 4, 130, 141))
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"chatcompletions {__version__}\n"
    for wrong in ([], ["lst"], ["list", "--nothing"], ["get"]):
        assert main(wrong) == 2


def test_what_is_not_installed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A command that needs an extra names it, before anything is asked for."""
    real = builtins.__import__

    def without(name: str, *more: Any) -> Any:
        if name.partition(".")[0] in ("shtab", "pyarrow", "matplotlib"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, *more)

    monkeypatch.setattr(builtins, "__import__", without)
    monkeypatch.delitem(sys.modules, "shtab", raising=False)
    assert main(["completion", "bash"]) == 2
    assert "pip install 'chatcompletions[cli]'" in capsys.readouterr().err
    monkeypatch.setattr("chatcompletions.cli._extras.find_spec", lambda _: None)
    for command, extra in (
        (["export", "-o", str(tmp_path / "x.parquet")], "parquet"),
        (["stats", "--plot", "x.svg"], "plot"),
    ):
        assert main(command) == 2
        assert f"pip install 'chatcompletions[{extra}]'" in capsys.readouterr().err
    with pytest.raises(ModuleNotFoundError):
        find_extra("rich")
    assert extra_of("json") is None


def test_the_shells(capsys: pytest.CaptureFixture[str]) -> None:
    """Each shell gets every command and every option of it."""
    for shell in ("bash", "zsh", "tcsh"):
        assert main(["completion", shell]) == 0
        out = capsys.readouterr().out
        assert all(name in out for name in COMMANDS)
        assert "max-completion-tokens" in out


class Terminal(io.StringIO):
    """Standard error where somebody looks."""

    def isatty(self) -> bool:
        return True


def test_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long command shows on a terminal how far it is, and elsewhere nothing."""
    for stream, is_shown in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", stream)
        with progress("exporting", 10) as show:
            show(4)
        assert ("exporting" in stream.getvalue()) == is_shown
