"""The examples of pages as modules for the type checkers."""

from scripts.examples import examples

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
