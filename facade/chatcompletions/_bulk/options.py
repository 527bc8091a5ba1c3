"""The arguments of `map`, checked before anything is read or sent."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping, Sized
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from chatcompletions._checks import check_count

from .calls import check_call
from .chunks import CHUNK, Chunks
from .journal import Journal
from .pace import Pace
from .progress import Progress
from .run import Run

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable
    from contextlib import AsyncExitStack, ExitStack

    from chatcompletions._redaction import SecretDict

#: The arguments of the run itself, with what they are if they are left out.
DEFAULTS: dict[str, Any] = {
    "concurrency": 64,
    "ordered": True,
    "journal": None,
    "requests_per_minute": None,
    "tokens_per_minute": None,
    "progress": None,
    "executor": None,
}


@frozen
class Options:
    """The arguments of `map`.

    Raises:
        TypeError: One is of the wrong type, or a parameter of the calls is unknown.
        ValueError: A number is out of its range.
    """

    client: Any
    async_type: Any
    requests: Iterable[Any] | AsyncIterable[Any] = field(repr=False)
    shared: SecretDict
    call: str
    concurrency: int
    ordered: bool
    journal: str | os.PathLike[str] | None
    requests_per_minute: float | None
    tokens_per_minute: float | None
    progress: Callable[[int, int, int | None], object] | bool | None
    executor: Executor | None

    def __attrs_post_init__(self) -> None:
        given = self.requests
        is_iterable = isinstance(given, Iterable) or (hasattr(given, "__aiter__") and self.is_async)
        if isinstance(given, str | bytes | Mapping) or not is_iterable:
            raise TypeError(f"requests is an iterable of texts and mappings, not {type(given).__name__}")
        if self.shared.get("stream") and self.call != "run_tools":
            raise TypeError("map() gives whole answers: leave out stream=True")
        check_call(self.call, self.shared, {*DEFAULTS})
        check_count("concurrency", self.concurrency, 1)
        if not isinstance(self.ordered, bool):
            raise TypeError(f"ordered must be True or False, not {self.ordered!r}")
        for name in ("requests_per_minute", "tokens_per_minute"):
            _check_rate(name, getattr(self, name))
        if self.progress is not None and not isinstance(self.progress, bool) and not callable(self.progress):
            raise TypeError(f"progress must be a function, True or None, not {self.progress!r}")
        if self.journal is not None and not isinstance(self.journal, str | os.PathLike):
            raise TypeError(f"journal must be the path of a file, not {self.journal!r}")
        if self.journal in ("", ":memory:"):  # SQLite's names for what no later run finds
            raise ValueError(f"journal must be the path of a file, not {self.journal!r}")
        if self.executor is not None and not isinstance(self.executor, Executor):
            raise TypeError(
                f"executor must be a concurrent.futures.Executor, not {type(self.executor).__name__}; "
                "dask's Client has one by get_executor()"
            )

    @property
    def is_async(self) -> bool:
        """Whether the caller is async."""
        return isinstance(self.client, self.async_type)

    def open(self, stack: ExitStack | AsyncExitStack) -> Run:
        """Open what a run needs, until the end of a stack.

        Raises:
            JournalError: The journal cannot be used.
            RuntimeError: The client is closed.
        """
        self.client._check_open()
        total = len(self.requests) if isinstance(self.requests, Sized) else None
        journal = None if self.journal is None else Journal(self.journal, self.concurrency)
        if journal is not None:
            stack.callback(journal.close)
        progress = Progress(self.progress, total)
        stack.callback(progress.close)
        return Run(self, journal, progress)

    def pace(self) -> Pace:
        """Make the pace of a run."""
        return Pace(self.requests_per_minute, self.tokens_per_minute)

    def chunks(self, put: Callable[[Any], object]) -> Chunks:
        """Make the way to the workers of the executor."""
        executor: Any = self.executor  # there is one
        size = min(CHUNK, self.concurrency)
        return Chunks(executor, self.client, self.async_type, self.call, self.pace(), size, put)


def _check_rate(name: str, rate: Any) -> None:
    if rate is None:
        return
    if not isinstance(rate, int | float) or isinstance(rate, bool):
        raise TypeError(f"{name} must be a number, not {rate!r}")
    if not 0 < rate < math.inf:
        raise ValueError(f"{name} must be more than 0, not {rate}; None is without a limit")
