"""Check who asks, and give every answer a request id, the time it took, and errors in the API's words."""

from __future__ import annotations

import hmac
import math
import re
import time
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, NoReturn

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.routing import Match

from ._errors import ApiError
from ._faults import HungUpError
from ._recorded import RECORDED

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from ._recorded import Recorder

_LIMITS = {"requests": 10_000, "tokens": 2_000_000}  # a minute; they are told, and never enforced
#: An IPv6 address in brackets or any other name, and a port.
_HOST = re.compile(r"(?:\[([^][]*)\]|([^][:]*))(?::\d*)?")


def rate_limits(tokens: int) -> dict[str, str]:
    """Make the headers that tell of rate limits, as if a call with so many tokens were the only one of its minute."""
    headers = {}
    for unit, used in (("requests", 1), ("tokens", tokens)):
        limit = _LIMITS[unit]
        headers[f"x-ratelimit-limit-{unit}"] = str(limit)
        headers[f"x-ratelimit-remaining-{unit}"] = str(max(0, limit - used))
        headers[f"x-ratelimit-reset-{unit}"] = _duration(60 * used / limit)
    return headers


def _duration(seconds: float) -> str:
    """Word a time as the service does: ``6ms``, ``1.2s``, ``6m0s``."""
    if 0 < seconds < 1:
        return f"{math.ceil(1_000 * seconds)}ms"
    minutes, rest = divmod(round(seconds, 3), 60)
    return (f"{minutes:.0f}m" if minutes else "") + f"{rest:.3f}".rstrip("0").rstrip(".") + "s"


def check_key(api_key: str | None) -> None:
    """Refuse a key that no request can carry.

    Raises:
        ValueError: If it is empty, or begins or ends with a space.
    """
    if api_key is not None and (not api_key or api_key != api_key.strip()):
        problem = "must not begin or end with a space" if api_key.strip() else "must not be empty"
        raise ValueError(f"the API key {problem}; leave it out to take any key")


@dataclass
class Envelope:
    """Middleware around the whole application; its settings are those of `chatcompletions.server.app`."""

    app: ASGIApp
    api_key: str | None
    hosts: Collection[str] | None
    new_id: Callable[[], str]
    log: Callable[[str], None] | None
    recorder: Recorder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        started = time.monotonic()
        # Routes see the path as it was sent: a slash inside a quoted id does not end it.
        path = scope.get("raw_path", scope["path"].encode()).decode("latin-1")
        recorded = self.recorder.record({**scope, "path": path})
        scope = {**scope, "path": path, RECORDED: recorded}
        content: list[bytes] = []
        answered = False

        async def receive_recorded() -> Message:
            message = await receive()
            if message["type"] == "http.request":
                content.append(message.get("body", b""))
            if content and not message.get("more_body"):
                self.recorder.complete(recorded, b"".join(content))
                content.clear()
            return message

        async def send_marked(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = True
                self.recorder.answered(recorded, message["status"])
                milliseconds = round(1_000 * (time.monotonic() - started))
                headers = MutableHeaders(scope=message)
                headers.setdefault("x-request-id", f"req_{self.new_id()}")
                headers["openai-processing-ms"] = str(milliseconds)
                if self.log is not None:
                    self.log(f"{scope['method']} {path} {message['status']} {milliseconds} ms")
            await send(message)

        try:
            headers = Headers(scope=scope)
            refuse_strangers(headers, scope["scheme"], self.hosts)
            self._authenticate(headers.get("authorization", ""))
            await self.app(scope, receive_recorded, send_marked)
        except HungUpError:
            raise
        except Exception as error:
            refusal = _api_error(error)
            if not answered:
                await JSONResponse(refusal.body, refusal.status, refusal.headers)(scope, receive, send_marked)
            if refusal is not error and refusal.status == 500:
                raise  # for the log of whoever runs the server

    def _authenticate(self, credentials: str) -> None:
        if self.api_key is None:
            return
        scheme, _, key = credentials.partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            message, code = "No API key was sent: send 'Authorization: Bearer KEY'.", None
        elif hmac.compare_digest(key.strip().encode("latin-1"), self.api_key.encode()):
            return
        else:
            message, code = "The API key is not the one this server was started with.", "invalid_api_key"
        raise ApiError(message, status=401, code=code, headers={"www-authenticate": "Bearer"})


def refuse_strangers(headers: Headers, scheme: str, hosts: Collection[str] | None) -> None:
    """Refuse what a page of another site sends by way of somebody's browser.

    Such a page can have its own name lead to this machine (DNS rebinding), which shows in ``Host``, or post to it
    without reading the answer, which shows in ``Origin``.

    Args:
        headers: The request's.
        scheme: ``http`` or ``https``.
        hosts: The names by which the server may be addressed, besides local names and IP addresses; any if `None`.

    Raises:
        ApiError: A 403.
    """
    host = headers.get("host", "")
    if host and hosts is not None and not _is_local(host, hosts):
        problem = f"This server does not answer for the host '{host}'"
        advice = "address it by the one that it was started with"
        raise ApiError(f"{problem}; {advice}.", status=403, code="host_not_allowed")
    for origin in headers.getlist("origin"):
        if origin != f"{scheme}://{host}":
            problem = f"This server takes no requests from pages of '{origin}'."
            raise ApiError(problem, status=403, code="origin_not_allowed")


def _is_local(host: str, names: Collection[str]) -> bool:
    parts = _HOST.fullmatch(host)
    name = (parts[1] or parts[2]).lower().rstrip(".") if parts else host
    try:
        ip_address(name)
    except ValueError:
        # A name without a dot is one of a local network's: nobody can register it.
        return "." not in name or name.endswith(".localhost") or name in names
    return True


def _api_error(error: Exception) -> ApiError:
    if isinstance(error, RecursionError):
        return ApiError("The JSON body is nested too deeply.", code="invalid_json")
    return error if isinstance(error, ApiError) else ApiError("The server failed while it answered.", status=500)


async def unrouted(request: Request, error: Any) -> NoReturn:
    """Refuse what no route takes, in the API's words."""
    place = f"{request.method} {request.scope['path']}"
    if error.status_code != 405:
        raise ApiError(f"{place} is not an operation of this server.", status=error.status_code, code="unknown_url")
    # Each method of a path has a route of its own, and the error knows those of one route.
    routes = [route for route in request.app.routes if route.matches(request.scope)[0] != Match.NONE]
    allowed = ", ".join(sorted(set().union(*(route.methods for route in routes))))
    problem = f"{place} is not an operation; this path takes {allowed}."
    raise ApiError(problem, status=405, code="method_not_supported", headers={"allow": allowed})
