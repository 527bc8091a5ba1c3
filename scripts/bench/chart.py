"""A bar chart of the ratios in a table as SVG, the same bytes for the same figures, for light and dark pages."""

from __future__ import annotations

import math
import re
from html import escape
from typing import TYPE_CHECKING

from scripts.bench.roster import FLOOR

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scripts.bench.roster import Entry

_WIDTH = 820
_LEFT = 290
_RIGHT = 60
_TOP = 64
_BAR = 11
_GAP = 16
_FONT = "system-ui, sans-serif"
#: Mid tones, so that they stand out on white and on black alike; this client's is the one with a hue.
_TEXT = "#7d8590"
_COLOURS = {"facade": "#2f81f7", "official": "#8b7355", "stock": "#8c959f", "raw_jiter": "#b0b8c1"}
_OTHER = "#8c959f"
_RATIO = re.compile(r"(\d+\.\d+)(?: ±\d+\.\d+)?")


def chart(table: str, entries: Sequence[Entry]) -> str:
    """Return a chart of the ratios in a table of `report.headline`: CPU time over that of raw httpx, logarithmic."""
    shown = [entry for entry in entries if entry != FLOOR and not entry.fan_out_only]
    rows = [row for row in _rows(table, shown) if row[1]]
    ratios = [value for _, bars in rows for _, value in bars] or [1.0]
    low, high = min(0.5, *ratios), max(2.0, *ratios)

    def place(ratio: float) -> float:
        share = math.log(ratio / low) / math.log(high / low)
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    parts, y = [_legend(shown)], float(_TOP)
    for title, bars in rows:
        height = len(bars) * (_BAR + 2)
        parts.append(_text(_LEFT - 12, y + height / 2 + 4, title, "end"))
        for entry, value in bars:
            left, right = sorted((place(1.0), place(value)))
            colour = _COLOURS.get(entry.key, _OTHER)
            width = max(right - left, 1.0)
            parts.append(f'<rect x="{left:.1f}" y="{y:.1f}" width="{width:.1f}" height="{_BAR}" fill="{colour}"/>')
            parts.append(_text(right + 5, y + _BAR - 1.5, f"{value:.2f}", "start"))
            y += _BAR + 2
        y += _GAP
    floor = place(1.0)
    line = f'<line x1="{floor:.1f}" y1="{_TOP - 8}" x2="{floor:.1f}" y2="{y - _GAP + 4:.1f}" stroke="{_TEXT}"/>'
    return _document(rows, [*parts, line], math.ceil(y))


def _rows(table: str, entries: Sequence[Entry]) -> Iterator[tuple[str, list[tuple[Entry, float]]]]:
    """Yield the title of each line of a table, with its ratios; what is in another unit has none."""
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines() if line[:1] == "|"]
    for line in lines[2:]:
        cells = dict(zip(lines[0], line, strict=True))
        ratios = ((entry, _RATIO.fullmatch(cells.get(entry.title, ""))) for entry in entries)
        yield line[0], [(entry, float(ratio[1])) for entry, ratio in ratios if ratio]


def _document(rows: Sequence[tuple[str, list[tuple[Entry, float]]]], parts: Sequence[str], height: int) -> str:
    described = "; ".join(
        f"{title}: {', '.join(f'{entry.title} {value:.2f}' for entry, value in bars)}" for title, bars in rows
    )
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" '
        f'role="img" aria-labelledby="title desc" font-family="{_FONT}" font-size="12" fill="{_TEXT}">',
        f'<title id="title">CPU time over that of {escape(FLOOR.title)}</title>',
        f'<desc id="desc">Less is better. {escape(described)}.</desc>',
        *parts,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _legend(entries: Sequence[Entry]) -> str:
    title = f"CPU time, times {FLOOR.title} (the line; what ends left of it is faster; logarithmic scale)"
    parts, x = [_text(12, 20, title, "start")], 12
    for entry in entries:
        colour = _COLOURS.get(entry.key, _OTHER)
        parts.append(f'<rect x="{x}" y="32" width="{_BAR}" height="{_BAR}" fill="{colour}"/>')
        parts.append(_text(x + _BAR + 6, 42, entry.title, "start"))
        x += 40 + 7 * len(entry.title)
    return "\n".join(parts)


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
