"""What tests over real connections share."""

import httpx
import pytest


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep connections however slow the machine is, for tests that count them."""
    limits = httpx.Limits(max_connections=1000, max_keepalive_connections=100, keepalive_expiry=None)
    monkeypatch.setattr("chatcompletions._pool.DEFAULT_LIMITS", limits)
    monkeypatch.setattr("chatcompletions._drain.PATIENCE", 60)
