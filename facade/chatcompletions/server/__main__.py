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

    from chatcompletions.server import LocalServer

_DESCRIPTION = """\
Answer the six chat completion operations on this machine, without a key, a model or a network.
Answers are canned and say so; what is stored with "store": true is really stored, and can be
listed, read, updated and deleted."""

EPILOG = """\
Point a client at it with two environment variables, which the server prints when it starts:
OPENAI_BASE_URL and OPENAI_API_KEY. Stop it with Ctrl-C.

A script is a list of entries. Each answers one request, in order; one with "when" is kept for a
request that holds it. An entry that says nothing else gives the canned answer.

  - when: {text: weather}              # part of the last message; also by path, messages[0].role
    tool_calls: [{name: get_weather, arguments: {city: Paris}}]
  - {status_code: 429, retry_after: 1}
  - {operation: list, body: "<html>Bad gateway</html>", status_code: 502, times: 2}
  - {pieces: [Hel, lo.], cut: 300}

  which request     operation, when, times, forever
  the answer        text, parsed, refusal, tool_calls, reasoning_content, message, finish_reason,
                    logprobs; choices, usage, moderation, id, model, completion
  its stream        pieces, chunks, writes, done, keepalives, keepalives_only
  late or cut       delay, chunk_delay, read_delay, cut, reset
  refused           status_code, error, error_after, retry_after, retry_after_date,
                    retry_after_ms, x_should_retry, headers, body, redirect
  what is stored    ignore, circular, visible_after, visible_after_lists

docs/testing.md has a sentence for each, and so has help("chatcompletions.server.ScriptEntry").

What it answers without a script:
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
_SCRIPT_END = "what follows when no entry is left for a create request (default: %(default)s, a status 500)"


def main() -> str | None:
    """Run the local server until it is interrupted, and return the problem, if one ended it."""
    parser = argparse.ArgumentParser(
        prog="python -m chatcompletions.server",
        description=_DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_arguments(parser)
    return run(parser.parse_args())


def run(options: argparse.Namespace, mount: Callable[[LocalServer], str] | None = None) -> str | None:
    """Run the local server until it is interrupted, and return the problem, if one ended it.

    Args:
        options: The options of `add_arguments`.
        mount: Called with the server once it runs; may add to it, and returns a line for the welcome.
    """
    try:
        from chatcompletions.server import LocalServer, ScriptError, StoreError
    except ImportError as error:
        return f"error: {error}"
    logging.basicConfig(handlers=[_Errors()], format="%(message)s")
    # Ctrl-C, a service manager's stop, and an interrupt sent to a shell's background job all end it alike.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    log = None if options.quiet else _say
    try:
        server = LocalServer(
            options.db,
            options.api_key,
            script=options.script,
            host=options.host,
            port=options.port,
            script_end=options.script_end,
            lenient=options.lenient,
            chunk_delay=options.chunk_delay / 1_000,
            log=log,
        )
        with server:
            more = "" if mount is None else mount(server)
            _say(server.base_url if options.quiet else _welcome(server.base_url, options, more))
            server.wait()
    except KeyboardInterrupt:
        return None
    except (ScriptError, StoreError, ValueError) as error:
        return f"error: {error}"
    except OSError as error:
        return f"error: {cannot_listen(options, error)}"
    return "error: the server ended by itself"


def cannot_listen(options: argparse.Namespace, error: OSError) -> str:
    """Say that the address cannot be listened on, and what to do."""
    problem = f"cannot listen on {options.host}:{options.port} ({error.strerror})"
    return f"{problem}; choose another --port, or 0 for a free one"


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


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the server to a parser."""
    port = partial(_number, read=int, wanted="a port", most=65_535)
    delay = partial(_number, read=float, wanted="a delay", most=60_000)
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    add("--port", type=port, default=8000, help="port to listen on, 0 for a free one (default: %(default)s)")
    add("--db", metavar="FILE", help="SQLite file for what is stored (default: in memory)")
    add("--api-key", metavar="KEY", help="refuse requests without it (default: any key will do)")
    add("--chunk-delay", metavar="MS", type=delay, default=0.0, help="milliseconds between streamed chunks")
    add("--script", metavar="FILE.yaml", help="answers and faults to play, a list of entries (see below)")
    add("--script-end", choices=["error", "canned"], default="error", help=_SCRIPT_END)
    add("--lenient", action="store_true", help="take what the service refuses: schemas that are not strict, ...")
    add("--quiet", action="store_true", help="print the base URL and nothing else")


def _number(text: str, read: Callable[[str], float], wanted: str, most: int) -> float:
    try:
        number = read(text)
    except ValueError:
        number = -1
    if not 0 <= number <= most:
        raise argparse.ArgumentTypeError(f"'{text}' is not {wanted} from 0 to {most}")
    return number


def _welcome(base_url: str, options: argparse.Namespace, more: str) -> str:
    is_own = f"{options.host}:" in base_url or f"[{options.host}]" in base_url
    others = "" if is_own else ", and on every other address of this machine"
    key = "any-text" if options.api_key is None else "<the key given with --api-key>"
    kept = f"in {options.db}" if options.db else "in memory until it stops"
    return (
        f"Listening on {base_url}{others}\n"
        f"Answers are canned: no model is asked. Stored completions are kept {kept}.\n\n"
        f"  export OPENAI_BASE_URL={base_url}\n"
        f"  export OPENAI_API_KEY={key}\n\n{more}"
        "Stop with Ctrl-C."
    )


if __name__ == "__main__":
    sys.exit(main())
