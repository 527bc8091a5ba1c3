"""What `ChatClient(strict=True)` adds: every answer, page and chunk is judged by the pinned spec as it comes in."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from chatcompletions._answers.read import JSONResponse, error_from_body, request_line
from chatcompletions._base_error import UnsupportedOperationError
from chatcompletions._errors import APIResponseValidationError
from chatcompletions._redaction import without_secrets

from .deviations import departures, needed
from .schema import at

if TYPE_CHECKING:
    import httpx

    from chatcompletions._errors import Deviation

CHUNK = "$defs/CreateChatCompletionStreamResponse"


class StrictResponse(JSONResponse):
    """An answer whose `json` raises where it departs from the spec; dropped-down calls read it too."""

    def json(self, **_: Any) -> dict[str, Any]:
        """Return the body, a JSON object as the spec has it.

        Raises:
            APIResponseValidationError: The body is not JSON, not an object, or departs from the spec.
            APIError: The body is an error envelope, sent with a status that says success.
        """
        value = super().json()
        expected = _answer_of(self)
        if expected is not None and (deviation := first_deviation(value, self.request, expected)):
            what = f"{request_line(self)} answered {self.status_code}, but departs from the spec ({deviation})"
            error = error_from_body(APIResponseValidationError, what, self, value)
            error.deviation = deviation
            raise error
        return value


def first_deviation(value: Any, request: httpx.Request, expected: str = CHUNK) -> Deviation | None:
    """Return the first departure of JSON from a schema, or `None`; it shows no key that the request carried."""
    found = next(departures(value, expected), None)
    if found is None:
        return None
    # Told anew, because a key that was cut short would no longer be found.
    return next(departures(without_secrets(value, request), expected), found)


def prepare() -> None:
    """Load what judging needs, so that it is a client's construction that fails without it.

    Raises:
        ImportError: The extra ``strict`` is not installed.
        UnsupportedOperationError: The pinned spec does not name the schema of a stream's chunks.
    """
    needed()
    if at(CHUNK) is None:
        name = CHUNK.rpartition("/")[2]
        raise UnsupportedOperationError(f"the pinned spec has no {name}, by which strict=True would judge a stream")
    _answers()


def _answer_of(response: httpx.Response) -> str | None:
    # After a redirect the last request may have another path, but it answers the first one.
    request = response.history[0].request if response.history else response.request
    path = request.url.raw_path.partition(b"?")[0].decode("ascii")
    return next((to for method, ends, to in _answers() if method == request.method and ends.search(path)), None)


@cache
def _answers() -> list[tuple[str, re.Pattern[str], str]]:
    """Return method, end of the path and schema of the answer of each operation, the longest path first."""
    found = []
    for name, one in at("operations").items():
        if "answer" in one:
            end = re.sub(r"\\{.*?\\}", "[^/]+", re.escape(one["path"])) + "$"
            found.append((one["method"], re.compile(end), f"operations/{name}/answer"))
    return sorted(found, key=lambda one: -one[1].pattern.count("/"))
