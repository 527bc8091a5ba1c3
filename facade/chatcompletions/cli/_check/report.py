"""The findings as a table, JSON, Markdown or a page."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from chatcompletions._spec.provenance import spec
from chatcompletions._version import __version__

if TYPE_CHECKING:
    from .session import Result

#: The version of the JSON: members may be added to it, none changes its meaning.
VERSION = 1
_MARKS = {"works": "✓", "deviates": "≠", "missing": "-", "unchecked": "?", "failed": "✗"}
_STYLES = {"works": "green", "deviates": "yellow", "missing": "dim", "unchecked": "dim", "failed": "red"}
_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>What works at {{ base_url }}</title>
<style>
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #8886 }
td:nth-child(2) { white-space: nowrap } td { overflow-wrap: anywhere }
.works { color: light-dark(#166534, #86efac) } .deviates { color: light-dark(#92400e, #fcd34d) }
.failed { color: light-dark(#b91c1c, #fca5a5) }
</style>
</head>
<body>
<main>
<h1>What works at {{ base_url }}</h1>
<p>{{ summary }}. Model {{ model }}, checked by chatcompletions {{ version }}.</p>
{% for group, results in groups.items() %}
<h2 id="{{ group }}">{{ group | capitalize }}</h2>
<table aria-labelledby="{{ group }}">
<thead><tr><th scope="col">Check</th><th scope="col">State</th><th scope="col">Detail</th></tr></thead>
<tbody>
{% for one in results %}<tr><td><a href="{{ one.page }}">{{ one.title }}</a></td>
<td class="{{ one.state }}">{{ marks[one.state] }} {{ one.state }}</td><td>{{ one.detail }}</td></tr>
{% endfor %}</tbody>
</table>
{% endfor %}
</main>
</body>
</html>
"""


def summary(results: list[Result]) -> str:
    """Return how many checks ended in each way."""
    counts = Counter[str](result.state for result in results)
    return ", ".join(f"{counts[state]} {state}" for state in _MARKS if counts[state])


def as_value(results: list[Result], base_url: str, model: str) -> dict[str, Any]:
    """Return the report as JSON."""
    return {
        "version": VERSION,
        "base_url": base_url,
        "model": model,
        "client": f"chatcompletions {__version__}",
        "spec": spec.revision,
        "counts": dict(Counter(result.state for result in results)),
        "results": [
            {
                "id": one.check.id,
                "title": one.check.title,
                "page": one.check.page,
                "state": one.state,
                "detail": one.detail,
            }
            for one in results
        ],
    }


def render(kind: str, results: list[Result], base_url: str, model: str) -> str:
    """Return the report as text: ``json``, ``markdown`` or ``html``."""
    value = as_value(results, base_url, model)
    if kind == "json":
        return json.dumps(value, indent=2) + "\n"
    groups: dict[str, list[dict[str, str]]] = {}
    for one in value["results"]:
        groups.setdefault(one["id"].partition(".")[0], []).append(one)
    if kind == "html":
        from jinja2 import Environment

        page = Environment(autoescape=True, trim_blocks=True).from_string(_PAGE)
        return page.render(value, groups=groups, marks=_MARKS, summary=summary(results), version=__version__) + "\n"
    lines = [f"# What works at {_marked(base_url)}", "", f"{summary(results)}. Model {_marked(model)}."]
    for group, members in groups.items():
        lines += ["", f"## {group.capitalize()}", "", "| check | state | detail |", "|---|---|---|"]
        lines += [
            f"| {one['title']} | {_MARKS[one['state']]} {one['state']} | {_marked(one['detail'])} |" for one in members
        ]
    return "\n".join(lines) + "\n"


def print_results(results: list[Result]) -> None:
    """Print the report for a person."""
    from rich.text import Text

    from chatcompletions.cli._output import console, plain_table

    table = plain_table()
    table.add_column("check", no_wrap=True)
    table.add_column("state", no_wrap=True)
    table.add_column("what works, or what came instead", overflow="fold")
    for one in results:
        mark = Text(f"{_MARKS[one.state]} {one.state}", _STYLES[one.state])
        table.add_row(Text(one.check.id), mark, Text(one.detail or one.check.title))
    out = console()
    out.print(table)
    out.print()
    out.print(Text(summary(results)))


def _marked(text: str) -> str:
    """Return a text of which Markdown makes nothing else."""
    return "".join(f"\\{letter}" if letter in r"\`*_{}[]<>()#|!&~" else letter for letter in text)
