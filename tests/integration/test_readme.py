"""The examples of the README, run as they stand there."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from chatcompletions import ChatClient
from chatcompletions.server import ChoiceWords, LocalServer, ScriptEntry

README = Path(__file__).parents[2] / "README.md"
PYTHON, YAML = (
    re.findall(rf"^```{language}\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    for language in ("python", "yaml")
)

# What the examples take from the folder in which they run.
FILES = {"chart.png": b"\x89PNG\r\n\x1a\n...", "report.pdf": b"%PDF-1.7\n..."}


@pytest.mark.parametrize("block", PYTHON, ids=range(len(PYTHON)))
def test_an_example(
    block: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Each example runs by itself, with a server, a key and the files that it names, and prints no empty value."""
    monkeypatch.chdir(tmp_path)
    for name, content in FILES.items():
        Path(name).write_bytes(content)
    with LocalServer() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-readme")
        with ChatClient() as chat:
            chat.create(model="m", messages="Hello.", store=True)
        run(block)
    printed = capsys.readouterr().out
    assert ("print(" in block) == bool(printed)
    assert not re.search(r" at 0x[0-9a-f]+>|\bNone\b|\bUNSET\b", printed)


def run(block: str) -> None:
    """Run a block as a module's source; it may await."""
    found: Any = eval(compile(block, str(README), "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True), {})  # noqa: S307 - our own
    if inspect.iscoroutine(found):
        asyncio.run(found)


@pytest.mark.parametrize("block", YAML, ids=range(len(YAML)))
def test_a_script(block: str, tmp_path: Path) -> None:
    """Each YAML block is a script that the local server can play."""
    (tmp_path / "script.yaml").write_text(block, encoding="utf-8")
    assert LocalServer(script=tmp_path / "script.yaml")


def test_every_word_of_scripts_is_listed() -> None:
    """The tables have each word that an entry of a script can have."""
    rows = re.findall(r"^\|(.*?)\|", README.read_text(encoding="utf-8"), re.MULTILINE)
    listed = {word for row in rows for word in re.findall(r"`(\w+)[^`]*`", row)}
    assert {*ChoiceWords.__annotations__, *ScriptEntry.__annotations__} <= listed


def test_there_are_examples() -> None:
    """The README has examples, of both modes."""
    assert len(PYTHON) >= 4
    assert any("await " in block for block in PYTHON)
