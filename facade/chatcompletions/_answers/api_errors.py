"""The errors for answers that are wrong or that did not come, made from bodies of any shape."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import httpx

from chatcompletions._base_error import describe, printable
from chatcompletions._checks import is_protected
from chatcompletions._errors import (
    APIConnectionError,
    APIError,
    APIResponseTooLargeError,
    APIResponseValidationError,
    APITimeoutError,
    status_error,
)
from chatcompletions._json import loads
from chatcompletions._redaction import is_secret_name, without_secrets

from .failures import TooLargeError, is_certificate_failure

ErrorT = TypeVar("ErrorT", bound=APIError)

#: Characters of a body that an error's message shows.
EXCERPT = 200
#: The response extension that holds the number of times that the request was sent.
ATTEMPTS = "attempts"
#: What servers write in an answer to plain HTTP on a port for TLS: nginx, Apache, Go and their kin.
_WANTS_TLS = rb"plain HTTP request|speaking plain HTTP|HTTP request to an HTTPS"
#: What h11 says of TLS's own answer to it: bytes that begin no line of text.
_TLS_ALERT = "illegal request line"
_TLS_HINT = "; the port seems to be one for TLS: base_url begins with https:// then"
#: Members in which an error of any server carries a status, as a number or in words.
_STATUS_MEMBERS = ("code", "status", "status_code", "statusCode", "error_code", "type", "error_type")
#: Words that stand for a status, without the signs between them.
_STATUS_WORDS = {
    "ratelimit": 429,
    "requestlimit": 429,
    "toomanyrequests": 429,
    "quota": 429,
    "resourceexhausted": 429,
    "throttl": 429,
    "servererror": 500,
    "internalerror": 500,
    "overloaded": 503,
    "unavailable": 503,
}


def error_from_response(response: httpx.Response) -> APIError:
    """Make the error for a response whose status is not 2xx; its body has been read."""
    try:
        body: Any = loads(response.content)
    except ValueError:
        body = _body_text(response)
    status = f"{response.status_code} {response.reason_phrase}".rstrip()
    message = f"{request_line(response)} answered {status}"
    if response.has_redirect_location:
        target = _excerpt(without_secrets(response.headers["location"], response.request))
        message += f", a redirect to {target}: correct base_url, or pass follow_redirects=True"
    message += _address_hint(response, body)
    if response.status_code == 407:
        message += "; the proxy wants a user and a password: proxy='http://user:password@host'"
    if response.status_code == 401 and not is_protected(response.request.url) and not _has_secret(response.request):
        message += (
            "; no key was sent: pass api_key=..., as over plain http the environment's is not sent to base_url=..."
        )
    return error_from_body(status_error(response.status_code), message, response, body)


def error_from_body(cls: type[ErrorT], message: str, response: httpx.Response, body: Any) -> ErrorT:
    """Make an error of a class from an error body of any shape."""
    request = response.request
    envelope = _envelope(body)
    if isinstance(envelope, dict):
        detail = envelope.get("message") or envelope.get("detail") or envelope.get("error")
    else:
        envelope, detail = {}, envelope
    excerpt = without_secrets(detail or body, request)
    if excerpt:
        message = f"{message}: {_excerpt(excerpt)}"
    return cls(
        without_secrets(message, request),
        status_code=response.status_code,
        code=without_secrets(_optional_text(envelope.get("code")), request),
        param=without_secrets(_optional_text(envelope.get("param")), request),
        type=without_secrets(_optional_text(envelope.get("type")), request),
        headers=_safe_headers(response),
        body=without_secrets(body, request),
        attempts=response.extensions.get(ATTEMPTS, 1),
    )


def error_from_failure(failure: httpx.RequestError, request: httpx.Request, attempts: int) -> APIError:
    """Make the error for a request that got no whole answer."""
    cls: type[APIError]
    match failure:
        case httpx.TimeoutException():
            cls, problem = APITimeoutError, "timed out"
        case TooLargeError():
            cls, problem = APIResponseTooLargeError, "got an answer that is too large"
        case httpx.DecodingError():
            cls, problem = APIResponseValidationError, "got a body that cannot be decoded"
        case httpx.UnsupportedProtocol() | httpx.LocalProtocolError() | httpx.TooManyRedirects():
            cls, problem = APIError, "cannot be sent"
        case _:
            cls, problem = APIConnectionError, "failed"
    detail = str(failure) if isinstance(failure, TooLargeError) else describe(failure)
    message = f"{request.method} {_address(request.url)} {problem} ({detail})"
    is_cut = isinstance(failure, httpx.RemoteProtocolError | httpx.ReadError)
    if is_cut and request.url.scheme == "http" and (_TLS_ALERT in detail or request.url.port == 443):
        message += _TLS_HINT
    if is_certificate_failure(failure):
        message += "; name the authority to trust by verify=ssl.create_default_context(cafile=...) or in SSL_CERT_FILE"
    return cls(without_secrets(message, request), attempts=attempts)


def timeout_error(cls: type[ErrorT], problem: str, request: httpx.Request, attempts: int) -> ErrorT:
    """Make the error for a call that a clock of its own has ended."""
    return cls(f"{request.method} {_address(request.url)} timed out ({problem})", attempts=attempts)


def invalid_answer(response: httpx.Response, problem: str) -> APIResponseValidationError:
    """Make the error for a 2xx response whose body is no JSON object."""
    body = without_secrets(_body_text(response), response.request)
    start, hint = f"; it starts with {_excerpt(body)!r}" if body else "", _address_hint(response)
    return APIResponseValidationError(
        f"{request_line(response)} answered {response.status_code}, but the body {problem}{hint}{start}",
        status_code=response.status_code,
        headers=_safe_headers(response),
        body=body,
        attempts=response.extensions.get(ATTEMPTS, 1),
    )


def carried_status(body: Any) -> int | None:
    """Return the status that an error body carries by a number or in words, `None` if it carries none."""
    places = [place for place in (_envelope(body), body) if isinstance(place, dict)]
    found = [
        str(place[name]) for place in places for name in _STATUS_MEMBERS if isinstance(place.get(name), (int, str))
    ]
    for text in found:
        if len(text) == len("429") and text.isdecimal():
            return int(text)
    for text in found:
        word = "".join(filter(str.isalnum, text.lower()))
        status = next((status for known, status in _STATUS_WORDS.items() if known in word), None)
        if status is not None:
            return status
    return None


def failed_choice(value: dict[str, Any]) -> dict[str, Any] | None:
    """Return the first choice of an answer or a chunk whose generation failed: it says so, or has an error."""
    choices = value.get("choices")
    for choice in choices if isinstance(choices, list) else ():
        if isinstance(choice, dict) and (choice.get("error") or choice.get("finish_reason") == "error"):
            return choice
    return None


def without_array(body: Any) -> Any:
    """Return an error body without the array that Gemini's compatible endpoint puts around it."""
    return body[0] if isinstance(body, list) and len(body) == 1 else body


def _envelope(body: Any) -> Any:
    """Return the part of an error body that tells what happened; it may be text, or anything else."""
    outer = without_array(body)
    if not isinstance(outer, dict):
        return {}
    return outer.get("error") or (failed_choice(outer) or {}).get("error") or outer


def request_line(response: httpx.Response) -> str:
    """Return the method and URL of a response's request, without the parts that may be secret."""
    return f"{response.request.method} {_address(response.request.url)}"


def _has_secret(request: httpx.Request) -> bool:
    return any(is_secret_name(name) for name in request.headers)


def _address_hint(response: httpx.Response, body: Any = None) -> str:
    """Return a hint for an answer that a wrong base URL usually gets, to be added to a message."""
    url, status = response.request.url, response.status_code
    if url.scheme == "http" and status == 400 and re.search(_WANTS_TLS, response.content):
        return _TLS_HINT
    envelope = body.get("error") if isinstance(body, dict) else None
    # With a code the API itself says that something else is not there, such as a model.
    if (status != 404 and not response.is_success) or (isinstance(envelope, dict) and envelope.get("code")):
        return ""
    path = url.path
    if path.count("/chat/completions") > 1 or path.startswith("/v1/v1/"):
        return "; base_url has a part of the path twice: it ends before /chat/completions, usually with /v1"
    return "; base_url has no path: it usually ends with /v1" if path.startswith("/chat/completions") else ""


def _address(url: httpx.URL) -> str:
    return str(url.copy_with(username=None, password=None, query=None, fragment=None))


def _safe_headers(response: httpx.Response) -> httpx.Headers:
    # As bytes, because a header need not be ASCII, and httpx would not take it back as text.
    return httpx.Headers(
        [
            (name, without_secrets(value.decode("latin-1"), response.request).encode("latin-1"))
            for name, value in response.headers.raw
        ]
    )


def _body_text(response: httpx.Response) -> str:
    try:
        return response.text
    except Exception:  # a charset such as "hex" names a codec that decodes to no text, and each fails in its own way
        return response.content.decode("utf-8", "replace")


def _excerpt(value: Any) -> str:
    text = printable(" ".join(str(value)[: 10 * EXCERPT].split()))
    return text if len(text) <= EXCERPT else text[:EXCERPT] + "..."


def _optional_text(value: Any) -> str | None:
    return None if value is None else str(value)
