"""The examples of docs/many-machines.md, run as they stand there, each in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from chatcompletions.server import LocalServer

PAGE = Path(__file__).parents[2] / "docs/many-machines.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
#: What an example needs that the package does not.
ENGINES = ["distributed", "ray", "pyspark"]


def engine_of(block: str) -> str:
    return next((name for name in ENGINES if re.search(rf"(from|import) {name}\b", block)), "concurrent.futures")


@pytest.mark.parametrize("block", BLOCKS, ids=map(engine_of, BLOCKS))
def test_an_example(block: str, tmp_path: Path) -> None:
    """Each example makes each of its rows once, over processes that find the key in their environment."""
    if find_spec(engine_of(block)) is None:
        pytest.skip(f"{engine_of(block)} is not installed")
    (tmp_path / "example.py").write_text(block, encoding="utf-8")
    with LocalServer(api_key="sk-environment") as server:
        environment = {**os.environ, "OPENAI_API_KEY": "sk-environment", "OPENAI_BASE_URL": server.base_url}
        done = subprocess.run(
            [sys.executable, "-W", "error:::chatcompletions", "example.py"],
            cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        texts = sorted(request.messages[0].content for request in server.requests)
    assert (done.stdout, done.returncode) == ("100 of 100 are answered\n", 0), done.stderr
    assert texts == sorted(f"What is {n} squared?" for n in range(100))


def test_there_are_examples() -> None:
    """The page has an example for processes, and one for each engine."""
    assert [engine_of(block) for block in BLOCKS] == ["concurrent.futures", *ENGINES]
