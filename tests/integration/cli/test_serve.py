"""``chatcompletions serve`` as a process."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

from chatcompletions import ChatClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from chatcompletions.server import LocalServer

    from .conftest import Ran

    Run = Callable[..., Ran]


@contextmanager
def served(*arguments: str) -> Iterator[str]:
    """Run the command until the block ends, as ctrl-C ends it, and give the address of its page."""
    program = [sys.executable, "-m", "chatcompletions", "serve", "--port", "0", *arguments]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:  # noqa: S603
        assert process.stdout is not None
        try:
            for line in process.stdout:
                if found := re.match(r"Look at .*: (http://\S+/)$", line):
                    yield found[1]
                    break
        finally:
            process.send_signal(signal.SIGINT)
            rest = process.stdout.read()
        assert (process.wait(), "Traceback" in rest) == (0, False)


@pytest.mark.parametrize("key", [None, "sk-of-the-server"])
def test_the_local_server(key: str | None) -> None:
    """The local server has its page at the root, beside the API, and neither is in the other's way."""
    with served(*([] if key is None else ["--api-key", key])) as address:
        with ChatClient(base_url=f"{address}v1", api_key=key or "unused") as chat:
            name = chat.create(model="m", messages="Hi", store=True).id
        assert f"completion?id={name}" in httpx.get(address).text
        assert httpx.get(f"{address}v1/none").json()["error"]["code"] in ("unknown_url", None)
        assert httpx.get(f"{address}v2").status_code == 404
        assert key is None or key not in httpx.get(address).text


def test_a_file(run: Run, ids: list[str], tmp_path: Path) -> None:
    """A file of sync is shown without the API."""
    run("sync", str(tmp_path / "copy.sqlite"))
    with served("--from", str(tmp_path / "copy.sqlite")) as address:
        page = httpx.get(address).text
        assert all(f"completion?id={name}" in page for name in ids)
        assert "changes stay in it" in page
        assert httpx.get(f"{address}v1/chat/completions").status_code == 404


def test_a_service(ids: list[str]) -> None:
    """What a service has stored is shown, and its key is not."""
    with served("--service") as address:
        page = httpx.get(address).text
        assert all(f"completion?id={name}" in page for name in ids)
        assert "sk-test-0123456789" not in page


def test_what_is_in_the_way(run: Run, server: LocalServer, ids: list[str], tmp_path: Path) -> None:
    """A port that is taken, a file that is not there, and options that do not go together are a line."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        run("sync", str(tmp_path / "copy.sqlite"))
        for more in ([], ["--service"], ["--from", str(tmp_path / "copy.sqlite")]):
            ran = run("serve", "--port", port, *more)
            assert (ran.code, ran.err.count("\n")) == (4, 1)
            assert f"cannot listen on 127.0.0.1:{port}" in ran.err
    assert run("serve", "--from", str(tmp_path / "none")).code == 4
    assert run("serve", "--service", "--db", "x").code == 2
    assert run("serve", "--service", "--from", "x").code == 2
    assert run("serve", "--script", str(tmp_path / "none.yaml")).code == 4
