"""What became of a request among many."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from attrs import define, field, frozen

from chatcompletions._public import public

ReplyT = TypeVar("ReplyT")


@public
@frozen(eq=False)
class Outcome(Generic[ReplyT]):
    """What became of one request of `map`: it has a reply, or else an error.

    Attributes:
        index: The number of the request among all, from 0.
        request: The request as it was given; no repr shows it.
        reply: What the call returned, for `run_tools` its last answer; `None` if it failed.
        error: What it raised; `None` if it has a reply.
    """

    index: int
    request: Any = field(repr=False)
    reply: ReplyT | None = None
    error: Exception | None = None

    def _repr_html_(self) -> str:
        from chatcompletions._notebook import outcome_html

        return outcome_html(self)


@define(eq=False)
class Row:
    """A request on its way.

    Attributes:
        index: Its number, from 0.
        request: The request as it was given.
        params: The keywords of its call.
        key: Its place in the journal, if there is one.
        due: The time at which a worker may send it, in seconds since the Unix epoch.
        charged: The tokens that it was expected to use.
        stored_as: The idempotency key by which its answer is looked for before it is sent; empty if it never was.
    """

    index: int
    request: Any = field(repr=False)
    params: dict[str, Any] = field(repr=False)
    key: tuple[bytes, int] = (b"", 0)
    due: float = 0.0
    charged: float = 0.0
    stored_as: str = ""
