"""Pin the chat operations of an upstream OpenAPI document as `openapi.yaml` (`make spec UPSTREAM=...`)."""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from scripts import command, naming
from scripts.closure import slice_chat
from scripts.defaults import allow_null_defaults
from scripts.document import DocumentError, dump, parse
from scripts.errors import shown
from scripts.operations import CHUNK_SCHEMA, UNTAKEN
from scripts.overlay import apply, load_overlay
from scripts.prose import strip
from scripts.receipt import make_receipt
from scripts.renaming import keep_names
from scripts.source import public_name, read
from scripts.swap import Swap
from scripts.words import Coverage, coverage

_ROOT: Final = Path(__file__).resolve().parent.parent
_HEAD: Final = """\
# Pinned by `make spec` from the document that x-receipt names; do not edit.
# Facts are upstream's, words are ours: change those in scripts/overlay.yaml.
"""


@dataclass(frozen=True, slots=True)
class Pin:
    """A pinned document, and what a maintainer should know about it.

    Attributes:
        document: The OpenAPI document, receipt included.
        missing: Operations that upstream does not have.
        untaken: Operations below `/chat/completions` that the client does not have.
        describes_chunks: Whether upstream describes a stream's chunks.
        stale: Overlay targets that match nothing.
        words: The parts that have no words of ours.
        renamed: The names of components that upstream renamed, by upstream's names.
        unfollowed: What no call needs and leads nowhere, a sentence for each.
    """

    document: dict[str, Any]
    missing: list[str]
    untaken: list[str]
    describes_chunks: bool
    stale: list[str]
    words: Coverage
    renamed: dict[str, str]
    unfollowed: list[str]

    @property
    def text(self) -> str:
        """The content of `openapi.yaml`."""
        return _HEAD + dump(self.document)

    def notices(self) -> list[str]:
        """List what a maintainer should know about the pin.

        Returns:
            A line for each missing or untaken operation, part that leads nowhere, stale overlay target and part
            without words.
        """
        lines = [f"upstream has no {operation}" for operation in self.missing]
        lines += [f"upstream has {operation}, for which the client has no call" for operation in self.untaken]
        if not self.describes_chunks:
            lines.append(f"upstream does not describe a stream's chunks ({CHUNK_SCHEMA})")
        lines += self.unfollowed
        lines += [f"upstream renamed {name} to {found}: the pin keeps {name}" for found, name in self.renamed.items()]
        lines += [f"overlay target matches nothing: {target}" for target in self.stale]
        return lines + [f"no words yet: {target}" for target in self.words.missing]


def pin(source: str, overlay: str, revision: str | None = None, day: str | None = None) -> Pin:
    """Make a pin from an upstream document.

    Args:
        source: Path or URL of an OpenAPI 3.0, 3.1 or 3.2 document.
        overlay: Path of the overlay with our words.
        revision: Upstream's revision, if the source does not show it.
        day: Upstream's date as YYYY-MM-DD, if the source does not show it.

    Returns:
        The pin, which depends only on the bytes, the name, the overlay and the table of names.

    Raises:
        DocumentError: If the document or the overlay cannot be used.
        NamesError: If the table of names cannot be used.
    """
    data = read(source)
    name = public_name(source)
    receipt = make_receipt(source, data, revision, day)
    facts = strip(parse(data, name))
    allow_null_defaults(facts)
    try:
        cut = slice_chat(facts)
        renamed = keep_names(cut.document, naming.load_names())
    except DocumentError as error:
        raise DocumentError(f"{shown(name)}: {error}") from None
    worded, stale = apply(cut.document, load_overlay(overlay))
    document = {"openapi": worded["openapi"], "x-receipt": receipt, **worded}
    if cut.untaken:
        document[UNTAKEN] = cut.untaken
    return Pin(
        document, cut.missing, cut.untaken, cut.describes_chunks, stale, coverage(worded), renamed, cut.unfollowed
    )


def main(arguments: list[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: The command line without the program's name; that of the process by default.

    Returns:
        0, or the code of a failure after one line on stderr that names it; see `scripts.command.run`.
    """
    options = _parser().parse_args(arguments)
    swap = Swap(options.output)
    return command.run("make spec", swap, lambda: _pin(options, swap))


def _pin(options: argparse.Namespace, swap: Swap) -> int:
    if not options.upstream.strip():
        raise DocumentError("give the document to pin: make spec UPSTREAM=<path or URL>")
    made = pin(options.upstream, str(options.overlay), options.revision, options.date)
    swap.replace(pin=made.text)
    for line in made.notices():
        print(line, file=sys.stderr)
    print(_summary(made, options.output))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.pin_spec",
        description="Pin the chat operations of an upstream OpenAPI document: every fact, none of its prose.",
    )
    parser.add_argument("upstream", metavar="UPSTREAM", help="path or http(s) URL of an OpenAPI document, 3.0 to 3.2")
    parser.add_argument("--revision", help="upstream's revision (default: taken from the name of UPSTREAM)")
    parser.add_argument("--date", help="upstream's date, YYYY-MM-DD (default: taken from the name of UPSTREAM)")
    parser.add_argument("--output", type=Path, default=_ROOT / "openapi.yaml", help="default: %(default)s")
    parser.add_argument("--overlay", type=Path, default=_ROOT / "scripts/overlay.yaml", help="default: %(default)s")
    return parser


def _summary(made: Pin, output: Path) -> str:
    receipt = made.document["x-receipt"]
    revision, day = receipt["revision"] or "unknown", receipt["date"] or "date unknown"
    sections = made.document["components"]
    schemas = len(sections.get("schemas", {}))
    operations = sum(method in item for item in made.document["paths"].values() for method in ("get", "post", "delete"))
    worded = made.words.total - len(made.words.missing)
    return (
        f"{output.name}: {operations} operations and {schemas} schemas"
        f" of {receipt['source']}, revision {revision}, {day};"
        f" {worded} of {made.words.total} parts have words"
    )


if __name__ == "__main__":
    sys.exit(main())
