"""The state of a run: how many requests are read, what becomes of each, and which outcome is next."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from chatcompletions._errors import JournalError
from chatcompletions._redaction import SecretDict
from chatcompletions._requests.build import merged
from chatcompletions._transport.recovery import METADATA_KEY

from .calls import decode, digest_of, encode, params_of
from .outcome import Outcome, Row

if TYPE_CHECKING:
    from .journal import Journal
    from .options import Options
    from .progress import Progress


class Run:
    """The state of a run. It waits for nothing, and all but `keep` is used by one thread at a time.

    Args:
        options: The arguments of `map`.
        journal: The journal, open.
        progress: Is told of each row that is done.
    """

    def __init__(self, options: Options, journal: Journal | None, progress: Progress) -> None:
        self._options, self._journal, self._progress = options, journal, progress
        self._read = self._yielded = 0
        self._ready: dict[int, Outcome[Any]] = {}
        self._order = deque[int]()
        self._failure: Exception | None = None
        self.is_read = False

    def has_room(self) -> bool:
        """Tell whether a further request is to be read; none is once the client is closed.

        Those that are read and not yielded are no more than allowed.
        """
        if self.is_read or self._read - self._yielded >= self._options.concurrency:
            return False
        try:
            self._options.client._check_open()
        except RuntimeError as exc:
            self.end(exc)
        return not self.is_read

    @property
    def is_done(self) -> bool:
        """Whether every outcome was yielded."""
        return self.is_read and self._read == self._yielded

    def end(self, failure: Exception | None = None) -> None:
        """Read no more requests; a failure is raised once the outcomes of those that were read are yielded."""
        self.is_read, self._failure = True, self._failure or failure

    def check(self) -> None:
        """Raise what ended the run early, if anything did."""
        if self._failure is not None:
            raise self._failure

    def begin(self, request: Any) -> Row | None:
        """Take a request, and return the row to be made; `None` if its outcome is known already."""
        options, index = self._options, self._read
        self._read += 1
        try:
            keep = self._journal is not None or options.executor is not None
            row = Row(index, request, params_of(options.call, request, options.shared, keep=keep))
            if self._journal is None:
                return row
            return self._begin_journaled(row, self._journal)
        except JournalError as exc:
            self.end(exc)
            self._add(Outcome(index, request, error=exc))
        except Exception as exc:
            self._add(Outcome(index, request, error=exc))
        return None

    def _begin_journaled(self, row: Row, journal: Journal) -> Row | None:
        options = self._options
        digest = digest_of(options.call, merged(options.client._defaults, row.params))
        row.key, record, idempotency_key, was_sent = journal.begin(digest)
        if record is not None:
            self._add(Outcome(row.index, row.request, decode(record, row.params, options.call)))
            return None
        if options.call == "create" or (options.call == "parse" and not row.params.get("retries_on_parse")):
            # A call that sends several requests cannot send one key.
            if (header := options.client._arguments["idempotency_header"]) is not None:
                headers = {header: idempotency_key, **(row.params.get("extra_headers") or {})}
                row.params = SecretDict(row.params, extra_headers=headers)
            if merged(options.client._defaults, row.params).get("recover"):
                metadata: Any = row.params.get("metadata")
                metadata = metadata.to_dict() if hasattr(type(metadata), "to_dict") else metadata or {}
                row.params["metadata"] = {METADATA_KEY: idempotency_key, **metadata}
                row.stored_as = row.params["metadata"][METADATA_KEY] if was_sent else ""
        return row

    def keep(self, row: Row, reply: Any, error: BaseException | None) -> None:
        """Write the result of a row to the journal, as soon as it is there and in any thread.

        Args:
            row: The row.
            reply: Its reply, or the bytes of it.
            error: Its error, if it failed.
        """
        if self._journal is None:
            return
        try:
            if error is not None:
                self._journal.failed(row.key, error)
            else:
                self._journal.done(row.key, reply if isinstance(reply, bytes) else encode(reply))
        except Exception as exc:
            self.end(exc)

    def finish(self, row: Row, reply: Any, error: BaseException | None) -> Outcome[Any]:
        """Take the result of a row, and return its outcome; raise an error that is to end the whole run."""
        if error is not None and not isinstance(error, Exception):
            raise error
        try:
            reply = decode(reply, row.params, self._options.call) if isinstance(reply, bytes) else reply
        except Exception as exc:
            reply, error = None, exc
        return self._add(Outcome(row.index, row.request, reply, error))

    def _add(self, outcome: Outcome[Any]) -> Outcome[Any]:
        self._ready[outcome.index] = outcome
        if not self._options.ordered:
            self._order.append(outcome.index)
        self._progress.add(failed=outcome.error is not None)
        return outcome

    def pop(self) -> Outcome[Any] | None:
        """Return the outcome that is to be yielded next, if it is there."""
        if self._options.ordered:
            outcome = self._ready.pop(self._yielded, None)
        else:
            outcome = self._ready.pop(self._order.popleft()) if self._order else None
        self._yielded += outcome is not None
        return outcome
