"""What all kinds of tests share: a client in either mode, driven by the same calls, and which tests are run."""

from __future__ import annotations

import asyncio
import gc
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import HealthCheck, settings

from chatcompletions import AsyncChatClient, ChatClient
from chatcompletions._transport.client import AsyncHTTPClient, HTTPClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# The same examples in every run, however slow the machine; `--hypothesis-profile=default` tries others.
settings.register_profile(
    "repeatable", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("repeatable")

ROOT = Path(__file__).resolve().parents[1]
# Only these can make a test fail that is marked as a mutation.
JUDGED = ["scripts", "openapi.yaml", "generated", "tests/unit/scripts"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--mutations", action="store_true", help="run the mutation tests whatever has changed")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip the mutation tests unless what they judge has changed, or somebody asks for them."""
    marked = [item for item in items if item.get_closest_marker("mutation")]
    is_asked_for = config.getoption("mutations") or config.option.markexpr or config.option.file_or_dir
    if marked and not is_asked_for and not has_changed(JUDGED):
        skip = pytest.mark.skip(reason="nothing that mutation tests judge has changed: --mutations runs them")
        for item in marked:
            item.add_marker(skip)


def has_changed(paths: list[str]) -> bool:
    """Tell whether any of the paths differs from the upstream branch, or from HEAD where there is none."""

    def git(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["git", "-C", str(ROOT), *command], check=False, capture_output=True, text=True)  # noqa: S603, S607

    try:
        base = git("merge-base", "HEAD", "@{upstream}").stdout.strip() or "HEAD"
        # Outside of a checkout this fails, which is as good as a change.
        is_different = git("diff", "--quiet", base, "--", *paths).returncode != 0
        return is_different or bool(git("ls-files", "--others", "--exclude-standard", "--", *paths).stdout)
    except OSError:  # git is not installed
        return True


def pytest_collection_finish() -> None:
    # Thousands of collected tests live to the end: without them, each collection of garbage takes a tenth of the time.
    gc.freeze()


class SyncDriver:
    """Drive a `ChatClient`; `AsyncDriver` takes the same calls."""

    client_type: type[Any] = ChatClient

    def __init__(self, **arguments: Any) -> None:
        self.client: Any = self.client_type(**arguments)

    def run(self, result: Any) -> Any:
        """Return what a method of the client returned."""
        return result

    def call(self, name: str, *args: Any, **params: Any) -> Any:
        """Call a method; a paged one returns its first page, a streamed one its open stream."""
        return self.run(getattr(self.client, name)(*args, **params))

    def items(self, name: str, *args: Any, **params: Any) -> list[Any]:
        """Return all items of a paged call."""
        return list(getattr(self.client, name)(*args, **params))

    def iterate(self, iterable: Any) -> list[Any]:
        """Return all that a page, a stream or its text deltas yield."""
        return list(iterable)

    def close(self) -> None:
        """Close the client."""
        self.client.close()


class AsyncDriver(SyncDriver):
    """Drive an `AsyncChatClient` as if it were a `ChatClient`, on one event loop for all calls."""

    client_type = AsyncChatClient

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._runner = asyncio.Runner()

    def run(self, result: Any) -> Any:
        async def wait() -> Any:
            return await result

        return self._runner.run(wait())

    def items(self, name: str, *args: Any, **params: Any) -> list[Any]:
        return self.iterate(getattr(self.client, name)(*args, **params))

    def iterate(self, iterable: Any) -> list[Any]:
        async def collect() -> list[Any]:
            return [item async for item in iterable]

        return self._runner.run(collect())

    def close(self) -> None:
        self._runner.run(self.client.aclose())
        self._runner.close()


@pytest.fixture(params=[SyncDriver, AsyncDriver], ids=["sync", "async"])
def connect(request: pytest.FixtureRequest) -> Iterator[Callable[..., SyncDriver]]:
    """Return a function that makes a client, sync and async in turn; what it makes is closed after the test."""
    drivers: list[SyncDriver] = []

    def make(**arguments: Any) -> SyncDriver:
        drivers.append(request.param(**{"api_key": "sk-test", **arguments}))
        return drivers[-1]

    yield make
    for driver in drivers:
        driver.close()


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Record the pauses before retries instead of waiting for them."""
    taken: list[float] = []

    async def note(seconds: float) -> None:
        taken.append(seconds)

    monkeypatch.setitem(HTTPClient.__init__.__kwdefaults__, "sleep", taken.append)
    monkeypatch.setitem(AsyncHTTPClient.__init__.__kwdefaults__, "sleep", note)
    return taken


class Clock:
    """A clock that goes on while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.naps: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        for _ in range(100):  # whatever can go on meanwhile does, and may cancel this
            await asyncio.sleep(0)
        self.naps.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Pace the rows of `map` by a clock of the test's own."""
    from chatcompletions._bulk.pace import Pace  # most tests need no rows

    made = Clock()
    defaults = Pace.__init__.__kwdefaults__
    monkeypatch.setitem(defaults, "clock", made)
    monkeypatch.setitem(defaults, "sleep", made.sleep)
    return made


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep connections however slow the machine is, for tests that count them."""
    limits = httpx.Limits(max_connections=1000, max_keepalive_connections=100, keepalive_expiry=None)
    monkeypatch.setattr("chatcompletions._transport.transports.DEFAULT_LIMITS", limits)
    monkeypatch.setattr("chatcompletions._streaming.stream.END_TIMEOUT", 60)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the environment of whoever runs the tests out of them."""
    proxies = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
    settings = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID")
    for name in (*settings, *proxies, *map(str.lower, proxies)):
        monkeypatch.delenv(name, raising=False)
