"""The command ``python -m chatcompletions.server``."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

_DESCRIPTION = """\
Answer the six chat completion operations on this machine, without a key, a model or a network.
Answers are canned and say so; what is stored with "store": true is really stored, and can be
listed, read, updated and deleted."""

_EPILOG = """\
Point a client at it with two environment variables, which the server prints when it starts:
OPENAI_BASE_URL and OPENAI_API_KEY. Stop it with Ctrl-C.

What it answers:
  text     That it is canned, and what the user wrote, or what a tool returned.
  JSON     With response_format, a value that fits the schema. If none is found, a 400 says why.
  tools    A tool is called for each mention in the last user message: its whole name, or a word
           of it, such as "weather" for get_weather, singular or plural. Verbs and small words
           such as "get" count only in a name that has no others. Its arguments fit its schema;
           texts among them are what the message quotes ("...") and its Capitalised words.
           With tool_choice "required", the first tool is called if none is mentioned.
           After a result there is an answer in text or JSON. If a call is required, it is that of
           the first tool not called since the last user message, or else of the last tool listed.
  audio    Some silence, in the format that was asked for.
The same request always gets the same answer; only ids and times move on."""


def main() -> str | None:
    """Run the local server until it is interrupted, and return the problem, if one ended it."""
    options = _parser().parse_args()
    try:
        from chatcompletions.server import LocalServer, StoreError
    except ImportError as error:
        return f"error: {error}"
    logging.basicConfig(handlers=[_Errors()], format="%(message)s")
    # Ctrl-C, a service manager's stop, and an interrupt sent to a shell's background job all end it alike.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    address = {"host": options.host, "port": options.port}
    log = None if options.quiet else _say
    try:
        server = LocalServer(options.db, options.api_key, **address, delay=options.delay / 1_000, log=log)
    except ValueError as error:
        return f"error: {error}"
    try:
        with server:
            _say(server.base_url if options.quiet else _welcome(server.base_url, options))
            server.wait()
    except KeyboardInterrupt:
        return None
    except StoreError as error:
        return f"error: {error}"
    except OSError as error:
        problem = f"cannot listen on {options.host}:{options.port} ({error.strerror})"
        return f"error: {problem}; choose another --port, or 0 for a free one"
    return "error: the server ended by itself"


def _say(text: str, *, stream: TextIO | None = sys.stdout) -> None:
    """Write a line past Python's buffers, whose locks a stuck pipe would hold; one that nobody can read is lost."""
    if stream is not None:  # else its number belongs to whatever file was opened since, such as the store
        with suppress(OSError):
            os.write(stream.fileno(), f"{text}\n".encode(errors="backslashreplace"))


class _Errors(logging.Handler):
    """What is logged of errors goes to standard error, and keeps no request waiting there either."""

    def __init__(self) -> None:
        from ._log import Log

        super().__init__()
        self._log = Log(partial(_say, stream=sys.stderr))

    def emit(self, record: logging.LogRecord) -> None:
        self._log(self.format(record))

    def close(self) -> None:
        self._log.close()
        super().close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m chatcompletions.server",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    port = partial(_number, read=int, wanted="a port", most=65_535)
    delay = partial(_number, read=float, wanted="a delay", most=60_000)
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    add("--port", type=port, default=8000, help="port to listen on, 0 for a free one (default: %(default)s)")
    add("--db", metavar="FILE", help="SQLite file for what is stored (default: in memory)")
    add("--api-key", metavar="KEY", help="refuse requests without it (default: any key will do)")
    add("--delay", metavar="MS", type=delay, default=0.0, help="milliseconds between streamed chunks")
    add("--quiet", action="store_true", help="print the base URL and nothing else")
    return parser


def _number(text: str, read: Callable[[str], float], wanted: str, most: int) -> float:
    try:
        number = read(text)
    except ValueError:
        number = -1
    if not 0 <= number <= most:
        raise argparse.ArgumentTypeError(f"'{text}' is not {wanted} from 0 to {most}")
    return number


def _welcome(base_url: str, options: argparse.Namespace) -> str:
    is_own = f"{options.host}:" in base_url or f"[{options.host}]" in base_url
    others = "" if is_own else ", and on every other address of this machine"
    key = "any-text" if options.api_key is None else "<the key given with --api-key>"
    kept = f"in {options.db}" if options.db else "in memory until it stops"
    return (
        f"Listening on {base_url}{others}\n"
        f"Answers are canned: no model is asked. Stored completions are kept {kept}.\n\n"
        f"  export OPENAI_BASE_URL={base_url}\n"
        f"  export OPENAI_API_KEY={key}\n\n"
        "Stop with Ctrl-C."
    )


if __name__ == "__main__":
    sys.exit(main())
