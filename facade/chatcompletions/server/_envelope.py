"""Give every answer what all share: a request id, the time it took, the key check, errors in the API's words."""

from __future__ import annotations

import hmac
import re
import time
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from ._errors import ApiError
from ._json import dump

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from starlette.types import ASGIApp, ExceptionHandler, Message, Receive, Scope, Send

#: An IPv6 address in brackets or any other name, and a port.
_HOST = re.compile(r"(?:\[([^][]*)\]|([^][:]*))(?::\d*)?")


def json_response(value: object) -> Response:
    """Answer 200 with JSON."""
    return Response(dump(value), media_type="application/json")


def error_response(error: ApiError) -> Response:
    """Answer with an error."""
    return Response(dump(error.body), error.status, error.headers, "application/json")


async def read_body(request: Request, most: int) -> bytes:
    """Read a request's body.

    Raises:
        ApiError: 413, as soon as it is clear that it holds more than ``most`` bytes.
    """
    declared = request.headers.get("content-length", "0")
    body = bytearray()
    if not declared.isdecimal() or int(declared) <= most:
        async for piece in request.stream():
            body += piece
            if len(body) > most:
                break
        else:
            return bytes(body)
    problem = f"The request body is larger than {most} bytes."
    raise ApiError(problem, status=413, code="request_too_large", headers={"connection": "close"})


class Envelope:
    """Middleware around the whole application.

    Args:
        app: The application inside.
        api_key: The key that every request must carry; any or none will do if `None`.
        hosts: The domain names by which the server may be addressed, besides local names and IP addresses; any if
            `None`.
        new_id: Gives a fresh word for each request id.
        log: Called with one line for each answer.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        api_key: str | None,
        hosts: Collection[str] | None,
        new_id: Callable[[], str],
        log: Callable[[str], None] | None,
    ) -> None:
        self._app = app
        self._api_key = api_key
        self._hosts = hosts
        self._new_id = new_id
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        started = time.monotonic()
        # Routes see the path as it was sent: a slash inside a quoted id does not end it.
        path = scope.get("raw_path", scope["path"].encode()).decode("latin-1")
        scope = {**scope, "path": path}
        answered = False

        async def send_marked(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = True
                milliseconds = round(1_000 * (time.monotonic() - started))
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = f"req_{self._new_id()}"
                headers["openai-processing-ms"] = str(milliseconds)
                if self._log is not None:
                    self._log(f"{scope['method']} {path} {message['status']} {milliseconds} ms")
            await send(message)

        try:
            headers = Headers(scope=scope)
            self._refuse_strangers(headers, scope["scheme"])
            self._authenticate(headers.get("authorization", ""))
            await self._app(scope, receive, send_marked)
        except ApiError as error:
            await error_response(error)(scope, receive, send_marked)
        except Exception:
            if not answered:
                failure = ApiError("The server failed while it answered.", status=500)
                await error_response(failure)(scope, receive, send_marked)
            raise  # for the log of whoever runs the server

    def _refuse_strangers(self, headers: Headers, scheme: str) -> None:
        """Refuse what a page of another site sends by way of somebody's browser.

        Such a page can have its own name lead to this machine (DNS rebinding), which shows in ``Host``, or post to it
        without reading the answer, which shows in ``Origin``.
        """
        host = headers.get("host", "")
        if host and self._hosts is not None and not _is_local(host, self._hosts):
            problem = (
                f"This server does not answer for the host '{host}'; address it by the one that it was started with."
            )
            raise ApiError(problem, status=403, code="host_not_allowed")
        for origin in headers.getlist("origin"):
            if origin != f"{scheme}://{host}":
                problem = f"This server takes no requests from pages of '{origin}'."
                raise ApiError(problem, status=403, code="origin_not_allowed")

    def _authenticate(self, credentials: str) -> None:
        if self._api_key is None:
            return
        scheme, _, key = credentials.partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            message, code = "No API key was sent: send 'Authorization: Bearer KEY'.", None
        elif hmac.compare_digest(key.strip().encode("latin-1"), self._api_key.encode()):
            return
        else:
            message, code = "The API key is not the one this server was started with.", "invalid_api_key"
        raise ApiError(message, status=401, code=code, headers={"www-authenticate": "Bearer"})


def _is_local(host: str, names: Collection[str]) -> bool:
    parts = _HOST.fullmatch(host)
    name = (parts[1] or parts[2]).lower().rstrip(".") if parts else host
    try:
        ip_address(name)
    except ValueError:
        # A name without a dot is one of a local network's: nobody can register it.
        return "." not in name or name.endswith(".localhost") or name in names
    return True


async def _refused(_request: Request, error: Any) -> Response:
    return error_response(error)


async def _unrouted(request: Request, error: Any) -> Response:
    place, status = f"{request.method} {request.scope['path']}", error.status_code
    if status != 405:
        problem = f"{place} is not an operation of this server."
        return error_response(ApiError(problem, status=status, code="unknown_url"))
    allowed = ", ".join(sorted((error.headers or {}).get("Allow", "").split(", ")))
    problem = f"{place} is not an operation; this path takes {allowed}."
    return error_response(ApiError(problem, status=405, code="method_not_supported", headers={"allow": allowed}))


async def _gone(_request: Request, _error: Any) -> Response:
    return Response(status_code=499)  # nobody reads it: the client hung up in the middle of its request


HANDLERS: dict[Any, ExceptionHandler] = {ApiError: _refused, HTTPException: _unrouted, ClientDisconnect: _gone}
