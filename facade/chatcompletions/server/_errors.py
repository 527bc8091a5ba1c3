"""An error as the API words it: a status, and a body of message, type, param and code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Mapping


class ApiError(Exception):
    """A request that the server refuses.

    Args:
        message: What was wrong and what to do, for a person.
        status: The HTTP status code.
        param: The parameter at fault, with its place, such as ``messages[0].role``.
        code: A short word for programs.
        headers: Further response headers.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        param: str | None = None,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.param = param
        self.headers = headers
        kind = "server_error" if status >= 500 else "invalid_request_error"
        #: The response body.
        self.body: dict[str, Any] = {"error": {"message": message, "type": kind, "param": param, "code": code}}


def refuse(param: str, problem: str, code: str) -> NoReturn:
    """Raise the API's error for one parameter."""
    raise ApiError(f"Invalid '{param}': {problem}.", param=param, code=code)
