from __future__ import annotations

from xml.etree import ElementTree as ET

from scripts.bench.cases import Bar
from scripts.bench.chart import chart
from scripts.bench.readme import END, START
from scripts.bench.report import headline
from scripts.bench.roster import FLOOR, OURS, ROSTER
from scripts.docs.blocks import ROOT

from ._bench import case, result

_SVG = "{http://www.w3.org/2000/svg}"


def _drawn() -> ET.Element:
    works = [
        result([1.0], [0.5], case("small & <quick>", bar=Bar(1, 1)), official=[24.0]),
        result([1.0], [1.2], case("list"), official=[9.0]),
        result([1.0], [7.7], case("hidden", headline=False)),
    ]
    return ET.fromstring(chart(headline(works, ROSTER), ROSTER))  # noqa: S314 - our own text


def test_a_chart_has_a_title_and_tells_its_figures_in_words() -> None:
    """Who cannot see the chart hears every figure of it."""
    root = _drawn()
    assert root.get("role") == "img"
    assert FLOOR.title in str(root.findtext(f"{_SVG}title"))
    described = str(root.findtext(f"{_SVG}desc"))
    assert f"the work small & <quick>: {OURS.title} 0.50, official SDK 24.00" in described
    assert "7.70" not in described


def test_bars_begin_at_the_floor_and_grow_with_the_ratio() -> None:
    """What is slower than raw httpx goes right of its line, what is faster left of it, and more goes farther."""
    root = _drawn()
    line = root.find(f"{_SVG}line")
    assert line is not None
    floor = float(line.get("x1", "nan"))
    legend = len([entry for entry in ROSTER if entry != FLOOR and not entry.fan_out_only])
    bars = [(float(bar.get("x", "nan")), float(bar.get("width", "nan"))) for bar in root.findall(f"{_SVG}rect")]
    fast, official, slow, official_list = bars[legend:]
    assert fast[0] < floor == fast[0] + fast[1]
    assert official[0] == slow[0] == floor
    assert official[1] > official_list[1] > slow[1] > 0


def test_everything_drawn_lies_within_the_chart() -> None:
    """No bar and no text begins outside of the picture."""
    root = _drawn()
    width, height = float(root.get("width", "nan")), float(root.get("height", "nan"))
    for element in [*root.findall(f"{_SVG}rect"), *root.findall(f"{_SVG}text")]:
        assert 0 <= float(element.get("x", "nan")) + float(element.get("width", 0)) <= width
        assert 0 <= float(element.get("y", "nan")) <= height


def test_the_same_figures_give_the_same_bytes() -> None:
    """A chart is drawn from its figures alone."""
    assert ET.tostring(_drawn()) == ET.tostring(_drawn())


def test_a_chart_of_nothing_is_still_a_picture() -> None:
    """Where every competitor is missing, the chart is empty and well-formed."""
    assert ET.fromstring(chart("", ROSTER)).tag == f"{_SVG}svg"  # noqa: S314 - our own text


def test_the_chart_is_drawn_from_the_table_of_the_readme() -> None:
    """Chart and table have the same figures."""
    table = (ROOT / "README.md").read_text(encoding="utf-8").partition(START)[2].partition(END)[0]
    assert (ROOT / "docs/chart.svg").read_text(encoding="utf-8") == chart(table, ROSTER)
