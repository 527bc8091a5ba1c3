"""The pytest plugin, as a project that tests with it sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = ["pytester"]


def run(pytester: pytest.Pytester, source: str) -> pytest.RunResult:
    """Run a test module, with warnings as errors, beside none of the plugins that this suite has."""
    pytester.makepyfile(source)
    others = [part for name in ("xdist", "hypothesispytest", "cacheprovider") for part in ("-p", f"no:{name}")]
    return pytester.runpytest_inprocess("-q", "--strict-markers", "-W", "error", *others)


def test_fixtures(pytester: pytest.Pytester) -> None:
    """Each test has a server of its own, clients of it, and an environment that leads others there."""
    found = run(
        pytester,
        """
        import asyncio
        import pytest
        from chatcompletions import ChatClient

        ASK = {"model": "m", "messages": "Hello."}

        @pytest.mark.chat_script(["It rains.", {"status_code": 429, "retry_after_ms": 1}, "Again."])
        def test_script(chat, chat_server):
            assert [chat.create(**ASK).text for _ in range(2)] == ["It rains.", "Again."]
            assert [request.status_code for request in chat_server.requests] == [200, 429, 200]

        @pytest.mark.parametrize("text", ["a", "b"])
        def test_then(chat_server, text):
            chat_server.then(text)
            with ChatClient() as own:
                assert own.create(**ASK).text == text
            assert len(chat_server.requests) == 1

        def test_no_script(chat):
            assert "canned" in chat.create(**ASK).text

        def test_async(async_chat, chat_server):
            async def talk():
                async with async_chat.create(**ASK, stream=True) as stream:
                    return "".join([text async for text in stream.text_deltas()])

            chat_server.then("x y z", times=2)
            assert [asyncio.run(talk()) for _ in range(2)] == ["x y z"] * 2

        @pytest.mark.anyio
        @pytest.mark.parametrize("anyio_backend", ["asyncio"])
        @pytest.mark.chat_script(["x"])
        async def test_await(async_chat, anyio_backend):
            assert (await async_chat.create(**ASK)).text == "x"

        @pytest.mark.chat_script(script=[], lenient=True, api_key="sk-test")
        class TestOptions:
            def test_lenient(self, chat):
                assert chat.create(**ASK, extra_body={"top_k": 5}).text
        """,
    )
    found.assert_outcomes(passed=7)


def test_a_file(pytester: pytest.Pytester) -> None:
    """A script in a file is looked for beside the test."""
    folder = pytester.mkpydir("checks")
    (folder / "weather.yaml").write_text("- text: It rains.\n")
    (folder / "test_weather_file.py").write_text(
        "import pytest\n\n@pytest.mark.chat_script('weather.yaml')\ndef test_it(chat):\n"
        "    assert chat.create(model='m', messages='Hi').text == 'It rains.'\n"
    )
    run(pytester, "").assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("'a', 'b'", "write chat_script(script, **options), with one script: its entries are a list"),
        ("[{'txt': 'a'}]", "chat_script: entry 1 has the unknown word 'txt': did you mean 'text'?"),
        ("'none.yaml'", "none.yaml: cannot be read (No such file or directory)"),
        ("[], lenent=True", "chat_script: the local server has the unknown option 'lenent': did you mean 'lenient'?"),
    ],
)
def test_mistakes(pytester: pytest.Pytester, marker: str, message: str) -> None:
    """A marker that cannot be played is one line, without a traceback."""
    found = run(pytester, f"import pytest\n\n@pytest.mark.chat_script({marker})\ndef test_it(chat):\n    pass\n")
    found.assert_outcomes(errors=1)
    assert message in found.stdout.str()
    assert "Traceback" not in found.stdout.str()
    assert "plugin.py" not in found.stdout.str()


def test_without_the_extra(pytester: pytest.Pytester, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the server's extra is missing, a test that uses it fails with a line that says what to install."""
    (tmp_path / "uvicorn.py").write_text("raise ModuleNotFoundError('no uvicorn', name='uvicorn')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    pytester.makepyfile("def test_it():\n    pass\n\ndef test_chat(chat):\n    pass\n")
    found = pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider")
    found.assert_outcomes(passed=1, errors=1)
    assert "the local server needs uvicorn: pip install 'chatcompletions[server]'" in found.stdout.str()


def test_the_markers_are_documented(pytester: pytest.Pytester) -> None:
    """The help of pytest lists the marker, and the fixtures with a sentence each."""
    markers = pytester.runpytest_inprocess("--markers").stdout.str()
    assert "@pytest.mark.chat_script(script, **options): what chat_server plays" in markers
    fixtures = pytester.runpytest_inprocess("--fixtures").stdout.str()
    for line in ("A local server of this test's own", "A `ChatClient` of the test's", "An `AsyncChatClient` of the"):
        assert line in fixtures
