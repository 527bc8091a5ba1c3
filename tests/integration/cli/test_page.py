"""The page to look at what is stored, over HTTP and in a browser."""

from __future__ import annotations

import html
import re
import shutil
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, urlsplit

import anyio
import httpx
import pytest

from chatcompletions import ChatClient
from chatcompletions.cli._file import SyncFile
from chatcompletions.cli._page import page
from chatcompletions.cli._sources import ServiceSource
from chatcompletions.server import LocalServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

EVIL = "<script>document.title=9</script><img src=x onerror=y>\x1b[2J\u202e"
PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


def stored(number: int, **members: Any) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", "content": f"Answer {number}."}, "finish_reason": "stop"}
    metadata = {"topic": "rivers" if number % 2 else "lakes"}
    return {
        "id": f"c{number}",
        "created": 1_790_000_000 + number,
        "model": "m",
        "metadata": metadata,
        "choices": [choice],
        **members,
    }


class Looked:
    """A page that was looked at."""

    def __init__(self, answer: httpx.Response) -> None:
        self.status, self.text, self.headers = answer.status_code, answer.text, answer.headers

    @property
    def ids(self) -> list[str]:
        """The ids of the completions in a list."""
        return [html.unescape(one) for one in re.findall(r'href="completion\?id=([^"]*)"', self.text)]

    @property
    def token(self) -> str:
        (found,) = {*re.findall(r'name="token" value="([^"]*)"', self.text)}
        return str(found)


@pytest.fixture(params=["service", "file"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[httpx.Client]:
    """A browser without a screen at the page of a service, or of a file."""
    with LocalServer() as server:
        if request.param == "service":
            with ChatClient(base_url=server.base_url, api_key="sk-page-secret") as chat:
                for number in range(60):
                    server_store(chat, number)
                server.mount(page(ServiceSource(chat)))
                with httpx.Client(base_url=server.base_url.removesuffix("v1"), follow_redirects=True) as client:
                    yield client
            return
        with SyncFile(tmp_path / "copy.sqlite", create=True) as file:
            file.keep((stored(n), [{"role": "user", "content": f"Question {n}?"}]) for n in range(60))
            server.mount(page(file))
            with httpx.Client(base_url=server.base_url.removesuffix("v1"), follow_redirects=True) as client:
                yield client


def server_store(chat: ChatClient, number: int) -> None:
    topic = "rivers" if number % 2 else "lakes"
    chat.create(model="m", messages=f"Question {number}?", store=True, metadata={"topic": topic})


def test_the_list(site: httpx.Client) -> None:
    """The newest come first, fifty on a page, and a link leads on to the older ones and back."""
    first = Looked(site.get("/"))
    assert (first.status, len(first.ids)) == (200, 50)
    (more,) = re.findall(r'<a href="(\?[^"]*)" rel="next">Older', first.text)
    second = Looked(site.get(html.unescape(more)))
    assert len(second.ids) == 10
    assert not {*first.ids} & {*second.ids}
    assert "Newest</a>" in second.text
    assert "Older</a>" not in second.text


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("?metadata=topic%3Drivers", 30),
        ("?metadata=topic%3Drivers&metadata=", 30),
        ("?text=question+59", 1),
        ("?model=other", 0),
        ("?since=yesterday&until=1971-01-01", None),
        ("?since=whenever", None),
        ("?metadata=topic", None),
    ],
)
def test_looking_for_some(site: httpx.Client, query: str, count: int | None) -> None:
    """What is looked for is found, and stays in the form; what is not understood is said at its field."""
    looked = Looked(site.get(f"/{query}"))
    if count is None and "until" not in query:
        assert (looked.status, looked.text.count('aria-invalid="true"')) == (400, 1)
        assert looked.ids == []
        return
    assert len(looked.ids) == (count or 0)
    for name, values in parse_qs(query[1:]).items():
        assert f'name="{name}" value="{html.escape(values[0])}"' in looked.text


def test_one(site: httpx.Client) -> None:
    """One is shown with its conversation; its JSON is whole."""
    name = Looked(site.get("/?text=59")).ids[0]
    looked = Looked(site.get("/completion", params={"id": name}))
    assert looked.text.index("Question 59?") < looked.text.index("<h3>assistant")
    assert site.get("/completion.json", params={"id": name}).json()["messages"][0]["content"] == "Question 59?"
    for path in ("/completion", "/completion.json", "/delete"):
        assert site.get(path, params={"id": "none"}).status_code == 404
    assert {site.get("/completion", params={"id": one}).status_code for one in ("", "..", "a/..")} <= {400, 404}
    assert site.get("/nowhere").status_code == 404
    assert site.put("/").status_code == 405


def test_changing_metadata(site: httpx.Client) -> None:
    """Pairs are added, changed and removed, and those that the form does not show stay."""
    looked = Looked(site.get("/"))
    name = looked.ids[0]
    one = Looked(site.get("/completion", params={"id": name}))
    form = {"token": one.token, "id": name, "old": "topic", "changed": "seas", "key": " seen ", "value": "yes"}
    after = Looked(site.post("/metadata", data=form))
    assert 'role="status"' in after.text
    assert site.get("/completion.json", params={"id": name}).json()["metadata"] == {"topic": "seas", "seen": "yes"}
    site.post("/metadata", data={"token": one.token, "id": name, "remove": "topic", "old": "topic", "changed": "seas"})
    assert site.get("/completion.json", params={"id": name}).json()["metadata"] == {"seen": "yes"}


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [("k" * 65, "v", "65 characters"), ("k", "v" * 513, "513 characters"), ("", "v", "needs a key")],
)
def test_metadata_beyond_the_limits(site: httpx.Client, key: str, value: str, told: str) -> None:
    """What the API would not take is said, and what was typed is kept."""
    name = Looked(site.get("/")).ids[0]
    token = Looked(site.get("/completion", params={"id": name})).token
    looked = Looked(site.post("/metadata", data={"token": token, "id": name, "key": key, "value": value}))
    assert (looked.status, told in looked.text) == (400, True)
    assert f'value="{value}"' in looked.text
    assert [*site.get("/completion.json", params={"id": name}).json()["metadata"]] == ["topic"]


def test_deleting(site: httpx.Client) -> None:
    """Deleting is asked first, and done once."""
    name = Looked(site.get("/")).ids[0]
    asked = Looked(site.get("/delete", params={"id": name}))
    assert "Delete this completion?" in asked.text
    done = Looked(site.post("/delete", data={"token": asked.token, "id": name}))
    assert "Deleted." in done.text
    assert name not in done.ids
    assert site.post("/delete", data={"token": asked.token, "id": name}).status_code == 404


def test_strangers(site: httpx.Client) -> None:
    """A form of another site, another name and a form without the token change nothing; the policy forbids scripts."""
    looked = Looked(site.get("/"))
    name = looked.ids[0]
    token = Looked(site.get("/completion", params={"id": name})).token
    for path in ("/delete", "/metadata"):
        assert site.post(path, data={"id": name, "key": "a", "value": "b"}).status_code == 403
        assert site.post(path, data={"id": name, "token": "x"}).status_code == 403
        good = {"id": name, "token": token, "key": "a", "value": "b"}
        assert site.post(path, data=good, headers={"origin": "https://evil.example"}).status_code == 403
        assert site.post(path, data={**good, "value": "x" * 1_000_001}).status_code == 413
    assert site.get("/", headers={"host": "evil.example"}).status_code == 403
    assert site.get("/delete", params={"id": name}).status_code == 200
    assert [*site.get("/completion.json", params={"id": name}).json()["metadata"]] == ["topic"]
    assert looked.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert looked.headers["cache-control"] == "no-store"
    assert "sk-page-secret" not in looked.text


def test_other_machines() -> None:
    """Who asks over a network is refused: the page asks nobody for a key."""
    with SyncFile(":memory:", create=True) as file:
        transport = httpx.ASGITransport(page(file), client=("192.0.2.7", 1234))

        async def ask() -> int:
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                return (await client.get("/")).status_code

        assert anyio.run(ask) == 403


@pytest.mark.parametrize(
    ("fault", "status", "told"),
    [
        ({"status_code": 401}, 502, "refused the key"),
        ({"status_code": 500, "x_should_retry": False}, 502, "answered with an error"),
        ({"reset": True}, 504, "cannot be reached"),
        ({"body": "<html><script>x</script>"}, 502, "answered with an error"),
        ({"ignore": ["metadata"]}, 502, "ignored the filter"),
    ],
)
def test_a_service_that_fails(fault: dict[str, Any], status: int, told: str) -> None:
    """What a service answers badly is a page that says so, and never a traceback."""
    with LocalServer() as server, ChatClient(base_url=server.base_url, api_key="sk-page-secret", max_retries=0) as chat:
        server_store(chat, 1)
        server.mount(page(ServiceSource(chat))).then(operation="list", forever=True, **fault)
        looked = Looked(httpx.get(server.base_url.replace("v1", "?metadata=a%3Db")))
        assert (looked.status, told in looked.text) == (status, True)
        assert "<script" not in looked.text
        assert "sk-page-secret" not in looked.text


def picture(url: str) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url}}


def sound(data: str) -> dict[str, Any]:
    return {"type": "input_audio", "input_audio": {"data": data, "format": "wav"}}


ODD: list[Any] = [
    {"tool_calls": [{"function": {"name": EVIL, "arguments": '{"a": "<b>"}'}}, {"custom": {"input": EVIL}}, 5]},
    {"content": [picture(PIXEL), picture("javascript:x"), picture("https://host.example/i.png")]},
    {"content": [picture("data:image/svg+xml;base64,AAAA"), {"type": "x", "y": EVIL}, None, 5]},
    {"content": [sound("AAAA"), {"type": "text", "text": EVIL}]},
    {"content": [sound('"onerror=x')], "refusal": EVIL, "role": EVIL},
    {"content": "[" * 100_000},
    {"content": "x" * 1_000_000},
    {"content": {"a": 1}},
    {},
    None,
    5,
    "text",
]


@pytest.mark.parametrize("message", ODD, ids=range(len(ODD)))
def test_odd_messages(tmp_path: Path, message: Any) -> None:
    """Whatever a message holds is shown as text; only images and sound of known types are more."""
    name = f"c/1?{EVIL}"
    completion = stored(
        1, id=name, model=EVIL, usage=EVIL, metadata={EVIL: EVIL}, choices=[{"message": message}, message]
    )
    with SyncFile(tmp_path / "copy.sqlite", create=True) as file, LocalServer() as server:
        file.keep([(completion, [message]), (stored(2, metadata=[1], choices=5, created=None), [])])
        server.mount(page(file))
        with httpx.Client(base_url=server.base_url.removesuffix("v1")) as client:
            for path in ("/", f"/completion?id={quote(name)}", f"/delete?id={quote(name)}", "/completion?id=c2"):
                answer = client.get(path)
                assert answer.status_code == 200
                assert len(answer.content) < 500_000
                assert "<script" not in answer.text
                assert not {"\x1b", "\u202e"} & {*answer.text}
                assert {*re.findall(r'<img src="([^"]{15})', answer.text)} <= {PIXEL[:15]}
                assert not re.findall(r'(?:href|src)="(?:javascript|data:image/svg)', answer.text)
            looked = Looked(client.get(f"/completion?id={quote(name)}"))
            (shown,) = map(html.unescape, re.findall(r'name="old" value="([^"]*)"', looked.text))
            form = {"token": looked.token, "id": name, "old": shown, "changed": shown, "key": "new", "value": "v"}
            assert client.post("/metadata", data=form).status_code == 303
            assert file.get(name)["metadata"] == {EVIL: EVIL, "new": "v"}


BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
#: A browser that shows nothing, asks nobody, and runs as root, too.
OPTIONS = (
    "headless",
    "no-sandbox",
    "disable-gpu",
    "disable-quic",
    "no-first-run",
    "disable-background-networking",
    "disable-component-update",
    "disable-sync",
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A headless Chromium."""
    if BROWSER is None or DRIVER is None:
        pytest.skip("there is no chromium with its chromedriver")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for one in (*OPTIONS, f"user-data-dir={tmp_path_factory.mktemp('browser')}"):
        options.add_argument(f"--{one}")
    driver = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture
def shown(tmp_path: Path, browser: Any) -> Iterator[str]:
    """A page with three completions, one of which tries to do harm."""
    with SyncFile(tmp_path / "copy.sqlite", create=True) as file, LocalServer() as server:
        file.keep([(stored(n), [{"role": "user", "content": f"Question {n}?"}]) for n in (1, 2)])
        evil = {"role": "user", "content": [{"type": "text", "text": EVIL}, picture(PIXEL)]}
        call = {"id": "x", "type": "function", "function": {"name": "f", "arguments": '{"a": "' + "long " * 200 + '"}'}}
        answer = {"role": "assistant", "content": EVIL + " long" * 500, "tool_calls": [call], "refusal": "No."}
        choices = [{"message": answer, "finish_reason": "length"}]
        file.keep([(stored(3, choices=choices, metadata={EVIL: EVIL}), [evil])])
        server.mount(page(file))
        yield server.base_url.removesuffix("v1")


PATHS = ["", "completion?id=c3", "completion?id=c1", "delete?id=c3", "?since=whenever&metadata=x", "nowhere"]

#: What a person without a mouse or with a screen reader needs, as far as a program can tell.
FAULTS = """
const faults = [], say = (what, one) => faults.push(what + ": " + one.outerHTML.slice(0, 80));
for (const one of document.querySelectorAll("input:not([type=hidden])")) if (!one.labels.length) say("no label", one);
for (const one of document.querySelectorAll("img")) if (!one.alt) say("no alt", one);
for (const one of document.querySelectorAll("th")) if (!one.scope) say("no scope", one);
for (const one of document.querySelectorAll("a, button")) if (!one.textContent.trim()) say("no text", one);
for (const one of document.querySelectorAll("[aria-describedby]"))
  if (!document.getElementById(one.getAttribute("aria-describedby"))) say("describes nothing", one);
if (getComputedStyle(document.body).marginTop != "0px") faults.push("no style");
const ids = [...document.querySelectorAll("[id]")].map(one => one.id);
if (new Set(ids).size != ids.length) faults.push("an id is used twice");
const levels = [...document.querySelectorAll("h1, h2, h3")].map(one => +one.tagName[1]);
if (levels[0] != 1 || levels.filter(one => one == 1).length != 1) faults.push("not one h1, first");
levels.forEach((one, i) => { if (i && one > levels[i - 1] + 1) faults.push("a level is left out"); });
if (!document.documentElement.lang || !document.title) faults.push("no lang or title");
if (document.querySelectorAll("main").length != 1) faults.push("not one main");
const light = text => { const [r, g, b] = text.match(/[\\d.]+/g).map(one => { one /= 255;
  return one <= .04045 ? one / 12.92 : ((one + .055) / 1.055) ** 2.4; }); return .2126 * r + .7152 * g + .0722 * b; };
for (const one of document.querySelectorAll("body *")) {
  if (![...one.childNodes].some(node => node.nodeType == 3 && node.textContent.trim())) continue;
  let back = one; while (back && /, 0\\)$/.test(getComputedStyle(back).backgroundColor)) back = back.parentElement;
  const pair = [getComputedStyle(one).color, getComputedStyle(back || document.body).backgroundColor].map(light);
  const ratio = (Math.max(...pair) + .05) / (Math.min(...pair) + .05);
  if (ratio < 4.5) say("contrast " + ratio.toFixed(1), one);
}
if (document.documentElement.scrollWidth > innerWidth) faults.push("it scrolls sideways");
return faults;
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1_200])
def test_for_everybody(browser: Any, shown: str, width: int, scheme: str) -> None:
    """Every page has what a screen reader needs, and contrast, on light and dark; it never scrolls sideways."""
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    for path in PATHS:
        browser.get(shown + path)
        assert browser.execute_script(FAULTS) == []


def test_nothing_is_run(browser: Any, shown: str) -> None:
    """What is stored is neither run nor loaded."""
    for path in PATHS:
        browser.get(shown + path)
        assert browser.title != "9"
        assert browser.execute_script("return document.scripts.length") == 0
        loaded = browser.execute_script("return performance.getEntriesByType('resource').map(one => one.name)")
        assert {urlsplit(one).path for one in loaded if not one.startswith("data:")} <= {"/favicon.ico"}


def test_by_keyboard(browser: Any, shown: str) -> None:
    """The way from the list to one, to a new tag and to its end can be gone without a mouse."""
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.wait import WebDriverWait

    def enter(*keys: str, leads_to: str) -> None:
        focused().send_keys(*keys, Keys.ENTER)
        WebDriverWait(browser, 30).until(lambda _: leads_to in browser.current_url)

    def focused() -> Any:
        return browser.switch_to.active_element

    def tab_to(wanted: Callable[[Any], bool]) -> Any:
        for _ in range(60):
            focused().send_keys(Keys.TAB)
            if wanted(focused()):
                return focused()
        raise AssertionError("the keyboard does not lead there")

    browser.get(shown)
    assert tab_to(lambda one: one.text == "Skip to the content").is_displayed()
    tab_to(lambda one: one.get_attribute("name") == "text")
    enter("question 1", leads_to="text=question")
    link = tab_to(lambda one: "Answer 1." in one.text)
    assert browser.execute_script("return getComputedStyle(arguments[0]).outlineStyle", link) == "solid"
    enter(leads_to="completion?id=c1")
    tab_to(lambda one: one.get_attribute("name") == "key").send_keys("seen", Keys.TAB)
    enter("yes", leads_to="said=tagged")
    assert browser.find_element("css selector", "[role=status]").text == "The metadata was changed."
    assert browser.find_element("css selector", "[name=changed][value=yes]")
    tab_to(lambda one: one.text.startswith("Delete this completion"))
    enter(leads_to="/delete")
    tab_to(lambda one: one.text == "Delete it")
    enter(leads_to="said=deleted")
    assert browser.find_element("css selector", "[role=status]").text == "Deleted."
    assert len(browser.find_elements("css selector", "tbody tr")) == 2
