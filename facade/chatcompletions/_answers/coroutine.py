"""A coroutine that may be dropped without having been awaited."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Generator

T_co = TypeVar("T_co", covariant=True)


class LazyCoroutine(Coroutine[Any, Any, T_co]):
    """A coroutine that begins when it is awaited or made a task, and causes no warning if it never is."""

    _started: Coroutine[Any, Any, T_co] | None = None

    @abstractmethod
    def _start(self) -> Coroutine[Any, Any, T_co]:
        """Return the coroutine that does the work."""

    def __await__(self) -> Generator[Any, Any, T_co]:
        return self._start().__await__()

    def send(self, value: Any) -> Any:
        """Resume the coroutine with a value, as a task does."""
        return self._coroutine().send(value)

    def throw(self, *raised: Any) -> Any:
        """Resume the coroutine with an exception, as a task does."""
        return self._coroutine().throw(*raised)

    def close(self) -> None:
        """Close the coroutine, if it has begun."""
        if self._started is not None:
            self._started.close()

    def _coroutine(self) -> Coroutine[Any, Any, T_co]:
        if self._started is None:
            self._started = self._start()
        return self._started
