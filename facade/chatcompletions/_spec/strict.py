"""The checks of `ChatClient(strict=True)`, by which every answer, page and chunk must be as the pinned spec has it."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from chatcompletions._answers.api_errors import error_from_body, request_line
from chatcompletions._answers.read import JSONResponse
from chatcompletions._base_error import UnsupportedOperationError
from chatcompletions._errors import APIResponseValidationError
from chatcompletions._redaction import without_secrets

from .deviations import find_deviations, load_judge
from .schema import at

if TYPE_CHECKING:
    import httpx

    from chatcompletions._errors import Deviation

CHUNK = "$defs/CreateChatCompletionStreamResponse"


class StrictResponse(JSONResponse):
    """A response whose `json` raises if the answer departs from the spec; dropped-down calls read it too."""

    def json(self, **_: Any) -> dict[str, Any]:
        """Read the body, a JSON object as the spec has it.

        Raises:
            APIResponseValidationError: The body is not JSON, not an object, or departs from the spec.
            APIError: The body is an error envelope, sent with a status that says success.
        """
        value = super().json()
        expected = _answer_schema(self)
        if expected is not None and (deviation := first_deviation(value, self.request, expected)):
            message = f"{request_line(self)} answered {self.status_code}, but departs from the spec ({deviation})"
            error = error_from_body(APIResponseValidationError, message, self, value)
            error.deviation = deviation
            raise error
        return value


def first_deviation(value: Any, request: httpx.Request, expected: str = CHUNK) -> Deviation | None:
    """Return the first deviation of JSON from a schema, or `None`; it shows no key of the request."""
    deviation = next(find_deviations(value, expected), None)
    if deviation is None:
        return None
    # Found again, because a key that the first one shows cut short could not be masked any more.
    return next(find_deviations(without_secrets(value, request), expected), deviation)


def prepare() -> None:
    """Load all that the checks need, so that without it the construction of a client fails.

    Raises:
        ImportError: The extra ``strict`` is not installed.
        UnsupportedOperationError: The pinned spec does not name the schema of a stream's chunks.
    """
    load_judge()
    if at(CHUNK) is None:
        name = CHUNK.rpartition("/")[2]
        raise UnsupportedOperationError(f"the pinned spec has no {name}, by which strict=True would judge a stream")
    _answer_schemas()


def _answer_schema(response: httpx.Response) -> str | None:
    # After a redirect the last request may have another path, but it answers the first one.
    request = response.history[0].request if response.history else response.request
    path = request.url.raw_path.partition(b"?")[0].decode("ascii")
    matching = (to for method, end, to in _answer_schemas() if method == request.method and end.search(path))
    return next(matching, None)


@cache
def _answer_schemas() -> list[tuple[str, re.Pattern[str], str]]:
    """Return the method, the end of the path and the answer's schema of each operation, the longest path first."""
    found = []
    for name, one in at("operations").items():
        if "answer" in one:
            end = re.sub(r"\\{.*?\\}", "[^/]+", re.escape(one["path"])) + "$"
            found.append((one["method"], re.compile(end), f"operations/{name}/answer"))
    return sorted(found, key=lambda one: -one[1].pattern.count("/"))
