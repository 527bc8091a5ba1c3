"""The log: lines that another thread writes, so that nothing the writing does reaches a request."""

from __future__ import annotations

import logging
from contextlib import suppress
from queue import Full, Queue
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_WAITING = 1_000  # lines that may wait to be written; further ones are dropped
_FLUSH = 1.0  # seconds that the end waits for them

_logger = logging.getLogger("chatcompletions.server")


class Log:
    """Give lines to a function in a thread of its own, in order; never wait for it, and never raise what it raises.

    While the function is stuck, lines are dropped, and once it goes on a line says how many. Its first exception is
    reported to the logger ``chatcompletions.server``, the others are not.
    """

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._lines: Queue[str | None] = Queue(_WAITING)
        self._dropped = 0
        self._thread = Thread(target=self._run, name="chatcompletions-log", daemon=True)
        self._thread.start()

    def __call__(self, line: str) -> None:
        """Have a line written."""
        try:
            self._lines.put_nowait(line)
        except Full:
            self._dropped += 1

    def close(self) -> None:
        """Wait for the lines to be written, but not for long."""
        with suppress(Full):
            self._lines.put(None, timeout=_FLUSH)
            self._thread.join(_FLUSH)

    def _run(self) -> None:
        told, is_reported = 0, False
        while (line := self._lines.get()) is not None:
            dropped = self._dropped - told
            told += dropped
            try:
                if dropped:
                    self._write(f"({dropped} lines were dropped here: the log was not read fast enough)")
                self._write(line)
            except Exception:
                if not is_reported:
                    _logger.exception("the log function failed; further failures are not reported")
                is_reported = True
