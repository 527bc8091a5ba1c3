"""An error as the API words it: a status, and a body of message, type, param and code."""

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
        self.message = message
        self.status = status
        self.param = param
        self.code = code
        self.headers = dict(headers or {})

    @property
    def body(self) -> dict[str, object]:
        """The response body: one member, ``error``."""
        kind = "server_error" if self.status >= 500 else "invalid_request_error"
        return {"error": {"message": self.message, "type": kind, "param": self.param, "code": self.code}}
