"""A cookie jar that no interrupted thread can lock for ever."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Any

import httpx

from .borrowed import set_lock

if TYPE_CHECKING:
    from http.cookiejar import CookieJar

#: Seconds after which a lock counts as lost; a thread holds it for microseconds.
_LOCK_TIMEOUT = 1.0


class _Lock:
    """A lock that is replaced when no thread can release it any more.

    `CookieJar` acquires its lock in one statement and begins the ``try`` that releases it in the next: an exception of
    a signal handler between the two would stop every other thread that gets an answer.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()

    def acquire(self) -> None:
        while not self._lock.acquire(timeout=_LOCK_TIMEOUT):
            self._lock = threading.RLock()

    def release(self) -> None:
        with contextlib.suppress(RuntimeError):  # another thread replaced it
            self._lock.release()


def cookie_jar(cookies: Any) -> CookieJar:
    """Make a jar of a client's cookies, in any form that httpx takes; a jar of the caller's is returned as it is."""
    jar = httpx.Cookies(cookies).jar
    if jar is not cookies:
        set_lock(jar, _Lock())
    return jar
