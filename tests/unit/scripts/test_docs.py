"""The documentation's site: what it is built from, and what it must not ask for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from scripts.docs import __main__ as docs
from scripts.docs.blocks import ROOT, blocks
from scripts.environments import Environment, InstallError

if TYPE_CHECKING:
    from pathlib import Path

LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)")


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_links_of_the_checkout_lead_somewhere(name: str) -> None:
    """A file that is no page of the site has links to files that there are, and to headings in them."""
    text = (ROOT / name).read_text(encoding="utf-8")
    for file, anchor in LINK.findall(text):
        target = ROOT / (file or name)
        assert target.exists(), file
        headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8") if anchor else "", re.MULTILINE)
        assert not anchor or anchor in {re.sub(r"[^\w-]", "", one.lower().replace(" ", "-")) for one in headings}


def test_a_block_has_the_reason_why_it_is_not_run() -> None:
    """The comment right above a block belongs to it, and to no other."""
    found = blocks(
        "<!-- not run: it installs -->\n```console\n$ pip install .  # all of it\n$ x\n```\n\n```python\n1\n```"
    )
    assert [(block.language, block.reason) for block in found] == [("console", "it installs"), ("python", None)]
    assert found[0].commands == ["pip install .", "x"]


def test_the_site_has_the_figures_of_the_readme(tmp_path: Path) -> None:
    """The page of the bench shows the table that stands in the README, and each page is in the navigation."""
    docs.write(tmp_path / "source")
    assert "| work " in (tmp_path / "source/docs/bench.md").read_text(encoding="utf-8")
    pages = {str(page.relative_to(tmp_path / "source/docs")) for page in (tmp_path / "source/docs").rglob("*.md")}
    listed = re.findall(r'= "(\S+\.md)"', (ROOT / "scripts/docs/zensical.toml").read_text(encoding="utf-8"))
    assert sorted(listed) == sorted(pages)


def test_addresses_that_a_browser_asks_by_itself_are_found(tmp_path: Path) -> None:
    """A script, a font or an image of somebody else is told with its file; a link that a person follows is none."""
    (tmp_path / "a.html").write_text(
        '<script src="https://cdn.test/x.js"></script><link rel="canonical" href="https://a.test">'
        '<link rel="stylesheet" href="//fonts.test/f.css"><a href="https://b.test">b</a><img src="own.png">',
        encoding="utf-8",
    )
    (tmp_path / "a.css").write_text(
        "@font-face{src:url('https://fonts.test/f.woff')} b{background:url(own.png)}", encoding="utf-8"
    )
    assert docs.foreign(tmp_path) == [
        "a.html: https://cdn.test/x.js",
        "a.html: //fonts.test/f.css",
        "a.css: https://fonts.test/f.woff",
    ]


def test_what_leads_nowhere_is_told(tmp_path: Path) -> None:
    """A page, an image or a place in a page that is not there is told with the page that names it."""
    (tmp_path / "a.html").write_text(
        '<a href="b.html#there">1</a><a href="b.html#not">2</a><a href="none.html">3</a><a href="#here">4</a>'
        '<h1 id="here"></h1><img src="none.png"><a href="https://b.test#x">5</a><a href="mailto:x@b.test">6</a>',
        encoding="utf-8",
    )
    (tmp_path / "b.html").write_text('<h1 id="there"></h1><style>@import url(https://x.test)</style>', encoding="utf-8")
    assert docs.dead(tmp_path) == ["a.html: b.html#not", "a.html: none.html", "a.html: none.png"]
    assert docs.foreign(tmp_path) == ["b.html: https://x.test"]


def _builder(tmp_path: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "zensical"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(docs, "prepare", lambda *_: Environment(tmp_path / "python"))


@pytest.fixture
def no_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docs, "ROOT", tmp_path)
    monkeypatch.setattr(docs, "write", lambda folder: folder)


@pytest.mark.parametrize(
    ("script", "code", "told"),
    [
        ("mkdir html; echo '<article><a href=index.html>x</a></article>' > html/index.html", 0, "1 pages, 1 links"),
        ("printf '\\033[33mWarning:\\033[0m no such page\\nTraceback (most' >&2; exit 1", 1, "Warning: no such"),
        ("mkdir html; echo '<article><a href=x>x</a></article>' > html/index.html", 1, "index.html: x"),
        ("mkdir html; echo '<article><img src=//x.test></article>' > html/index.html", 1, "index.html: //x.test"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("no_site")
def test_a_build_ends_in_a_line_or_in_what_is_wrong(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    script: str,
    code: int,
    told: str,
) -> None:
    """A build that worked tells its figures; a dead link, or an address of somebody else, fails it."""
    _builder(tmp_path, script, monkeypatch)
    monkeypatch.setattr(docs, "_SITE", tmp_path / "site")
    assert docs.main() == code
    assert told in "".join(capsys.readouterr())


@pytest.mark.usefixtures("no_site")
def test_a_generator_that_cannot_be_installed_is_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the generator cannot be had, the reason is told."""

    def fails(*_: object) -> Environment:
        raise InstallError("no registry is within reach")

    monkeypatch.setattr(docs, "_SITE", tmp_path / "site")
    monkeypatch.setattr(docs, "prepare", fails)
    assert docs.main() == 1
    assert capsys.readouterr().err == "make docs: no registry is within reach\n"
