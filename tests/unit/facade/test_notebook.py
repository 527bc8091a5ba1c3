"""What a notebook shows of answers: it is all there or said to be cut, and no text of a stranger is HTML."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from chatcompletions import ChatClient, ChatCompletion, Deviation, MessagePage, Outcome, deviations

from ._support import ASK, Server, completion, is_async, page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ._support import SyncDriver

EVIL = "<script>alert(1)</script><img src='//a.example/x' onerror=\"alert(2)\">&amp;</pre></code></td>"
#: Texts that are more than they seem: tags, Markdown, formulas, terminal escapes, half a character.
TEXTS = [
    EVIL,
    "![x](//a.example/x) [y](javascript:z)",
    "$\\href{javascript:x}{y}$",
    "\x1b]8;;a\x07\x1b[2J\x00\x7f",
    "\ud800",
]
TAGS = {"div", "pre", "code", "table", "thead", "tbody", "tr", "th", "td", "i"}


class Reader(HTMLParser):
    """The tags and attributes of HTML, and its texts by whether they are in pre or code."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.foreign, self.own = "", ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if {"pre", "code"} & {*self._open}:
            self.foreign += data
        else:
            self.own += data + " "


@pytest.fixture(scope="module")
def formatter() -> Iterator[Callable[[object], str]]:
    """Return a function that gives the HTML that IPython would show of an object."""
    shell = InteractiveShell.instance()

    def shown(value: object) -> str:
        data, _ = shell.display_formatter.format(value)
        assert set(data) == {"text/plain", "text/html"}
        json.dumps(data).encode()
        html: str = data["text/html"]
        html.encode()
        return html

    yield shown
    InteractiveShell.clear_instance()


def called(name: str, arguments: str) -> dict[str, Any]:
    return {"id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments}}


def everywhere(text: str) -> list[Any]:
    """Return each kind of object with a text wherever a server may put one."""
    message = {"role": text, "content": text, "refusal": text, "tool_calls": [called(text, text)]}
    body = {
        "id": text,
        "model": text,
        "created": text,
        "choices": [{"index": 0, "finish_reason": text, "message": message}] * 2,
        "usage": {"total_tokens": text},
        "metadata": {text: text},
        "_repr_html_": text,
        "_repr_markdown_": text,
    }
    reply = ChatCompletion.from_dict(body)
    items: dict[str, Any] = {"data": [{"id": text, "role": text, "content": text}], "has_more": True, "last_id": text}
    return [
        reply,
        Outcome(0, "request", reply),
        Outcome(0, "request", error=ValueError(text)),
        MessagePage.from_dict(items),
        Deviation(text, text, text),
    ]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("number", range(5))
def test_texts_stay_texts(formatter: Callable[[object], str], text: str, number: int) -> None:
    """A text adds no tag and no attribute, stands where no formula is looked for, and its control characters show."""
    html = formatter(everywhere(text)[number])
    reader = Reader(html)
    assert reader.tags <= TAGS
    assert reader.attributes <= {"style", "dir", "scope"}
    assert not [character for character in html if not (character.isprintable() or character in "\n\t")]
    seen = text.translate({0x1B: "\u241b", 0x07: "\u2407", 0x00: "\u2400", 0x7F: "\u2421", 0xD800: "\ufffd"})
    assert seen in reader.foreign
    assert "alert" not in reader.own
    assert "href" not in reader.own


def test_a_reply(connect: Callable[..., SyncDriver], formatter: Callable[[object], str]) -> None:
    """A reply shows its text with its spaces, the model, the tokens, the time and the id."""
    text = "\n  Hello,\n\tworld & all.  "
    body = completion(text) | {"usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}}
    driver = connect(transport=Server(body).transport)
    reader = Reader(formatter(driver.call("create", **ASK)))
    assert text in reader.foreign
    for known in (body["id"], body["model"], "UTC", "tokens: 3"):
        assert known in reader.foreign


def test_what_is_no_text(formatter: Callable[[object], str]) -> None:
    """Calls of tools, refusals and reasons to stop early are shown."""
    choices = [
        {"index": 0, "finish_reason": "tool_calls", "message": {"role": "assistant", "tool_calls": [
            called("rainfall", '{"city": "Paris"}'),
            {"id": "call_2", "type": "custom", "custom": {"name": "shell", "input": "ls"}},
        ]}},
        {"index": 1, "finish_reason": "length", "message": {"role": "assistant", "content": "Once"}},
        {"index": 2, "finish_reason": "stop", "message": {"role": "assistant", "refusal": "I cannot."}},
    ]  # fmt: skip
    reader = Reader(formatter(ChatCompletion.from_dict({"id": "1", "choices": choices})))
    for shown in ("rainfall", '{"city": "Paris"}', "shell", "ls", "Once", "length", "I cannot."):
        assert shown in reader.foreign
    assert "choice 2" in reader.own
    assert "refused" in reader.own


@dataclass
class River:
    """A river."""

    name: str
    note: str = ""


@pytest.mark.parametrize("note", ["short", "long" * 5000])
def test_a_value(formatter: Callable[[object], str], note: str) -> None:
    """A parsed value is shown in the place of its text; one that is long is cut."""
    text = json.dumps({"name": "<b>Loire</b>", "note": note})
    with ChatClient(api_key="k", transport=Server(completion(text)).transport) as chat:
        html = formatter(chat.parse(**ASK, response_format=River))
    reader = Reader(html)
    assert "River(name='<b>Loire</b>'" in reader.foreign
    assert '"name"' not in reader.foreign
    assert ("more characters" in reader.own) is (note != "short")


@pytest.mark.parametrize("call", ["list", "messages"])
def test_a_page(connect: Callable[..., SyncDriver], formatter: Callable[[object], str], call: str) -> None:
    """A page is a table of its items; nothing is sent for it, though there are more."""
    server = Server(page(["a", "b"], has_more=True))
    driver = connect(transport=server.transport)
    found = driver.call(call, *(["chatcmpl-1"] if call == "messages" else []))
    if is_async(driver):
        assert not hasattr(found, "__await__")
    reader = Reader(formatter(found))
    assert "table" in reader.tags
    assert "2 items; there may be more on the next page" in reader.own
    assert len(server.requests) == 1


@pytest.mark.parametrize("data", [[], None, "text", [1, None, "x"]])
def test_a_page_of_something_else(formatter: Callable[[object], str], data: Any) -> None:
    """A page without a list, or with items that are none, is shown all the same."""
    reader = Reader(formatter(MessagePage.from_dict({"data": data, "has_more": False})))
    assert f"{3 if data and isinstance(data, list) else 0} items; there are no more" in reader.own


def test_what_is_huge_is_cut(formatter: Callable[[object], str]) -> None:
    """A notebook gets some kilobytes, however much came, and is told how much is left out."""
    many = [{"index": 0, "message": {"role": "a", "content": "x" * 100_000, "tool_calls": [called("f", "{}")] * 60}}]
    reply = ChatCompletion.from_dict({"id": "y" * 10_000, "choices": many * 60})
    html = formatter(reply)
    assert len(html) < 200_000
    own = Reader(html).own
    for told in ("96,000 more characters", "9,800 more characters", "50 more calls", "50 more choices"):
        assert told in own
    listed = MessagePage.from_dict({"data": [{"id": "1", "role": "user", "content": "x" * 1000}] * 60})
    assert "10 more items of this page" in Reader(formatter(listed)).own
    assert "800 more characters" in Reader(formatter(listed)).own


def test_a_number_that_python_does_not_write() -> None:
    """A number of more digits than Python makes a text of is told by its size."""
    body = {"id": 10**5000, "choices": [], "usage": {"total_tokens": 10**5000}}
    html = ChatCompletion.from_dict(body)._repr_html_()
    assert Reader(html).foreign.count("a number of 16,610 bits") == 2


def test_deviations(formatter: Callable[[object], str]) -> None:
    """Deviations are a table in a notebook, and everywhere else the list that they are."""
    found = deviations({"object": "chat.completion", "id": "1", "choices": []})
    assert "table" in Reader(formatter(found)).tags
    for one in found:
        assert one.path in Reader(formatter(found)).foreign
        assert one.path in Reader(formatter(one)).foreign
    assert found == [*found]
    assert pickle.loads(pickle.dumps(found)) == found
    assert repr(found) == repr([*found])
    found.clear()
    assert "no deviations" in Reader(formatter(found)).own


def test_an_outcome(formatter: Callable[[object], str]) -> None:
    """An outcome shows its number with its reply or its error, and not its request."""
    good = Reader(formatter(Outcome(7, "the request", ChatCompletion.from_dict(completion("Hi.")))))
    assert "row 7" in good.own
    assert "Hi." in good.foreign
    bad = Reader(formatter(Outcome(8, "the request", error=ValueError("it broke"))))
    assert "row 8 failed" in bad.own
    assert "ValueError" in bad.foreign
    assert "it broke" in bad.foreign
    assert "the request" not in good.foreign + bad.foreign + good.own + bad.own


def test_nobody_pays_for_it() -> None:
    """A program that shows nothing in a notebook does not import what shows it."""
    code = """
import sys, httpx, chatcompletions
answer = {"id": "1", "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}}]}
transport = httpx.MockTransport(lambda request: httpx.Response(200, json=answer))
with chatcompletions.ChatClient(api_key="k", transport=transport) as chat:
    repr(chat.create(model="m", messages="Hello"))
assert "chatcompletions._notebook" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 # this interpreter, our code
