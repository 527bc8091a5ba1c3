"""A call that nobody has to await."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Generator

T_co = TypeVar("T_co", covariant=True)


class LazyCoroutine(Coroutine[Any, Any, T_co]):
    """A coroutine that begins when it is awaited or made a task, and that is none as long as it is neither."""

    _begun: Coroutine[Any, Any, T_co] | None = None

    @abstractmethod
    def _begin(self) -> Coroutine[Any, Any, T_co]:
        """Return the coroutine that does the work."""

    def __await__(self) -> Generator[Any, Any, T_co]:
        return self._begin().__await__()

    def send(self, value: Any) -> Any:
        """Go on with a value, as a task does."""
        return self._coroutine().send(value)

    def throw(self, *raised: Any) -> Any:
        """Go on with an exception, as a task does."""
        return self._coroutine().throw(*raised)

    def close(self) -> None:
        """End what has begun."""
        if self._begun is not None:
            self._begun.close()

    def _coroutine(self) -> Coroutine[Any, Any, T_co]:
        if self._begun is None:
            self._begun = self._begin()
        return self._begun
