"""How answers look in a notebook: HTML, in which the texts of strangers stay texts.

There is HTML alone, and no Markdown: in Markdown a notebook takes tags for HTML, runs their scripts where it trusts the
notebook, as it does its reader's own, and fetches images, which tells their server that the answer was read. All texts
are escaped, and are in ``pre`` or ``code``, where no formula is looked for. Nothing is loaded, and nothing is sent.
"""

from __future__ import annotations

import re
from html import escape
from pprint import pformat
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Characters of a text, and of a cell of a table, that are shown.
_TEXT, _CELL = 4000, 200
#: Rows of a table that are shown; choices of a completion, and calls of a choice.
_ITEMS, _FEW = 50, 10
#: Control characters, by which a text could change how it is shown, and halves of characters, which no file can hold.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_FONT = "font-family: inherit; background: none; color: inherit; padding: 0; margin: 0"
_WRAP = "white-space: pre-wrap; word-break: normal; overflow-wrap: anywhere; unicode-bidi: isolate"
_BLOCK = f"{_FONT}; {_WRAP}; max-height: 32em; overflow: auto"
_MUTED = "opacity: 0.7; font-size: 85%"
_CELL_STYLE = "text-align: left; vertical-align: top; min-width: 8em; padding: 0.3em 0.6em"


def completion_html(completion: Any) -> str:
    """Return a completion: what it says, what it calls or refuses, its values, and what it cost."""
    body = completion.to_dict()
    parsed = [getattr(getattr(choice, "message", None), "parsed", None) for choice in _list(completion.choices)]
    choices = _list(body.get("choices"))
    usage = _dict(body.get("usage"))
    known = (
        body.get("model"),
        _time(completion),
        f"tokens: {_string(usage['total_tokens'])}" if "total_tokens" in usage else None,
        body.get("id"),
    )
    parts = [_muted(" · ".join(_text(one, _CELL) for one in known if one not in (None, "")))]
    for number, choice in enumerate(choices[:_FEW]):
        if len(choices) > 1:
            parts.append(_muted(f"choice {number}"))
        parts += _choice(_dict(choice), parsed[number] if number < len(parsed) else None)
    parts.append(_left_out(len(choices) - _FEW, "choices"))
    return _box(parts)


def page_html(page: Any) -> str:
    """Return the items of a page as a table; no further page is fetched."""
    items = _list(page.data)
    rows = [_row(item) for item in items[:_ITEMS]]
    more = "there may be more on the next page" if page.has_more is not False else "there are no more"
    return _box(
        [
            _table([*rows[0]], [row.values() for row in rows]) if rows else "",
            _left_out(len(items) - _ITEMS, "items of this page"),
            _muted(f"{len(items)} {'item' if len(items) == 1 else 'items'}; {more}"),
        ]
    )


def outcome_html(outcome: Any) -> str:
    """Return the reply of an outcome, or its error; the request, which may hold anything, is not shown."""
    error = outcome.error
    if error is None:
        return _box([_muted(f"row {outcome.index}"), completion_html(outcome.reply)])
    return _box([_muted(f"row {outcome.index} failed: {_text(type(error).__name__, _CELL)}"), _block(error)])


def deviations_html(deviations: Iterable[Any]) -> str:
    """Return deviations as a table."""
    found = list(deviations)
    if not found:
        return _box([_muted("no deviations from the spec")])
    rows = [[one.path, one.expected, one.found] for one in found[:_ITEMS]]
    return _box([_table(("path", "expected", "found"), rows), _left_out(len(found) - _ITEMS, "deviations")])


def _row(item: Any) -> dict[str, Any]:
    body = _dict(item.to_dict() if hasattr(item, "to_dict") else item)
    if not hasattr(item, "created_at"):
        return {"id": body.get("id"), "role": body.get("role"), "content": _said(body)}
    return {
        "id": body.get("id"),
        "created": _time(item),
        "model": body.get("model"),
        "answer": _answer(body),
        "tokens": _dict(body.get("usage")).get("total_tokens"),
        "metadata": _pairs(body),
    }


def _choice(choice: dict[str, Any], parsed: Any) -> Iterator[str]:
    message, reason = _dict(choice.get("message")), choice.get("finish_reason")
    if parsed is not None:
        shown = repr(parsed)  # pformat would take long over one that is cut anyway
        yield _block(pformat(parsed, width=100) if len(shown) <= _TEXT else shown, "font-family: monospace")
    elif text := _content(message):
        yield _block(text)
    if refusal := message.get("refusal"):
        yield _muted("refused")
        yield _block(refusal)
    calls = [_call(_dict(call)) for call in _list(message.get("tool_calls"))]
    if calls:
        yield _table(("call", "arguments"), calls[:_FEW])
        yield _left_out(len(calls) - _FEW, "calls")
    if reason not in (None, "stop", "tool_calls"):
        yield _muted(f"finish reason: {_text(reason, _CELL)}")


def _call(call: dict[str, Any]) -> tuple[Any, Any]:
    function, custom = _dict(call.get("function")), _dict(call.get("custom"))
    return function.get("name") or custom.get("name"), function.get("arguments") or custom.get("input")


def _answer(completion: dict[str, Any]) -> str:
    return next((_said(_dict(_dict(one).get("message"))) for one in _list(completion.get("choices"))), "")


def _said(message: dict[str, Any]) -> str:
    if text := _content(message):
        return text
    if refusal := message.get("refusal"):
        return f"refused: {_string(refusal)}"
    names = [_string(_call(_dict(call))[0]) for call in _list(message.get("tool_calls"))]
    return f"calls {', '.join(names)}" if names else ""


def _content(message: dict[str, Any]) -> str:
    content = message.get("content")
    if isinstance(content, str):
        return content
    texts = (_dict(part).get("text") or f"[{_dict(part).get('type')}]" for part in _list(content))
    return "\n".join(map(_string, texts))


def _pairs(completion: dict[str, Any]) -> str:
    return "\n".join(f"{name}={_string(value)}" for name, value in _dict(completion.get("metadata")).items())


def _time(completion: Any) -> str:
    created = completion.created_at
    return "" if created is None else f"{created:%Y-%m-%d %H:%M:%S} UTC"


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _string(value: Any) -> str:
    if value is None:
        return ""
    try:
        return str(value)
    except ValueError:  # an integer of more digits than Python writes
        return f"a number of {value.bit_length():,} bits"


def _text(value: Any, limit: int) -> str:
    """Return a value as HTML that shows it, and how much of it is left out."""
    text = _string(value)
    shown = escape(_UNSEEN.sub(_picture, text[:limit]))
    rest = f" <i>… {len(text) - limit:,} more characters</i>" if len(text) > limit else ""
    return f'<code dir="auto" style="{_FONT}; {_WRAP}; font-size: inherit">{shown}</code>{rest}'


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    return chr(0x2400 + code) if code < 0x20 else "\u2421" if code == 0x7F else "\ufffd"


def _block(value: Any, style: str = "") -> str:
    text = _string(value)
    shown = escape(_UNSEEN.sub(_picture, text[:_TEXT]))
    # A line break behind the tag, which HTML drops, so that one with which the text begins is kept.
    block = f'<pre dir="auto" style="{_BLOCK}; {style}">\n{shown}</pre>'
    return block + _left_out(len(text) - _TEXT, "characters")


def _table(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    titles = "".join(f'<th scope="col" style="{_CELL_STYLE}">{title}</th>' for title in head)
    cells = ("".join(f'<td style="{_CELL_STYLE}">{_text(cell, _CELL)}</td>' for cell in row) for row in rows)
    lines = "".join(f"<tr>{row}</tr>" for row in cells)
    return f"<table><thead><tr>{titles}</tr></thead><tbody>{lines}</tbody></table>"


def _left_out(count: int, what: str) -> str:
    return _muted(f"… {count:,} more {what}") if count > 0 else ""


def _muted(html: str) -> str:
    return f'<div style="{_MUTED}">{html}</div>'


def _box(parts: Iterable[str]) -> str:
    return f"<div>{''.join(parts)}</div>"
