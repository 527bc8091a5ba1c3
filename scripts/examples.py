"""Write the Python blocks of the README and of `docs/` as modules, for the type checkers (`make types`)."""

import re
import shutil
import textwrap
from typing import Final

from scripts.docs.blocks import ROOT, blocks, pages

_FOLDER: Final = ROOT / "tests/typing/pages"
_AWAITING: Final = re.compile(r"^(?!(async )?def ).*\b(await|async (for|with)) ", re.MULTILINE)


def examples(text: str) -> list[str]:
    """Return the Python blocks of a Markdown text as modules; one that awaits stands in a coroutine function.

    Blocks that no test runs are left out: they need what is not installed.

    Args:
        text: The Markdown text.

    Returns:
        The sources, in the order of the text.
    """
    sources = [block.source for block in blocks(text) if block.language == "python" and block.reason is None]
    return [
        "async def example() -> None:\n" + textwrap.indent(source, "    ") if _AWAITING.search(source) else source
        for source in sources
    ]


def main() -> None:
    """Write each example to a module of its own."""
    shutil.rmtree(_FOLDER, ignore_errors=True)
    _FOLDER.mkdir()
    for page in pages():
        for number, source in enumerate(examples(page.read_text(encoding="utf-8")), 1):
            name = f"{page.stem.lower().replace('-', '_')}_{number}.py"
            (_FOLDER / name).write_text(source, encoding="utf-8")


if __name__ == "__main__":
    main()
