"""Redirects, followed as an API needs it rather than as a browser does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from chatcompletions._checks import has_possible_port

if TYPE_CHECKING:
    from collections.abc import Callable

#: Beginnings of the headers that go to another host: they describe the content, or the answer that is wanted.
_HARMLESS = ("accept", "content-", "transfer-encoding", "user-agent")
#: Beginnings of the headers that describe a body.
_DESCRIBE_BODY = ("content-", "transfer-encoding")


def redirect_request(request: httpx.Request, response: httpx.Response) -> httpx.Request | None:
    """Return the request that a response redirects to.

    Method and body stay as they are, because a GET in the place of a POST is another call; only 303 asks for that. A
    request to another host, or from https to http, leaves out the headers that could hold a secret.

    Returns:
        The request; `None` if the response is no redirect, or if the body cannot be sent again.
    """
    if response.next_request is None:
        return None
    url, method, headers = response.next_request.url, request.method, request.headers.copy()
    if not has_possible_port(url):
        raise httpx.RemoteProtocolError(f"Invalid URL in location header: port {url.port}", request=request)
    if "cookie" in response.next_request.headers:  # the redirect itself may have set it
        headers["cookie"] = response.next_request.headers["cookie"]
    stream: httpx.SyncByteStream | httpx.AsyncByteStream | None = request.stream
    if response.status_code == 303 and method != "HEAD":
        method, stream = "GET", None
        _keep_only(headers, lambda name: not name.startswith(_DESCRIBE_BODY))
    elif not is_replayable(request):
        return None
    if _is_other_host(request.url, url):
        _keep_only(headers, lambda name: name.startswith(_HARMLESS))
    headers["Host"] = url.netloc.decode("ascii")
    return httpx.Request(method, url, headers=headers, stream=stream, extensions=request.extensions)


def is_replayable(request: httpx.Request) -> bool:
    """Tell whether a request can be sent again; a body that is generated while it is sent cannot."""
    return isinstance(request.stream, httpx.ByteStream)


def _is_other_host(old: httpx.URL, new: httpx.URL) -> bool:
    return new.netloc != old.netloc or (old.scheme, new.scheme) == ("https", "http")


def _keep_only(headers: httpx.Headers, wanted: Callable[[str], bool]) -> None:
    for name in [name for name in headers if not wanted(name)]:
        del headers[name]
