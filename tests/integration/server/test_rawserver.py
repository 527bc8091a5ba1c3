"""The scripted server that other tests rely on."""

import json
import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from tests.integration.rawserver import (
    Close,
    Early,
    Pause,
    RawRequest,
    RawServer,
    Reset,
    http_response,
    sse,
)

OK = http_response(200, b"{}")


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "rawserver"]


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=60) as client:
        yield client


def test_it_records_requests_as_they_came(client: httpx.Client) -> None:
    """Method, target, headers in order and body are recorded, whether the body's length was declared or not."""
    with RawServer([OK, OK]) as server:
        client.post(f"{server.base_url}/a?b=%20", json={"x": 1}, headers=[("X-Two", "1"), ("x-two", "2")])
        client.put(server.base_url, content=iter([b"ab", b"c"]))
    first, second = server.requests
    assert (first.method, first.target, first.json()) == ("POST", "/v1/a?b=%20", {"x": 1})
    assert [value for name, value in first.headers if name.lower() == "x-two"] == ["1", "2"]
    assert first.header("CONTENT-TYPE") == "application/json"
    assert first.header("missing") is None
    assert (second.method, second.body, second.connection) == ("PUT", b"abc", 0)
    assert server.connections == 1


def test_bytes_are_sent_as_they_are(client: httpx.Client) -> None:
    """A reply is exactly its bytes; without a length the close ends the body."""
    body = sse({"text": "ü"}, b"\xff", "[DONE]")
    head = http_response(200, b"", {"x-a": "b"}, content_type="text/event-stream", content_length=False)
    with RawServer([[head, body, Close()]]) as server:
        response = client.get(server.base_url)
    assert response.content == 'data: {"text": "ü"}\n\n'.encode() + b"data: \xff\n\ndata: [DONE]\n\n"
    assert response.headers["content-type"] == "text/event-stream"
    assert response.headers["x-a"] == "b"


def test_a_body_can_be_shorter_than_it_says(client: httpx.Client) -> None:
    """A lie about the length, then a close, is a body cut short."""
    script = [[http_response(200, b"{", content_length=9), Close()]]
    with RawServer(script) as server, pytest.raises(httpx.RemoteProtocolError):
        client.get(server.base_url)


def test_a_connection_can_be_reset_after_the_request_or_before(client: httpx.Client) -> None:
    """A reset is an error, whether a request was read or not; only one that was read is recorded."""
    with RawServer([Reset(), Early([Reset()]), OK]) as server:
        with pytest.raises(httpx.ReadError):
            client.get(server.base_url)
        # Met on connecting, sending or reading; httpx drops the failure to send, and then finds the end.
        with pytest.raises(httpx.TransportError):
            client.get(server.base_url)
        assert client.get(server.base_url).status_code == 200
    assert len(server.requests) == 2
    assert server.connections == 3


def test_a_pause_ends_when_its_event_is_set(client: httpx.Client) -> None:
    """Bytes behind a pause come only after the event."""
    gate = threading.Event()
    head = http_response(200, b"ab", content_length=4)
    with RawServer([[head, Pause(gate), b"cd"]]) as server, client.stream("GET", server.base_url) as response:
        pieces = response.iter_raw()
        assert next(pieces) == b"ab"
        gate.set()
        assert b"".join(pieces) == b"cd"


def test_a_script_may_be_a_function(client: httpx.Client) -> None:
    """A function makes the reply from the request."""

    def echo(request: RawRequest) -> bytes:
        return http_response(200, json.dumps(request.target))

    with RawServer(echo) as server:
        assert client.get(f"{server.base_url}/x").json() == "/v1/x"


def test_a_request_beyond_the_script_is_recorded_and_reset(client: httpx.Client) -> None:
    """A request that has no reply is not lost to the test."""
    with RawServer([]) as server, pytest.raises(httpx.NetworkError):
        client.get(server.base_url)
    assert len(server.requests) == 1


def test_nothing_holds_up_the_end(client: httpx.Client) -> None:
    """Leaving the block ends pauses, idle connections, half a request, and bytes that nobody reads."""
    before = threads()
    script = [[http_response(200, b"", content_length=2), Pause(threading.Event())], bytes(64 * 2**20)]
    with RawServer(script) as server:
        address = urlsplit(server.base_url)
        sockets = [socket.create_connection((address.hostname, address.port), timeout=60) for _ in range(3)]
        sockets[0].sendall(b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n{")
        response = client.send(client.build_request("GET", server.base_url), stream=True)
        sockets[1].sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert sockets[1].recv(1) == b"\0"
    response.close()
    for opened in sockets:
        opened.close()
    assert threads() == before
