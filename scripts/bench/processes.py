"""The processes that the bench starts, each of which ends with it, whatever happens."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, cast

from scripts.bench.errors import BenchError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType
    from typing import Self

    from scripts.bench.tls import Certificate
    from scripts.environments import Environment

_ROOT: Final = Path(__file__).resolve().parents[2]
#: No single measurement takes this long, in seconds, unless a client hangs.
_LIMIT: Final = 120.0


class Process:
    """A Python process that is spoken to by lines; closing its stdin ends it.

    Args:
        arguments: Python's own.
        python: The interpreter.
        variables: What to add to the environment variables.
    """

    def __init__(
        self, *arguments: str, python: str | Path = sys.executable, variables: Mapping[str, str] | None = None
    ) -> None:
        self._process = subprocess.Popen(
            [python, *arguments],
            cwd=_ROOT,
            env={**_neutral(os.environ), **(variables or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        pipes = (self._process.stdin, self._process.stdout, self._process.stderr)
        self._stdin, self._stdout, self._stderr = cast("tuple[IO[str], IO[str], IO[str]]", pipes)
        self._failure = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        for pipe in (self._stdin, self._stdout, self._stderr):
            with suppress(OSError):
                pipe.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def tell(self, command: Mapping[str, Any]) -> dict[str, Any]:
        """Send a command and return its answer, both JSON.

        Raises:
            BenchError: The command failed; the message says how.
        """
        answer: dict[str, Any] = json.loads(self.ask(json.dumps(command) + "\n"))
        if "error" in answer:
            raise BenchError(answer["error"])
        return answer

    def ask(self, text: str = "") -> str:
        """Send text and return the line that answers it.

        Raises:
            BenchError: The process ended or hung instead.
        """
        if self._failure:
            raise BenchError(self._failure)
        watch = threading.Timer(_LIMIT, self._process.kill)
        watch.start()
        try:
            with suppress(BrokenPipeError):  # it has ended, and may have answered before
                self._stdin.write(text)
                self._stdin.flush()
            line = self._stdout.readline()
        finally:
            watch.cancel()
        if not line:
            told = self._stderr.read().strip().splitlines()
            self._failure = told[-1] if told else f"no answer came within {_LIMIT:g} s"
            raise BenchError(self._failure)
        return line


def worker(competitor: str, base_url: str, environment: Environment) -> Process:
    """Start a process that holds one competitor; see `scripts.bench.worker`."""
    arguments = ("-m", "scripts.bench.worker", competitor, base_url)
    return Process(*arguments, python=environment.python, variables=_import_from(environment.generated))


def first_call(competitor: str, server: Server, model: str, environment: Environment) -> dict[str, Any]:
    """Make a first call in a fresh process; see `scripts.bench.fresh`."""
    code = f"from scripts.bench.fresh import main; main(*{(competitor, server.base_url, model)!r})"
    trusted = {"SSL_CERT_FILE": str(server.trusted)} if server.trusted else {}
    variables = {**_import_from(environment.generated), **trusted}
    with Process("-c", code, python=environment.python, variables=variables) as process:
        cpu, wall, modules, peak, weight = process.ask().split()
    return {"cpu": float(cpu), "wall": float(wall), "modules": int(modules), "peak": int(peak), "weight": int(weight)}


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        base_url: Where it is.
        trusted: The file of authorities to trust, where it speaks TLS.
    """

    base_url: str
    trusted: Path | None = None


@contextmanager
def local_server(certificate: Certificate | None = None) -> Iterator[Server]:
    """Run the server while the context lasts, with TLS if there is a certificate."""
    arguments = [] if certificate is None else [str(certificate.chain)]
    with Process("-m", "scripts.bench.server", *arguments) as process:
        place = f"127.0.0.1:{int(process.ask())}/v1"
        if certificate is None:
            yield Server(f"http://{place}")
        else:
            yield Server(f"https://{place}", certificate.bundle)


def _import_from(folder: Path | None) -> dict[str, str]:
    return {} if folder is None else {"PYTHONPATH": str(folder)}


def _neutral(outer: Mapping[str, str]) -> dict[str, str]:
    # Keys, base URLs, proxies and certificates of whoever runs the bench must not reach it.
    return {
        name: value
        for name, value in outer.items()
        if not name.startswith(("OPENAI_", "PYTHON", "SSL_")) and not name.lower().endswith("_proxy")
    }
