"""Follow redirects, where the caller asked for that, as an API needs it rather than as a browser does.

httpx has no public hook for this: the names below are those of its clients, verified with 0.28.1 and by tests.
"""

from __future__ import annotations

from typing import Any

import httpx

from ._secrets import is_secret


class Redirects:
    """What a client of httpx, which comes behind this class, sends where it is redirected."""

    def _redirect_method(self, request: httpx.Request, response: httpx.Response) -> str:
        client: Any = super()
        # A browser goes on with GET, which is another call than POST; only 303 asks for that.
        method: str = (
            request.method if response.status_code in (301, 302) else client._redirect_method(request, response)
        )
        return method

    def _redirect_url(self, request: httpx.Request, response: httpx.Response) -> httpx.URL:
        client: Any = super()
        try:
            url: httpx.URL = client._redirect_url(request, response)
        except httpx.InvalidURL as exc:
            raise httpx.RemoteProtocolError(f"Invalid URL in location header: {exc}", request=request) from None
        return url

    def _redirect_headers(self, request: httpx.Request, url: httpx.URL, method: str) -> httpx.Headers:
        client: Any = super()
        headers: httpx.Headers = client._redirect_headers(request, url, method)
        # httpx takes away Authorization alone, but some servers take their key in another header.
        if url.netloc != request.url.netloc or (request.url.scheme, url.scheme) == ("https", "http"):
            for name in [name for name in headers if is_secret(name)]:
                del headers[name]
        return headers
