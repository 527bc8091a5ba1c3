"""The client over HTTP/2, with a server that speaks it."""

from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from chatcompletions import AsyncChatClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import SyncDriver

ASK: dict[str, Any] = {"model": "m", "messages": "Name three rivers."}


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def context(authority: trustme.CA) -> ssl.SSLContext:
    """A TLS context that trusts the authority of the server's certificate."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture(scope="module")
def base_url(authority: trustme.CA, context: ssl.SSLContext, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of the local server's application, served over HTTP/2."""
    folder: Path = tmp_path_factory.mktemp("certificates")
    certificate = authority.issue_cert("localhost")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    for each in certificate.cert_chain_pems:
        each.write_to_path(folder / "cert.pem", append=True)
    listener = socket.create_server(("localhost", 0))
    address = listener.getsockname()
    # In a process of its own: the server drops coroutines when a client goes at the wrong moment, and that warning
    # would end whichever test the garbage collector meets next.
    command = [sys.executable, "-m", "hypercorn", "chatcompletions.server._app:app()", "--workers", "0"]
    options = {
        "--bind": f"fd://{listener.fileno()}",
        "--keyfile": folder / "key.pem",
        "--certfile": folder / "cert.pem",
    }
    command += [str(each) for option in options.items() for each in option]
    process = subprocess.Popen(command, pass_fds=[listener.fileno()])  # noqa: S603 - this interpreter
    listener.close()
    try:
        with socket.create_connection(address) as probe, context.wrap_socket(probe, server_hostname="localhost"):
            pass  # answered, hence ready: no call of a test waits for the start
        yield f"https://localhost:{address[1]}/v1"
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def driver(connect: Callable[..., SyncDriver], base_url: str, context: ssl.SSLContext) -> SyncDriver:
    return connect(base_url=base_url, verify=context, http2=True, http1=False)


def test_http2(driver: SyncDriver) -> None:
    """An answer comes whole and streamed, twenty come at once, and a stream left early harms no other call."""
    whole = driver.call("create", **ASK)
    assert whole.text
    stream = driver.call("create", **ASK, stream=True)
    assert stream.response.http_version == "HTTP/2"
    assert "".join(driver.iterate(stream.text_deltas())) == whole.text
    left = driver.call("create", **ASK, stream=True)
    if isinstance(driver.client, AsyncChatClient):

        async def gather() -> list[Any]:
            return await asyncio.gather(*(driver.client.create(**ASK) for _ in range(20)))

        replies = driver.run(gather())
        driver.run(left.aclose())
    else:
        with ThreadPoolExecutor(20) as threads:
            replies = list(threads.map(lambda _: driver.client.create(**ASK), range(20)))
        left.close()
    assert {reply.text for reply in replies} == {whole.text}
    assert driver.call("create", **ASK).text == whole.text
