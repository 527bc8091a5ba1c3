"""Recovery of an answer that was lost on the way: it is looked for among the stored completions by a unique value."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx

from chatcompletions._answers.failures import was_not_sent
from chatcompletions._errors import APIConnectionError, APIError, TotalTimeoutError
from chatcompletions._json import dumps, loads

from .timeouts import TIMEOUTS, Timeouts, shared

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

#: The request extension that holds the recovery of a call.
RECOVERY = "recovery"
#: The response extension that says that an answer was recovered.
RECOVERED = "recovered"
#: The member of a stored completion's metadata that holds the value.
METADATA_KEY = "idempotency_key"
#: Seconds for which to look, if the caller gives none: stored completions may become visible late.
DEFAULT_PATIENCE = 10.0
#: Seconds before the second look; they double with each further one.
_FIRST_PAUSE = 0.5
#: Seconds that the last look may take.
_LAST_LOOK = 2.0
#: Statuses after which the server may have the answer all the same; 503 and 429 say that it has done nothing.
_UNKNOWN = (408, 409, 500, 502, 504)


def new_key() -> str:
    """Return a value that no other call has."""
    return os.urandom(16).hex()


class Found(NamedTuple):
    """The response in the place of a lost one; `None` if there is none."""

    response: httpx.Response | None


class Recovery:
    """The recovery of a call.

    Args:
        key: The unique value.
        listing: The arguments of httpx's ``build_request`` for the list of stored completions that have it.
        patience: Seconds for which to look.
    """

    def __init__(self, key: str, listing: dict[str, Any], patience: float) -> None:
        self.key = key
        self.listing = listing
        self._patience = patience

    def steps(self, request: httpx.Request, error: APIError) -> Generator[float | Found | None, Any]:
        """Look for the answer of an attempt.

        Args:
            request: The request.
            error: The error that the attempt ended with.

        Yields:
            `None`, to be answered with the response to the listing or its error; seconds to wait; or, at last, what was
            found: nothing if the server has no answer, so that the request may be sent again.

        Raises:
            APIError: The server does not say whether it has the answer: the error of the attempt.
        """
        if not _is_outcome_unknown(error):
            yield Found(None)
        self._begin(request)
        is_known = False
        for pause in _pauses(self._patience):
            if pause:
                yield pause
            found = yield None
            if isinstance(found, TotalTimeoutError):
                is_known = False
                break
            items = _items(found) if isinstance(found, httpx.Response) else None
            for item in items or ():
                if _value(item) == self.key:
                    yield Found(_response(item, found, request))
            # Another item is there because the filter was ignored: that says nothing of this one.
            is_known = items == []
        if not is_known:
            error.add_note("whether it was answered is not known: the list of stored completions does not say")
            raise error
        yield Found(None)

    def _begin(self, request: httpx.Request) -> None:
        """Begin the time to look, which ends with that of the call."""
        extensions = self.listing.setdefault("extensions", {})
        own = Timeouts(total=self._patience + _LAST_LOOK)
        extensions[TIMEOUTS] = shared(own, within=request.extensions.get(TIMEOUTS))


def _pauses(patience: float) -> Iterator[float]:
    """Return the seconds to wait before each look: none before the first, and all together a caller's patience."""
    yield 0.0
    pause = _FIRST_PAUSE
    while patience > 0:
        yield min(pause, patience)
        patience, pause = patience - pause, pause * 2


def _is_outcome_unknown(error: APIError) -> bool:
    """Tell whether the server may have answered a request for all that the error says."""
    if isinstance(error, APIConnectionError):
        return not isinstance(error, TotalTimeoutError) and not was_not_sent(error)  # no time is left to look
    return error.status_code in _UNKNOWN


def _items(response: httpx.Response) -> list[dict[str, Any]] | None:
    try:
        data = loads(response.content)["data"]
    except (ValueError, KeyError, TypeError):
        return None
    return [item for item in data if isinstance(item, dict)] if isinstance(data, list) else None


def _value(item: dict[str, Any]) -> Any:
    metadata = item.get("metadata")
    return metadata.get(METADATA_KEY) if isinstance(metadata, dict) else None


def _response(item: dict[str, Any], listing: httpx.Response, request: httpx.Request) -> httpx.Response:
    headers = {name: value for name, value in listing.headers.items() if not name.startswith(("content-", "transfer-"))}
    headers["content-type"] = "application/json"
    return httpx.Response(200, headers=headers, content=dumps(item), request=request, extensions={RECOVERED: True})
