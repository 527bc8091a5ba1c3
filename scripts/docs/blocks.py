"""The fenced blocks of Markdown pages, each of which is run by a test unless a comment above it says why not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from attrs import frozen

ROOT: Final = Path(__file__).resolve().parents[2]
_BLOCK: Final = re.compile(
    r"^(?:<!-- not run: (?P<reason>[^\n]+?) -->\n+)?```(?P<language>\w*)\n(?P<source>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@frozen
class Block:
    """A fenced block.

    Attributes:
        start: Where it begins in the text of its page.
        end: Where it ends.
        language: The word behind the fence.
        source: What it holds.
        reason: Why no test runs it; None for a block that is run.
    """

    start: int
    end: int
    language: str
    source: str
    reason: str | None

    @property
    def commands(self) -> list[str]:
        """The commands of a console block."""
        return re.findall(r"^\$ (.+?)(?:  +#.*)?$", self.source, re.MULTILINE)


def blocks(text: str) -> list[Block]:
    """Return the fenced blocks of a Markdown text, in its order."""
    return [
        Block(match.start(), match.end(), match["language"], match["source"], match["reason"])
        for match in _BLOCK.finditer(text)
    ]


def pages() -> list[Path]:
    """Return the README and the pages of the documentation."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
