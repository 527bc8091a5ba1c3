"""Build the documentation into site/html, and fail on any link, anchor or foreign address (`make docs`)."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from scripts.bench.readme import END, START
from scripts.docs.blocks import ROOT, blocks, pages
from scripts.docs.reference import reference
from scripts.environments import InstallError, prepare

if TYPE_CHECKING:
    from pathlib import Path

_SITE: Final = ROOT / "site"
_TABLE: Final = "<!-- bench table -->"
#: Attributes for which a browser fetches something by itself.
_FETCHED: Final = {"src", "srcset", "poster", "data"}
_CSS: Final = re.compile(r"(?:url\(\s*|@import\s+)[\"']?((?:https?:)?//[^\"') ]+)")


class _Page(HTMLParser):
    """The links of a page, and the addresses that a browser asks on its own."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            address = value or ""
            if name == "id":
                self.ids.add(address)
            if tag == "a" and name == "href":
                self.links += [address] if dict(attrs).get("class") != "headerlink" else []
            elif name in _FETCHED or (tag == "link" and name == "href" and dict(attrs).get("rel") != "canonical"):
                self.fetched.append(address)


def write(folder: Path) -> None:
    """Write what the site is built from: the pages of docs/, the figures of the README, and the reference."""
    shutil.copytree(ROOT / "docs", folder / "docs")
    shutil.copy(ROOT / "scripts/docs/zensical.toml", folder)
    bench = folder / "docs/bench.md"
    table = (ROOT / "README.md").read_text(encoding="utf-8").partition(START)[2].partition(END)[0].strip()
    bench.write_text(bench.read_text(encoding="utf-8").replace(_TABLE, table), encoding="utf-8")
    (folder / "docs/reference").mkdir()
    for name, text in reference().items():
        (folder / "docs/reference" / name).write_text(text, encoding="utf-8")


def foreign(html: Path) -> list[str]:
    """Return what the pages would fetch from somebody else, each with its file."""
    found = []
    for file in sorted(html.rglob("*.html")):
        page = _Page()
        page.feed(file.read_text(encoding="utf-8"))
        found += [f"{file.relative_to(html)}: {one}" for one in page.fetched if re.match(r"(https?:)?//", one)]
    for file in sorted([*html.rglob("*.css"), *html.rglob("*.html")]):
        text = file.read_text(encoding="utf-8")
        found += [f"{file.relative_to(html)}: {one}" for one in _CSS.findall(text)]
    return found


def dead(html: Path) -> list[str]:
    """Return the links and images that lead to no file, or to no place in it, each with its page."""
    read: dict[Path, _Page] = {}
    for file in sorted(html.rglob("*.html")):
        read[file.resolve()] = _Page()
        read[file.resolve()].feed(file.read_text(encoding="utf-8"))
    found = []
    for file, page in read.items():
        if file.name == "404.html":  # its links begin where the site will be
            continue
        for address in [*page.links, *page.fetched]:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            target = target / "index.html" if target.is_dir() else target
            is_there = target.is_file() and (
                not parts.fragment or unquote(parts.fragment) in read.get(target, page).ids
            )
            found += [] if is_there else [f"{file.relative_to(html.resolve())}: {address}"]
    return found


def summary(html: Path) -> str:
    """Say in a line how many pages, blocks and links there are."""
    files = [file for file in html.rglob("*.html") if file.name != "404.html"]
    links = 0
    for file in files:
        page = _Page()
        page.feed(re.search(r"<article.*?</article>", file.read_text(encoding="utf-8"), re.DOTALL)[0])  # type: ignore[index] # each has one
        links += len(page.links)
    found = [block for page in pages() for block in blocks(page.read_text(encoding="utf-8"))]
    run = sum(block.reason is None for block in found)
    return (
        f"{len(files)} pages, {links} links in their texts, {len(found)} blocks in docs/ and README.md, {run} of them "
        f"run by tests and {len(found) - run} with a reason why not"
    )


def main() -> int:
    """Build the site.

    Returns:
        0, or 1 after what is wrong.
    """
    shutil.rmtree(_SITE, ignore_errors=True)
    source = _SITE / "source"
    source.mkdir(parents=True)
    try:
        python = prepare(ROOT / ".venv/docs", ["--group", "docs"]).python
    except InstallError as error:
        print(f"make docs: {error}", file=sys.stderr)
        return 1
    write(source)
    command = [str(python.with_name("zensical")), "build", "--clean", "--strict"]
    done = subprocess.run(command, cwd=source, check=False, capture_output=True, text=True)
    if done.returncode:
        told = re.sub(r"\x1b\[[0-9;]*m", "", done.stderr)
        print(told.partition("Traceback (most")[0] or told, file=sys.stderr)
        return 1
    html = _SITE / "html"
    (source / "html").rename(html)
    if found := foreign(html):
        print("make docs: pages would ask somebody else for", *found, sep="\n  ", file=sys.stderr)
        return 1
    if found := dead(html):
        print("make docs: these lead nowhere:", *found, sep="\n  ", file=sys.stderr)
        return 1
    print(f"{html.relative_to(ROOT)}/index.html: {summary(html)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
