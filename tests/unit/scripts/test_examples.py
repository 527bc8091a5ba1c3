"""The examples of pages as modules for the type checkers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts import examples as module
from scripts.examples import examples

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

TEXT = """
```python
import a
```
text
<!-- not run: it needs what is not installed -->
```python
import nothing
```
```console
$ make
```
```python
async with b as c:
    await c
```
"""


def test_examples() -> None:
    """Each Python block is a module, and one that awaits stands in a coroutine function."""
    assert examples(TEXT) == ["import a\n", "async def example() -> None:\n    async with b as c:\n        await c\n"]


def test_they_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each example is a file of its own, and those of earlier times are gone."""
    folder = tmp_path / "examples"
    folder.mkdir()
    (folder / "old.py").write_text("")
    monkeypatch.setattr(module, "_FOLDER", folder)
    module.main()
    written = {one.name for one in folder.iterdir()}
    assert len(written) > 30
    assert "old.py" not in written
