"""The idle connections of a pool: which one is taken next, and which ones are closed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from attrs import frozen

from chatcompletions._transport import idle as _idle
from chatcompletions._transport.idle import Idle


@frozen
class Connection:
    number: int
    origin: str = "here"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that stands still until its one element is changed."""
    now = [0.0]
    # For this module alone: an event loop in another thread would sleep for ever on a clock that stands still.
    monkeypatch.setattr(_idle, "time", SimpleNamespace(monotonic=lambda: now[0]))
    return now


def idle(**limits: Any) -> Idle[Connection]:
    return Idle(httpx.Limits(**limits))


def numbers(connections: list[Connection]) -> list[int]:
    return [connection.number for connection in connections]


def test_the_last_one_used_is_taken_first() -> None:
    """Calls in sequence use one connection, so that the others can expire."""
    connections = idle()
    for number in range(3):
        connections.give_back(Connection(number))
    taken = [connections.take("here") for _ in range(4)]
    assert taken == [Connection(2), Connection(1), Connection(0), None]


def test_another_origin_is_left_in_its_place() -> None:
    """A call takes a connection to its own origin, and the others keep their order."""
    connections = idle()
    for number, origin in enumerate(["here", "there", "here", "there"]):
        connections.give_back(Connection(number, origin))
    assert connections.take("here") == Connection(2)
    assert connections.take("nowhere") is None
    assert numbers(connections.close()) == [0, 1, 3]


def test_connections_beyond_the_limit_are_closed() -> None:
    """Of idle connections only `max_keepalive_connections` are kept, the newest."""
    connections = idle(max_keepalive_connections=2)
    surplus = [connections.give_back(Connection(number)) for number in range(4)]
    assert [numbers(each) for each in surplus] == [[], [], [0], [1]]
    assert numbers(connections.close()) == [2, 3]


def test_old_connections_are_closed(clock: list[float]) -> None:
    """Connections that were idle for longer than `keepalive_expiry` are closed when another comes back."""
    connections = idle(keepalive_expiry=5)
    connections.give_back(Connection(0))
    clock[0] = 4
    connections.give_back(Connection(1))
    clock[0] = 6
    assert numbers(connections.give_back(Connection(2))) == [0]


def test_connections_in_use_are_closed_late() -> None:
    """A connection that is in use when the pool is closed is closed as it comes back."""
    connections = idle()
    connections.give_back(Connection(0))
    assert numbers(connections.close()) == [0]
    assert numbers(connections.give_back(Connection(1))) == [1]
