"""The blocks of the README and of the documentation, run as they stand there."""

from __future__ import annotations

import ast
import asyncio
import inspect
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sybil import Document, Example, Region

from chatcompletions import ChatClient
from chatcompletions.server import ChoiceWords, LocalServer, ScriptEntry
from scripts.docs.blocks import ROOT, Block, blocks, pages

if TYPE_CHECKING:
    from collections.abc import Iterator

# What the examples take from the folder in which they run.
FILES = {"chart.png": b"\x89PNG\r\n\x1a\n...", "report.pdf": b"%PDF-1.7\n...", "question.wav": b"RIFF....WAVEfmt ..."}
#: What blocks hold that nobody can run.
PLAIN = {"text", "toml"}


def regions(document: Document) -> Iterator[Region]:
    """Find the blocks that are run, as a parser of Sybil's."""
    for block in blocks(document.text):
        if block.reason is None and block.language not in PLAIN:
            yield Region(block.start, block.end, block, evaluate)


def evaluate(example: Example) -> None:
    """Run a block by what its language is, as an evaluator of Sybil's."""
    block: Block = example.parsed
    RUNNERS[block.language](block, example.path)


def run_python(block: Block, path: str) -> None:
    """Run a block as a module of its own; it may await. One that has tests is a file of tests."""
    if re.search(r"^(async )?def test_", block.source, re.MULTILINE):
        Path("test_example.py").write_text(block.source, encoding="utf-8")
        run_command(f"{sys.executable} -m pytest -q -p no:cacheprovider -p no:randomly test_example.py")
        return
    code = compile(block.source, path, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    found: Any = eval(code, {"__name__": "__main__"})  # noqa: S307 - our own
    if inspect.iscoroutine(found):
        asyncio.run(found)


def run_console(block: Block, _path: str) -> None:
    assert block.commands, "a console block has lines that begin with $"
    for command in block.commands:
        run_command(command)


def run_command(command: str) -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    folder = ROOT if command.startswith("make ") else None
    environment = {**os.environ, "PATH": path}
    done = subprocess.run(  # noqa: S602 - our own
        command, shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"


def run_yaml(block: Block, _path: str) -> None:
    """Hold a block for a script that the local server can play."""
    Path("script.yaml").write_text(block.source, encoding="utf-8")
    assert LocalServer(script=Path("script.yaml"))


RUNNERS = {"python": run_python, "console": run_console, "yaml": run_yaml}


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_a_page(
    page: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Each block of a page runs by itself, in the page's order and against one store, and prints no empty value."""
    document = Document.parse(str(page), regions)
    monkeypatch.chdir(tmp_path)
    for name, content in FILES.items():
        Path(name).write_bytes(content)
    with LocalServer() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-pages")
        with ChatClient() as chat:
            for topic in ("rivers", "lakes", "seas"):
                chat.create(model="gpt-5.4-mini", messages="Hello.", store=True, metadata={"topic": topic})
        for example in document.examples():
            example.evaluate()
            printed = capsys.readouterr().out
            place = document.line_column(example.start)
            prints = example.parsed.language == "python" and re.search(
                r"^ *print\(", example.parsed.source, re.MULTILINE
            )
            assert bool(prints) == bool(printed), place
            assert not re.search(r" at 0x[0-9a-f]+>|\bNone\b|\bUNSET\b", printed), f"{place}: {printed}"


def test_every_block_is_run_or_says_why_not() -> None:
    """A block has a language that a test can run, or is plain, and what make is told to do is a target that it has."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for page in pages():
        found = blocks(page.read_text(encoding="utf-8"))
        assert {block.language for block in found} <= {*RUNNERS, *PLAIN}, page
        assert 2 * len(found) == len(re.findall(r"^ *```", page.read_text(encoding="utf-8"), re.MULTILINE)), page
        for command in (command for block in found if block.language == "console" for command in block.commands):
            assert not command.startswith("make ") or command.split()[1] in targets, command


def test_every_word_of_scripts_is_listed() -> None:
    """The tables have each word that an entry of a script can have."""
    rows = re.findall(r"^\|(.*?)\|", (ROOT / "docs/testing.md").read_text(encoding="utf-8"), re.MULTILINE)
    listed = {word for row in rows for word in re.findall(r"`(\w+)[^`]*`", row)}
    assert {*ChoiceWords.__annotations__, *ScriptEntry.__annotations__} <= listed


def test_there_are_examples() -> None:
    """The README has examples, of both modes."""
    sources = [block.source for block in blocks((ROOT / "README.md").read_text(encoding="utf-8"))]
    assert len(sources) >= 4
    assert any("await " in source for source in sources)
