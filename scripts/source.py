"""Fetch the bytes of a document from a path or an http(s) URL, in bounded time and memory."""

import re
import time
from collections.abc import Callable
from pathlib import Path, PurePath
from typing import Final

import httpx

from scripts.errors import DocumentError, shown

MAX_BYTES: Final = 32 * 1024 * 1024
"""The size of the largest document that is read; ten times the newest upstream document."""

_TIMEOUT: Final = httpx.Timeout(30.0, connect=10.0)
_TOTAL_SECONDS: Final = 180.0
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")


def read(source: str, *, clock: Callable[[], float] = time.monotonic) -> bytes:
    """Read all bytes of a document.

    Args:
        source: Path of a file, or http(s) URL.
        clock: A function that returns seconds, which are only compared; a download is given up after 180 of them.

    Returns:
        The bytes as they are stored or served (after the transfer's own compression).

    Raises:
        DocumentError: If nothing is there, it is not a file, too large, too slow, or the server did not answer 200.
    """
    scheme = _SCHEME.match(source)
    if scheme is None:
        return _read_file(source)
    if scheme[1].lower() not in ("http", "https"):
        raise DocumentError(f"cannot read {shown(public_name(source))}: give a path or an http(s) URL")
    return _download(source, clock)


def public_name(source: str) -> str:
    """Name a source without the parts that are private, such as folders and credentials.

    Args:
        source: Path or URL.

    Returns:
        A path's file name; a URL without credentials, query string and fragment.
    """
    if _SCHEME.match(source) is None:
        return PurePath(source).name
    scheme, _, rest = re.split(r"[?#]", source, maxsplit=1)[0].partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def _read_file(source: str) -> bytes:
    name = shown(source)
    try:
        with Path(source).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise DocumentError(f"there is no file {name}") from None
    except IsADirectoryError:
        raise DocumentError(f"{name} is a folder; give the OpenAPI document in it") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DocumentError(f"cannot read {name}: {reason}") from None
    if len(data) > MAX_BYTES:
        raise DocumentError(_too_large(name))
    return data


def _download(url: str, clock: Callable[[], float]) -> bytes:
    name = shown(public_name(url))
    deadline = clock() + _TOTAL_SECONDS
    body = bytearray()
    try:
        with (
            httpx.Client(timeout=_TIMEOUT, follow_redirects=True, max_redirects=5) as client,
            client.stream("GET", url) as response,
        ):
            if response.status_code != httpx.codes.OK:
                raise DocumentError(f"{name} answered {response.status_code} {response.reason_phrase}".rstrip())
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise DocumentError(_too_large(name))
                if clock() > deadline:
                    raise DocumentError(f"{name} took longer than {_TOTAL_SECONDS:.0f} s to arrive")
            is_page = response.headers.get("content-type", "").lower().startswith("text/html")
    except httpx.TimeoutException:
        raise DocumentError(f"{name} timed out; check the address or try again") from None
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DocumentError(f"cannot fetch {name}: {reason}") from None
    if is_page:
        raise DocumentError(f"{name} is an HTML page, not an OpenAPI document; give the raw file's address")
    return bytes(body)


def _too_large(name: str) -> str:
    return f"{name} is larger than {MAX_BYTES // 2**20} MiB, too large for an OpenAPI document"
