"""The command ``python -m chatcompletions.server``."""

from __future__ import annotations

import argparse
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_DESCRIPTION = """\
Answer the six chat completion operations on this machine, without a key, a model or a network.
Answers are canned and say so; what is stored with "store": true is really stored, and can be
listed, read, updated and deleted."""

_EPILOG = """\
Point a client at it with two environment variables, which the server prints when it starts:
OPENAI_BASE_URL and OPENAI_API_KEY. Stop it with Ctrl-C."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the local server until it is interrupted.

    Args:
        argv: The command's arguments; those of the process if `None`.

    Returns:
        The exit code: 0 after an interrupt, 1 if the server cannot run.
    """
    options = _parser().parse_args(argv)
    try:
        from chatcompletions.server import LocalServer, StoreError
    except ImportError as error:
        return _fail(str(error))
    # Ctrl-C, a service manager's stop, and an interrupt sent to a shell's background job all end it alike.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    address = {"host": options.host, "port": options.port}
    log = None if options.quiet else _say
    server = LocalServer(options.db, options.api_key, **address, delay=options.delay / 1_000, log=log)
    try:
        with server:
            _say(server.base_url if options.quiet else _welcome(server.base_url, options))
            server.wait()
    except KeyboardInterrupt:
        return 0
    except StoreError as error:
        return _fail(str(error))
    except OSError as error:
        problem = f"cannot listen on {options.host}:{options.port} ({error.strerror})"
        return _fail(f"{problem}; choose another --port, or 0 for a free one")
    return _fail("the server ended by itself")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m chatcompletions.server",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    add("--port", type=_port, default=8000, help="port to listen on, 0 for a free one (default: %(default)s)")
    add("--db", metavar="FILE", help="SQLite file for what is stored (default: in memory)")
    add("--api-key", metavar="KEY", help="refuse requests without it (default: any key will do)")
    add("--delay", metavar="MS", type=_delay, default=0.0, help="milliseconds between streamed chunks")
    add("--quiet", action="store_true", help="print the base URL and nothing else")
    return parser


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65_535):
        raise argparse.ArgumentTypeError(f"'{text}' is not a port: give a number from 0 to 65535")
    return int(text)


def _delay(text: str) -> float:
    try:
        milliseconds = float(text)
    except ValueError:
        milliseconds = -1
    if not 0 <= milliseconds <= 60_000:
        raise argparse.ArgumentTypeError(f"'{text}' is not a delay: give milliseconds from 0 to 60000")
    return milliseconds


def _welcome(base_url: str, options: argparse.Namespace) -> str:
    key = "any-text" if options.api_key is None else "<the key given with --api-key>"
    kept = f"in {options.db}" if options.db else "in memory until it stops"
    return (
        f"Listening on {base_url}\n"
        f"Answers are canned: no model is asked. Stored completions are kept {kept}.\n\n"
        f"  export OPENAI_BASE_URL={base_url}\n"
        f"  export OPENAI_API_KEY={key}\n\n"
        "Stop with Ctrl-C."
    )


def _say(line: str) -> None:
    print(line, flush=True)


def _fail(line: str) -> int:
    print(f"error: {line}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
