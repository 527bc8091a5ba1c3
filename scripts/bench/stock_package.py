"""Generate the client that openapi-python-client's own templates give, for comparison."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scripts import naming
from scripts.bench.errors import BenchError
from scripts.document import load
from scripts.prepare_spec import prepare_named

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT: Final = Path(__file__).resolve().parents[2]
_NAME: Final = "stock_api"
#: How much of what the generator said an error shows, in characters.
_EXCERPT: Final = 300


@contextmanager
def stock_package() -> Iterator[Path]:
    """Give a folder to import ``stock_api`` from; it is removed with the context.

    Raises:
        BenchError: The generator failed; the message holds the end of what it said.
        DocumentError: The pin cannot be prepared.
    """
    with tempfile.TemporaryDirectory(prefix="bench-stock-") as folder:
        prepared = prepare_named(load(str(_ROOT / "openapi.yaml")), naming.load_names())
        document = Path(folder) / "prepared.json"
        document.write_text(json.dumps(prepared.document), encoding="utf-8")
        _generate(document, Path(folder) / _NAME)
        yield Path(folder)


def _generate(document: Path, output: Path) -> None:
    tools = Path(sys.executable).parent
    command = [str(tools / "openapi-python-client"), "generate", "--meta", "none", "--path", str(document)]
    command += ["--config", str(_ROOT / "scripts/codegen.yaml"), "--output-path", str(output)]
    path = os.pathsep.join([str(tools), os.environ.get("PATH", os.defpath)])
    done = subprocess.run(command, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False)
    if done.returncode or not output.is_dir():
        raise BenchError(f"the generator failed: {(done.stderr or done.stdout).strip()[-_EXCERPT:]}")
