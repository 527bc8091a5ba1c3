"""Install the wheel as its users will, in a fresh environment for each Python and extra (`make check-build`)."""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import TYPE_CHECKING, Final

from scripts.install import explanation
from scripts.release.build import DIST, INTERRUPTED
from scripts.release.version import ROOT, version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_TRIALS: Final = Path(__file__).with_name("trials.py")
_CLASSIFIER: Final = re.compile(r"Programming Language :: Python :: (3\.\d+)")
_ANSWER: Final = {"id": "1", "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}}]}
_STORED: Final = {"object": "chat.completion", "model": "m", "created": 1_700_000_000, **_ANSWER}
#: What an extra is installed with, where it is a part of something that has an extra of its own.
_TOGETHER: Final = {"parquet": "cli,parquet", "plot": "cli,plot"}


def extras() -> list[str]:
    """Return the extras of the package."""
    return [*_project()["optional-dependencies"]]


def pythons() -> dict[str, Path | None]:
    """Find the versions of Python that the package names, on the path and with pyenv.

    Returns:
        For each version an interpreter, or None if there is none here.
    """
    versions = [match[1] for line in _project()["classifiers"] if (match := _CLASSIFIER.fullmatch(line))]
    return {each: next(_candidates(each), None) for each in versions}


def _project() -> dict[str, list[str]]:
    project: dict[str, list[str]] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project


def _candidates(wanted: str) -> Iterator[Path]:
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    found = [Path(sys.executable), *pyenv.glob(f"versions/{wanted}.*/bin/python{wanted}")]
    if on_path := shutil.which(f"python{wanted}"):
        found.append(Path(on_path))
    for one in found:
        # A shim of pyenv is on the path even where the version that it stands for cannot be chosen.
        code = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"
        done = subprocess.run([str(one), "-I", "-c", code], capture_output=True, text=True, check=False)
        if done.returncode == 0 and done.stdout.strip() == wanted:
            yield one


@contextmanager
def server() -> Iterator[str]:
    """Answer each request with the same small completion or a list of one, by the standard library alone.

    Yields:
        The base URL.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self._answer(_ANSWER)

        def do_GET(self) -> None:
            item = {"id": "1", "role": "user", "content": "Hi"} if "/messages" in self.path else _STORED
            self._answer({"object": "list", "data": [item], "first_id": "1", "last_id": "1", "has_more": False})

        def _answer(self, answer: Mapping[str, object]) -> None:
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listener:
        thread = Thread(target=listener.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.server_address[1]}/v1"
        finally:
            listener.shutdown()
            thread.join()


def attempt(python: Path, wheel: Path, extra: str, base_url: str) -> str | None:
    """Install the wheel with an extra in an environment of its own, and try both.

    Args:
        python: The interpreter.
        wheel: The wheel.
        extra: The extra; empty for the wheel alone.
        base_url: The address of a `server`.

    Returns:
        What went wrong, in a line; None if nothing did.
    """
    environment = _environment()
    with TemporaryDirectory() as folder:
        own = Path(folder, "bin/python")
        named = f"{wheel}[{_TOGETHER.get(extra, extra)}]" if extra else str(wheel)
        pip = [str(own), "-m", "pip", "--disable-pip-version-check", "--no-input", "--no-color"]
        for command in (
            [str(python), "-m", "venv", folder],
            [*pip, "install", "--progress-bar", "off", named],
            [*pip, "check"],
            [str(own), "-I", "-W", "error", str(_TRIALS), extra, base_url],
        ):
            done = subprocess.run(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                check=False,
            )
            if done.returncode:
                return reason(done.stdout, by_pip="install" in command)
    return None


def _environment() -> Mapping[str, str]:
    """Return the variables of the environment without those that would lead a trial elsewhere."""
    prefixes = ("PYTHON", "OPENAI_", "AZURE_OPENAI_")
    return {name: value for name, value in os.environ.items() if not name.startswith(prefixes)}


def reason(output: str, *, by_pip: bool) -> str:
    """Return the line that says why a command failed.

    Args:
        output: All that it printed, which may be a lot.
        by_pip: Whether it was pip that was to install something.
    """
    if by_pip:
        return "; ".join(explanation(output)[:3])
    return next((line.strip() for line in reversed(output.splitlines()) if line.strip()), "it gave no reason")


def _try_all(pythons: Mapping[str, Path], tried: Sequence[tuple[str, str]], wheel: Path) -> int:
    """Try each Python and extra, print a line for each, and return how many failed."""
    failures = 0
    with server() as base_url, ThreadPoolExecutor(os.cpu_count()) as pool:
        found = [pool.submit(attempt, pythons[name], wheel, extra, base_url) for name, extra in tried]
        try:
            for (name, extra), future in zip(tried, found, strict=True):
                failure = future.result()
                failures += failure is not None
                named = f"chatcompletions[{extra}]" if extra else "chatcompletions"
                print(f"Python {name}  {named}: {failure or 'ok'}", flush=True)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return failures


def main(arguments: list[str] | None = None) -> int:
    """Try the wheel in ``dist/``, and print a line for each environment.

    Args:
        arguments: The command line; by default that of the process.

    Returns:
        0, 1 if something failed, or 130 if ctrl-C ended it.
    """
    parser = argparse.ArgumentParser(prog="make check-build")
    parser.add_argument("--extra", action="append", choices=extras(), help="try this one alone; may be repeated")
    parser.add_argument("--python", action="append", choices=[*pythons()], help="on this one alone; may be repeated")
    options = parser.parse_args(arguments)
    wheel = DIST / f"chatcompletions-{version()}-py3-none-any.whl"
    if not wheel.exists():
        print(f"make check-build: there is no {wheel.relative_to(ROOT)}: run make build", file=sys.stderr)
        return 1
    found = {name: python for name, python in pythons().items() if name in (options.python or pythons())}
    missing = [name for name, python in found.items() if python is None]
    there = {name: python for name, python in found.items() if python is not None}
    tried = [(name, extra) for name in there for extra in ("", *(options.extra or extras()))]
    try:
        failures = _try_all(there, tried, wheel)
    except KeyboardInterrupt:
        print("make check-build: interrupted", file=sys.stderr)
        return INTERRUPTED
    for name in missing:
        print(f"Python {name}  not tried, because it is not installed here")
    print(f"{len(tried) - failures} of {len(tried)} environments are ok")
    return 1 if failures or not tried else 0


if __name__ == "__main__":
    sys.exit(main())
