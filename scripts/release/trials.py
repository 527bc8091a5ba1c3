"""Try the installed package and one of its extras; run by the interpreter of a fresh environment, by its path.

It needs nothing but the package: what it imports besides is what the extra itself brings.
"""

import asyncio
import contextlib
import importlib
import importlib.util
import io
import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from socket import create_server
from tempfile import TemporaryDirectory


def outsiders() -> set[str]:
    """Return the top-level names of the modules that are imported and belong neither to Python nor to the package."""
    names = {name.partition(".")[0] for name in sys.modules}
    return names - sys.stdlib_module_names - {"__main__", "__mp_main__", "chatcompletions", "chatcompletions_api"}


def own_modules() -> set[str]:
    """Return the top-level names of what the package needs without an extra, in turn."""
    needed, found = ["chatcompletions"], set[str]()
    while needed:
        name = needed.pop()
        if name in found:
            continue
        found.add(name)
        with contextlib.suppress(metadata.PackageNotFoundError):  # a marker leaves it out
            lines = [line for line in metadata.requires(name) or () if "extra ==" not in line]
            needed += [normal(re.split(r"[^\w.-]", line, maxsplit=1)[0]) for line in lines]
    known = metadata.packages_distributions().items()
    return {module for module, names in known if found & {normal(name) for name in names}}


def normal(name: str) -> str:
    """Return the form of a distribution's name in which all its spellings are the same."""
    return re.sub(r"[-_.]+", "-", name).lower()


def check_plain(base_url: str) -> None:
    """Import the package, which brings nothing else, and make a call in both modes, which imports no extra."""
    before = outsiders()
    import chatcompletions

    assert outsiders() == before, f"importing chatcompletions imports {outsiders() - before}"
    for name in ("httpx", "httpcore"):  # by themselves they import click and h2 where these are installed
        importlib.import_module(name)
    before = outsiders()
    with chatcompletions.ChatClient(base_url=base_url, api_key="sk-trial") as chat:
        assert chat.create(model="m", messages="Hello").text == "Hello"

    async def ask() -> str:
        async with chatcompletions.AsyncChatClient(base_url=base_url, api_key="sk-trial") as chat:
            return (await chat.create(model="m", messages="Hello")).text

    assert asyncio.run(ask()) == "Hello"
    assert outsiders() - before <= own_modules(), f"a call imports {outsiders() - before - own_modules()}"


def check_aiohttp(base_url: str) -> None:
    """Make a call over the connections of aiohttp."""
    import httpx_aiohttp

    from chatcompletions import AsyncChatClient

    async def ask() -> str:
        transport = httpx_aiohttp.AiohttpTransport
        async with AsyncChatClient(base_url=base_url, api_key="sk-trial", transport=transport) as chat:
            return (await chat.create(model="m", messages="Hello")).text

    assert asyncio.run(ask()) == "Hello"


def check_http2(base_url: str) -> None:  # noqa: ARG001 - a server of HTTP/2 is another one
    """Make a call by HTTP/2 alone."""
    from chatcompletions import ChatClient

    with (
        _http2_server() as address,
        ChatClient(base_url=address, api_key="sk-trial", http1=False, http2=True) as chat,
    ):
        assert chat.create(model="m", messages="Hello").text == "Hello"


@contextlib.contextmanager
def _http2_server() -> Iterator[str]:
    from h2.config import H2Configuration
    from h2.connection import H2Connection
    from h2.events import StreamEnded

    answer = {"id": "1", "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}}]}

    def serve() -> None:
        with listener.accept()[0] as connection:
            state = H2Connection(H2Configuration(client_side=False))
            state.initiate_connection()
            connection.sendall(state.data_to_send())
            while data := connection.recv(65536):
                for event in state.receive_data(data):
                    if isinstance(event, StreamEnded) and event.stream_id:
                        state.send_headers(event.stream_id, [(":status", "200"), ("content-type", "application/json")])
                        state.send_data(event.stream_id, json.dumps(answer).encode(), end_stream=True)
                connection.sendall(state.data_to_send())

    with create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"


class Terminal(io.StringIO):
    """What is written to a terminal."""

    def isatty(self) -> bool:
        """Say that it is one."""
        return True


def check_progress(base_url: str) -> None:
    """Show the progress of a map."""
    from chatcompletions import ChatClient

    told = Terminal()
    with contextlib.redirect_stderr(told), ChatClient(base_url=base_url, api_key="sk-trial") as chat:
        outcomes = list(chat.map(["a", "b"], model="m", progress=True))
    assert [outcome.reply.text for outcome in outcomes if outcome.reply] == ["Hello", "Hello"]
    assert "2/2" in told.getvalue(), told.getvalue()


def check_server(base_url: str) -> None:  # noqa: ARG001 - it is tried with its own address
    """Ask the local server."""
    from chatcompletions import ChatClient
    from chatcompletions.server import LocalServer

    with LocalServer(script=["Hello"]) as server, ChatClient(base_url=server.base_url) as chat:
        assert chat.create(model="m", messages="Hello").text == "Hello"


def check_strict(base_url: str) -> None:
    """Have an answer judged by the spec, to which the trial's server does not keep."""
    from chatcompletions import APIResponseValidationError, ChatClient

    with ChatClient(base_url=base_url, api_key="sk-trial", strict=True) as chat:
        try:
            chat.create(model="m", messages="Hello")
        except APIResponseValidationError as error:
            assert "required; found missing" in str(error), error
        else:
            raise AssertionError("nothing is said about an answer without its required members")


def check_telemetry(base_url: str) -> None:
    """Tell OpenTelemetry of a call."""
    from opentelemetry import trace

    from chatcompletions import ChatClient
    from chatcompletions.telemetry import OpenTelemetry

    assert trace.get_tracer("trial")
    with ChatClient(base_url=base_url, api_key="sk-trial", on_event=OpenTelemetry()) as chat:
        assert chat.create(model="m", messages="Hello").text == "Hello"


def _run(*command: str | Path) -> str:
    done = subprocess.run(command, input="", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr or done.stdout
    return done.stdout


def check_cli(base_url: str) -> None:
    """Run the command as it is installed, and as a module; neither brings click, which makes importing httpx dear."""
    assert "usage" in _run(Path(sys.executable).with_name("chatcompletions"), "--help").lower()
    command = [sys.executable, "-I", "-m", "chatcompletions", "create", "--base-url", base_url]
    assert "Hello" in _run(*command, "--model", "m", "Hi")
    assert importlib.util.find_spec("click") is None


def check_parquet(base_url: str) -> None:
    """Export to a Parquet file."""
    parquet = importlib.import_module("pyarrow.parquet")
    with TemporaryDirectory() as folder:
        file = Path(folder, "stored.parquet")
        _run(sys.executable, "-I", "-m", "chatcompletions", "export", "--base-url", base_url, "--output", file)
        assert parquet.read_table(file).num_rows == 1


def check_plot(base_url: str) -> None:
    """Draw a chart of what is stored."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "stats.svg")
        _run(sys.executable, "-I", "-m", "chatcompletions", "stats", "--base-url", base_url, "--plot", file)
        assert "<svg" in file.read_text(encoding="utf-8")


#: What each extra is for.
TRIALS: dict[str, Callable[[str], None]] = {
    "aiohttp": check_aiohttp,
    "cli": check_cli,
    "http2": check_http2,
    "parquet": check_parquet,
    "plot": check_plot,
    "progress": check_progress,
    "server": check_server,
    "strict": check_strict,
    "telemetry": check_telemetry,
}

if __name__ == "__main__":
    _extra, _base_url = sys.argv[1:]
    check_plain(_base_url)
    if _extra in TRIALS:
        TRIALS[_extra](_base_url)
