"""The record of a call, from which its `Meta` is made when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The response extension that holds the record of a call.
RECORD = "record"


class Record(NamedTuple):
    """What the transport knows of a call.

    Attributes:
        status_code: The status of the answer; `None` if none came.
        failures: The attempts that failed before it: status, what went wrong, and the seconds until the next one.
        elapsed: Seconds from the first attempt to the answer, in a stream to its headers.
        recovered: Whether the answer was found among the stored completions.
        first_token: Seconds from the first attempt to the first token of a stream.
        total: Seconds from the first attempt to the end of a stream.
    """

    status_code: int | None = None
    failures: Sequence[tuple[int | None, str, float]] = ()
    elapsed: float | None = None
    recovered: bool = False
    first_token: float | None = None
    total: float | None = None
