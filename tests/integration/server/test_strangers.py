"""Who may talk to the local server: programs of this machine, and no web page by way of somebody's browser."""

import httpx
import pytest

from chatcompletions.server import LocalServer

BODY = {"model": "m", "messages": [{"role": "user", "content": "Hello."}]}


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost.evil.example"]
)
def test_foreign_hosts(client: httpx.Client, host: str) -> None:
    """A name that somebody could have registered for this machine's address is refused."""
    response = client.post("/chat/completions", json=BODY, headers={"host": host})
    assert (response.status_code, response.json()["error"]["code"]) == (403, "host_not_allowed")
    assert host in response.json()["error"]["message"]


@pytest.mark.parametrize("host", ["127.0.0.1:1", "localhost", "app.localhost", "[::1]:8000", "server", "192.168.1.2"])
def test_own_hosts(client: httpx.Client, host: str) -> None:
    """IP addresses and names of a local network are the server's own."""
    assert client.post("/chat/completions", json=BODY, headers={"host": host}).status_code == 200


def test_hosts_that_were_named() -> None:
    """A server that has a name of its own answers for it."""
    with LocalServer(hosts=["chat.example"]) as server:
        for host, status in (("chat.example", 200), ("other.example", 403)):
            headers = {"host": host}
            response = httpx.get(f"{server.base_url}/chat/completions", headers=headers, trust_env=False)
            assert response.status_code == status


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost:3000"])
def test_pages_of_other_sites(client: httpx.Client, origin: str) -> None:
    """A request that a page of another origin makes is refused, and its own page's is not."""
    response = client.post("/chat/completions", json=BODY, headers={"origin": origin})
    assert (response.status_code, response.json()["error"]["code"]) == (403, "origin_not_allowed")
    own = f"http://{client.base_url.host}:{client.base_url.port}"
    assert client.post("/chat/completions", json=BODY, headers={"origin": own}).status_code == 200
