"""Errors as the API words them: a status, and a body of message, type, param and code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(eq=False)
class ApiError(Exception):
    """A request that the server refuses; `param` is the parameter at fault, such as ``messages[0].role``."""

    message: str
    status: int = 400
    param: str | None = None
    code: str | None = None
    headers: Mapping[str, str] | None = None

    @property
    def body(self) -> dict[str, Any]:
        """The body of the response."""
        kind = "server_error" if self.status >= 500 else "invalid_request_error"
        return {"error": {"message": self.message, "type": kind, "param": self.param, "code": self.code}}


def invalid(param: str, problem: str, code: str = "invalid_value") -> ApiError:
    """Make the error of a parameter that cannot be taken as it is."""
    return ApiError(f"Invalid '{param}': {problem}.", param=param, code=code)
