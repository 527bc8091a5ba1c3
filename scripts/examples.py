"""Write the README's Python examples as modules, for the type checkers (`make types`)."""

import re
import shutil
import textwrap
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).resolve().parent.parent
_FOLDER: Final = _ROOT / "tests/typing/readme"
_BLOCK: Final = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def examples(text: str) -> list[str]:
    """Return the Python blocks of a Markdown text as modules; one that awaits stands in a coroutine function.

    Args:
        text: The Markdown text.

    Returns:
        The sources, in the order of the text.
    """
    blocks: list[str] = _BLOCK.findall(text)
    awaiting = re.compile(r"\b(await|async (for|with)) ")
    return [
        "async def example() -> None:\n" + textwrap.indent(block, "    ") if awaiting.search(block) else block
        for block in blocks
    ]


def main() -> None:
    """Write each example to a module of its own."""
    shutil.rmtree(_FOLDER, ignore_errors=True)
    _FOLDER.mkdir()
    for number, source in enumerate(examples((_ROOT / "README.md").read_text(encoding="utf-8")), 1):
        (_FOLDER / f"example_{number}.py").write_text(source, encoding="utf-8")


if __name__ == "__main__":
    main()
