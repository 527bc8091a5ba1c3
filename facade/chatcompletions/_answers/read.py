"""Reading of an answer's JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from chatcompletions._errors import APIError, APIResponseValidationError
from chatcompletions._json import loads

from .api_errors import error_from_body, failed_choice, invalid_answer, request_line
from .record import RECORD

if TYPE_CHECKING:
    from .models import Answer

AnswerT = TypeVar("AnswerT", bound="Answer")

#: Members that show, if they are not empty, that an answer has contents in spite of its error.
_CONTENT_MEMBERS = ("choices", "data")
#: The models of all answers.
_ANSWERS = (
    "CreateChatCompletionResponse",
    "ChatCompletionList",
    "ChatCompletionMessageList",
    "ChatCompletionDeleted",
)


class JSONResponse(httpx.Response):
    """A response whose `json` reads fast and raises errors of the tree; endpoint modules call it too."""

    def json(self, **_: Any) -> dict[str, Any]:
        """Read the body, a JSON object.

        Raises:
            APIResponseValidationError: The body is not JSON, not an object, or has no member of any answer.
            APIError: The body is an error envelope, sent with a status that says success, or a choice of it failed.
        """
        return read_object(self)


def read(cls: type[AnswerT], response: httpx.Response) -> AnswerT:
    """Read a 2xx response into a model of the facade, which keeps the headers.

    Raises:
        APIError: See `read_answer`.
    """
    model: Any = cls
    answer: AnswerT = model.from_dict(read_answer(model, response))
    answer._headers = response.headers
    answer._record = response.extensions.get(RECORD)
    return answer


def read_answer(model: Any, response: httpx.Response) -> dict[str, Any]:
    """Read the JSON object of a 2xx response that is to be read into a model.

    Raises:
        APIError: See `JSONResponse.json`.
        APIResponseValidationError: The object has no member of the model.
    """
    value: dict[str, Any] = response.json()
    if not holds_any(value, model):
        raise _no_answer(response, value)
    return value


def read_object(response: httpx.Response) -> dict[str, Any]:
    """Read the JSON object of a 2xx response.

    Raises:
        APIResponseValidationError: The body is not JSON, not an object, or has no member of any answer.
        APIError: The body is an error envelope, sent with a status that says success, or a choice of it failed.
    """
    try:
        value = loads(response.content)
    except ValueError as exc:
        raise invalid_answer(response, f"is not JSON ({exc})" if response.content.strip() else "is empty") from None
    if not isinstance(value, dict):
        raise invalid_answer(response, f"is not a JSON object but {_json_type(value)}")
    if (reports_error(value) and not _has_contents(value)) or failed_choice(value):
        raise error_from_body(APIError, f"{request_line(response)} reported an error", response, value)
    if "object" not in value and not _is_answer(value):
        raise _no_answer(response, value)
    return value


def _has_contents(value: dict[str, Any]) -> bool:
    # With choices or items beside the error, the model has both.
    return any(isinstance(value.get(name), list) and value[name] for name in _CONTENT_MEMBERS)


def _is_answer(value: dict[str, Any]) -> bool:
    from chatcompletions._generated import models  # few answers need it

    return any(holds_any(value, getattr(models, name)) for name in _ANSWERS)


def holds_any(value: dict[str, Any], model: Any) -> bool:
    """Tell whether a JSON object has a member of a model, be it one alone."""
    return not value.keys().isdisjoint(getattr(model, "_fields", ()))


def reports_error(value: dict[str, Any]) -> bool:
    """Tell whether a JSON object is an error: by its ``error`` or, from vLLM and FastChat, by its ``object``."""
    return bool(value.get("error")) or value.get("object") == "error"


def _no_answer(response: httpx.Response, value: dict[str, Any]) -> APIResponseValidationError:
    problem = f"{request_line(response)} answered {response.status_code}, but the body is no answer"
    return error_from_body(APIResponseValidationError, problem, response, value)


def _json_type(value: Any) -> str:
    return {list: "an array", str: "a string", bool: "a boolean", type(None): "null"}.get(type(value), "a number")
