"""A round of checks: what was made at the service, and what was found."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from uuid import uuid4

from chatcompletions import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    AuthenticationError,
    ChatCompletionsError,
    NotFoundError,
    deviations,
)
from chatcompletions.cli._texts import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx

    from chatcompletions import ChatClient

State = Literal["works", "deviates", "missing", "unchecked", "failed"]
#: The pair that tells what was made here from all else; its value is another one each time.
KEY = "chatcompletions-check"
_LENGTH = 300
#: Statuses, and words of a refusal, by which a service says that it does not have something.
_LACKING = (404, 405, 501)
_LACKS = ("not support", "unsupported", "not available", "unknown", "unrecognized", "not implemented", "not permitted")
_LIMITS = ("max_completion_tokens", "max_tokens")


class Deviates(Exception):  # noqa: N818 - it is how a check ends
    """The service does something else than the API."""


class Missing(Exception):  # noqa: N818
    """The service does not have it."""


class Unchecked(Exception):  # noqa: N818
    """What the check stands on is not there."""


class Check(NamedTuple):
    """A check.

    Attributes:
        id: Its name, after that of its group and a dot.
        title: What works if it passes.
        page: The page of the API's reference, or the standard, that says so.
        run: Makes it; raises `Deviates`, `Missing` or `Unchecked`, or an error of the client.
    """

    id: str
    title: str
    page: str
    run: Callable[[Session], object]

    @property
    def group(self) -> str:
        """The name of its group."""
        return self.id.partition(".")[0]


class Result(NamedTuple):
    """What a check found."""

    check: Check
    state: State
    detail: str


class Session:
    """The calls of a round of checks, whose answers are held against the spec.

    Attributes:
        client: The client.
        made: The ids of the completions that were stored.
        stored: What is known of storing: the ids of some completions, oldest first; `None` if it does not work.
        deviations: The first deviation from the spec of each kind of answer.
    """

    def __init__(self, client: ChatClient, model: str, max_tokens: int) -> None:
        self.client = client
        self.model, self.tag = model, uuid4().hex
        self.made: list[str] = []
        self.stored: list[str] | None = None
        self.deviations: dict[str, str] = {}
        self._limit: dict[str, int] = {_LIMITS[0]: max_tokens}

    def params(self, **params: Any) -> dict[str, Any]:
        """Return the parameters of a small request, with these; one of `None` is left out."""
        given = {"model": self.model, "messages": "Say hello.", **self._limit, **params}
        return {name: value for name, value in given.items() if value is not None}

    def create(self, **params: Any) -> Any:
        """Create a completion, which is remembered if it is stored."""
        if params.get("store"):
            params["metadata"] = {**params.get("metadata", {}), KEY: self.tag}
        reply = self.client.create(**self.params(**params))
        if params.get("store") and isinstance(reply.id, str):
            self.made.append(reply.id)
        return self.judged("create", reply)

    def find_limit(self) -> None:
        """Find the name under which the service takes the most tokens of an answer."""
        (tokens,) = self._limit.values()
        for name in _LIMITS:
            self._limit = {name: tokens}
            try:
                self.create()
            except APIStatusError as exc:
                if exc.status_code != 400 or name not in str(exc):
                    raise
            else:
                return
        self._limit = {}

    def judged(self, kind: str, answer: Any) -> Any:
        """Hold an answer against the spec, and return it."""
        if kind not in self.deviations and (found := deviations(answer)):
            self.deviations[kind] = str(found[0])
        return answer

    def needs_store(self) -> list[str]:
        """Return the ids of the completions that are stored.

        Raises:
            Unchecked: The service stores none.
        """
        if self.stored is None:
            raise Unchecked("the service stores no completions")
        return self.stored

    def post(self, **request: Any) -> httpx.Response:
        """Send a request past the client's checks, and return the answer to it."""
        http = self.client.raw.get_httpx_client()
        return http.post("chat/completions", **request)

    def run(self, checks: list[Check]) -> Iterator[Result]:
        """Make checks, and yield what each has found."""
        for check in checks:
            state, detail = self._state(check)
            yield Result(check, state, printable(" ".join(detail.split()))[:_LENGTH])

    def _state(self, check: Check) -> tuple[State, str]:
        try:
            detail = check.run(self)
        except Deviates as exc:
            return "deviates", str(exc)
        except Missing as exc:
            return "missing", str(exc)
        except Unchecked as exc:
            return "unchecked", str(exc)
        except AuthenticationError:
            raise
        except APIConnectionError as exc:
            return "failed", str(exc)
        except APIStatusError as exc:
            is_lacking = exc.status_code in _LACKING or any(word in str(exc.message).lower() for word in _LACKS)
            return "missing" if is_lacking else "deviates", exc.message
        except APIResponseValidationError as exc:
            return "deviates", exc.message
        except APIError as exc:
            return "failed", exc.message
        return "works", detail if isinstance(detail, str) else ""

    def clean(self) -> list[str]:
        """Delete what was made, and return the ids that may still be there."""
        with suppress(ChatCompletionsError):  # one whose answer was lost on the way
            for item in self.client.list(metadata={KEY: self.tag}) if self.stored is not None else ():
                if item.metadata and item.metadata.get(KEY) == self.tag and item.id not in self.made:
                    self.made.append(item.id)
        while self.made:
            try:
                self.client.delete(self.made[-1])
            except NotFoundError:
                pass
            except ChatCompletionsError:
                break
            self.made.pop()
        # A service that takes store=True and stores nothing has nothing left.
        return self.made if self.stored is not None else []
