"""Follow redirects, where the caller asked for that, as an API needs it rather than as a browser does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from chatcompletions._checks import has_possible_port

if TYPE_CHECKING:
    from collections.abc import Callable

#: What goes to another host: headers that describe the content, and what is wanted of the answer.
_HARMLESS = ("accept", "content-", "transfer-encoding", "user-agent")
_DESCRIBE_BODY = ("content-", "transfer-encoding")


def redirected(request: httpx.Request, response: httpx.Response) -> httpx.Request | None:
    """Return the request that a response redirects to, `None` if it does not, or if its body cannot be sent again.

    Method and body stay as they are, because a GET in the place of a POST is another call; only 303 asks for that. To
    another host, or from https to http, goes nothing that could be a secret.
    """
    if response.next_request is None:
        return None
    url, method, headers = response.next_request.url, request.method, request.headers.copy()
    if not has_possible_port(url):
        raise httpx.RemoteProtocolError(f"Invalid URL in location header: port {url.port}", request=request)
    if "cookie" in response.next_request.headers:  # which may be what the redirect has set
        headers["cookie"] = response.next_request.headers["cookie"]
    stream: httpx.SyncByteStream | httpx.AsyncByteStream | None = request.stream
    if response.status_code == 303 and method != "HEAD":
        method, stream = "GET", None
        _keep(headers, lambda name: not name.startswith(_DESCRIBE_BODY))
    elif not is_replayable(request):
        return None
    if _leads_elsewhere(request.url, url):
        _keep(headers, lambda name: name.startswith(_HARMLESS))
    headers["Host"] = url.netloc.decode("ascii")
    return httpx.Request(method, url, headers=headers, stream=stream, extensions=request.extensions)


def is_replayable(request: httpx.Request) -> bool:
    """Tell whether a request can be sent again: a body that is produced while it is sent is produced once."""
    return isinstance(request.stream, httpx.ByteStream)


def _leads_elsewhere(old: httpx.URL, new: httpx.URL) -> bool:
    return new.netloc != old.netloc or (old.scheme, new.scheme) == ("https", "http")


def _keep(headers: httpx.Headers, wanted: Callable[[str], bool]) -> None:
    for name in [name for name in headers if not wanted(name)]:
        del headers[name]
