"""One server for tests that leave it as it was, and a fresh one for each test that lists what is stored."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from chatcompletions.server import LocalServer


@pytest.fixture(scope="session")
def shared() -> Iterator[str]:
    with LocalServer() as server:
        yield server.base_url


@pytest.fixture
def client(shared: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=shared, trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture
def fresh() -> Iterator[httpx.Client]:
    with LocalServer() as server, httpx.Client(base_url=server.base_url, trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture
def create(client: httpx.Client) -> Callable[..., dict[str, Any]]:
    """Create a completion for one user message and give the answer."""

    def create(text: str = "Name three rivers.", **parameters: Any) -> dict[str, Any]:
        body = {"model": "m", "messages": [{"role": "user", "content": text}], **parameters}
        response = client.post("/chat/completions", json=body)
        assert response.status_code == 200, response.text
        return response.json()

    return create
