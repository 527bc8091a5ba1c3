"""Rules for reading untrusted documents and writing ours."""

import http.server
import json
import math
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from scripts import source, yaml_reader
from scripts.document import DocumentError, dump, load, parse


def value_of(text: str) -> Any:
    return parse(f"openapi: 3.1.0\nx: {text}\n".encode(), "test")["x"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("no", "no"),
        ("y", "y"),
        ("2024-01-01", "2024-01-01"),
        ("12:30:45", "12:30:45"),
        ("1_000", "1_000"),
        ("24h", "24h"),
        ("True", True),
        ("~", None),
        ("", None),
        ("0o17", 15),
        ("0xff", 255),
        ("-12", -12),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("-.inf", -math.inf),
        ("'1'", "1"),
        ("!!str 1", "1"),
        ("! 1", "1"),
        ("!!int '7'", 7),
    ],
)
def test_core_schema(text: str, value: Any) -> None:
    """A scalar has the meaning that the YAML 1.2 core schema gives it, whatever it means in YAML 1.1."""
    assert value_of(text) == value
    assert type(value_of(text)) is type(value)


def test_nan() -> None:
    """The value `.nan` is read as the float NaN."""
    assert math.isnan(value_of(".nan"))


def test_keys_are_text() -> None:
    """A key is the text that was written, so that a status 200 and a property `on` keep their names."""
    assert list(value_of("{200: a, on: b, null: c, 1.0: d, 2024-01-01: e}")) == [
        "200",
        "on",
        "null",
        "1.0",
        "2024-01-01",
    ]


def test_anchor_defined_twice() -> None:
    """An anchor may be defined again; an alias means the last definition before it."""
    assert value_of("[&a 1, *a, &a [2], *a]") == [1, 1, [2], [2]]
    assert value_of("[&a [1, &a [2], *a], *a]") == [[1, [2], [2]], [2]]


def test_anchor_on_a_key() -> None:
    """A key may carry an anchor and an alias may stand for a key."""
    assert value_of("{&a one: 1, list: [*a], map: {*a : 2}}") == {
        "one": 1,
        "list": ["one"],
        "map": {"one": 2},
    }


def test_merge_key() -> None:
    """A merge key adds the pairs that the mapping does not have; earlier mappings take precedence over later ones."""
    merged = value_of("[&a {p: 1, q: 1}, &b {p: 2, r: 2}, {<<: [*a, *b], q: 3}, {<<: *b}, {<<: text}]")
    assert merged[2:] == [{"p": 1, "r": 2, "q": 3}, {"p": 2, "r": 2}, {"<<": "text"}]


def test_json() -> None:
    """JSON is read as JSON: tabs, escaped surrogate pairs and a byte order mark included."""
    text = '\ufeff{\n\t"openapi": "3.1.0",\n\t"x": "\\ud83d\\ude00\\/"\n}'
    assert parse(text.encode(), "test") == {"openapi": "3.1.0", "x": "\U0001f600/"}


def test_flow_mapping_that_is_no_json() -> None:
    """A YAML text that begins like JSON is read as YAML."""
    assert parse(b"{openapi: 3.0.1, x: [a, b]}", "test") == {"openapi": "3.0.1", "x": ["a", "b"]}


def test_utf_16() -> None:
    """A byte order mark tells the encoding."""
    assert parse("openapi: 3.1.0\nx: é\n".encode("utf-16"), "test")["x"] == "é"


BOMB = "openapi: 3.1.0\na0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)
MERGES = f"openapi: 3.1.0\na: &a {{{', '.join(f'k{n}: 1' for n in range(1_000))}}}\n" + "".join(
    f"a{n}: {{<<: *a}}\n" for n in range(1_000)
)
DEEP_ALIASES = "openapi: 3.1.0\na0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 300))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("\n \n", "is empty"),
        ("# nothing\n", "is empty"),
        ("just some words", "it holds a str where a mapping should be"),
        ("- a\n- b\n", "it holds a list where a mapping should be"),
        ("<!doctype html><html></html>", "is an HTML or XML page"),
        ("info: {}\n", "the key openapi is missing"),
        ("swagger: '2.0'\n", "is a Swagger 2.0 document"),
        ("openapi: 4.0.0\n", 'says openapi: "4.0.0"; OpenAPI 3.0, 3.1 or 3.2 is needed'),
        ("openapi: 3.1\n", 'says openapi: 3.1; it has to be text, such as "3.1.0"'),
        (
            "openapi: 3.1.0\npaths:\n  /a: 'cut",
            "is not valid YAML: found unexpected end of stream at line 3",
        ),
        ('{"openapi": "3.1.0", "paths": {', "is not valid YAML: did not find expected node content"),
        ("openapi: 3.1.0\na: [1\nb: 2\n", "at line 3"),
        ("openapi: 3.1.0\na: *b\n", "the alias *b has no anchor at line 2"),
        ("openapi: 3.1.0\na: &b [*b]\n", "the alias *b is inside its own anchor, a cycle at line 2"),
        ("openapi: 3.1.0\na: 1\na: 2\n", 'the key "a" appears twice in one mapping at line 3'),
        ("openapi: 3.1.0\n<<: {a: 1}\n<<: {b: 1}\n", 'the key "<<" appears twice in one mapping at line 3'),
        ('{"openapi": "3.1.0", "a": 1, "a": 2}', 'repeats the key "a" in one mapping'),
        ("openapi: 3.1.0\n? [a]\n: 1\n", "a mapping key is not text at line 2"),
        ("openapi: 3.1.0\na: &a [1]\nb: {*a : 1}\n", "a mapping key is not text at line 3"),
        ("openapi: 3.1.0\n---\na: 1\n", "a second YAML document begins at line 2"),
        ("openapi: 3.1.0\nx: !!python/object/apply:os.system ['true']\n", "python/object/apply:os.system"),
        ("openapi: 3.1.0\nx: !!python/name:os.system\n", "is not allowed at line 2"),
        ("openapi: 3.1.0\nx: !!binary aGk=\n", "is not allowed at line 2"),
        ("openapi: 3.1.0\nx: !custom {a: 1}\n", 'the tag "!custom" is not allowed at line 2'),
        (f"openapi: 3.1.0\nx: {'9' * 5000}\n", "a number of 5000 digits is too large at line 2"),
        (f"openapi: 0x{'f' * 5000}\n", "a number of 5002 digits is too large at line 1"),
        (f"openapi: 3.1.0\nx: 0o{'7' * 5000}\n", "a number of 5002 digits is too large at line 2"),
        (MERGES, "more than 2,000,000 nodes once aliases are expanded"),
        (BOMB, "more than 2,000,000 nodes once aliases are expanded"),
        (DEEP_ALIASES, "nested deeper than 200 levels once aliases are expanded"),
        (f"openapi: 3.1.0\nx: {'[' * 5000}{']' * 5000}\n", "nested deeper than 200 levels at line 2"),
        ('{"openapi": "3.1.0", "x": ' + "[" * 300 + "]" * 300 + "}", "nested deeper than 200 levels"),
        ('{"openapi": "3.1.0", "x": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested deeper than 200 levels"),
        ('{"openapi": "3.1.0", "x": "\\ud800"}', "is not valid YAML"),
        ("openapi: 3.1.0\nx: \x00\n", "is not text: control characters are not allowed at byte"),
    ],
)
def test_bad_text(text: str, message: str) -> None:
    """A text that is not a usable document is refused in one line that says what is wrong, and where."""
    with pytest.raises(DocumentError) as caught:
        parse(text.encode(), "some.yaml")
    line = str(caught.value)
    assert line.startswith('"some.yaml" ')
    assert message in line
    assert line.isprintable()


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\x00\x00", b"openapi: 3.1.0\nx: \xff\n", bytes(range(256))])
def test_binary(data: bytes) -> None:
    """Bytes that are not text are refused in one line."""
    with pytest.raises(DocumentError, match=r'^"blob" is not text: .* at byte \d+$'):
        parse(data, "blob")


def test_many_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of values is bounded in JSON as in YAML, before they are built."""
    monkeypatch.setattr("scripts.json_reader.MAX_NODES", 50)
    monkeypatch.setattr(yaml_reader, "MAX_NODES", 50)
    with pytest.raises(DocumentError, match="more than 50 nodes"):
        parse(json.dumps({"openapi": "3.1.0", "x": [1] * 60}).encode(), "test")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.yaml", "there is no file"),
        (".", "is a folder"),
        ("a\x00b", "cannot read"),
        ("ftp://host/a", "http"),
    ],
)
def test_bad_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, message: str) -> None:
    """The error for a path that cannot be read names the path."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DocumentError, match=message) as caught:
        load(name)
    assert str(caught.value).isprintable()


def test_large_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file above the limit is refused without being read to its end."""
    monkeypatch.setattr(source, "MAX_BYTES", 2**20)
    path = tmp_path / "large.yaml"
    path.write_bytes(b"#" * (2**20 + 1))
    with pytest.raises(DocumentError, match="is larger than 1 MiB"):
        load(str(path))


class Site(http.server.ThreadingHTTPServer):
    """Serve one good document, and every kind of answer that is not a document."""

    daemon_threads = False  # those that answer are waited for: none outlives its test

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: Any) -> None:
        """Print nothing about clients that hang up, as they should: a test may read the output."""


class Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        body = b"openapi: 3.1.0\npaths: {}\n"
        headers = {"Content-Length": str(len(body))}
        status = 200
        match path:
            case "/page":
                headers["Content-Type"] = "text/html; charset=utf-8"
            case "/gone":
                status = 404
            case "/moved":
                status, headers["Location"] = 302, "/page"
            case "/loop":
                status, headers["Location"] = 302, "/loop"
            case "/cut":
                headers["Content-Length"] = "1000"
            case "/large":
                body = b"#" * 3_000_000
                headers["Content-Length"] = str(len(body))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the signature is the base class's
        pass


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with Site(("127.0.0.1", 0), Pages) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_download(site: Site) -> None:
    """A document is read from a URL."""
    assert load(f"{site.url}/openapi.yaml") == {"openapi": "3.1.0", "paths": {}}


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/page", "is an HTML page"),
        ("/moved", "is an HTML page"),
        ("/gone", "answered 404 Not Found"),
        ("/loop", "cannot fetch .*redirects"),
        ("/cut", "cannot fetch .*peer closed connection"),
        ("/large", "is larger than 1 MiB"),
    ],
)
def test_bad_download(site: Site, monkeypatch: pytest.MonkeyPatch, path: str, message: str) -> None:
    """A URL that does not serve a document is refused in one line, without the secrets that the URL may hold."""
    monkeypatch.setattr(source, "MAX_BYTES", 2**20)
    with pytest.raises(DocumentError, match=message) as caught:
        load(f"{site.url}{path}?token=secret".replace("//", "//user:secret@"))
    assert "secret" not in str(caught.value)


def test_nobody_answers() -> None:
    """If no server answers, the error names the address."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(DocumentError, match=f'cannot fetch "{url}/openapi.yaml": '):
            load(f"{url}/openapi.yaml")


@pytest.mark.parametrize("url", ["http://", "http://[::1", "http://a b/c", f"http://{'a' * 300}.example/"])
def test_bad_url(url: str) -> None:
    """A text that is not a valid URL is an error in one line."""
    with pytest.raises(DocumentError, match="cannot fetch"):
        load(url)


def test_slow_download(site: Site) -> None:
    """A download that does not end in time is given up."""
    ticks = iter((0.0, 1_000.0))
    with pytest.raises(DocumentError, match="took longer than 180 s"):
        source.read(f"{site.url}/openapi.yaml", clock=lambda: next(ticks))


def test_timeout(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that accepts the connection and sends nothing is given up."""
    monkeypatch.setattr(source, "_TIMEOUT", 0.001)
    monkeypatch.setattr(Pages, "do_GET", lambda self: self.connection.recv(1))
    with pytest.raises(DocumentError, match="timed out"):
        load(f"{site.url}/openapi.yaml")


AMBIGUOUS = [
    *(
        "on",
        "off",
        "yes",
        "n",
        "Y",
        "null",
        "~",
        "",
        "true",
        "1e3",
        "1",
        "-1.5",
        "0o17",
        "0x1F",
        "017",
        "1_000",
    ),
    *(
        "12:30:45",
        "2024-01-01",
        "=",
        "<<",
        ".inf",
        ".NaN",
        "- a",
        "a: b",
        "a #b",
        "#a",
        "*a",
        "&a",
        "!a",
        "%a",
        "@a",
    ),
    *(
        "`a",
        " a",
        "a ",
        "a\n",
        "\na",
        "a\nb",
        "a \nb",
        "\ta",
        "a\tb",
        "'",
        '"',
        "\\",
        "|",
        ">",
        "{a}",
        "[a]",
        "?",
    ),
    *(
        "\x85",
        "\u2028",
        "a\u2029b",
        "\ufeffa",
        "\x00",
        "\x7f",
        "\U0001f600",
        "é",
        "---",
        "...",
        "a\r\nb",
        "9" * 5000,
    ),
    *("24h", "3.1.0", "x" * 300, "word " * 60, '"""', "a\n\n  b\nc", "\u00a0", "a\n#b", "key:", "-", "--- a"),
]


@pytest.mark.parametrize("text", AMBIGUOUS)
def test_text_stays_text(text: str) -> None:
    """Text is written so that YAML 1.1 and 1.2 readers both get the same text back, as a key and as a value."""
    value = {text: [text, {"deep": text}]}
    assert yaml.safe_load(dump(value)) == value
    assert yaml_reader.parse(dump(value).encode()) == value


TEXT = st.text(st.characters(exclude_categories=("Cs",)))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT | st.sampled_from(AMBIGUOUS),
    lambda parts: st.lists(parts, max_size=4) | st.dictionaries(TEXT, parts, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_round_trip(value: Any) -> None:
    """A value that is written reads back as the same value, in YAML 1.1 and in 1.2."""
    text = dump({"value": value})
    assert yaml.safe_load(text) == {"value": value}
    assert yaml_reader.parse(text.encode()) == {"value": value}


def test_no_aliases_written() -> None:
    """A value that occurs twice is written twice."""
    shared = {"a": [1]}
    assert dump([shared, shared]) == "- a:\n    - 1\n- a:\n    - 1\n"


def test_special_floats_written() -> None:
    """Infinite numbers and NaN are written in a spelling that both versions of YAML have."""
    assert dump([math.inf, -math.inf, math.nan, 1e16]) == "- .inf\n- -.inf\n- .nan\n- 1.0e+16\n"
