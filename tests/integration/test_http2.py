"""The client over HTTP/2, with a server that speaks it."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, cast

import hypercorn.asyncio
import hypercorn.config
import pytest
import trustme

from chatcompletions import AsyncChatClient
from chatcompletions.server import app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import SyncDriver

ASK: dict[str, Any] = {"model": "m", "messages": "Name three rivers."}


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def base_url(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of the local server's application behind HTTP/2."""
    folder: Path = tmp_path_factory.mktemp("certificates")
    certificate = authority.issue_cert("localhost")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    for each in certificate.cert_chain_pems:
        each.write_to_path(folder / "cert.pem", append=True)
    listener = socket.create_server(("localhost", 0))
    config = hypercorn.config.Config()
    port = listener.getsockname()[1]
    config.bind = [f"fd://{listener.detach()}"]  # closed by the server
    config.keyfile, config.certfile = str(folder / "key.pem"), str(folder / "cert.pem")
    config.accesslog = config.errorlog = None
    config.graceful_timeout = 0.1
    stop: list[Callable[[], object]] = []
    ready = threading.Event()

    async def serve() -> None:
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        stop.append(lambda: loop.call_soon_threadsafe(stopped.set))
        ready.set()
        await hypercorn.asyncio.serve(cast("Any", app()), config, shutdown_trigger=cast("Any", stopped.wait))

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    ready.wait()
    try:
        yield f"https://localhost:{port}/v1"
    finally:
        stop[0]()
        thread.join()


@pytest.fixture
def driver(connect: Callable[..., SyncDriver], base_url: str, authority: trustme.CA) -> SyncDriver:
    context = ssl.create_default_context()
    authority.configure_trust(context)
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
