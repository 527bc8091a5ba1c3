"""Replace pin and package together or not at all, whenever the process ends."""

import fcntl
import json
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from scripts.errors import DocumentError, shown

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
_UNTOUCHED: Final = "pin and package are as they were"
_HALF: Final = "they are replaced in part: the next make generate, spec or update completes that"


class Swap:
    """A pin and its package, which are replaced together.

    New content is put beside the old, then a journal beside the pin says that it counts; only then is the old moved
    away and the new moved in, with one rename each. A process that is killed before the journal says so has changed
    nothing, and one that is killed after it leaves all that the next one needs to finish the work.

    Attributes:
        pin: The pin.
        outcome: How pin and package are now, in words.
    """

    def __init__(self, pin: Path) -> None:
        """Name the pin; nothing is read yet."""
        self.pin = pin
        self.outcome = _UNTOUCHED
        self._journal = pin.with_name(f".{pin.name}.journal")
        self._draft = pin.with_name(f".{pin.name}.journal.new")

    @contextmanager
    def held(self, *, to_read: bool = False) -> Iterator[str]:
        """Keep other processes from replacing pin and package, after what a killed one left is finished or undone.

        Args:
            to_read: Whether nothing is to be replaced; any number of processes may read at once.

        Yields:
            A sentence about what was finished or undone; empty if there was nothing.

        Raises:
            DocumentError: If another process is at work, or what was left cannot be read.
        """
        try:
            folder = os.open(self.pin.parent, os.O_RDONLY)
        except OSError as error:
            raise DocumentError(f"cannot open the folder of {shown(str(self.pin))}: {error.strerror}") from None
        try:
            # The system takes the lock back from a process that ends, however it ends.
            self._lock(folder, fcntl.LOCK_SH if to_read else fcntl.LOCK_EX)
            told = ""
            if self._journal.exists() or self._draft.exists():
                self._lock(folder, fcntl.LOCK_EX)
                with _undisturbed():
                    told = self._settle()
                self.outcome = _UNTOUCHED
                self._lock(folder, fcntl.LOCK_SH if to_read else fcntl.LOCK_EX)
            yield told
        finally:
            os.close(folder)

    def replace(self, *, pin: str | None = None, package: Path | None = None, by: Path | None = None) -> None:
        """Replace the pin, the package or both.

        Args:
            pin: The new content of the pin.
            package: The folder of the package; it may be missing.
            by: The folder whose copy it becomes.

        Raises:
            DocumentError: If something cannot be written; `outcome` says how pin and package are then.
        """
        entry = {
            "step": "copy",
            "pin": pin is not None,
            "package": package and os.path.relpath(package, self.pin.parent),
            "had_package": package is not None and package.exists(),
        }
        try:
            try:
                self._copy(entry, pin, package, by)
                with _undisturbed():
                    self._commit(entry)
            finally:
                with _undisturbed():
                    self._settle()
        except OSError as error:
            reason = error.strerror or str(error)
            raise DocumentError(f"cannot write {' and '.join(self._names(entry))}: {reason}") from None

    def _copy(self, entry: dict[str, Any], pin: str | None, package: Path | None, by: Path | None) -> None:
        if package is not None:
            package.parent.mkdir(parents=True, exist_ok=True)
        self._write(entry)
        for leftover in self._leftovers(entry):
            _remove(leftover)
        if pin is not None:
            _new(self.pin).write_text(pin, encoding="utf-8", newline="\n")
        if package is not None and by is not None:
            shutil.copytree(by, _new(package))

    def _commit(self, entry: dict[str, Any]) -> None:
        self._write(entry | {"step": "finish"})
        try:
            self._finish(entry)
        except OSError:
            self._write(entry | {"step": "undo"})
            raise

    def _settle(self) -> str:
        """Finish or undo what the journal says, and remove it and what was left."""
        try:
            entry = json.loads(self._journal.read_text(encoding="utf-8"))
        except FileNotFoundError:
            _remove(self._draft)
            return ""
        except ValueError:
            raise DocumentError(f"{self._journal.name} cannot be read: remove it, then run make generate") from None
        match entry["step"]:
            case "finish":
                self._finish(entry)
                told = f"an earlier run was cut off, and is completed now: {self._told(entry)} replaced"
            case step:
                if step == "undo":
                    self._undo(entry)
                told = f"an earlier run was cut off, and is undone now: {self._told(entry)} as before it"
        for leftover in self._leftovers(entry):
            _remove(leftover)
        self._journal.unlink()
        return told

    def _finish(self, entry: dict[str, Any]) -> None:
        """Move in what is new; whatever was moved in already stays."""
        self.outcome = _HALF
        package = self._package(entry)
        if package and _new(package).exists():
            if package.exists():
                package.rename(_old(package))
            _new(package).rename(package)
        # The pin comes last: one rename replaces it, so that it is never missing and never has to come back.
        if entry["pin"] and _new(self.pin).exists():
            _new(self.pin).replace(self.pin)
        self.outcome = f"{self._told(entry)} replaced"

    def _undo(self, entry: dict[str, Any]) -> None:
        """Move out what is new, and the old back in."""
        self.outcome = _HALF
        package = self._package(entry)
        if package and (_old(package).exists() or not entry["had_package"]):
            if package.exists():
                package.rename(_new(package))
            if entry["had_package"]:
                _old(package).rename(package)
        self.outcome = _UNTOUCHED

    def _package(self, entry: dict[str, Any]) -> Path | None:
        return self.pin.parent / entry["package"] if entry["package"] else None

    def _leftovers(self, entry: dict[str, Any]) -> list[Path]:
        package = self._package(entry)
        aside = [_new(package), _old(package)] if package else []
        return [*aside, _new(self.pin), self._draft]

    def _names(self, entry: dict[str, Any]) -> list[str]:
        package = self._package(entry)
        return [*([self.pin.name] if entry["pin"] else []), *([package.name] if package else [])]

    def _told(self, entry: dict[str, Any]) -> str:
        names = self._names(entry)
        return f"{' and '.join(names)} {'are' if len(names) > 1 else 'is'}"

    def _write(self, entry: dict[str, Any]) -> None:
        self._draft.write_text(json.dumps(entry), encoding="utf-8")
        self._draft.replace(self._journal)

    def _lock(self, folder: int, kind: int) -> None:
        try:
            fcntl.flock(folder, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DocumentError(
                f"another command is at work on {self.pin.name} or its package: try again when it has ended"
            ) from None


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let signals that would end the process wait for the end of the block."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _new(target: Path) -> Path:
    return target.with_name(f".{target.name}.new")


def _old(target: Path) -> Path:
    return target.with_name(f".{target.name}.old")


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
