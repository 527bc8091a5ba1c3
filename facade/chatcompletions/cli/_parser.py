"""The commands by their names, and what becomes of their errors."""

from __future__ import annotations

import argparse
import io
import os
import re
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatcompletions._version import __version__

from ._failure import FAILED, FILE, INTERRUPTED, PIPE_CLOSED, UNREACHABLE, USAGE, CommandError
from ._texts import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Each is a module here with ``add_arguments(parser)`` and ``run(options)``, loaded when it is used.
COMMANDS = {
    "create": "ask a model, and print its answer as it arrives",
    "list": "list stored completions",
    "get": "show stored completions",
    "messages": "show the messages that a stored completion answers",
    "update": "replace the metadata of a stored completion",
    "tag": "change single pairs of metadata, of as many completions as match",
    "delete": "delete stored completions, by id or as many as match",
    "export": "write stored completions and their messages to a file",
    "sync": "keep a searchable copy in a file",
    "stats": "count completions and tokens",
    "check": "say what works at a service, and what does not",
    "serve": "run the local server, or look at what is stored in a browser",
    "completion": "print what a shell needs to complete this command",
}
_EPILOG = """\
environment:
  OPENAI_API_KEY, OPENAI_BASE_URL   the service, unless --base-url or --api-key-env say otherwise
  OPENAI_DEFAULT_MODEL              the model of create, unless --model says otherwise
  NO_COLOR                          no colours

exit codes:
  0    everything was done
  1    something was not: the service refused it, an item failed, a check found a deviation
  2    the command was given wrongly, or was not confirmed
  3    the service could not be reached, or refused the key
  4    a file could not be read or written
  130  interrupted by ctrl-C
  141  whoever read the output has closed it"""


def run(argv: Sequence[str] | None) -> int:
    """Run a command, and return its exit code."""
    arguments = [_dashed(one) for one in (sys.argv[1:] if argv is None else argv)]
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # whoever started it has closed it
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - to the end of the process
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that lacks a letter shows its number
            stream.reconfigure(errors="backslashreplace")
    try:
        options = parser(arguments).parse_args(arguments)
        code = import_module(f"{__package__}._{options.command}").run(options)
        sys.stdout.flush()
    except SystemExit as exc:  # argparse has said why
        return exc.code if isinstance(exc.code, int) else USAGE
    except KeyboardInterrupt:
        return _end("interrupted", INTERRUPTED)
    except BrokenPipeError:
        return _closed_pipe()
    except CommandError as exc:
        return _end(str(exc), exc.code)
    except ModuleNotFoundError as exc:
        return _end(*_missing(exc))
    except OSError as exc:
        return _end(f"{exc.filename}: {exc.strerror}" if exc.filename else str(exc), FILE)
    except Exception as exc:
        from chatcompletions import ChatCompletionsError

        if not isinstance(exc, ChatCompletionsError):
            raise
        return _end(str(exc), code_of(exc))
    return int(code)


def code_of(error: Exception) -> int:
    """Return the exit code that tells of an error of a call."""
    from chatcompletions import APIConnectionError, AuthenticationError, ChatCompletionsError, PermissionDeniedError

    if isinstance(error, APIConnectionError | AuthenticationError | PermissionDeniedError):
        return UNREACHABLE
    return USAGE if type(error) is ChatCompletionsError else FAILED  # which is of settings that cannot be used


class _CommandParser(argparse.ArgumentParser):
    """The parser of a command, which names the nearest option for one that it does not know."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:  # pyright: ignore[reportIncompatibleMethodOverride] # of any namespace
        options, unknown = super().parse_known_args(args, namespace)
        if unknown:
            from difflib import get_close_matches

            known = re.findall(r"--[a-z][\w-]*", self.format_help())
            nearest = get_close_matches(unknown[0].partition("=")[0], known, n=1)
            self.error(
                f"unrecognized arguments: {' '.join(unknown)}" + (f"; did you mean {nearest[0]}?" if nearest else "")
            )
        return options, unknown


def parser(arguments: Sequence[str] | None = None) -> argparse.ArgumentParser:
    """Return the parser, in which each command that is named among the arguments is whole; all of them by default."""
    whole = argparse.ArgumentParser(
        prog="chatcompletions",
        description="Ask models, and look at, label, export and delete stored completions.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    whole.add_argument("--version", action="version", version=f"chatcompletions {__version__}")
    commands = whole.add_subparsers(metavar="COMMAND", dest="command", required=True, parser_class=_CommandParser)
    for name, summary in COMMANDS.items():
        command = commands.add_parser(
            name,
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        if arguments is None or name in arguments:
            import_module(f"{__package__}._{name}").add_arguments(command)
    return whole


def _dashed(argument: str) -> str:
    """Take the API's own spelling of a parameter for an option: ``--max_tokens``."""
    name, equals, value = argument.partition("=")
    return f"{name.replace('_', '-')}{equals}{value}" if name.startswith("--") else argument


def _missing(error: ModuleNotFoundError) -> tuple[str, int]:
    from ._extras import extra_of

    extra = extra_of(str(error.name))
    if extra is None:
        raise error
    return f"this needs {error.name}: pip install 'chatcompletions[{extra}]'", USAGE


def _end(message: str, code: int) -> int:
    with suppress(OSError, ValueError):
        sys.stdout.flush()
    with suppress(OSError, ValueError):
        print(f"chatcompletions: {printable(message)}", file=sys.stderr)
    return code


def _closed_pipe() -> int:
    # The interpreter flushes once more at its end, which would say that the pipe is closed.
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return PIPE_CLOSED
