"""Rules for another version of the generator: whatever it moved, the first failure says what to look at."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
FILES = [*ROOT.glob("scripts/**/*.py"), *ROOT.glob("tests/**/*.py")]


def test_no_module_needs_the_generator_to_be_imported() -> None:
    """No module imports the generator at its head, where a name that has moved would stop every test at once."""
    heads = {
        f"{file.relative_to(ROOT)}:{node.lineno}": ast.unparse(node)
        for file in FILES
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert len(heads) > len(FILES)
    assert [place for place, text in heads.items() if "openapi_python_client" in text] == []


def test_the_first_failure_lists_what_to_look_at(tmp_path: Path) -> None:
    """With a generator of another version, of which nothing is where it was, every test is found, and one says so."""
    (tmp_path / "openapi_python_client").mkdir()
    (tmp_path / "openapi_python_client/__init__.py").write_text("", encoding="utf-8")
    (tmp_path / "openapi_python_client-9.0.dist-info").mkdir()
    metadata = "Metadata-Version: 2.1\nName: openapi-python-client\nVersion: 9.0\n"
    (tmp_path / "openapi_python_client-9.0.dist-info/METADATA").write_text(metadata, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "verified_generator"]
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run(  # noqa: S603 # our own
        [*command, "tests/unit/generated", "tests/unit/scripts", "tests/contract"],
        cwd=ROOT,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert "The templates in scripts/templates were verified with openapi-python-client" in done.stdout
    assert re.match(r"1 failed, \d+ deselected in", done.stdout.splitlines()[-1])
