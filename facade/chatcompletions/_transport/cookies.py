"""Cookies that servers set, in a jar that no interrupted thread can lock for ever."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Any

import httpx

from .borrowed import set_lock

if TYPE_CHECKING:
    from http.cookiejar import CookieJar

#: Seconds after which a lock counts as lost. Whoever holds it does so for microseconds.
_LOST = 1.0


class _Lock:
    """A lock that is replaced when nobody can release it any more.

    `CookieJar` acquires its lock in one statement and begins to guard it in the next: an exception of a signal handler
    between the two would stop every other thread that gets an answer.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()

    def acquire(self) -> None:
        while not self._lock.acquire(timeout=_LOST):
            self._lock = threading.RLock()

    def release(self) -> None:
        with contextlib.suppress(RuntimeError):  # another thread replaced it
            self._lock.release()


def cookie_jar(cookies: Any) -> CookieJar:
    """Return a jar with the cookies that a client is given, in any form that httpx takes; a jar stays what it is."""
    jar = httpx.Cookies(cookies).jar
    if jar is not cookies:
        set_lock(jar, _Lock())
    return jar
