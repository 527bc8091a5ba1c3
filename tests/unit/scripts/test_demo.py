"""The tour of `make demo`."""

from __future__ import annotations

import re

import pytest

from scripts import demo


@pytest.fixture(autouse=True)
def no_service(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "DEMO_MODEL"):
        monkeypatch.delenv(name, raising=False)


def test_the_tour(capfd: pytest.CaptureFixture[str]) -> None:
    """Without a key every step goes through against the local server, and what was stored is deleted at the end."""
    assert demo.main() == 0
    told = capfd.readouterr()
    assert told.err == ""
    for shown in (
        "River(name='Loire', length_km=1006)",
        "rainfall is called with {'city': 'Paris'}",
        "In Paris it rains 50 mm.",
        "3: This is a canned answer",
        "content.delta",
    ):
        assert shown in told.out
    stored = set(re.findall(r"(chatcmpl-\w+) of ", told.out))
    assert set(re.findall(r'chat\.delete\("(.+)"\)', told.out)) == stored
    assert len(stored) == 3


def test_a_service_that_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """An error of the service is told in a line."""
    monkeypatch.setattr(demo, "SCRIPT", [{"status_code": 404, "error": "no such thing"}])
    assert demo.main() == 1
    assert "no such thing" in capsys.readouterr().err
