"""Reports of how far a run is: to the caller's function, or as a bar on a terminal."""

from __future__ import annotations

import logging
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_logger = logging.getLogger("chatcompletions")


class Progress:
    """How many rows are done.

    Args:
        report: A function of the rows that are done, those of them that failed, and all or `None`; true for a bar on
            stderr if that is a terminal.
        total: The number of all rows, if it is known.

    Raises:
        ImportError: A bar is to be shown, and the extra ``progress`` is not installed.
    """

    def __init__(self, report: Callable[[int, int, int | None], object] | bool | None, total: int | None) -> None:
        self._report, self._total = report if callable(report) else None, total
        self._bar: Any = None
        self._done = self._failed = 0
        self._has_failed = False
        if report is True and sys.stderr.isatty():
            try:
                tqdm: Any = import_module("tqdm")
            except ImportError as exc:
                raise ImportError("progress=True needs tqdm: pip install 'chatcompletions[progress]'") from exc
            self._bar = tqdm.tqdm(total=total, unit="row")

    def add(self, *, failed: bool) -> None:
        """Count a row that is done."""
        self._done, self._failed = self._done + 1, self._failed + failed
        try:
            if self._bar is not None:
                if failed:
                    self._bar.set_postfix(failed=self._failed, refresh=False)
                self._bar.update()
            elif self._report is not None:
                self._report(self._done, self._failed, self._total)
        except Exception:  # what was paid for is not lost by it
            if not self._has_failed:
                _logger.exception("progress failed; further failures of it are not reported")
            self._has_failed = True

    def close(self) -> None:
        """Leave the bar as it is."""
        if self._bar is not None:
            self._bar.close()
